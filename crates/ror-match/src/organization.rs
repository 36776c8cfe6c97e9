//! An organisation as ROR describes it, in schema 1 or 2.

use super::countries::Country;
use super::id::RorId;

/// An organisation of a release.
#[derive(Clone, Debug)]
pub struct Organization {
    /// `id`.
    pub id: RorId,
    /// `status`; active if absent.
    pub status: Status,
    /// `names`: the display name first, then labels, aliases and acronyms. A name of several
    /// kinds comes once, as the surest of them.
    pub names: Vec<Name>,
    /// `types`, in lower case, such as `education`, `company` or `government`.
    pub types: Vec<String>,
    /// `locations` or `addresses`; may be empty.
    pub places: Vec<Place>,
    /// `external_ids`: ids in other registries; registries that this crate does not know are left
    /// out.
    pub external_ids: Vec<ExternalId>,
    /// The ids in `relationships` of type `parent`, ascending.
    pub parents: Vec<RorId>,
    /// The ids in `relationships` of type `successor`, ascending: the organisations that took the
    /// place of one that is no longer active.
    pub successors: Vec<RorId>,
    /// `domains`: names of internet hosts, such as `anu.edu.au`; empty if ROR gives none.
    pub domains: Vec<String>,
    /// `established`: the year; `None` if ROR does not say.
    pub established: Option<i32>,
}

/// Whether an organisation is still in use, `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The organisation is in use.
    Active,
    /// The organisation has ended, or another has taken its place.
    Inactive,
    /// The entry was a mistake, such as a duplicate.
    Withdrawn,
}

/// A name of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub value: String,
    /// The kind of name.
    pub kind: NameKind,
    /// Two letters of ISO 639, such as `fr`; `None` if ROR does not say.
    pub language: Option<String>,
}

/// The kind of a name, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameKind {
    /// The name that ROR shows: `ror_display`, or `name` in schema 1.
    Display,
    /// An official name in one language.
    Label,
    /// Another name, such as a former one.
    Alias,
    /// An acronym, such as `MIT`.
    Acronym,
}

/// A place of an organisation: `locations` of schema 2, `addresses` of schema 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The number of the place in GeoNames; `None` if ROR does not say.
    pub geonames_id: Option<i64>,
    /// The name of the city; `None` if ROR does not say.
    pub city: Option<String>,
    /// The name of the state or province; `None` if ROR does not say.
    pub region: Option<String>,
    /// The country; [`Country::UNKNOWN`] if ROR does not say.
    pub country: Country,
    /// Degrees north; `None` if ROR does not say.
    pub latitude: Option<f64>,
    /// Degrees east; `None` if ROR does not say.
    pub longitude: Option<f64>,
}

/// The id of an organisation in another registry, from `external_ids`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalId {
    /// The registry.
    pub registry: Registry,
    /// The id as ROR writes it.
    pub value: String,
    /// True if ROR names it as the preferred id of this registry.
    pub preferred: bool,
}

/// A registry whose ids ROR lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Registry {
    /// GRID.
    Grid,
    /// Crossref's Open Funder Registry.
    FundRef,
    /// ISNI.
    Isni,
    /// Wikidata.
    Wikidata,
}

impl Organization {
    /// The name to show, the first of [`names`](Self::names); empty if there is none.
    pub fn display_name(&self) -> &str {
        self.names.first().map_or("", |name| &name.value)
    }

    /// The country of the first place; [`Country::UNKNOWN`] if there is none.
    pub fn country(&self) -> Country {
        self.places.first().map_or(Country::UNKNOWN, |place| place.country)
    }
}

impl Status {
    /// The word that ROR writes: `active`, `inactive` or `withdrawn`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl NameKind {
    /// The kind with this [`name`](Self::name); `None` for any other text.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Display, Self::Label, Self::Alias, Self::Acronym].into_iter().find(|kind| kind.name() == name)
    }

    /// A stable name: `display`, `label`, `alias` or `acronym`.
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
    /// The registry by the name that ROR uses, in any case; `None` for any other text.
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
