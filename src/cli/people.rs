//! `orcidlake people`.

use std::path::PathBuf;

use serde_json::json;

use super::failure::Failure;
use super::limited::LimitedArg;
use super::numbers::{counted, grouped};
use super::output::print_json;
use super::rows::{Format, tell_where, write_rows};
use super::target::{check_outputs, file_of};
use super::{Common, Done, expect_dataset};
use crate::dataset::{Dataset, read_dataset_in};
use crate::matching::{Expansion, PeopleFilter, Question, people};
use crate::slice::Day;
use orcid_xml::AffiliationKind;
use ror_match::RorId;

/// List the people of an institution, under any of its ids and names.
///
/// Needs a dataset that has been matched with `match`. It first says what counts as the
/// institution; --explain lists every such organisation, id and name, and stops.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The dataset.
    #[arg(value_name = "DIR")]
    dataset: PathBuf,
    #[command(flatten)]
    institution: Institution,
    /// Print what counts as the institution, and stop.
    #[arg(long)]
    explain: bool,
    /// Only affiliations that have not ended: without an end date, or with one that lies ahead.
    #[arg(long, conflicts_with = "as_of")]
    current: bool,
    /// Only affiliations that were valid on this day, such as 2024-12-31; a date that is only
    /// partly known counts if it may fit.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    as_of: Option<Day>,
    /// Only these kinds, such as employment,education: distinction, education, employment,
    /// invited-position, membership, qualification or service, in the singular or the plural.
    #[arg(long, value_delimiter = ',', value_name = "KIND", value_parser = parse_kind)]
    kind: Vec<AffiliationKind>,
    /// Add public e-mail addresses.
    #[arg(long)]
    emails: bool,
    /// Only what is public; this is what happens without --include-limited too.
    #[arg(long)]
    public_only: bool,
    #[command(flatten)]
    limited: LimitedArg,
    /// The format of the list.
    #[arg(long, short, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// Write CSV for spreadsheets: with a byte order mark, and a single quote before cells that
    /// they would take for formulas (those that begin with = + - @ or a tab).
    #[arg(long)]
    excel: bool,
    /// The file for the list, outside of datasets; - or nothing for standard output.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The institution that is meant.
#[derive(Debug, Clone, clap::Args)]
pub struct Institution {
    /// The ROR id of the institution; several ids count as one institution.
    #[arg(long = "ror", value_name = "ID", value_delimiter = ',', required = true, value_parser = parse_ror)]
    pub ror: Vec<RorId>,
    /// Include its child organisations in ROR, at all levels.
    #[arg(long)]
    pub children: bool,
    /// Include at most this many levels of child organisations.
    #[arg(long, value_name = "N", requires = "children")]
    pub depth: Option<u8>,
    /// Include inactive and withdrawn child organisations.
    #[arg(long, requires = "children")]
    pub include_inactive: bool,
    /// The lowest score of matches by name, from 0 to 1; matches by id have 1.
    #[arg(long, value_name = "SCORE", default_value_t = 0.0, value_parser = parse_score)]
    pub min_confidence: f64,
}

/// What the counts of `--explain` have to do with the list.
const COUNTED: &str = "\
the counts are of all items of records that name the institution: affiliations, fundings, peer reviews and
research resources; the list has the affiliations only, those that --current, --as-of and --kind allow
";

pub fn parse_ror(text: &str) -> Result<RorId, String> {
    RorId::parse(text).map_err(|fault| match fault {
        ror_match::NotRor::Malformed => {
            format!("\"{text}\" is not a ROR id such as https://ror.org/04ttjf776")
        }
        ror_match::NotRor::CheckDigits => format!("the check digits of \"{text}\" are wrong: mistyped?"),
    })
}

fn parse_kind(text: &str) -> Result<AffiliationKind, String> {
    let written = text.trim().to_lowercase().replace('_', "-");
    let kind = AffiliationKind::new(&written)
        .or_else(|| AffiliationKind::new(written.strip_suffix('s').unwrap_or(&written)));
    kind.ok_or_else(|| {
        let known = AffiliationKind::ALL.map(AffiliationKind::name).join(", ");
        format!("\"{text}\" is no kind of affiliation; the kinds are {known}")
    })
}

fn parse_score(text: &str) -> Result<f64, String> {
    let score = text.parse().ok().filter(|score| (0.0..=1.0).contains(score));
    score.ok_or_else(|| format!("\"{text}\" is not a number from 0 to 1"))
}

fn parse_day(text: &str) -> Result<Day, String> {
    let parts: Result<Vec<i16>, _> = text.split('-').map(str::parse).collect();
    match parts.as_deref() {
        Ok([year, month @ 1..=12, day @ 1..=31]) => Ok(Day(*year, *month, *day)),
        _ => Err(format!("\"{text}\" is not a date such as 2024-12-31")),
    }
}

