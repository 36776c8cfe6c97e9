//! `orcidlake coverage`.

use std::path::{Path, PathBuf};

use super::coverage_page::{Page, page};
use super::coverage_site::{Site, write_site};
use super::failure::Failure;
use super::limited::LimitedArg;
use super::numbers::counted;
use super::people::{Institution, parse_ror};
use super::ror_list::read_ror_list;
use super::rows::{Format, tell_where, write_rows};
use super::target::{check_folder, check_outputs, file_of, write_file};
use super::{Common, Done, expect_dataset};
use crate::dataset::{Dataset, read_dataset_in};
use crate::matching::{Counted, Coverage, CoverageRow, InstitutionsCoverage, coverage, coverage_of_each};
use ror_match::RorId;

/// Show how well affiliations are identified: by identifier scheme, year, and source.
///
/// Needs a dataset that has been matched with `match`. Counts for the institutions with the most
/// affiliations, for one and its parts (--ror), or for each of a list, such as the members of a
/// consortium (--ror-list). Gives a table, and with --html a page with charts, or for a list a site:
/// an overview with a ranking and a page for each institution.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The dataset.
    #[arg(value_name = "DIR")]
    dataset: PathBuf,
    /// The ROR id of an organisation; several count as one.
    #[arg(long = "ror", value_name = "ID", value_delimiter = ',', value_parser = parse_ror, group = "which")]
    ids: Vec<RorId>,
    /// A file of ROR ids, one in each line; what follows # is a comment. Each institution is
    /// counted, and all together.
    #[arg(long, value_name = "FILE", group = "which")]
    ror_list: Option<PathBuf>,
    /// Include child organisations in ROR, at all levels, also inactive ones.
    #[arg(long, requires = "which")]
    children: bool,
    /// The number of institutions if neither --ror nor --ror-list is given.
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
    /// Also write a page with charts, or with --ror-list a site into a new or empty folder; both need
    /// no network.
    #[arg(long, value_name = "FILE|DIR")]
    html: Option<PathBuf>,
}

/// What is found.
enum Found {
    /// Of the institutions with the most affiliations, or of one.
    Together { coverage: Coverage, organizations: Vec<Counted> },
    /// Of each institution of a list.
    Each(InstitutionsCoverage),
}

impl Found {
    fn rows(&self) -> &[CoverageRow] {
        match self {
            Self::Together { coverage, .. } => &coverage.rows,
            Self::Each(found) => &found.all.rows,
        }
    }
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    // A user who asks for the page alone gets no table.
    let wants_table = args.html.is_none() || args.out.is_some();
    let row_format = wants_table.then(|| args.format.row_format(args.excel, common)).transpose()?;
    let out = file_of(args.out);
    let list = args.ror_list.as_deref();
    match (&args.html, list) {
        (Some(folder), Some(list)) => {
            check_folder(folder)?;
            check_outputs(&[&out], &[list], common)?;
        }
        _ => check_outputs(&[&out, &args.html], &list.into_iter().collect::<Vec<_>>(), common)?,
    }
    let ids = list.map(read_ror_list).transpose()?.unwrap_or(args.ids);
    let store = expect_dataset(&args.dataset, common)?;
    let top = usize::try_from(args.top).unwrap_or(usize::MAX);
    let institution = Institution::with_all(&ids, args.children);
    let (dataset, (expansion, found)) = read_dataset_in(store.as_ref(), |dataset| -> Result<_, Failure> {
        let expansion = institution.as_ref().map(|institution| institution.expansion(dataset)).transpose()?;
        let public = args.limited.of(dataset);
        let shown = public.as_ref().unwrap_or(dataset);
        let found = match (list, &institution, &expansion) {
            (Some(_), Some(institution), Some(expansion)) => {
                Found::Each(coverage_of_each(shown, &institution.question(), expansion)?)
            }
            _ => Found::Together {
                coverage: coverage(shown, expansion.as_ref(), top)?,
                organizations: expansion.iter().flat_map(|own| own.organizations.clone()).collect(),
            },
        };
        Ok((expansion, found))
    })?;
    if let (Some(institution), Some(expansion)) = (&institution, &expansion) {
        institution.tell(expansion, &dataset, common);
    }
    if let Some(path) = &args.html {
        write_html(&found, &dataset, path, common)?;
    }
    if let Some(row_format) = row_format {
        write_rows(found.rows(), row_format, out.as_deref())?;
    }
    tell_where(found.rows().len(), &[&args.html, &out], common)?;
    if !common.quiet {
        let affiliations: u64 = found.rows().iter().map(|row| row.affiliations).sum();
        tell!("{}", counted(affiliations, "affiliation"));
    }
    Ok(Done::All)
}

/// Writes the page, or the site.
fn write_html(found: &Found, dataset: &Dataset, path: &Path, common: &Common) -> Result<(), Failure> {
    let ror_release = dataset.manifest.organizations.as_ref().map_or("", |matched| &matched.ror_release);
    let year = dataset.manifest.release;
    let told = match found {
        Found::Each(found) => {
            let pages = write_site(&Site { found, ror_release, year }, path)?;
            format!("{}: {}", path.display(), counted(pages as u64, "page"))
        }
        Found::Together { coverage, organizations } => {
            let most = || {
                let count = coverage.rows.chunk_by(|one, other| one.ror_id == other.ror_id).count();
                format!("{} with the most affiliations", counted(count as u64, "institution"))
            };
            let title = organizations.first().map_or_else(most, |counted| counted.name.clone());
            let shown = Page { title, organizations, coverage, ror_release, year };
            write_file(path, |out| Ok(out.write_all(page(&shown).as_bytes())?))?;
            path.display().to_string()
        }
    };
    if !common.quiet {
        tell!("{told}");
    }
    Ok(())
}
