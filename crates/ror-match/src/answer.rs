//! What a match says of itself.

use super::organization::NameKind;
use super::places::Verdict;

/// Which way a name was found, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    Override,
    Exact,
    Reordered,
    LegalForm,
    Translated,
    Spacing,
    Transliterated,
    City,
    Country,
    Segment,
    Acronym,
    Contained,
    PartOf,
    Similar,
    Elsewhere,
}

/// What the name is to the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// It is a name of the organisation.
    Same,
    /// It names a part of it.
    PartOf,
}

/// An organisation that a name may mean.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Its number in the release.
    pub organization: u32,
    /// Which of its names.
    pub name: u16,
    pub kind: NameKind,
    pub score: f32,
    pub country: Verdict,
    pub city: Verdict,
}

/// The organisation that a name means.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    pub found: Candidate,
    pub tier: Tier,
    pub relation: Relation,
    /// By how much the score is above the runner-up's.
    pub margin: f32,
    pub runner_up: Option<Candidate>,
}

/// The answer to a query.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub found: Option<Match>,
    /// Where none was chosen: those that were near, the best first.
    pub candidates: Vec<Candidate>,
}

impl Tier {
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

    /// The tier with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == name)
    }

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

    /// What the tier says.
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

    /// How sure a match of this tier is, where it has no score of its own.
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
    /// The relation with a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Same, Self::PartOf].into_iter().find(|relation| relation.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::PartOf => "part_of",
        }
    }
}
