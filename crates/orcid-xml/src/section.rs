//! What kinds of activities there are, in which section of a record each stands, and the path
//! that names one.

use super::Orcid;

/// The seven kinds of affiliation, each with elements of its own name.
///
/// The enum is exhaustive on purpose: where ORCID adds a kind, the compiler leads a user of
/// this crate to each place that has to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AffiliationKind {
    /// `distinction:distinction`: an honour, award or prize.
    Distinction,
    /// `education:education`: studies that lead to a degree.
    Education,
    /// `employment:employment`: paid work.
    Employment,
    /// `invited-position:invited-position`: a visiting or honorary post.
    InvitedPosition,
    /// `membership:membership`: belonging to a society or association.
    Membership,
    /// `qualification:qualification`: a certificate or licence.
    Qualification,
    /// `service:service`: time or money given to an organisation.
    Service,
}

/// A section of a record's activities. In the activities archives each has a folder for every
/// record.
///
/// The enum is exhaustive on purpose, as [`Document`](crate::Document).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActivitySection {
    /// Affiliations of one kind: `distinctions`, `educations`, `employments`, `invited-positions`,
    /// `membership`, `qualifications` or `services`.
    Affiliations(AffiliationKind),
    /// `fundings`.
    Fundings,
    /// `peer-reviews`.
    PeerReviews,
    /// `research-resources`.
    ResearchResources,
    /// `works`.
    Works,
}

impl ActivitySection {
    /// The section with this name, in the plural of folders and file names (`works`) or in the
    /// singular (`work`); `None` for any other text.
    pub fn new(name: &str) -> Option<Self> {
        let singular = name.strip_suffix('s').unwrap_or(name);
        Some(match singular {
            "funding" => Self::Fundings,
            "peer-review" => Self::PeerReviews,
            "research-resource" => Self::ResearchResources,
            "work" => Self::Works,
            kind => Self::Affiliations(AffiliationKind::new(kind)?),
        })
    }

    /// The local name of the root element of an activity of the section, such as `work`.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Affiliations(kind) => kind.name(),
            Self::Fundings => "funding",
            Self::PeerReviews => "peer-review",
            Self::ResearchResources => "research-resource",
            Self::Works => "work",
        }
    }
}

/// The `@path` of an activity, such as `/0000-0002-1825-0097/work/5`, in its parts. Each is
/// `None` if the path does not have it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct ActivityPath {
    /// The iD of the record that the activity belongs to.
    pub orcid: Option<Orcid>,
    /// The section of the record.
    pub section: Option<ActivitySection>,
    /// The put code of the activity.
    pub put_code: Option<i64>,
}

impl AffiliationKind {
    /// All kinds, in the order of their sections in a record.
    pub const ALL: [Self; 7] = [
        Self::Distinction,
        Self::Education,
        Self::Employment,
        Self::InvitedPosition,
        Self::Membership,
        Self::Qualification,
        Self::Service,
    ];

    /// The local name of the kind's element as a document of its own, such as
    /// `invited-position`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Distinction => "distinction",
            Self::Education => "education",
            Self::Employment => "employment",
            Self::InvitedPosition => "invited-position",
            Self::Membership => "membership",
            Self::Qualification => "qualification",
            Self::Service => "service",
        }
    }

    /// The local name of the kind's element in a record, such as
    /// `invited-position-summary`.
    pub fn summary_name(self) -> &'static str {
        match self {
            Self::Distinction => "distinction-summary",
            Self::Education => "education-summary",
            Self::Employment => "employment-summary",
            Self::InvitedPosition => "invited-position-summary",
            Self::Membership => "membership-summary",
            Self::Qualification => "qualification-summary",
            Self::Service => "service-summary",
        }
    }

    /// The kind with this [`name`](Self::name), in the singular; `None` for any other text.
    pub fn new(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
