//! What ROR says about an organisation, of either schema.

use super::countries::Country;
use super::id::RorId;

/// One organisation.
#[derive(Clone, Debug)]
pub struct Organization {
    pub id: RorId,
    pub status: Status,
    /// The display name first, then labels, aliases, acronyms.
    pub names: Vec<Name>,
    /// Such as education, company, government.
    pub types: Vec<String>,
    pub places: Vec<Place>,
    pub external_ids: Vec<ExternalId>,
    /// Those that this one names as its parents.
    pub parents: Vec<RorId>,
    /// Those that took its place.
    pub successors: Vec<RorId>,
    pub domains: Vec<String>,
    pub established: Option<i32>,
}

/// Whether an organisation is still to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    Active,
    /// It existed.
    Inactive,
    /// It should not have been in ROR.
    Withdrawn,
}

/// A name, with what kind of name it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub value: String,
    pub kind: NameKind,
    pub language: Option<String>,
}

/// The kinds of name, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameKind {
    Display,
    Label,
    Alias,
    Acronym,
}

/// Where an organisation is.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    pub geonames_id: Option<i64>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub country: Country,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
}

/// An organisation's id in another registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalId {
    pub registry: Registry,
    pub value: String,
    pub preferred: bool,
}

/// Registries that ROR knows ids of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Registry {
    Grid,
    FundRef,
    Isni,
    Wikidata,
}

impl Organization {
    /// The name to show.
    pub fn display_name(&self) -> &str {
        self.names.first().map_or("", |name| &name.value)
    }

    /// The first place's country; [`Country::UNKNOWN`] where there is none.
    pub fn country(&self) -> Country {
        self.places.first().map_or(Country::UNKNOWN, |place| place.country)
    }
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl NameKind {
    /// The kind with a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Display, Self::Label, Self::Alias, Self::Acronym].into_iter().find(|kind| kind.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Display => "display",
            Self::Label => "label",
            Self::Alias => "alias",
            Self::Acronym => "acronym",
        }
    }
}

impl Registry {
    /// The registry by ROR's name for it, in either schema.
    pub fn named(name: &str) -> Option<Self> {
        let all = [
            ("grid", Self::Grid),
            ("fundref", Self::FundRef),
            ("isni", Self::Isni),
            ("wikidata", Self::Wikidata),
        ];
        all.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, registry)| registry)
    }
}
