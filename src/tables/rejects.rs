//! `rejects`: members that could not be read, and why.

use super::build::Table;
use super::column::Value::{Int64, Label, Text};
use super::column::{Family, column};
use super::entry::{Entry, Reject};

pub struct Rejects;

impl Family for Rejects {
    type Row<'a> = &'a Reject;
}

pub fn table() -> Table<Rejects> {
    let columns = vec![
        column::<Rejects>(
            "orcid",
            "",
            "The iD that the file's name gives.",
            Text(|row| row.orcid.as_ref().map(|orcid| orcid.as_str())),
        ),
        column("archive", "", "The archive's file name.", Label(|row| Some(&row.archive))),
        column("path", "", "The member's path in the archive.", Text(|row| Some(&row.path))),
        column(
            "code",
            "",
            "Why it was left out, as a code: cut-off-xml, empty, invalid-value, malformed-xml, no-id, no-owner, not-a-file, not-utf8, other-id, other-put-code, other-section, too-deep, too-large, too-many-values, unknown-root, unreadable.",
            Label(|row| Some(row.code)),
        ),
        column(
            "reason",
            "",
            "Why it was left out, with the place in the XML.",
            Text(|row| Some(&row.reason)),
        ),
        column(
            "offset",
            "",
            "Where the member's data begin in the uncompressed archive, in bytes.",
            Int64(|row| Some(row.offset as i64)),
        ),
        column("size_bytes", "", "The member's size.", Int64(|row| Some(row.size_bytes as i64))),
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
