//! `orcidlake refresh`.

use std::cell::Cell;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use clap::builder::BoolishValueParser;

use super::auth::{ClientArgs, HostArgs, TimeoutArg, USER_AGENT};
use super::convert::{Machine, stop_on_signals};
use super::failure::{Failure, with_end};
use super::numbers::{counted, grouped};
use super::output::{print, print_json};
use super::refresh_report::{end, outcome_text, plan_text, show_status, to_json};
use super::rematch::rematch;
use super::target::check_outputs;
use super::{Common, Done, expect_dataset};
use crate::matching::Summary;
use crate::refresh::{
    Access, Ended, MaxRemovals, Observer, Organization, Outcome, Plan, RefreshError, Registry, Scope,
    Settings, Way, log_to, refresh,
};
use orcid_api::time::{parse, readable};
use orcid_api::{ClientOptions, LIMITED_VISIBILITY, Patience};

/// Time between plain lines about progress.
const PLAIN_EVERY: Duration = Duration::from_secs(30);
/// Requests a second that can be asked for: one in a quarter of an hour, and more than any
/// server of ORCID's allows.
const LOWEST_RATE: f64 = 0.001;
const HIGHEST_RATE: f64 = 1_000.0;
/// Time between lines on a terminal.
const LIVE_EVERY: Duration = Duration::from_millis(500);

/// Bring a dataset up to date through ORCID's API.
///
/// Reads the records of a scope that have changed since the dataset was made or last refreshed, and
/// replaces their rows in one step. The plan is printed first. A run that is stopped, or that has
/// used up the day's quota, continues with the same command.
///
/// Exit status: 0 up to date, or the quota is used up and there is more to do tomorrow; 1 up to
/// date except for records that could not be read; 2 failed or stopped.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The dataset.
    #[arg(value_name = "DIR")]
    dataset: PathBuf,
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    changes: ChangeArgs,
    /// Print the plan and stop; its searches are kept for the run.
    #[arg(long, env = "ORCIDLAKE_PLAN", value_parser = BoolishValueParser::new())]
    plan: bool,
    /// Plan anew: forget what an unfinished run of the scope has planned and read. Where the
    /// dataset has full items, those that it lacks of a record that is read are fetched, though
    /// the record has not changed: with --by each, of everybody in the scope.
    #[arg(long, env = "ORCIDLAKE_ANEW", value_parser = BoolishValueParser::new())]
    anew: bool,
    /// Print how far the refreshes of the dataset have come, and stop.
    #[arg(long)]
    status: bool,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    client: ClientArgs,
    /// Ask as an anonymous client, even if a token is kept.
    #[arg(long, env = "ORCIDLAKE_ANONYMOUS", value_parser = BoolishValueParser::new())]
    anonymous: bool,
    #[command(flatten)]
    pace: PaceArgs,
    /// How many people a run may remove: a number, or a share of the scope such as 5%. Where more
    /// would be removed, nothing is changed and all answers are kept. If not given: 5 % of
    /// the scope, or nine people where that is more, but no more than half of a scope of three people
    /// or more.
    #[arg(long, value_name = "N|P%", env = "ORCIDLAKE_MAX_REMOVALS", value_parser = MaxRemovals::parse)]
    max_removals: Option<MaxRemovals>,
    /// Where more people would be removed than --max-removals allows, apply all other answers and
    /// leave these people as they are; the next run asks for them again.
    #[arg(long, env = "ORCIDLAKE_SKIP_REMOVALS", value_parser = BoolishValueParser::new())]
    skip_removals: bool,
    /// Keep old files for this many versions, for time travel in Delta Lake; a plain *.parquet then
    /// finds old rows too.
    #[arg(long, value_name = "N", default_value_t = 0, env = "ORCIDLAKE_KEEP_VERSIONS")]
    keep_versions: u32,
    /// Append a line for each request to this file.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_LOG_FILE")]
    log_file: Option<PathBuf>,
    #[command(flatten)]
    machine: Machine,
}

/// Whose records.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Whose records (one of)")]
#[group(multiple = true)]
struct ScopeArgs {
    /// The iDs in this file, one in a line, or - for standard input.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_IDS", group = "whose")]
    ids: Option<PathBuf>,
    /// Everybody whom this query of ORCID's search finds; in Solr's syntax.
    #[arg(long, value_name = "SOLR", env = "ORCIDLAKE_QUERY", group = "whose")]
    query: Option<String>,
    /// Everybody who lists the organization with this ROR id.
    #[arg(long, value_name = "ID", env = "ORCIDLAKE_ROR", group = "whose")]
    ror: Option<String>,
    /// Everybody who lists the organization with this GRID id.
    #[arg(long, value_name = "ID", env = "ORCIDLAKE_GRID", group = "whose")]
    grid: Option<String>,
    /// Everybody who lists the organization with this Ringgold id.
    #[arg(long, value_name = "ID", env = "ORCIDLAKE_RINGGOLD", group = "whose")]
    ringgold: Option<String>,
    /// Everybody whose record the dataset has.
    #[arg(long, env = "ORCIDLAKE_ALL_IN_DATASET", value_parser = BoolishValueParser::new(), group = "whose")]
    all_in_dataset: bool,
    /// Only records that the dataset has: add nobody.
    #[arg(long, env = "ORCIDLAKE_KNOWN_ONLY", value_parser = BoolishValueParser::new())]
    known_only: bool,
}

