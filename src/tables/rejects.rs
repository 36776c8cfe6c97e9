//! `rejects`: members that could not be read, and why.

use super::build::Table;
use super::column::column;
use super::entry::{Entry, Reject};
use super::value::{Family, int64, label, text};
use orcid_xml::ParseError;

pub struct Rejects;

impl Family for Rejects {
    type Row<'a> = &'a Reject;
}

/// The codes of members that are not looked into.
const UNREAD_CODES: [&str; 3] = ["not-a-file", "too-large", "unreadable"];

pub fn table() -> Table<Rejects> {
    let mut codes = [&ParseError::CODES[..], &UNREAD_CODES].concat();
    codes.sort_unstable();
    let columns = vec![
        column(
            "orcid",
            "",
            "The iD that the file's name gives.",
            text::<Rejects>(|row| row.orcid.as_ref().map(|orcid| orcid.as_str())),
        ),
        column("archive", "", "The archive's file name.", label::<Rejects>(|row| Some(&row.archive))),
        column("path", "", "The member's path in the archive.", text::<Rejects>(|row| Some(&row.path))),
        column(
            "code",
            "",
            format!("Why it was left out, as a code: {}.", codes.join(", ")),
            label::<Rejects>(|row| Some(row.code)),
        ),
        column(
            "reason",
            "",
            "Why it was left out, with the place in the XML.",
            text::<Rejects>(|row| Some(&row.reason)),
        ),
        column(
            "offset",
            "",
            "Where the member's data begin in the uncompressed archive, in bytes.",
            int64::<Rejects>(|row| Some(row.offset as i64)),
        ),
        column("size_bytes", "", "The member's size.", int64::<Rejects>(|row| Some(row.size_bytes as i64))),
    ];
    Table {
        name: "rejects",
        doc: "One row for each member that was left out; empty where all is well.",
        xpaths: &[],
        columns,
        collect: |entry, rows| {
            if let Entry::Reject(reject) = entry {
                rows.push(reject);
            }
        },
    }
}
