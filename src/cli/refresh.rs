//! `orcidlake refresh`.

use std::cell::Cell;
use std::io::IsTerminal;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::convert::stop_on_signals;
use super::failure::{Failure, with_end};
use super::numbers::{counted, grouped};
use super::output::{print, print_json};
pub use super::refresh_args::Args;
use super::refresh_report::{behind_list, end, outcome_text, plan_text, show_status, to_json};
use super::rematch::rematch;
use super::stores::local_folder;
use super::target::check_outputs;
use super::{Common, Done, expect_dataset};
use crate::matching::Summary;
use crate::refresh::{
    BEHIND_LIST, Ended, Observer, Outcome, PERMISSION_LOST, Plan, Strategy, log_to, refresh,
};
use orcid_api::LIMITED_VISIBILITY;
use orcid_api::time::readable;

/// Time between plain lines about progress.
const PLAIN_EVERY: Duration = Duration::from_secs(30);
/// Time between lines on a terminal.
const LIVE_EVERY: Duration = Duration::from_millis(500);

/// What to do about a dataset in an object store.
const REMOTE: &str = "refresh a local copy, and publish it: refresh rewrites tables in place of their old files and keeps \
     its queue in the dataset; docs/refresh.md tells how. Or convert the new dump with `orcidlake convert --replace`";

pub fn run(args: &Args, common: &Common) -> Result<Done, Failure> {
    local_folder(&args.dataset, "refresh", REMOTE)?;
    if args.status || !args.makes_dataset() {
        expect_dataset(&args.dataset, common)?;
    }
    if args.status {
        return show_status(&args.dataset, common);
    }
    if let Some(log_file) = &args.log_file {
        check_outputs(&[&args.log_file], &args.inputs(), common)?;
        let log = log_to(log_file)?;
        let done = run_logged(args, common);
        if let Some(error) = log.fault() {
            tell!("warning: the log {} is incomplete, because writing failed: {error}", log_file.display());
        }
        return done;
    }
    run_logged(args, common)
}

fn run_logged(args: &Args, common: &Common) -> Result<Done, Failure> {
    let (settings, access) = args.settings(common)?;
    let stop = stop_on_signals()?;
    let teller = Teller { quiet: common.quiet, plan_only: args.plan, json: common.json, ..Teller::new() };
    let outcome = refresh(&args.dataset, &settings, &access, &teller, &stop)?;
    let matched = match_again(args, &outcome, common, &stop);
    let result = common.json.then(|| {
        let mut value = to_json(&args.dataset, &outcome);
        value["matched"] = serde_json::to_value(&matched).unwrap_or_default();
        value
    });
    if !common.json && !common.quiet {
        tell_part!("{}", outcome_text(&outcome));
        if let Some(matched) = matched {
            tell!("{} to match, of {}", counted(matched.new_keys, "new organization"), grouped(matched.keys));
        }
    }
    if outcome.missing_results > 0 {
        tell!(
            "warning: searches gave fewer results than they counted, each time they were repeated: {} missing; the dataset does not count as up to date, and the next run looks for changes since the same time",
            counted(outcome.missing_results, "result")
        );
    }
    if let Some(clock) = outcome.wrong_clock {
        tell!(
            "warning: the server's clock says {}, this machine's {}, and the dataset has changes later than the server's clock: it is ignored, and the next run looks for changes since the same time",
            readable(clock.server),
            readable(clock.ours)
        );
    }
    if let Some((code, count)) = outcome.tally.iter().find(|(code, _)| code == LIMITED_VISIBILITY) {
        tell!(
            "warning: the server sent limited or private elements in {} ({code}); none of them was written to the dataset",
            counted(*count, "answer")
        );
    }
    if let Some(count) = behind_list(&outcome) {
        tell!(
            "warning: {} older in the bucket than its list of changes says ({BEHIND_LIST}); the next run reads them again",
            counted(count, "record")
        );
    }
    let lost = outcome.tally.iter().find(|(code, _)| code == PERMISSION_LOST);
    if let Some((_, requests)) = lost {
        tell!(
            "warning: ORCID refused tokens of people in {} ({PERMISSION_LOST}): their rows are removed, and `orcidlake connect status --people` lists who may be asked to connect again",
            counted(*requests, "answer")
        );
    }
    let ended = end(outcome);
    if let Some(result) = result {
        print_json(&with_end(result, &ended))?;
    }
    ended
}

/// Matches what is new to ROR, where the dataset has been matched. The refresh
/// has succeeded even if this cannot be done.
fn match_again(args: &Args, outcome: &Outcome, common: &Common, stop: &AtomicBool) -> Option<Summary> {
    if outcome.end != Ended::Applied {
        return None;
    }
    rematch(&args.dataset, &args.machine, common, stop).unwrap_or_else(|failure| {
        tell!("note: the dataset is refreshed, but its new rows are not matched to ROR\n{failure}");
        None
    })
}

/// Says on standard error how it goes on.
struct Teller {
    quiet: bool,
    json: bool,
    plan_only: bool,
    terminal: bool,
    begun: Instant,
    told: Cell<Instant>,
}

impl Teller {
    fn new() -> Self {
        let (now, terminal) = (Instant::now(), std::io::stderr().is_terminal());
        Self { quiet: false, json: false, plan_only: false, terminal, begun: now, told: Cell::new(now) }
    }
}

impl Observer for Teller {
    fn resumed(&self, begun: i64) {
        if !self.quiet {
            tell!("continuing the run begun at {}; give --restart to plan it again", readable(begun));
        }
    }

    fn watermark_in_future(&self, watermark: i64, since: i64) {
        tell!(
            "the dataset's watermark is {}, which is in the future: looking for changes since {}",
            readable(watermark),
            readable(since)
        );
    }

    fn changes_in_future(&self, changes: u64) {
        tell!(
            "warning: {} of the file with a date in the future; the watermark will be the newest other date",
            counted(changes, "change")
        );
    }

    fn scope_is_empty(&self, scope: &str) {
        tell!("warning: ORCID's search finds nobody for {scope}: check the spelling");
    }

    fn searching(&self, strategy: Strategy, searches: u64) {
        if !self.quiet {
            tell!("{}: {} at first", strategy.meaning(), counted(searches, "search"));
        }
    }

    fn planned(&self, plan: &Plan) {
        let text = plan_text(plan);
        if self.plan_only && !self.json {
            // Who asks for the plan alone reads it from standard output; nobody is
            // left to tell if that is closed.
            let _ = print(&text);
        } else if !self.quiet {
            tell_part!("{text}");
        }
    }

    fn fetched(&self, answered: u64, left: u64) {
        let every = if self.terminal { LIVE_EVERY } else { PLAIN_EVERY };
        if self.quiet || self.told.get().elapsed() < every {
            return;
        }
        self.told.set(Instant::now());
        let rate = answered as f64 / self.begun.elapsed().as_secs_f64().max(0.001);
        let line = format!("{} answered, {} left, {rate:.1} a second", grouped(answered), grouped(left));
        if self.terminal { tell_part!("\r\x1b[K{line}\r") } else { tell!("{line}") }
    }

    fn planned_items(&self, requests: u64) {
        if !self.quiet {
            tell!("{} planned for items of the records read", counted(requests, "request"));
        }
    }

    fn applying(&self, part_of: Option<u64>) {
        match part_of {
            _ if self.quiet => {}
            None => tell!("all answers received; changing the dataset"),
            Some(people) => {
                tell!("all answers received about {}; changing the dataset", counted(people, "record"));
            }
        }
    }
}
