//! `orcidlake push`.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::auth::USER_AGENT;
use super::convert::stop_on_signals;
use super::failure::{Failure, with_end};
use super::numbers::{counted, grouped};
use super::output::{print, print_json};
pub use super::push_args::Args;
use super::push_permissions::PortalPermissions;
use super::target::{check_outputs, file_of, write_file};
use super::{Common, Done};
use crate::push::{
    Access, Permissions, PushError, Pushed, ReportRow, State, Stored, TokenTable, dry_run, push, status,
};
use crate::refresh::log_to;
use orcid_api::member::MemberHttp;
use orcid_api::{Host, SystemClock};
use ror_match::{Matcher, Preset, Release};

/// Time between lines about progress.
const PLAIN_EVERY: Duration = Duration::from_secs(30);
/// Time between lines on a terminal.
const LIVE_EVERY: Duration = Duration::from_millis(500);

pub fn run(args: &Args, common: &Common) -> Result<Done, Failure> {
    let report = file_of(args.report.clone());
    let inputs: Vec<&Path> =
        args.items.iter().chain(&args.tokens).chain(&args.ror_release).map(|path| path.as_path()).collect();
    check_outputs(&[&report, &args.log_file], &inputs, common)?;
    if args.status {
        return show_status(args, report.as_deref(), common);
    }
    let Some(log_file) = &args.log_file else { return run_logged(args, report.as_deref(), common) };
    let log = log_to(log_file)?;
    let done = run_logged(args, report.as_deref(), common);
    if let Some(error) = log.fault() {
        tell!("warning: the log {} is incomplete, because writing failed: {error}", log_file.display());
    }
    done
}

fn run_logged(args: &Args, report: Option<&Path>, common: &Common) -> Result<Done, Failure> {
    let host = args.host()?;
    let settings = args.settings(&host)?;
    let permissions = permissions(args, &settings.client_id, &host)?;
    let matcher = args.ror_release.as_deref().map(Release::read).transpose()?;
    let matcher = matcher.map(|release| Matcher::new(release, Preset::Strict));
    if args.dry_run {
        let rows = dry_run(&args.items, &settings, permissions.as_deref(), matcher.as_ref())?;
        return show(Pushed { rows, ended_by: None }, args, report, common);
    }
    let permissions = permissions.ok_or_else(|| {
        Failure::new(
            "there are no tokens of people",
            "give the --state of `orcidlake connect serve`, or --tokens FILE with the columns orcid, token and scopes",
        )
    })?;
    let client = MemberHttp::new(&host, USER_AGENT, args.contact(), args.timeout())?;
    let clock = SystemClock::default();
    let access = Access { client: &client, permissions: &*permissions, clock: &clock };
    let teller = Teller::new(common.quiet);
    let stop = stop_on_signals()?;
    let pushed = push(&args.items, &settings, &access, matcher.as_ref(), &|done| teller.tell(done), &stop)?;
    teller.end();
    show(pushed, args, report, common)
}

/// The table of tokens that is given, or else what people have permitted in the portal whose state the
/// folder holds.
fn permissions(args: &Args, client_id: &str, host: &Host) -> Result<Option<Box<dyn Permissions>>, Failure> {
    if let Some(table) = &args.tokens {
        return Ok(Some(Box::new(TokenTable::read(table).map_err(PushError::from)?)));
    }
    let portal = PortalPermissions::open(&args.state, args.key_file.as_deref(), client_id, host)?;
    Ok(portal.map(|portal| Box::new(portal) as Box<dyn Permissions>))
}

/// Writes the report, and says how many rows are in which state.
fn show(pushed: Pushed, args: &Args, report: Option<&Path>, common: &Common) -> Result<Done, Failure> {
    let rows: Vec<Vec<String>> = pushed.rows.iter().map(|row| row.cells().to_vec()).collect();
    write_report(&ReportRow::COLUMNS, &rows, report, common)?;
    let count = |state: State| pushed.rows.iter().filter(|row| row.state == state).count() as u64;
    let counts: Vec<(State, u64)> =
        State::ALL.into_iter().map(|state| (state, count(state))).filter(|(_, count)| *count > 0).collect();
    if !common.json && !common.quiet {
        let told: Vec<String> =
            counts.iter().map(|(state, count)| format!("{} {state}", grouped(*count))).collect();
        tell!("{}: {}", counted(pushed.rows.len() as u64, "row"), told.join(", "));
        tell_part!("{}", did(&pushed.rows));
    }
    let is_good = |row: &ReportRow| row.state.is_settled() || args.dry_run && row.state == State::Waiting;
    let ended = match pushed.ended_by {
        Some(error) => Err(error.into()),
        None if pushed.rows.iter().all(is_good) => Ok(Done::All),
        None => Ok(Done::WithProblems),
    };
    if common.json {
        let states: Value =
            counts.iter().map(|(state, count)| (state.name().to_owned(), json!(count))).collect();
        let result = json!({
            "rows": pushed.rows.len(),
            "states": states,
            "dry_run": args.dry_run,
            "report": report.map(|path| path.display().to_string()),
        });
        print_json(&with_end(result, &ended))?;
    }
    ended
}

