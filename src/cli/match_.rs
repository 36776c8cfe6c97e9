//! `orcidlake match`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::convert::{Machine, stop_on_signals};
use super::failure::Failure;
use super::matching::{Ror, Sources, evidence};
use super::numbers::{counted, grouped};
use super::output::print_json;
use super::spreadsheet::{BYTE_ORDER_MARK, check, shown};
use super::stores::{ScratchArg, store_to_change};
use super::{Common, Done, open_dataset, rematch};
use crate::dataset::{LocalStore, Store};
use crate::matching::Summary;
use crate::refresh::hold;
use crate::storage::Place;
use ror_match::{Address, Answer, Country, Matcher, Query, Scratch, Table, Tier};

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
    /// Match this text, an affiliation with or without its place; can be repeated.
    #[arg(long, value_name = "TEXT", value_parser = parse_text)]
    text: Vec<String>,
    /// Match the rows of this CSV table; all its columns are printed with those of the match.
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    csv: Option<PathBuf>,
    /// With --csv or --text, write CSV for spreadsheets: with a byte order mark, and a single quote
    /// before cells that they would take for formulas (those that begin with = + - @ or a tab).
    #[arg(long)]
    excel: bool,
    /// The table's column with the name.
    #[arg(long, value_name = "COLUMN", default_value = "name", requires = "csv")]
    name: String,
    /// The table's column with the city; `city` if not given, where there is one.
    #[arg(long, value_name = "COLUMN", requires = "csv")]
    city: Option<String>,
    /// The table's column with the country, as a code of two or three letters or a name; `country`
    /// if not given, where there is one.
    #[arg(long, value_name = "COLUMN", requires = "csv")]
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

/// Country cells that name no country and are told with their lines.
const SHOWN_COUNTRIES: usize = 5;
/// Whether id and name agree, for people.
const AGREEMENT: [(&str, &str); 5] = [
    ("agree", "agree"),
    ("differ", "differ; see organizations/disagreements"),
    ("id_only", "only the id leads to an organisation"),
    ("name_only", "only the name leads to an organisation"),
    ("none", "neither; see organizations/unmatched"),
];
/// The columns that a match adds to a table.
const COLUMNS: [&str; 14] = [
    "ror_id",
    "ror_name",
    "tier",
    "relation",
    "score",
    "margin",
    "matched_name",
    "matched_name_type",
    "country_verdict",
    "city_verdict",
    "ror_status",
    "successor_of",
    "runner_up",
    "candidates",
];

fn parse_text(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("the text is empty".to_owned()) } else { Ok(text.to_owned()) }
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    check(args.excel, args.dataset.is_none() && !common.json)?;
    if let Some(path) = &args.dataset {
        return dataset(&args, path, common);
    }
    let Some(path) = &args.csv else {
        return texts(&args, common);
    };
    let mut table = Table::open(path)?;
    let columns = Columns::of(&args, &table)?;
    let header = table.header().to_vec();
    if common.json {
        // A column's name is the key of its values, so that none may come twice.
        header.iter().try_for_each(|name| table.column(name).map(drop))?;
    }
    let matcher = Sources::of(&args.ror, None, None, common)?.matcher(common)?;
    let mut out = Output::new(&header, args.excel, common)?;
    let mut scratch = Scratch::default();
    let mut unknown = UnknownCountries::default();
    while let Some(row) = table.row()? {
        let mut query = columns.query(&row.cells);
        query.country = query.country.filter(|country| unknown.is_known(row.line, country));
        let answer = matcher.find(&query, &mut scratch);
        out.row(&matcher, &header, &row.cells, &answer)?;
    }
    out.end()?;
    unknown.tell(path);
    Ok(Done::All)
}

/// Matches a dataset.
fn dataset(args: &Args, path: &Path, common: &Common) -> Result<Done, Failure> {
    let manifest = open_dataset(path, common)?.1.manifest;
    // Said before the release is looked for, and read.
    manifest.check_format(path)?;
    let before = manifest.organizations;
    let stop = stop_on_signals()?;
    let sources = Sources::of(&args.ror, args.crosswalk.as_ref(), before.as_ref(), common)?;
    let (inputs, matcher) = (sources.inputs()?, sources.matcher(common)?);
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

/// Matches the texts of the command line.
fn texts(args: &Args, common: &Common) -> Result<Done, Failure> {
    if args.text.is_empty() {
        return Err(Failure::new("there is nothing to match", "give a dataset, --text or --csv"));
    }
    let matcher = Sources::of(&args.ror, None, None, common)?.matcher(common)?;
    let mut scratch = Scratch::default();
    let header = ["text".to_owned()];
    let mut out = Output::new(&header, args.excel, common)?;
    for text in &args.text {
        let answer = matcher.find(&Address::of(text, &matcher.index).query(), &mut scratch);
        out.row(&matcher, &header, std::slice::from_ref(text), &answer)?;
    }
    out.end()?;
    Ok(Done::All)
}

/// Where in a table name and place stand.
struct Columns {
    name: usize,
    city: Option<usize>,
    country: Option<usize>,
}

impl Columns {
    fn of(args: &Args, table: &Table) -> Result<Self, Failure> {
        let required = |name: &str| -> Result<usize, Failure> {
            let hint = format!("the columns are: {}", table.header().join(", "));
            let missing = || Failure::new(format!("the table has no column {name}"), &hint);
            table.column(name)?.ok_or_else(missing)
        };
        let optional = |name: &Option<String>, usual: &str| match name {
            Some(name) => required(name).map(Some),
            None => Ok(table.column(usual)?),
        };
        Ok(Self {
            name: required(&args.name)?,
            city: optional(&args.city, "city")?,
            country: optional(&args.country, "country")?,
        })
    }

    fn query<'r>(&self, row: &'r [String]) -> Query<'r> {
        let cell = |place: Option<usize>| {
            place.and_then(|place| row.get(place)).map(String::as_str).filter(|cell| !cell.is_empty())
        };
        Query {
            name: cell(Some(self.name)).unwrap_or_default(),
            city: cell(self.city),
            country: cell(self.country),
        }
    }
}

