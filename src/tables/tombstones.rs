//! `tombstones`: what stands in the place of records that are gone.

use super::build::Table;
use super::column::{Column, column};
use super::entry::Entry;
use super::shared::{HasOrcid, orcid_column};
use super::value::{Family, int32, int64, label, made, text};
use orcid_xml::{ActivitySection, Stub};

pub struct Tombstones;

#[derive(Clone, Copy)]
pub struct TombstoneRow<'a> {
    orcid: &'a str,
    activity: Option<(ActivitySection, i64)>,
    stub: &'a Stub<'a>,
}

impl Family for Tombstones {
    type Row<'a> = TombstoneRow<'a>;
}

impl<'a> HasOrcid<'a> for TombstoneRow<'a> {
    fn orcid(&self) -> &'a str {
        self.orcid
    }
}

pub fn summary_table() -> Table<Tombstones> {
    Table {
        name: "tombstones",
        doc: "One row for each record that is deprecated, locked or deactivated.",
        xpaths: &["/error:error"],
        columns: columns(),
        collect: |entry, rows| collect(entry, rows),
    }
}

pub fn activity_table() -> Table<Tombstones> {
    let mut columns = columns();
    columns.push(column(
        "kind",
        "",
        "The kind of activity that the file's name gives.",
        label::<Tombstones>(|row| row.activity.map(|(section, _)| section.kind())),
    ));
    columns.push(column(
        "put_code",
        "",
        "The put code that the file's name gives.",
        int64::<Tombstones>(|row| row.activity.map(|(_, put_code)| put_code)),
    ));
    Table {
        name: "tombstones",
        doc: "One row for each error that stands in the place of an activity.",
        xpaths: &["/error:error"],
        columns,
        collect: |entry, rows| collect(entry, rows),
    }
}

fn collect<'a>(entry: &'a Entry<'a>, rows: &mut Vec<TombstoneRow<'a>>) {
    if let Entry::Tombstone { orcid, activity, stub } = entry {
        rows.push(TombstoneRow { orcid: orcid.as_str(), activity: *activity, stub });
    }
}

fn columns() -> Vec<Column<Tombstones>> {
    vec![
        orcid_column(),
        column(
            "status",
            "",
            "What became of it, by error code: deprecated (9007), locked (9018), deactivated (9044), not-found (9016), unclaimed (9036), other.",
            label::<Tombstones>(|row| Some(row.stub.status())),
        ),
        column(
            "response_code",
            "error:response-code",
            "The HTTP status.",
            int32::<Tombstones>(|row| row.stub.response_code),
        ),
        column(
            "error_code",
            "error:error-code",
            "ORCID's error code.",
            int32::<Tombstones>(|row| row.stub.error_code),
        ),
        column(
            "primary_orcid",
            "",
            "For a deprecated record the iD that took its place: the first other iD in the message for users, or else in that for developers.",
            made::<Tombstones>(|row| row.stub.primary_orcid(row.orcid).map(|orcid| orcid.to_string().into())),
        ),
        column(
            "developer_message",
            "error:developer-message",
            "ORCID's message for developers.",
            text::<Tombstones>(|row| row.stub.developer_message.as_deref()),
        ),
        column(
            "user_message",
            "error:user-message",
            "ORCID's message for users.",
            text::<Tombstones>(|row| row.stub.user_message.as_deref()),
        ),
        column(
            "more_info",
            "error:more-info",
            "Where ORCID explains it.",
            label::<Tombstones>(|row| row.stub.more_info.as_deref()),
        ),
    ]
}
