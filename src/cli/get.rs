//! `orcidlake get`.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::failure::Failure;
use super::output::{begun, print_json};
use super::{Common, Done};
use crate::convert::{ARCHIVE_OPTIONS, indexed_members};
use crate::dataset::{Dataset, read_dataset, record_rows};
use orcid_xml::{IdFault, MemberName, Orcid};
use targz_seek::{Archive, Kind, Meter};

/// Print one record: its rows as JSON from a dataset, its XML from an archive.
///
/// From a dataset it prints all rows of the iD as one JSON object, by table. From an archive it
/// prints the members of the iD unchanged. With an index beside the archive it reads only these;
/// without one it reads the whole archive. With --json the XML of an archive stays XML; if nothing
/// is found, an empty object is printed. An error is printed as JSON only if no XML has been
/// printed before; otherwise it goes to standard error, with status 2.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ORCID iD, with or without hyphens or as a URI.
    #[arg(value_name = "ID", value_parser = parse_orcid)]
    orcid: Orcid,
    /// A dataset, or an archive in any format that convert reads.
    #[arg(value_name = "DIR|ARCHIVE")]
    from: PathBuf,
}

fn parse_orcid(text: &str) -> Result<Orcid, String> {
    match Orcid::read(text) {
        // A dump may hold a record under a mistyped iD.
        Ok(orcid) | Err(IdFault::WrongCheckDigit(orcid)) => Ok(orcid),
        Err(fault) => Err(format!("\"{text}\" is {fault}")),
    }
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let found = if Dataset::is_at(&args.from) {
        let rows = read_dataset(&args.from, |dataset| record_rows(dataset, args.orcid))?.1;
        let found = !rows.is_empty();
        if found || common.json {
            print_json(&Value::Object(rows))?;
        }
        found
    } else {
        let found = print_members(&args.from, args.orcid, common)?;
        if !found && common.json {
            print_json(&Value::Object(serde_json::Map::new()))?;
        }
        found
    };
    if !found && !common.quiet {
        let typed =
            if args.orcid.has_valid_check_digit() { "" } else { " (its check digit is wrong: mistyped?)" };
        tell!("{} is not in {}{typed}", args.orcid, args.from.display());
    }
    Ok(if found { Done::All } else { Done::WithProblems })
}

/// Prints the XML of each member of `orcid`; their paths go to standard error.
fn print_members(path: &Path, orcid: Orcid, common: &Common) -> Result<bool, Failure> {
    match indexed_members(path, orcid) {
        Ok(Some(members)) => {
            let mut out = std::io::stdout().lock();
            for member in &members {
                print_member(&member.name, &member.data, &mut out, common)?;
            }
            return Ok(!members.is_empty());
        }
        Ok(None) => {}
        Err(error) => tell!("note: {error}; reading the whole archive instead ({})", error.hint()),
    }
    let mut archive = Archive::open(path, ARCHIVE_OPTIONS, Meter::default())?;
    let mut found = false;
    let mut out = std::io::stdout().lock();
    while let Some(chunk) = archive.next_chunk()? {
        for (path, data, member) in chunk.members() {
            if MemberName::new(path).orcid() != Some(orcid) || member.kind != Kind::File {
                continue;
            }
            found = true;
            print_member(path, data, &mut out, common)?;
        }
    }
    Ok(found)
}

fn print_member(path: &str, data: &[u8], out: &mut impl Write, common: &Common) -> Result<(), Failure> {
    begun();
    if !common.quiet {
        tell!("{path}");
    }
    out.write_all(data)?;
    if !data.ends_with(b"\n") {
        out.write_all(b"\n")?;
    }
    Ok(())
}
