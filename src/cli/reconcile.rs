//! `orcidlake reconcile`.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::limited::LimitedArg;
use super::match_rows::{columns_of, required};
use super::numbers::counted;
use super::people::{Institution, parse_ror};
use super::rows::{Format, tell_where, write_rows};
use super::target::{check_outputs, file_of};
use super::{Common, Done, open_dataset};
use crate::dataset::read_dataset_in;
use crate::matching::{PersonName, Staff, StaffList, reconcile};
use ror_match::{RorId, Row, Table};

/// Find the iDs of a list of staff, with the evidence for and against each.
///
/// The list is a CSV table, with commas, semicolons or tabs between cells; its columns are
/// recognised by their names, or named by options, and the choice is printed. A candidate is
/// accepted if its iD or e-mail address and its name fit, never by the name alone. With --ror, a
/// candidate whose name and affiliation fit is probable.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The dataset.
    #[arg(value_name = "DIR")]
    dataset: PathBuf,
    /// The list of staff.
    #[arg(value_name = "STAFF.csv")]
    staff: PathBuf,
    /// The ROR id of their institution; needs a dataset that has been matched with `match`.
    #[arg(long = "ror", value_name = "ID", value_delimiter = ',', value_parser = parse_ror)]
    ids: Vec<RorId>,
    /// Include its child organisations.
    #[arg(long, requires = "ids")]
    children: bool,
    /// The column with the whole name.
    #[arg(long, value_name = "COLUMN")]
    name: Option<String>,
    /// The column with the given names.
    #[arg(long, value_name = "COLUMN")]
    given: Option<String>,
    /// The column with the family name.
    #[arg(long, value_name = "COLUMN")]
    family: Option<String>,
    /// The column with former or other names, `;` or `|` between several.
    #[arg(long, value_name = "COLUMN")]
    former: Option<String>,
    /// The column with the e-mail address.
    #[arg(long, value_name = "COLUMN")]
    email: Option<String>,
    /// The column with the iD.
    #[arg(long, value_name = "COLUMN")]
    orcid: Option<String>,
    /// The column with the department.
    #[arg(long, value_name = "COLUMN")]
    department: Option<String>,
    #[command(flatten)]
    limited: LimitedArg,
    /// The format of the result.
    #[arg(long, short, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// Write CSV for spreadsheets: with a byte order mark, and a single quote before cells that
    /// they would take for formulas (those that begin with = + - @ or a tab).
    #[arg(long)]
    excel: bool,
    /// The file for the result, outside of datasets; standard output if - or not given.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What columns are mostly called, by what is in them.
const USUAL: [(&str, &[&str]); 7] = [
    ("name", &["name", "full name", "fullname", "display name"]),
    (
        "given",
        &[
            "given",
            "given name",
            "given names",
            "first name",
            "firstname",
            "forename",
            "vorname",
            "prénom",
            "nombre",
            "voornaam",
        ],
    ),
    (
        "family",
        &[
            "family",
            "family name",
            "last name",
            "lastname",
            "surname",
            "nachname",
            "nom",
            "apellidos",
            "cognome",
            "achternaam",
        ],
    ),
    ("former", &["former", "former name", "former names", "other names", "maiden name", "previous name"]),
    ("email", &["email", "e-mail", "mail", "email address"]),
    ("orcid", &["orcid", "orcid id", "orcid_id", "orcidid"]),
    ("department", &["department", "dept", "department name", "unit", "faculty", "abteilung"]),
];

/// What is said of a candidate.
const VERDICTS: [(&str, &str); 5] = [
    ("accepted", "iD or public e-mail, and a name that fits"),
    ("probable", "name and affiliation, and nobody else"),
    ("possible", "the name alone, or one of several; look at it"),
    ("conflict", "something is wrong; column conflict says what"),
    ("none", "nobody found"),
];

/// Where each of [`USUAL`] stands in the table.
type Columns = [Option<usize>; 7];

