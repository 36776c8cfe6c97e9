//! `orcidlake diff`.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::json;

use super::convert::stop_on_signals;
use super::diff_page::page;
use super::failure::Failure;
use super::hint::Hint;
use super::limited::LimitedArg;
use super::numbers::{counted, grouped};
use super::output::{print, print_json};
use super::target::{check_folder, check_outputs, write_file};
use super::{Common, Done, open_dataset};
use crate::compare::{CompareError, Compared, compare};
use crate::slice::Selection;
use crate::storage::shown;

/// Flows that are printed; the table has all.
const SHOWN_FLOWS: usize = 10;

/// Compare two datasets: who has come and gone, and what has changed.
///
/// Writes tables with old and new values (Parquet) and prints a summary. Affiliations, works,
/// fundings and peer reviews are compared by put code, and those that are left by content, of
/// people whose records both datasets have. If both were matched, moves between organisations of ROR
/// are counted too.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The older dataset.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The newer dataset.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// The folder for the tables: a new or empty one, outside of datasets.
    #[arg(long, value_name = "DIR", env = "ORCIDLAKE_DIFF_TO")]
    to: PathBuf,
    /// Also write a page with charts; it needs no network.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    limited: LimitedArg,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    check_folder(&args.to)?;
    check_outputs(&[&args.html], &[], common)?;
    let (old, new) = (open_dataset(&args.old, common)?.1, open_dataset(&args.new, common)?.1);
    let public = [&old, &new].map(|dataset| args.limited.of(dataset));
    let [shown_old, shown_new] = &public;
    let stop = stop_on_signals()?;
    let compared =
        compare(shown_old.as_ref().unwrap_or(&old), shown_new.as_ref().unwrap_or(&new), &args.to, &stop)?;
    tell_selections(&args, [&old, &new].map(|dataset| dataset.manifest.selection.as_ref()));
    if let Some(path) = &args.html {
        write_file(path, |out| Ok(out.write_all(page(&compared).as_bytes())?))?;
        if !common.quiet {
            tell!("{}", path.display());
        }
    }
    if common.json {
        let place = |path: &PathBuf| shown(path).to_string_lossy().into_owned();
        print_json(&json!({ "old": place(&args.old), "new": place(&args.new),
            "to": place(&args.to), "differences": compared }))?;
    } else {
        print(&summary(&compared))?;
    }
    Ok(Done::All)
}

/// Says whose records the datasets have, unless both have everybody, or the people of the same list. Else a
/// person may be new or gone only because one of the datasets does not select them.
fn tell_selections(args: &Args, selections: [Option<&Selection>; 2]) {
    let [old, new] = selections;
    if old == new && old.is_none_or(Selection::is_list) {
        return;
    }
    let people = |selection: Option<&Selection>| match selection {
        Some(selection) => format!("people by {selection}"),
        None => "all people".to_owned(),
    };
    tell!(
        "note: {} has {}, {} has {}; a person whom only one of them selects counts as new or gone",
        shown(&args.old).display(),
        people(old),
        shown(&args.new).display(),
        people(new)
    );
}

/// The counts, for people.
fn summary(compared: &Compared) -> String {
    let [old, new] = compared.records.map(grouped);
    let mut text = format!("records: {old}, then {new}\n");
    let mut lines = |title: &str, counts: &mut dyn Iterator<Item = (&String, &u64)>| {
        let mut is_any = false;
        for (name, count) in counts {
            if !is_any {
                let _ = writeln!(text, "{title}");
            }
            is_any = true;
            let _ = writeln!(text, "  {:>14} {name}", grouped(*count));
        }
    };
    lines("people", &mut compared.people.iter());
    lines("names that changed", &mut compared.names.iter());
    for (section, counts) in &compared.sections {
        lines(&section.replace('_', " "), &mut counts.iter());
    }
    for level in ["organisation", "country"] {
        let flows: Vec<_> = compared.flows.iter().filter(|flow| flow.level == level).collect();
        if flows.is_empty() {
            continue;
        }
        let moves = counted(flows.len() as u64, "flow");
        let _ = writeln!(text, "moves by {level}: {moves}, the largest");
        for flow in flows.iter().take(SHOWN_FLOWS) {
            let from = flow.from_name.as_deref().unwrap_or(&flow.from);
            let to = flow.to_name.as_deref().unwrap_or(&flow.to);
            let _ = writeln!(text, "  {:>14} from {from} to {to}", grouped(flow.people));
        }
    }
    for table in &compared.not_compared {
        let _ = writeln!(text, "note: {table} are not in both datasets, and were not compared");
    }
    text
}

impl Hint for CompareError {
    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::Dataset(error) => return error.hint(),
            Self::NoRecords { .. } => "convert the summaries with the table records",
            Self::NotEmpty { .. } => "give a new or an empty folder",
            Self::Io { .. } | Self::Write { .. } => {
                "check the path, the permissions and the room on the disk"
            }
            Self::Stopped => "run the same command again, into a new folder",
        };
        hint.into()
    }
}