/// How changes are found.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "What has changed")]
struct ChangeArgs {
    /// Changes since this time (2025-10-01 or 2025-10-01T00:00:00Z, UTC); since the scope's last
    /// refresh, or else 15 days before the newest change in the dump, if not given.
    #[arg(long, value_name = "TIME", env = "ORCIDLAKE_SINCE", value_parser = parse_since)]
    since: Option<i64>,
    /// Take changes from ORCID's last_modified.csv, in a tar or not, with gzip or without.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_CHANGES")]
    changes: Option<PathBuf>,
    /// How to find changed records; the strategy with the fewest requests if not given.
    #[arg(long, value_name = "WAY", env = "ORCIDLAKE_BY")]
    by: Option<By>,
    /// Do not look for people who are gone from the registry; fewer searches for many iDs.
    #[arg(long, env = "ORCIDLAKE_CHANGES_ONLY", value_parser = BoolishValueParser::new())]
    changes_only: bool,
}

/// The ways that can be chosen.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum By {
    /// Read every record of the scope.
    Each,
    /// Search by a hundred iDs at a time.
    Batches,
    /// Search all changes of the registry.
    Windows,
}

/// How fast.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "How fast (ORCID's documented limits if not given)")]
struct PaceArgs {
    /// Requests a second: 12, for members 24.
    #[arg(long, value_name = "N", env = "ORCIDLAKE_RATE", value_parser = parse_rate)]
    rate: Option<f64>,
    /// Requests in any one second after a rest: 40.
    #[arg(long, value_name = "N", env = "ORCIDLAKE_BURST", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    burst: Option<u32>,
    /// Requests in flight at one time: 8, for members 16.
    #[arg(long, value_name = "N", env = "ORCIDLAKE_IN_FLIGHT", value_parser = clap::value_parser!(u16).range(1..=256))]
    in_flight: Option<u16>,
    /// Requests in a UTC day: 25000, with a token 100000, for members none (0).
    #[arg(long, value_name = "N", env = "ORCIDLAKE_QUOTA")]
    quota: Option<u64>,
    /// Tries of one request before it is given up.
    #[arg(long, value_name = "N", default_value_t = 6, env = "ORCIDLAKE_TRIES", value_parser = clap::value_parser!(u32).range(1..=100))]
    tries: u32,
    /// Milliseconds before the second try; the wait doubles with each.
    #[arg(long, value_name = "MS", default_value_t = 1_000, env = "ORCIDLAKE_RETRY_WAIT")]
    retry_wait: u64,
    /// Seconds for which a server may be down before the run ends.
    #[arg(long, value_name = "SECONDS", default_value_t = 900, env = "ORCIDLAKE_PATIENCE")]
    patience: u64,
    #[command(flatten)]
    wait: TimeoutArg,
    /// A mail address or URL for the user agent, so that ORCID can reach you.
    #[arg(long, value_name = "TEXT", env = "ORCIDLAKE_CONTACT")]
    contact: Option<String>,
}

fn parse_since(text: &str) -> Result<i64, String> {
    parse(text).ok_or_else(|| format!("\"{text}\" is not a time such as 2025-10-01 or 2025-10-01T00:00:00Z"))
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| (LOWEST_RATE..=HIGHEST_RATE).contains(rate));
    rate.ok_or_else(|| {
        format!("\"{text}\" is not a number of requests a second from {LOWEST_RATE} to {HIGHEST_RATE}")
    })
}

impl ScopeArgs {
    fn scope(&self) -> Result<Scope, Failure> {
        let organization = |registry, id: &str| -> Result<Scope, Failure> {
            Ok(Scope::Organization(Organization::new(registry, id)?))
        };
        match self {
            Self { ids: Some(path), .. } => Ok(Scope::read_ids(path)?),
            Self { query: Some(query), .. } if query.trim().is_empty() => {
                Err(RefreshError::EmptyScope { what: "--query".to_owned() }.into())
            }
            Self { query: Some(query), .. } => Ok(Scope::Query(query.clone())),
            Self { ror: Some(id), .. } => organization(Registry::Ror, id),
            Self { grid: Some(id), .. } => organization(Registry::Grid, id),
            Self { ringgold: Some(id), .. } => organization(Registry::Ringgold, id),
            Self { all_in_dataset: true, .. } => Ok(Scope::All),
            _ => Err(RefreshError::NoScope.into()),
        }
    }
}

