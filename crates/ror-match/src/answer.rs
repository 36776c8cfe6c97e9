//! The answer to a query: the organisation, and how it was found.

use super::organization::NameKind;
use super::places::PlaceVerdict;

/// The way in which a name was found. The ways are tried in this order, the surest first, and
/// compare in it; the first that finds something gives the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Tier {
    /// The user has given the organisation of this name: see [`Overrides`](crate::Overrides).
    Override,
    /// The name is one in ROR, except for case, diacritics and punctuation.
    Exact,
    /// The same words in another order, or with other small words such as `of`.
    Reordered,
    /// The same except for the legal form of a company, such as `GmbH` or `Ltd`.
    LegalForm,
    /// The same words in other languages, or abbreviated: `Univ. of Vienna`, `Universität Wien`.
    Translated,
    /// The same letters with other spaces.
    Spacing,
    /// The same name in Latin letters instead of Cyrillic or Greek ones, or the other way round.
    Transliterated,
    /// The same except for the name of the city.
    City,
    /// The same except for the name of the country.
    Country,
    /// A part of the text, between commas or the like, is a name in ROR.
    Segment,
    /// The text is an acronym in ROR, of one organisation in the country.
    Acronym,
    /// A name in ROR stands at the beginning or end of the text, and the city is the same.
    Contained,
    /// A name in ROR stands at the beginning or end of the text, and the rest names a part of it,
    /// such as `Faculty of Law`.
    PartOf,
    /// The words that tell the name from others are mostly the same; one letter may differ.
    Similar,
    /// A name of one organisation only, in the same city, but in another country.
    Elsewhere,
}

/// How the name that was asked for relates to the organisation that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The name is a name of the organisation.
    Same,
    /// The name is that of a part of the organisation, such as a department.
    PartOf,
}

/// An organisation that a name may mean, with the name in ROR that speaks for it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The number of the organisation in the release: see [`Release::organization`](crate::Release::organization).
    pub organization: u32,
    /// The place of the name in [`Organization::names`](crate::Organization::names), counted from 0.
    pub name: u16,
    /// The kind of the name.
    pub kind: NameKind,
    /// How sure the candidate is, from 0 to 1; see [`Tier::score`].
    pub score: f32,
    /// How the country of the query compares with those of the organisation.
    pub country: PlaceVerdict,
    /// How the city of the query compares with those of the organisation.
    pub city: PlaceVerdict,
}

/// The organisation that was chosen for a name.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    /// The organisation, and the name that speaks for it.
    pub found: Candidate,
    /// The way in which it was found.
    pub tier: Tier,
    /// Whether the query names the organisation itself or a part of it.
    pub relation: Relation,
    /// By how much the score is above that of the runner-up. Only [`Tier::Similar`] compares
    /// scores; elsewhere it is the score itself.
    pub margin: f32,
    /// The second-best organisation; `None` if no other was near.
    pub runner_up: Option<Candidate>,
}

/// The answer to a query: one organisation, or none and those that were near.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The organisation that was chosen; `None` if no organisation is clearly the best.
    pub found: Option<Match>,
    /// If none was chosen: the organisations that were near, the best first. Empty if one was
    /// chosen, or if none was near.
    pub candidates: Vec<Candidate>,
}

impl Tier {
    /// All tiers, in the order in which they are tried.
    pub const ALL: [Self; 15] = [
        Self::Override,
        Self::Exact,
        Self::Reordered,
        Self::LegalForm,
        Self::Translated,
        Self::Spacing,
        Self::Transliterated,
        Self::City,
        Self::Country,
        Self::Segment,
        Self::Acronym,
        Self::Contained,
        Self::PartOf,
        Self::Similar,
        Self::Elsewhere,
    ];

    /// The tier with this [`name`](Self::name); `None` for any other text.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == name)
    }

    /// A stable name of the tier, such as `legal form`, for tables and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Override => "override",
            Self::Exact => "exact",
            Self::Reordered => "reordered",
            Self::LegalForm => "legal form",
            Self::Translated => "translated",
            Self::Spacing => "spacing",
            Self::Transliterated => "transliterated",
            Self::City => "city",
            Self::Country => "country",
            Self::Segment => "segment",
            Self::Acronym => "acronym",
            Self::Contained => "contained",
            Self::PartOf => "part of",
            Self::Similar => "similar",
            Self::Elsewhere => "elsewhere",
        }
    }

    /// What a match of this tier means, as a sentence in English.
    pub fn doc(self) -> &'static str {
        match self {
            Self::Override => "the user's own table says so",
            Self::Exact => "the name is one in ROR, but for case, marks and punctuation",
            Self::Reordered => "the same words in another order, or with other small words",
            Self::LegalForm => "the same but for the form of company",
            Self::Translated => "the same words in other languages or abbreviated",
            Self::Spacing => "the same letters, spaced otherwise",
            Self::Transliterated => {
                "the same name in Latin letters rather than Cyrillic or Greek ones, or the other way round"
            }
            Self::City => "the same but for the city",
            Self::Country => "the same but for the country",
            Self::Segment => "a part of the text, between commas or the like, is a name in ROR",
            Self::Acronym => "it is an acronym in ROR, of one organisation in the country",
            Self::Contained => "a name in ROR with other words before or behind it, in the same city",
            Self::PartOf => "a name in ROR with that of a part before or behind it",
            Self::Similar => "most of what tells it from others is the same",
            Self::Elsewhere => {
                "a name of one organisation only, in the same city, though the country differs"
            }
        }
    }

    /// The score of a match of this tier, from 0 to 1. It orders the tiers by how sure they are;
    /// it is no measured probability. Two tiers give other scores: [`Tier::Similar`] one for each
    /// match, [`Tier::Segment`] that of the tier in which the segment was found.
    pub fn score(self) -> f32 {
        match self {
            Self::Override => 1.0,
            Self::Exact => 0.99,
            Self::Reordered => 0.98,
            Self::LegalForm | Self::Translated => 0.97,
            Self::Spacing | Self::Transliterated | Self::City => 0.96,
            Self::Country => 0.95,
            Self::Segment => 0.93,
            Self::Acronym => 0.9,
            Self::Contained => 0.88,
            Self::PartOf => 0.85,
            Self::Similar => 0.8,
            Self::Elsewhere => 0.7,
        }
    }
}

impl Relation {
    /// The relation with this [`name`](Self::name); `None` for any other text.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Same, Self::PartOf].into_iter().find(|relation| relation.name() == name)
    }

    /// A stable name: `same` or `part_of`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::PartOf => "part_of",
        }
    }
}
