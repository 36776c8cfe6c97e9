//! `orcidlake match`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::BufRead as _;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::convert::{Machine, stop_on_signals};
use super::failure::Failure;
use super::match_output::Format;
use super::match_rows::{Bulk, Columns};
use super::matching::{Ror, Sources};
use super::numbers::{counted, grouped};
use super::output::print_json;
use super::spreadsheet::check;
use super::stores::{ScratchArg, store_to_change};
use super::{Common, Done, open_dataset, rematch};
use crate::dataset::{LocalStore, Store};
use crate::matching::Summary;
use crate::refresh::hold;
use crate::storage::Place;
use ror_match::{Matcher, Table, Tier};

/// Find the organisation of ROR that each affiliation means.
///
/// Matches all organizations of a dataset and adds the tables of `organizations/` to it, or matches
/// texts (--text) or the rows of a CSV table (--csv). Works offline with a release of ROR:
/// https://doi.org/10.5281/zenodo.6347574. If several organisations are equally likely, none is
/// chosen and the candidates are listed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The dataset.
    #[arg(value_name = "DIR", conflicts_with_all = ["text", "csv"])]
    dataset: Option<PathBuf>,
    #[command(flatten)]
    ror: Ror,
    /// A CSV table of ids and their organisations, with the columns source, id and ror, such as
    /// RINGGOLD,2153,https://ror.org/…; it takes precedence over ROR and over the learned
    /// crosswalk.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_CROSSWALK")]
    crosswalk: Option<PathBuf>,
    /// Match this text, an affiliation with whatever it has: departments, streets, places, several
    /// organisations; can be repeated. `-` reads a text from each line of standard input. With --csv,
    /// the table's column that has such texts.
    #[arg(long, value_name = "TEXT", value_parser = parse_text)]
    text: Vec<String>,
    /// Match the rows of this CSV table (`-` for standard input); all its columns are printed with
    /// those of the match.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Print all organisations that a text names, one row for each with its place in the text, and not
    /// only the leading one.
    #[arg(long, requires = "text")]
    all: bool,
    /// With --csv or --text, write CSV for spreadsheets: with a byte order mark, and a single quote
    /// before cells that they would take for formulas (those that begin with = + - @ or a tab).
    #[arg(long)]
    excel: bool,
    /// The table's column with the name.
    #[arg(long, value_name = "COLUMN", default_value = "name", requires = "csv", conflicts_with = "text")]
    name: String,
    /// The table's column with the city; `city` if not given, where there is one.
    #[arg(long, value_name = "COLUMN", requires = "csv", conflicts_with = "text")]
    city: Option<String>,
    /// The table's column with the country, as a code of two or three letters or a name; `country`
    /// if not given, where there is one.
    #[arg(long, value_name = "COLUMN", requires = "csv", conflicts_with = "text")]
    country: Option<String>,
    /// Match all names again. Without it, names that were matched before keep their answers if the
    /// release, the preset, the overrides and the program are the same.
    #[arg(long, requires = "dataset")]
    anew: bool,
    #[command(flatten)]
    machine: Machine,
    #[command(flatten)]
    scratch: ScratchArg,
}

/// The name of standard input in place of a file or a text.
const STDIN: &str = "-";
/// Whether id and name agree, for people.
const AGREEMENT: [(&str, &str); 5] = [
    ("agree", "agree"),
    ("differ", "differ; see organizations/disagreements"),
    ("id_only", "only the id leads to an organisation"),
    ("name_only", "only the name leads to an organisation"),
    ("none", "neither; see organizations/unmatched"),
];
fn parse_text(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("the text is empty".to_owned()) } else { Ok(text.to_owned()) }
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    check(args.excel, args.dataset.is_none() && !common.json)?;
    if let Some(path) = &args.dataset {
        return dataset(&args, path, common);
    }
    match &args.csv {
        Some(path) => table(&args, path, common),
        None => texts(&args, common),
    }
}

/// Matches the rows of a table.
fn table(args: &Args, path: &Path, common: &Common) -> Result<Done, Failure> {
    let table = if path == Path::new(STDIN) {
        Table::of_input(Path::new("standard input"), Box::new(std::io::stdin()))?
    } else {
        Table::open(path)?
    };
    let columns = match args.text.as_slice() {
        [] => Columns::of_names(&table, &args.name, args.city.as_deref(), args.country.as_deref())?,
        [column] => Columns::of_text(&table, column)?,
        _ => {
            let hint = "with --csv, give --text once: the column that has the affiliations";
            return Err(Failure::new("a table is matched by one column of texts", hint));
        }
    };
    if common.json {
        // A column's name is the key of its values, so that none may come twice.
        table.header().iter().try_for_each(|name| table.column(name).map(drop))?;
    }
    let matcher = lasting_matcher(&Sources::of(&args.ror, None, None, common)?, common)?;
    Bulk::new(&matcher, args.all, &args.machine)?.table(table, &columns, output(args, common))
}