/// Cells for countries that name none, of a table that is matched.
#[derive(Default)]
struct UnknownCountries {
    count: u64,
    /// The first ones, with their lines.
    shown: Vec<String>,
}

impl UnknownCountries {
    /// True for a country; notes the line of any other text.
    fn is_known(&mut self, line: u64, country: &str) -> bool {
        let is_known = Country::of(country).is_listed();
        if !is_known && !country.trim().is_empty() {
            self.count += 1;
            if self.shown.len() < SHOWN_COUNTRIES {
                self.shown.push(format!("line {line} \"{country}\""));
            }
        }
        is_known
    }

    fn tell(&self, path: &Path) {
        if self.count > 0 {
            let more = if self.count > self.shown.len() as u64 { ", …" } else { "" };
            tell!(
                "note: {}: matched without a country, because the cell is not a country: {}: {}{more}",
                path.display(),
                counted(self.count, "row"),
                self.shown.join(", ")
            );
        }
    }
}

/// Prints rows as they come: CSV, or JSON Lines.
enum Output {
    Csv { writer: Box<csv::Writer<std::io::StdoutLock<'static>>>, excel: bool },
    Json(BufWriter<std::io::StdoutLock<'static>>),
}

impl Output {
    fn new(header: &[String], excel: bool, common: &Common) -> Result<Self, Failure> {
        let mut out = std::io::stdout().lock();
        if common.json {
            return Ok(Self::Json(BufWriter::new(out)));
        }
        if excel {
            out.write_all(BYTE_ORDER_MARK.as_bytes())?;
        }
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
        for name in header.iter().map(String::as_str).chain(COLUMNS) {
            writer.write_field(quoted(name, excel).as_ref()).map_err(std::io::Error::from)?;
        }
        writer.write_record(None::<&[u8]>).map_err(std::io::Error::from)?;
        Ok(Self::Csv { writer: Box::new(writer), excel })
    }

    fn row(
        &mut self,
        matcher: &Matcher,
        header: &[String],
        row: &[String],
        answer: &Answer,
    ) -> Result<(), Failure> {
        let found = evidence(matcher, answer);
        match self {
            Self::Csv { writer, excel } => {
                // A row that is too short would put the match under the wrong columns.
                let padding = std::iter::repeat_n("", header.len().saturating_sub(row.len()));
                let own = row.iter().map(String::as_str).chain(padding);
                for cell in own {
                    writer.write_field(quoted(cell, *excel).as_ref()).map_err(std::io::Error::from)?;
                }
                for value in COLUMNS.map(|column| &found[column]) {
                    writer
                        .write_field(quoted(&cell(value), *excel).as_ref())
                        .map_err(std::io::Error::from)?;
                }
                writer.write_record(None::<&[u8]>).map_err(std::io::Error::from)?;
            }
            Self::Json(out) => {
                let own: serde_json::Map<String, Value> =
                    header.iter().zip(row).map(|(column, cell)| (column.clone(), json!(cell))).collect();
                writeln!(out, "{}", json!({ "query": own, "match": found }))?;
            }
        }
        Ok(())
    }

    fn end(self) -> Result<(), Failure> {
        match self {
            Self::Csv { mut writer, .. } => writer.flush()?,
            Self::Json(mut out) => out.flush()?,
        }
        Ok(())
    }
}

/// A cell as it is, or for spreadsheets.
fn quoted(cell: &str, excel: bool) -> Cow<'_, str> {
    if excel { shown(cell) } else { Cow::Borrowed(cell) }
}

/// A value of the evidence as the cell of a table.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join("|"),
        Value::Object(candidate) => format!("{} {}", cell(&candidate["ror_id"]), cell(&candidate["score"])),
        other => other.to_string(),
    }
}
