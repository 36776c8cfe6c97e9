//! What is in a dataset, in numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::Members;

/// All counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Overview {
    /// The year of the release, if it is known.
    pub release: Option<u16>,
    /// The last year that the data can tell about: that of the release, or of the latest refresh.
    pub data_year: Option<i32>,
    pub records: Records,
    /// Records that are gone, by status such as `deprecated`.
    pub tombstones: BTreeMap<String, u64>,
    /// Kinds of items.
    pub sections: Vec<SectionCounts>,
    /// Clients of the registry, the one that added the most items first.
    pub clients: Vec<Client>,
    /// Items of clients beyond the limit.
    pub further_clients: u64,
    /// Countries, the one with the most addresses and affiliations first.
    pub countries: Vec<Country>,
    /// Types of identifiers of items, the most frequent first.
    pub identifiers: Vec<IdentifierType>,
    /// Types of identifiers of people, the most frequent first.
    pub person_identifiers: Vec<IdentifierType>,
    /// What the organizations were matched with, if they were.
    pub organisations: Option<Organisations>,
    pub quality: Quality,
    /// Tables that the dataset does not have.
    pub not_counted: Vec<String>,
}

/// Records of people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Records {
    pub records: u64,
    /// By the year in which the record was made.
    pub by_year: BTreeMap<i32, u64>,
    pub without_year: u64,
    /// By the year in which anything in the record was last changed.
    pub by_year_of_change: BTreeMap<i32, u64>,
    pub claimed: u64,
    /// Those with a verified e-mail address.
    pub verified_email: u64,
}

/// Items of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SectionCounts {
    /// The table, such as `works`, or the kind of affiliation, such as `employment`.
    pub section: String,
    /// The table that was counted, such as `summaries/works`.
    pub table: String,
    pub items: u64,
    /// Groups of items, each of which is one thing from several sources; absent where there are
    /// none.
    pub groups: Option<u64>,
    /// People who have at least one.
    pub people: u64,
    /// Added or asserted by the record's owner.
    pub by_owner: u64,
    /// Added by a client of the registry, and not by the owner.
    pub by_client: u64,
    /// Neither is said.
    pub without_source: u64,
    /// By the year in which the item was added.
    pub by_year: BTreeMap<i32, u64>,
    pub without_year: u64,
    /// Dates that are odd; absent where items have no dates.
    pub odd_dates: Option<OddDates>,
}

/// Items whose dates are odd. An item can be odd in several ways.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OddDates {
    pub end_before_start: u64,
    /// A year before [`super::FIRST_YEAR`].
    pub too_early: u64,
    /// Began, was published or completed after the year of the data.
    pub begins_later: u64,
    /// Ends more than [`super::YEARS_AHEAD`] years after the year of the data.
    pub ends_far_ahead: u64,
    /// No day of the calendar: month 13, 30 February, a day without a month, a month without a year.
    pub no_date: u64,
}

/// A client that adds items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Client {
    pub id: String,
    pub name: Option<String>,
    pub items: u64,
}

/// A country as it is written, in two letters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Country {
    pub country: String,
    /// Addresses of people.
    pub addresses: u64,
    /// Affiliations of all kinds.
    pub affiliations: u64,
}

/// A type of identifier, such as `doi`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct IdentifierType {
    #[serde(rename = "type")]
    pub name: String,
    pub identifiers: u64,
    /// Those that identify the item itself, and not what it is a part of; absent for people.
    pub own: Option<u64>,
    /// By the kind of item; empty for people.
    pub by_kind: BTreeMap<String, u64>,
}

/// How many organizations have been found in ROR.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Organisations {
    pub ror_release: String,
    /// False if the dataset has changed since it was matched.
    pub is_current: bool,
    /// Distinct organizations as they are written.
    pub written: u64,
    pub written_found: u64,
    /// Items by section, such as `affiliations`, that name an organization.
    pub items: BTreeMap<String, u64>,
    /// Those whose organisation was found.
    pub items_found: BTreeMap<String, u64>,
    /// Found items by the evidence: `id` or `name`.
    pub decided_by: BTreeMap<String, u64>,
    /// The organisations with the most affiliations.
    pub most: Vec<Organisation>,
}

/// An organisation of ROR.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Organisation {
    pub ror_id: String,
    pub name: Option<String>,
    pub affiliations: u64,
    pub fundings: u64,
    pub peer_reviews: u64,
    pub research_resources: u64,
}

/// What could not be read or has no place.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Quality {
    /// Members of the archives by outcome.
    pub members: Members,
    /// Archives that were damaged and only salvaged.
    pub salvaged: Vec<String>,
    /// Rejected members by code.
    pub rejects: BTreeMap<String, u64>,
    /// Values without a column, by path.
    pub unmapped: BTreeMap<String, u64>,
}
