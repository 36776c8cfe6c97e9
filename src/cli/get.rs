//! `orcidlake get`.

use std::io::Write;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use serde_json::{Map, Value};

use super::failure::Failure;
use super::hints::Hint;
use super::limited::LimitedArg;
use super::output::{begun, print_json};
use super::stores::{is_dataset, store_of};
use super::{Common, Done};
use crate::get::{self, Observer, TableRows};
use crate::storage::shown;
use orcid_xml::{IdFault, Orcid};
use targz_seek::ArchiveError;

/// Print one record: its rows as JSON from a dataset, its XML from an archive.
///
/// From a dataset it prints all rows of the iD as one JSON object, by table. From an archive it
/// prints the members of the iD unchanged, or with --rows the JSON that a dataset converted from the archive would give. With an index beside the archive it reads only these;
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
    /// Print rows as JSON, from an archive too.
    #[arg(long, env = "ORCIDLAKE_ROWS", value_parser = BoolishValueParser::new())]
    rows: bool,
    #[command(flatten)]
    limited: LimitedArg,
}

fn parse_orcid(text: &str) -> Result<Orcid, String> {
    match Orcid::read(text) {
        // A dump may hold a record under a mistyped iD.
        Ok(orcid) | Err(IdFault::WrongCheckDigit(orcid)) => Ok(orcid),
        Err(fault) => Err(format!("\"{text}\" is {fault}")),
    }
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let found = if is_dataset(&args.from, common)? {
        let store = store_of(&args.from, common)?;
        let read = if args.limited.include_limited { get::dataset_rows_in } else { get::public_rows_in };
        print_rows(&read(store.as_ref(), &[args.orcid])?)?
    } else if args.rows {
        print_rows(&get::archive_rows_with(&args.from, &common.storage(), &[args.orcid], &Notes)?)?
    } else {
        print_members(&args, common)?
    };
    if !found && common.json {
        print_json(&Value::Object(Map::new()))?;
    }
    if !found && !common.quiet {
        let typed =
            if args.orcid.has_valid_check_digit() { "" } else { " (its check digit is wrong: mistyped?)" };
        tell!("{} is not in {}{typed}", args.orcid, shown(&args.from).display());
    }
    Ok(if found { Done::All } else { Done::WithProblems })
}

/// Prints the rows as one JSON object, by table.
fn print_rows(rows: &TableRows) -> Result<bool, Failure> {
    if !rows.is_empty() {
        print_json(&Value::Object(get::to_json(rows)))?;
    }
    Ok(!rows.is_empty())
}

/// Prints the XML of each member; their paths go to standard error.
fn print_members(args: &Args, common: &Common) -> Result<bool, Failure> {
    let mut out = std::io::stdout().lock();
    let mut found = false;
    get::find_members_with(&args.from, &common.storage(), &[args.orcid], &Notes, |member| {
        found = true;
        print_member(member.path, member.data, &mut out, common)
    })?;
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

/// Tells what the user should know of the way in which an archive is searched.
struct Notes;

impl Observer for Notes {
    fn index_unused(&self, reason: &ArchiveError) {
        tell!("note: {reason}; reading the whole archive instead ({})", reason.hint());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_taken_in_all_forms() {
        for text in [
            "0000-0002-1694-233X",
            "0000-0002-1694-233x",
            "000000021694233x",
            "https://orcid.org/0000-0002-1694-233X",
            "http://orcid.org/000000021694233X",
            "orcid.org/0000-0002-1694-233x/",
            "  0000 0002 1694 233X\t",
        ] {
            assert_eq!(parse_orcid(text).unwrap().as_str(), "0000-0002-1694-233X", "{text:?}");
        }
        // A dump may hold a record under a mistyped iD.
        assert_eq!(parse_orcid("0000-0002-1694-2331").unwrap().as_str(), "0000-0002-1694-2331");
        for text in ["", "0000-0002-1694", "0000-0002-1694-233X 0000-0002-1825-0097", "0000-0002-1694-233Y"] {
            assert!(parse_orcid(text).is_err(), "{text:?}");
        }
    }
}