/// Matches the texts of the command line, or the lines of standard input.
fn texts(args: &Args, common: &Common) -> Result<Done, Failure> {
    if args.text.is_empty() {
        return Err(Failure::new("there is nothing to match", "give a dataset, --text or --csv"));
    }
    let matcher = lasting_matcher(&Sources::of(&args.ror, None, None, common)?, common)?;
    let bulk = Bulk::new(&matcher, args.all, &args.machine)?;
    if args.text == [STDIN] {
        let lines = std::io::stdin().lock().lines().zip(1..);
        let texts = lines.map(|(line, number)| line.map_err(|error| unreadable(number, error)));
        return bulk.texts(texts, output(args, common));
    }
    bulk.texts(args.text.iter().cloned().map(Ok), output(args, common))
}

/// Says which line of standard input cannot be read.
fn unreadable(line: u64, error: std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::InvalidData => {
            Failure::new(format!("standard input, line {line}: the text is not UTF-8"), "give texts in UTF-8")
        }
        _ => error.into(),
    }
}

/// The matcher, which is not freed: the program ends soon after its last match, and to free hundreds of
/// thousands of names one by one takes as long as to match thousands.
fn lasting_matcher(sources: &Sources, common: &Common) -> Result<ManuallyDrop<Matcher>, Failure> {
    Ok(ManuallyDrop::new(sources.matcher(common)?))
}

fn output(args: &Args, common: &Common) -> Format {
    if common.json { Format::Json } else { Format::Csv { excel: args.excel } }
}

/// Matches a dataset.
fn dataset(args: &Args, path: &Path, common: &Common) -> Result<Done, Failure> {
    let manifest = open_dataset(path, common)?.1.manifest;
    // Said before the release is looked for, and read.
    manifest.check_format(path)?;
    let before = manifest.organizations;
    let stop = stop_on_signals()?;
    let sources = Sources::of(&args.ror, args.crosswalk.as_ref(), before.as_ref(), common)?;
    let (inputs, matcher) = (sources.inputs()?, lasting_matcher(&sources, common)?);
    let options = rematch::options(&args.machine, args.anew);
    let store: Arc<dyn Store> = match Place::of(path)? {
        // Nobody refreshes it meanwhile.
        Place::Local(path) => Arc::new(LocalStore::holding(hold(&path, "match")?)),
        Place::Remote(_) => store_to_change(path, &args.scratch, common)?,
    };
    let summary = rematch::match_with(store.as_ref(), (&sources, inputs), &matcher, options, &stop)?;
    if common.json {
        let mut value = serde_json::to_value(&summary).map_err(std::io::Error::from)?;
        value["dataset"] = json!(path.to_string_lossy());
        value["ror_release"] = json!(matcher.index.release.name);
        value["preset"] = json!(matcher.preset.name());
        print_json(&value)?;
    } else if !common.quiet {
        tell_part!("{}", summary_text(&summary));
    }
    Ok(Done::All)
}

/// The counts, for people.
fn summary_text(summary: &Summary) -> String {
    let share = |part: u64, whole: u64| 100.0 * part as f64 / whole.max(1) as f64;
    let mut text = format!(
        "{} organizations as written, {:.1} % of them matched{}\n{} occurrences of them, {:.1} % matched\n{} learned that ROR does not list\n",
        grouped(summary.keys),
        share(summary.matched_keys, summary.keys),
        if summary.new_keys == summary.keys {
            String::new()
        } else {
            format!("; {} were new", grouped(summary.new_keys))
        },
        grouped(summary.occurrences),
        share(summary.matched_occurrences, summary.occurrences),
        counted(summary.learned, "id"),
    );
    let mut list = |title: &str, names: &[(&str, String)], counts: &BTreeMap<String, u64>| {
        let _ = writeln!(text, "{title}");
        for (name, meaning) in names {
            if let Some(count) = counts.get(*name) {
                let _ = writeln!(text, "  {:>14} {meaning}", grouped(*count));
            }
        }
    };
    let agreement = AGREEMENT.map(|(name, meaning)| (name, meaning.to_owned()));
    list("agreement of id and name", &agreement, &summary.agreement);
    let tiers = Tier::ALL.map(|tier| (tier.name(), format!("{}: {}", tier.name(), tier.doc())));
    list("how names were found", &tiers, &summary.tiers);
    text
}