pub fn run(mut args: Args, common: &Common) -> Result<Done, Failure> {
    let (row_format, out) = (args.format.row_format(args.excel, common)?, file_of(args.out.take()));
    check_outputs(&[&out], &[&args.staff], common)?;
    // A mistyped dataset is reported before anything about the list.
    let (store, _) = open_dataset(&args.dataset, common)?;
    let list = StaffList::new(read(&args, common)?);
    let institution = Institution::with_all(&args.ids, args.children);
    let (dataset, (expansion, rows)) = read_dataset_in(store.as_ref(), |dataset| -> Result<_, Failure> {
        let expansion = institution.as_ref().map(|institution| institution.expansion(dataset)).transpose()?;
        let public = args.limited.of(dataset);
        let rows = reconcile(public.as_ref().unwrap_or(dataset), &list, expansion.as_ref())?;
        Ok((expansion, rows))
    })?;
    if let (Some(institution), Some(expansion)) = (&institution, &expansion) {
        institution.tell(expansion, &dataset, common);
    }
    write_rows(&rows, row_format, out.as_deref())?;
    tell_where(rows.len(), &[&out], common)?;
    if !common.quiet {
        let best = |verdict: &str| {
            let firsts = rows.chunk_by(|one, other| one.line == other.line).filter_map(<[_]>::first);
            firsts.filter(|row| row.verdict == verdict).count()
        };
        tell!("{} on the list; their best candidates are", counted(list.staff.len() as u64, "row"));
        for (verdict, meaning) in VERDICTS {
            tell!("  {:>8} {verdict}: {meaning}", best(verdict));
        }
    }
    Ok(if name_unread(&list.staff, &args.staff) { Done::WithProblems } else { Done::All })
}

/// Says which iDs of the list cannot be read, and why; true where there are any.
fn name_unread(staff: &[Staff], path: &Path) -> bool {
    let mut any = false;
    for one in staff {
        if let Some((given, fault)) = one.unread_orcid() {
            any = true;
            tell!(
                "{}, line {}: the iD \"{given}\" cannot be read: {fault}; matched by name and e-mail instead",
                path.display(),
                one.line
            );
        }
    }
    any
}

fn read(args: &Args, common: &Common) -> Result<Vec<Staff>, Failure> {
    let path: &Path = &args.staff;
    let mut table = Table::open(path)?;
    let columns = columns(args, &table)?;
    if !common.quiet {
        for ((what, _), place) in USUAL.iter().zip(columns) {
            if let Some(place) = place {
                tell!("{what}: column \"{}\"", table.header()[place].trim());
            }
        }
    }
    let mut staff = Vec::new();
    while let Some(row) = table.row()? {
        staff.push(one(&row, &columns));
    }
    Ok(staff)
}

fn columns(args: &Args, table: &Table) -> Result<Columns, Failure> {
    let given: [&Option<String>; 7] =
        [&args.name, &args.given, &args.family, &args.former, &args.email, &args.orcid, &args.department];
    let mut columns: Columns = [None; 7];
    for ((place, given), (_, usual)) in columns.iter_mut().zip(given).zip(USUAL) {
        *place = match given {
            Some(name) => Some(required(table, name)?),
            None => {
                let found: Result<Vec<_>, _> = usual.iter().map(|usual| table.column(usual)).collect();
                found?.into_iter().flatten().min()
            }
        };
    }
    if columns.iter().take(6).all(Option::is_none) {
        let path = table.path().display();
        let known = "name the columns with --name, --given and --family, --email or --orcid";
        let has = columns_of(table);
        let hint = if table.header().is_empty() { has } else { format!("{known}; {has}") };
        return Err(Failure::new(format!("{path} has no column with a known name"), &hint));
    }
    Ok(columns)
}

fn one(row: &Row, columns: &Columns) -> Staff {
    let cell = |place: Option<usize>| {
        place.and_then(|place| row.cells.get(place)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    };
    let [name, given, family, former, email, orcid, department] = columns.map(cell);
    let mut names = match (given, family) {
        (Some(given), Some(family)) => vec![PersonName::of(given, family)],
        _ => Vec::new(),
    };
    let others = former.into_iter().flat_map(|former| former.split([';', '|']));
    for other in name.into_iter().chain(others) {
        names.extend(PersonName::readings(other));
        // A former family name stands alone.
        if let (Some(given), false) = (given, other.trim().contains([' ', ','])) {
            names.push(PersonName::of(given, other));
        }
    }
    let shown = match (name, given, family) {
        (Some(name), ..) => name.to_owned(),
        (None, given, family) => [given, family].into_iter().flatten().collect::<Vec<_>>().join(" "),
    };
    Staff {
        line: row.line,
        name: shown,
        names,
        email: email.map(str::to_owned),
        orcid: orcid.map(str::to_owned),
        department: department.map(str::to_owned),
    }
}