impl Institution {
    /// The institution of some ids, with all that is below it if asked for; none without ids.
    pub fn with_all(ror: &[RorId], children: bool) -> Option<Self> {
        let institution =
            Self { ror: ror.to_vec(), children, depth: None, include_inactive: true, min_confidence: 0.0 };
        (!ror.is_empty()).then_some(institution)
    }

    /// Which organisations count.
    pub fn question(&self) -> Question {
        Question {
            ror: self.ror.clone(),
            depth: if self.children { self.depth.unwrap_or(u8::MAX) } else { 0 },
            inactive: self.include_inactive,
            min_confidence: self.min_confidence,
        }
    }

    /// What counts as the institution.
    pub fn expansion(&self, dataset: &Dataset) -> Result<Expansion, Failure> {
        let expansion = Expansion::of(dataset, &self.question())?;
        for id in &self.ror {
            if !expansion.organizations.iter().any(|counted| counted.ror_id == id.to_string()) {
                return Err(Failure::new(
                    format!("{id} is not in the ROR release that the dataset was matched with"),
                    "check the id at https://ror.org, or match again with a newer release",
                ));
            }
        }
        Ok(expansion)
    }

    /// Says what counts, and what may be missing.
    pub fn tell(&self, expansion: &Expansion, dataset: &Dataset, common: &Common) {
        if dataset
            .manifest
            .organizations
            .as_ref()
            .is_some_and(|matched| matched.source != dataset.manifest.source())
        {
            tell!(
                "note: the dataset has changed since it was matched, and new rows are missing here; run `orcidlake match DIR`"
            );
        }
        if !common.quiet {
            tell!(
                "{}, written in {}",
                counted(expansion.organizations.len() as u64, "organisation"),
                counted(expansion.keys.len() as u64, "way")
            );
            for counted in expansion.organizations.iter().filter(|counted| counted.status != "active") {
                tell!("note: {} {} is {}", counted.ror_id, counted.name, counted.status);
            }
        }
    }
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let institution = &args.institution;
    let (row_format, out) = (args.format.row_format(args.excel, common)?, file_of(args.out));
    check_outputs(&[&out], &[], common)?;
    let store = expect_dataset(&args.dataset, common)?;
    if args.explain {
        let (dataset, expansion) = read_dataset_in(store.as_ref(), |dataset| institution.expansion(dataset))?;
        institution.tell(&expansion, &dataset, common);
        return explain(&expansion, common);
    }
    let limited = LimitedArg { include_limited: args.limited.include_limited && !args.public_only };
    let kinds = args.kind.iter().map(|kind| kind.name().to_owned()).collect();
    let filter = PeopleFilter { kinds, current: args.current, as_of: args.as_of, emails: args.emails };
    let (dataset, (expansion, found)) = read_dataset_in(store.as_ref(), |dataset| -> Result<_, Failure> {
        let expansion = institution.expansion(dataset)?;
        let public = limited.of(dataset);
        let found = people(public.as_ref().unwrap_or(dataset), &expansion, &filter)?;
        Ok((expansion, found))
    })?;
    institution.tell(&expansion, &dataset, common);
    write_rows(&found, row_format, out.as_deref())?;
    tell_where(found.len(), &[&out], common)?;
    if !common.quiet {
        let mut people: Vec<&str> = found.iter().map(|person| person.orcid.as_str()).collect();
        people.dedup();
        tell!("{} of {} iDs", counted(found.len() as u64, "affiliation"), grouped(people.len() as u64));
    }
    Ok(Done::All)
}

/// Prints what counts as the institution.
fn explain(expansion: &Expansion, common: &Common) -> Result<Done, Failure> {
    let (ids, names) = (expansion.identifiers(), expansion.names());
    if common.json {
        let ids: Vec<_> = ids
            .iter()
            .map(|(source, id, count)| json!({ "source": source, "id": id, "occurrences": count }))
            .collect();
        print_json(&json!({ "organizations": expansion.organizations, "ids": ids, "names": names }))?;
        return Ok(Done::All);
    }
    let mut text = "organisations that count\n".to_owned();
    for counted in &expansion.organizations {
        let indent = "  ".repeat(1 + usize::try_from(counted.depth).unwrap_or(0));
        text += &format!("{indent}{} {} ({})\n", counted.ror_id, counted.name, counted.status);
    }
    text += "ids under which they are written, and how often\n";
    for (source, id, count) in &ids {
        text += &format!("  {:>12} {source} {id}\n", grouped(count.unsigned_abs()));
    }
    text += "names under which they are written; where there is no id that says so, how sure the name is\n";
    for form in &names {
        text += &format!("  {:>12} {}", grouped(form.occurrences.unsigned_abs()), form.name);
        if let (Some(tier), Some(confidence)) = (&form.tier, form.confidence) {
            text += &format!(" ({tier}, {confidence:.2})");
        }
        text += "\n";
    }
    text += COUNTED;
    super::output::print(&text)?;
    Ok(Done::All)
}
