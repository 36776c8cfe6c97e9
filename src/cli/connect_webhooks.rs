//! `orcidlake connect webhooks`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;

use super::connect_args::{IssuerArgs, OauthArgs, StateArgs, now};
use super::convert::stop_on_signals;
use super::failure::Failure;
use super::numbers::counted;
use super::rows::{RowFormat, write_rows};
use super::target::{check_outputs, file_of};
use super::{Common, Done};
use crate::connect::{Connect, ConnectError, MarkedHook, Settings, checked_public_url};
use crate::refresh::Scope;
use orcid_api::time::{DAY, iso};
use orcid_api::{Limits, Pace, SystemClock};
use orcid_xml::Timestamp;

/// Have ORCID tell the portal when records change; for premium members.
///
/// ORCID has no list of webhooks, so the portal keeps its own. A webhook that has failed 25 times
/// is never called again, until it is revived: removed and registered anew.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Register webhooks: of everybody who is connected, or of the iDs of a list.
    Register(Box<Changing>),
    /// Remove webhooks at ORCID and here: all, or those of the iDs of a list.
    Unregister(Box<Changing>),
    /// Remove webhooks that have fallen silent, and register them again; with --ids those of the
    /// list, silent or not.
    Revive {
        /// Days without a call after which a webhook counts as silent.
        #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(0..=3_650))]
        silent_days: u16,
        #[command(flatten)]
        changing: Box<Changing>,
    },
    /// List the webhooks that this state knows, with their calls, as CSV.
    List {
        #[command(flatten)]
        state: StateArgs,
        /// The file for the list; standard output if - or not given.
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// Whose webhooks are changed, and by whom.
#[derive(Debug, clap::Args)]
struct Changing {
    /// The iDs in this file, one on each line; - is standard input.
    #[arg(long, value_name = "FILE")]
    ids: Option<PathBuf>,
    /// The URL of the portal as ORCID reaches it; webhooks are addresses below it.
    #[arg(long, value_name = "URL", env = "ORCIDLAKE_PUBLIC_URL")]
    public_url: String,
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    issuer: IssuerArgs,
    #[command(flatten)]
    client: OauthArgs,
}

/// A webhook in the list.
#[derive(Default, Serialize)]
struct Line {
    orcid: String,
    state: String,
    calls: u32,
    last_call: Option<String>,
    marked: Option<String>,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    match args.act {
        Act::List { state, out } => list(&state, out, common),
        Act::Register(changing) => changing.register(common),
        Act::Unregister(changing) => changing.unregister(common),
        Act::Revive { silent_days, changing } => changing.revive(i64::from(silent_days) * DAY, common),
    }
}

fn list(state: &StateArgs, out: Option<PathBuf>, common: &Common) -> Result<Done, Failure> {
    let out = file_of(out);
    check_outputs(&[&out], &[], common)?;
    let line = |hook: MarkedHook| Line {
        orcid: hook.orcid,
        state: hook.state,
        calls: hook.calls,
        last_call: hook.last_call.map(iso),
        marked: hook.marked.map(iso),
    };
    let lines: Vec<Line> = state.open(None)?.hooks()?.into_iter().map(line).collect();
    let format = if common.json { RowFormat::JsonLines } else { RowFormat::Csv };
    write_rows(&lines, format, out.as_deref())?;
    Ok(Done::All)
}

impl Changing {
    fn connect(&self) -> Result<Connect, Failure> {
        let issuer = self.issuer.issuer()?;
        let client = self.client.client(&issuer)?;
        let settings = Settings {
            public_url: checked_public_url(&self.public_url)?,
            institution: String::new(),
            help: None,
            scope: String::new(),
            must_sign_in: false,
            keeps_orcid: true,
            webhooks: true,
            sign_on: None,
        };
        Ok(Connect { store: self.state.open(Some(&issuer))?, client, settings })
    }

    /// The iDs of the list, if one is given.
    fn listed(&self) -> Result<Option<Vec<String>>, Failure> {
        let Some(path) = &self.ids else { return Ok(None) };
        let Scope::Ids(orcids) = Scope::read_ids(path)? else { return Ok(Some(Vec::new())) };
        Ok(Some(orcids.iter().map(ToString::to_string).collect()))
    }

    fn register(&self, common: &Common) -> Result<Done, Failure> {
        let (connect, listed) = (self.connect()?, self.listed()?);
        let is_listed = listed.is_some();
        let connected: BTreeSet<String> = connect.store.connected_orcids()?.into_iter().collect();
        let orcids = listed.unwrap_or_else(|| connected.iter().cloned().collect());
        each(&orcids, "registered", common, |orcid| {
            let stays = is_listed && !connected.contains(orcid);
            connect.register_hook(orcid, stays, now())
        })
    }

    fn unregister(&self, common: &Common) -> Result<Done, Failure> {
        let (connect, listed) = (self.connect()?, self.listed()?);
        let all = || Ok::<_, Failure>(connect.store.hooks()?.into_iter().map(|hook| hook.orcid).collect());
        let orcids: Vec<String> = listed.map_or_else(all, Ok)?;
        each(&orcids, "removed", common, |orcid| connect.unregister_hook(orcid, now()))
    }

    fn revive(&self, silence: Timestamp, common: &Common) -> Result<Done, Failure> {
        let (connect, listed) = (self.connect()?, self.listed()?);
        let silent = || Ok::<_, Failure>(connect.silent_hooks(now() - silence)?);
        let orcids: Vec<String> = listed.map_or_else(silent, Ok)?;
        each(&orcids, "revived", common, |orcid| connect.revive_hook(orcid, now()))
    }
}

/// Does something for each iD, no faster than members may ask. What fails is told, and the others
/// go on.
fn each(
    orcids: &[String],
    done: &str,
    common: &Common,
    act: impl Fn(&str) -> Result<bool, ConnectError>,
) -> Result<Done, Failure> {
    let (clock, stop) = (SystemClock::default(), stop_on_signals()?);
    let pace = Pace::new(&Limits::documented(true, true));
    let (mut changed, mut failed) = (0, 0);
    for orcid in orcids {
        if !pace.wait(&clock, &stop) {
            return Err(Failure::new("stopped before the end of the list", "run the same command again"));
        }
        match act(orcid) {
            Ok(has_changed) => changed += u64::from(has_changed),
            Err(error) => {
                failed += 1;
                tell!("{orcid}: {error}");
            }
        }
    }
    if !common.quiet {
        tell!("{} {done}, of {}", counted(changed, "webhook"), counted(orcids.len() as u64, "iD"));
    }
    Ok(if failed > 0 { Done::WithProblems } else { Done::All })
}