/// What was done, where something was.
fn did(rows: &[ReportRow]) -> String {
    let mut kinds: Vec<&str> = rows.iter().map(|row| row.done).filter(|done| !done.is_empty()).collect();
    kinds.sort_unstable();
    let told: Vec<String> = kinds
        .chunk_by(|one, other| one == other)
        .map(|same| format!("{} {}", same[0], grouped(same.len() as u64)))
        .collect();
    if told.is_empty() { String::new() } else { format!("{}\n", told.join(", ")) }
}

/// The report as CSV: in its file, or on standard output where no JSON goes there.
fn write_report(
    columns: &[&str],
    rows: &[Vec<String>],
    report: Option<&Path>,
    common: &Common,
) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written =
        writer.write_record(columns).and_then(|()| rows.iter().try_for_each(|row| writer.write_record(row)));
    let text = written
        .map_err(std::io::Error::from)
        .and_then(|()| writer.into_inner().map_err(|error| error.into_error()))?;
    match report {
        Some(path) => write_file(path, |out| Ok(out.write_all(&text)?)),
        None if common.json => Ok(()),
        None => print(&String::from_utf8_lossy(&text)),
    }
}

/// Prints the state of every row that the state folder knows.
fn show_status(args: &Args, report: Option<&Path>, common: &Common) -> Result<Done, Failure> {
    let stored = status(&args.state).map_err(PushError::from)?;
    let columns = [
        "orcid",
        "section",
        "id",
        "state",
        "put_code",
        "http_status",
        "error_code",
        "reason",
        "origin",
        "client",
    ];
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let cells = |row: &Stored| {
        vec![
            row.key.orcid.to_string(),
            row.key.section.element().to_owned(),
            row.key.row.clone(),
            row.state.name().to_owned(),
            number(row.put_code),
            number(row.status.map(i64::from)),
            number(row.code.map(i64::from)),
            row.reason.clone(),
            row.origin.clone(),
            row.key.client.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = stored.iter().map(cells).collect();
    write_report(&columns, &rows, report, common)?;
    let count = |state: State| stored.iter().filter(|row| row.state == state).count();
    let states: Vec<(State, usize)> =
        State::ALL.into_iter().map(|state| (state, count(state))).filter(|(_, count)| *count > 0).collect();
    if common.json {
        let states: Value =
            states.iter().map(|(state, count)| (state.name().to_owned(), json!(count))).collect();
        print_json(&json!({ "rows": stored.len(), "states": states, "exit_status": 0 }))?;
    } else if !common.quiet {
        for (state, count) in states {
            tell!("{} {state}", grouped(count as u64));
        }
    }
    Ok(Done::All)
}

/// Says on standard error how it goes on.
struct Teller {
    quiet: bool,
    terminal: bool,
    told: Mutex<Instant>,
}

impl Teller {
    fn new(quiet: bool) -> Self {
        Self { quiet, terminal: std::io::stderr().is_terminal(), told: Mutex::new(Instant::now()) }
    }

    fn tell(&self, done: usize) {
        let every = if self.terminal { LIVE_EVERY } else { PLAIN_EVERY };
        let Ok(mut told) = self.told.lock() else { return };
        if self.quiet || told.elapsed() < every {
            return;
        }
        *told = Instant::now();
        let line = format!("{} done", counted(done as u64, "row"));
        if self.terminal { tell_part!("\r\x1b[K{line}\r") } else { tell!("{line}") }
    }

    /// Clears the line of a terminal.
    fn end(&self) {
        if self.terminal && !self.quiet {
            tell_part!("\r\x1b[K");
        }
    }
}