impl Args {
    fn settings(&self) -> Result<Settings, Failure> {
        let is_stdin = |path: &Option<PathBuf>| path.as_deref().is_some_and(|path| path == Path::new("-"));
        if is_stdin(&self.scope.ids) && is_stdin(&self.client.client_secret_file) {
            return Err(Failure::new(
                "standard input cannot hold both iDs and a secret",
                "give one of --ids and --client-secret-file as a file",
            ));
        }
        Ok(Settings {
            since: self.changes.since,
            changes: self.changes.changes.clone(),
            known_only: self.scope.known_only,
            changes_only: self.changes.changes_only,
            way: self.changes.by.map(|by| match by {
                By::Each => Way::Each,
                By::Batches => Way::Batches,
                By::Windows => Way::Windows,
            }),
            rate: self.pace.rate,
            burst: self.pace.burst,
            in_flight: self.pace.in_flight.map(usize::from),
            quota: self.pace.quota,
            patience: Patience {
                tries: self.pace.tries,
                first_wait: Duration::from_millis(self.pace.retry_wait),
                outage: Duration::from_secs(self.pace.patience),
            },
            max_removals: self.max_removals.unwrap_or_default(),
            skip_removals: self.skip_removals,
            keep_versions: self.keep_versions,
            anew: self.anew,
            plan_only: self.plan,
            options: self.machine.options(),
            ..Settings::new(self.scope.scope()?)
        })
    }

    fn access(&self) -> Result<Access, Failure> {
        let token_file = if self.anonymous { None } else { Some(self.client.token_file()?) };
        let credentials = if self.anonymous { None } else { self.client.credentials()? };
        let options = ClientOptions {
            host: self.host.host()?,
            credentials,
            token_file,
            program: USER_AGENT.to_owned(),
            contact: self.pace.contact.clone(),
            timeout: self.pace.wait.duration(),
        };
        Ok(Access::Http { options: Box::new(options), client_id: self.client.client_id.clone() })
    }
}

pub fn run(args: &Args, common: &Common) -> Result<Done, Failure> {
    expect_dataset(&args.dataset)?;
    if args.status {
        return show_status(&args.dataset, common);
    }
    if let Some(log_file) = &args.log_file {
        let inputs = [&args.scope.ids, &args.changes.changes];
        let inputs: Vec<&Path> = inputs.into_iter().flatten().map(PathBuf::as_path).collect();
        check_outputs(&[&args.log_file], &inputs, common)?;
        let log = log_to(log_file)?;
        let done = run_logged(args, common);
        if let Some(error) = log.fault() {
            tell!(
                "warning: the log {} lacks lines, since it could not be written: {error}",
                log_file.display()
            );
        }
        return done;
    }
    run_logged(args, common)
}

fn run_logged(args: &Args, common: &Common) -> Result<Done, Failure> {
    let (access, settings) = (args.access()?, args.settings()?);
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
            "warning: searches promised {} more than they gave, each time they were asked; the dataset does not count as up to date, and the next run looks again from the same time on",
            counted(outcome.missing_results, "result")
        );
    }
    if let Some(clock) = outcome.wrong_clock {
        tell!(
            "warning: the server's clock says {}, ours {}, and the dataset has changes of a later time than the server's: its clock is not believed, and the next run looks again from the same time on",
            readable(clock.server),
            readable(clock.ours)
        );
    }
    if let Some((code, count)) = outcome.tally.iter().find(|(code, _)| code == LIMITED_VISIBILITY) {
        tell!(
            "warning: the server sent limited or private elements in {} ({code}); none of them came into the dataset",
            counted(*count, "answer")
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
        tell!("note: the dataset is refreshed, but its matches to ROR are those of before\n{failure}");
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
            tell!("going on with the run begun at {}; --anew plans anew", readable(begun));
        }
    }

    fn watermark_in_future(&self, watermark: i64, since: i64) {
        tell!(
            "the dataset says that its changes are known up to {}, which is in the future: looking for changes since {}",
            readable(watermark),
            readable(since)
        );
    }

    fn changes_in_future(&self, changes: u64) {
        tell!(
            "warning: dates in the future: {} of the file; the scope counts as known up to the newest of the others",
            counted(changes, "change")
        );
    }

    fn scope_is_empty(&self, scope: &str) {
        tell!("warning: ORCID's search finds nobody for {scope}: see that it is written as it should be");
    }

    fn searching(&self, way: Way, searches: u64) {
        if !self.quiet {
            tell!("{}: {} to begin with", way.meaning(), counted(searches, "search"));
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
            tell!("{} to make for items of the records read", counted(requests, "request"));
        }
    }

    fn applying(&self, part_of: Option<u64>) {
        match part_of {
            _ if self.quiet => {}
            None => tell!("all answers are there; changing the dataset"),
            Some(people) => {
                tell!("the answers about {} are whole; changing the dataset", counted(people, "record"));
            }
        }
    }
}
