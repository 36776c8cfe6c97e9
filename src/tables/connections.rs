//! The tables of `connections/`: which people of an institution have connected which iD.
//!
//! Their rows come from the portal, not from members of an archive.

use std::sync::LazyLock;

use super::build::{AnyTable, Table};
use super::column::column;
use super::value::{Family, key, label, text, timestamp};

/// The folder of these tables.
pub const FOLDER: &str = "connections";

/// One row for each iD that a person has connected.
pub static AUTHENTICATED_IDS: LazyLock<Table<AuthenticatedIds>> = LazyLock::new(table);

pub struct AuthenticatedIds;

impl Family for AuthenticatedIds {
    type Row<'a> = &'a AuthenticatedIdRow;
}

/// An iD that a person has connected by signing in at ORCID.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthenticatedIdRow {
    pub local_id: String,
    pub orcid: String,
    pub orcid_uri: String,
    pub scopes: String,
    pub since: Option<i64>,
    pub state: String,
}

/// All of them, in a fixed order.
pub fn all() -> [&'static dyn AnyTable; 1] {
    [&*AUTHENTICATED_IDS]
}

fn table() -> Table<AuthenticatedIds> {
    let columns = vec![
        column(
            "local_id",
            "",
            "The person's id at the institution.",
            key::<AuthenticatedIds>(|row| &row.local_id),
        ),
        column(
            "orcid",
            "",
            "The iD, with which the person has signed in at ORCID.",
            key::<AuthenticatedIds>(|row| &row.orcid),
        ),
        column("orcid_uri", "", "The iD as a URI.", text::<AuthenticatedIds>(|row| Some(&row.orcid_uri))),
        column(
            "scopes",
            "",
            "The permissions that the person gave, with spaces between.",
            label::<AuthenticatedIds>(|row| Some(&row.scopes)),
        ),
        column(
            "since",
            "",
            "When the person connected the iD.",
            timestamp::<AuthenticatedIds>(|row| row.since),
        ),
        column(
            "state",
            "",
            "connected, permission lost (ORCID no longer accepts the permission) or disconnected (the person took it back).",
            label::<AuthenticatedIds>(|row| Some(&row.state)),
        ),
    ];
    Table {
        name: "authenticated_ids",
        doc: "One row for each iD that a person of the institution has connected in the portal: the person signed in at ORCID, so that the iD is certain. Written by `connect export`.",
        xpaths: &[],
        columns,
        collect: |_, _| {},
    }
}
