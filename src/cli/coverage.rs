//! `orcidlake coverage`.

use std::path::PathBuf;

use super::failure::Failure;
use super::limited::LimitedArg;
use super::numbers::counted;
use super::page::{Page, page};
use super::people::{Institution, parse_ror};
use super::rows::{Format, tell_where, write_rows};
use super::target::{check_outputs, file_of, write_file};
use super::{Common, Done, expect_dataset};
use crate::dataset::read_dataset_in;
use crate::matching::coverage;
use ror_match::RorId;

/// Show how well affiliations are identified: by identifier scheme, year, and source.
///
/// Needs a dataset that has been matched with `match`. Counts for the institutions with the most
/// affiliations, or for one and its parts (--ror). Gives a table, and with --html a page with
/// charts.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The dataset.
    #[arg(value_name = "DIR")]
    dataset: PathBuf,
    /// The ROR id of an organisation; several count as one.
    #[arg(long = "ror", value_name = "ID", value_delimiter = ',', value_parser = parse_ror)]
    ids: Vec<RorId>,
    /// Include its child organisations in ROR, at all levels, also inactive ones.
    #[arg(long, requires = "ids")]
    children: bool,
    /// The number of institutions if --ror is not given.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    top: u64,
    #[command(flatten)]
    limited: LimitedArg,
    /// The format of the table.
    #[arg(long, short, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// Write CSV for spreadsheets: with a byte order mark, and a single quote before cells that
    /// they would take for formulas (those that begin with = + - @ or a tab).
    #[arg(long)]
    excel: bool,
    /// The file for the table, outside of datasets; - or nothing for standard output.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Also write a page with charts; it needs no network.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    // A user who asks for the page alone gets no table.
    let wants_table = args.html.is_none() || args.out.is_some();
    let row_format = wants_table.then(|| args.format.row_format(args.excel, common)).transpose()?;
    let out = file_of(args.out);
    check_outputs(&[&out, &args.html], &[], common)?;
    let store = expect_dataset(&args.dataset, common)?;
    let top = usize::try_from(args.top).unwrap_or(usize::MAX);
    let institution = Institution::with_all(&args.ids, args.children);
    let (dataset, (expansion, found)) = read_dataset_in(store.as_ref(), |dataset| -> Result<_, Failure> {
        let expansion = institution.as_ref().map(|institution| institution.expansion(dataset)).transpose()?;
        let public = args.limited.of(dataset);
        let found = coverage(public.as_ref().unwrap_or(dataset), expansion.as_ref(), top)?;
        Ok((expansion, found))
    })?;
    if let (Some(institution), Some(expansion)) = (&institution, &expansion) {
        institution.tell(expansion, &dataset, common);
    }
    if let Some(path) = &args.html {
        let matched = dataset.manifest.organizations.as_ref();
        let shown = Page {
            title: expansion.as_ref().and_then(|expansion| expansion.organizations.first()).map_or_else(
                || {
                    let count = found.rows.chunk_by(|one, other| one.ror_id == other.ror_id).count();
                    format!("{} with the most affiliations", counted(count as u64, "institution"))
                },
                |counted| counted.name.clone(),
            ),
            organizations: expansion.as_ref().map_or(&[][..], |expansion| &expansion.organizations),
            coverage: &found,
            ror_release: matched.map_or("", |matched| &matched.ror_release),
            year: dataset.manifest.release,
        };
        write_file(path, |out| Ok(out.write_all(page(&shown).as_bytes())?))?;
        if !common.quiet {
            tell!("{}", path.display());
        }
    }
    if let Some(row_format) = row_format {
        write_rows(&found.rows, row_format, out.as_deref())?;
    }
    tell_where(found.rows.len(), &[&args.html, &out], common)?;
    if !common.quiet {
        let affiliations: u64 = found.rows.iter().map(|row| row.affiliations).sum();
        tell!("{}", counted(affiliations, "affiliation"));
    }
    Ok(Done::All)
}
