//! Model to rows: every table with its columns, each declared once.
//!
//! A column's name, type, meaning, source path and getter stand in one
//! `Column`; schema, documentation, writer and checks are made from it. This
//! layer knows records and Arrow, not Parquet and not where rows go.

mod addresses;
mod affiliations;
mod build;
mod cells;
mod column;
pub mod connections;
mod contributors;
mod emails;
mod entry;
mod external_identifiers;
mod external_ids;
mod fundings;
mod hosts;
mod identifier;
mod keywords;
mod org_key;
pub mod organizations;
mod other_names;
mod peer_reviews;
mod records;
mod rejects;
mod research_resource_items;
mod research_resources;
mod researcher_urls;
mod shared;
mod tombstones;
mod types;
mod unmapped_values;
mod value;
mod works;

pub use build::{AnyTable, Rows, Table};
pub use column::ColumnInfo;
pub use entry::{DumpKind, Entry, Reject, UnmappedValues};
pub use org_key::{OrgKeyText, parse_org_key};
pub use types::{EncodingHint, Type};

use std::sync::LazyLock;

/// The tables of `summaries/`, in the order of a record.
static SUMMARIES: LazyLock<Vec<Box<dyn AnyTable>>> = LazyLock::new(|| {
    vec![
        Box::new(records::table()),
        Box::new(other_names::table()),
        Box::new(researcher_urls::table()),
        Box::new(emails::table()),
        Box::new(addresses::table()),
        Box::new(keywords::table()),
        Box::new(external_identifiers::table()),
        Box::new(affiliations::summary_table()),
        Box::new(fundings::summary_table()),
        Box::new(peer_reviews::summary_table()),
        Box::new(research_resources::summary_table()),
        Box::new(hosts::summary_table()),
        Box::new(works::summary_table()),
        Box::new(external_ids::summary_table()),
        Box::new(external_ids::summary_elements()),
        Box::new(unmapped_values::summary_table()),
        Box::new(tombstones::summary_table()),
        Box::new(rejects::table()),
    ]
});

/// The tables of `activities/`.
static ACTIVITIES: LazyLock<Vec<Box<dyn AnyTable>>> = LazyLock::new(|| {
    vec![
        Box::new(affiliations::full_table()),
        Box::new(fundings::full_table()),
        Box::new(contributors::funding_table()),
        Box::new(peer_reviews::full_table()),
        Box::new(research_resources::full_table()),
        Box::new(research_resource_items::table()),
        Box::new(hosts::full_table()),
        Box::new(works::full_table()),
        Box::new(contributors::work_table()),
        Box::new(external_ids::full_table()),
        Box::new(external_ids::full_elements()),
        Box::new(unmapped_values::full_table()),
        Box::new(tombstones::activity_table()),
        Box::new(rejects::table()),
    ]
});

/// The tables of one kind of dump, in a fixed order.
pub fn of(dump: DumpKind) -> &'static [Box<dyn AnyTable>] {
    match dump {
        DumpKind::Summaries => &SUMMARIES,
        DumpKind::Activities => &ACTIVITIES,
    }
}

/// All tables with their folders, in a fixed order: both kinds of dump, what was matched, and what
/// people have connected.
pub fn all() -> impl Iterator<Item = (&'static str, &'static dyn AnyTable)> {
    let dumps = DumpKind::ALL
        .into_iter()
        .flat_map(|dump| of(dump).iter().map(move |table| (dump.folder(), table.as_ref())));
    let matched = organizations::all().into_iter().map(|table| (organizations::FOLDER, table));
    let connected = connections::all().into_iter().map(|table| (connections::FOLDER, table));
    dumps.chain(matched).chain(connected)
}
