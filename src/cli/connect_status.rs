//! `orcidlake connect status`.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;

use super::connect_args::StateArgs;
use super::failure::Failure;
use super::numbers::{counted, grouped};
use super::output::{print, print_json};
use super::rows::{RowFormat, write_rows};
use super::target::{check_outputs, file_of};
use super::{Common, Done};
use crate::connect::PersonRow;
use orcid_api::time::{iso, readable};

/// Show how many people are connected, and what waits.
///
/// With --people: a list of all people with their states, as CSV.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    state: StateArgs,
    /// List all people.
    #[arg(long)]
    people: bool,
    /// The file for the list; standard output if - or not given.
    #[arg(long, short, value_name = "FILE", requires = "people")]
    out: Option<PathBuf>,
}

/// A person in the list.
#[derive(Default, Serialize)]
struct Line {
    local_id: String,
    name: String,
    email: String,
    state: String,
    orcid: Option<String>,
    other_orcid: Option<String>,
    scopes: String,
    since: Option<String>,
    changed: Option<String>,
}

impl Line {
    fn of(person: PersonRow) -> Self {
        Self {
            state: person.state.name().to_owned(),
            local_id: person.local_id,
            name: person.name,
            email: person.email,
            orcid: person.orcid,
            other_orcid: person.other_orcid,
            scopes: person.scope,
            since: person.since.map(iso),
            changed: person.changed.map(iso),
        }
    }
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let out = file_of(args.out);
    check_outputs(&[&out], &[], common)?;
    let store = args.state.open(None)?;
    if args.people {
        let lines: Vec<Line> = store.people()?.into_iter().map(Line::of).collect();
        let format = if common.json { RowFormat::JsonLines } else { RowFormat::Csv };
        write_rows(&lines, format, out.as_deref())?;
        return Ok(Done::All);
    }
    let (counts, waiting) = (store.counts()?, store.pending_revocations()?);
    if common.json {
        let counts: serde_json::Map<_, _> =
            counts.iter().map(|(state, count)| (state.name().to_owned(), json!(count))).collect();
        let waiting: Vec<_> = waiting
            .iter()
            .map(|one| json!({ "local_id": one.local_id, "orcid": one.orcid, "since": iso(one.since), "tries": one.tries, "fault": one.fault }))
            .collect();
        print_json(&json!({
            "issuer": store.folder().issuer().url(),
            "people": counts,
            "pending_revocations": waiting,
        }))?;
        return Ok(Done::All);
    }
    let mut text = format!("connections with {}\n", store.folder().issuer());
    for (state, count) in counts {
        text += &format!("  {:>8} {}\n", grouped(count), state.name());
    }
    if !waiting.is_empty() {
        text += &format!("{} to be revoked at ORCID\n", counted(waiting.len() as u64, "token"));
        for one in waiting {
            let fault = if one.fault.is_empty() { String::new() } else { format!(": {}", one.fault) };
            text += &format!(
                "  {} since {}, tried {} times{fault}\n",
                one.local_id,
                readable(one.since),
                one.tries
            );
        }
    }
    print(&text)?;
    Ok(Done::All)
}
