//! `orcidlake report`.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::json;

use super::convert::stop_on_signals;
use super::failure::Failure;
use super::hint::Hint;
use super::limited::LimitedArg;
use super::numbers::grouped;
use super::output::{print, print_json};
use super::page::{readable, share};
use super::report_page::page;
use super::target::{check_outputs, write_file};
use super::{Common, Done, expect_dataset};
use crate::dataset::read_dataset_in;
use crate::overview::{Overview, OverviewError, overview};
use crate::storage::shown;

/// Show what is in a dataset: people, items, sources, identifiers, organisations, and what is odd.
///
/// Counts records by year and country, items by section, year and source, types of identifiers,
/// and, if the dataset was matched, organisations; and how many members were rejected, values have
/// no column, and dates are odd. Prints a summary, and with --html writes a page with charts. Reads
/// a few columns of each table once.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The dataset.
    #[arg(value_name = "DIR")]
    dataset: PathBuf,
    /// Also write a page with charts; it needs no network.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    limited: LimitedArg,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    check_outputs(&[&args.html], &[], common)?;
    let store = expect_dataset(&args.dataset, common)?;
    let stop = stop_on_signals()?;
    let (dataset, found) = read_dataset_in(store.as_ref(), |dataset| -> Result<_, Failure> {
        let public = args.limited.of(dataset);
        Ok(overview(public.as_ref().unwrap_or(dataset), &stop)?)
    })?;
    if let Some(path) = &args.html {
        let html = page(&found, dataset.manifest.organizations.is_some());
        write_file(path, |out| Ok(out.write_all(html.as_bytes())?))?;
        if !common.quiet {
            tell!("{}", path.display());
        }
    }
    if common.json {
        let place = shown(&args.dataset).to_string_lossy().into_owned();
        print_json(&json!({ "dataset": place, "html": args.html, "overview": found }))?;
    } else {
        print(&summary(&found))?;
    }
    Ok(Done::All)
}

/// The most important counts, for people.
fn summary(found: &Overview) -> String {
    let year = found.release.map_or_else(String::new, |year| format!(" of {year}"));
    let mut text = format!("{} records{year}\n", grouped(found.records.records));
    for (status, count) in &found.tombstones {
        let _ = writeln!(text, "  {:>14} {status}", grouped(*count));
    }
    text.push_str("items, people who have one, and those that the owner added\n");
    for section in &found.sections {
        let name = readable(&section.section);
        let own = share(section.by_owner, section.items);
        let (items, people) = (grouped(section.items), grouped(section.people));
        let _ = writeln!(text, "  {items:>14} {people:>12} {own:>8} {name}");
    }
    if let Some(organisations) = &found.organisations {
        text.push_str("items whose organization was found in ROR\n");
        for (section, items) in organisations.items.iter().filter(|(_, items)| **items > 0) {
            let in_ror = organisations.items_found.get(section).copied().unwrap_or(0);
            let name = readable(section);
            let _ = writeln!(text, "  {:>14} {:>8} {name}", grouped(in_ror), share(in_ror, *items));
        }
    }
    let odd: u64 = found.sections.iter().filter_map(|section| section.odd_dates).map(|odd| odd.ways()).sum();
    let (rejects, unmapped) = (found.quality.rejects.values().sum(), found.quality.unmapped.values().sum());
    for (count, what) in
        [(rejects, "members rejected"), (unmapped, "values without a column"), (odd, "odd dates")]
    {
        let _ = writeln!(text, "{} {what}", grouped(count));
    }
    if !found.not_counted.is_empty() {
        let tables = readable(&found.not_counted.join(", "));
        let _ = writeln!(text, "note: the dataset does not have {tables}");
    }
    text
}

impl Hint for OverviewError {
    fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::Dataset(error) => error.hint(),
            Self::Dates { .. } => "check the dataset with `orcidlake verify`".into(),
            Self::Stopped => "run the same command again".into(),
        }
    }
}
