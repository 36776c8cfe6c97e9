//! A record as plain data, before it is written as a summary or in full.
//!
//! Both forms are rendered from the same values, so they always agree. What only
//! the full form shows is kept apart in `…Details` and made only if it is needed.

use super::dates::{FuzzyDate, Moment};

/// Who put a value into the record.
#[derive(Clone, Copy)]
pub enum Source {
    Owner,
    /// A member's system, by its number.
    Client(usize),
    /// A member's system in the name of the record's owner.
    ClientForOwner(usize),
    /// A member's system in the name of another one.
    ClientForClient(usize, usize),
    /// A member's system written as if it were a person, as before 2013.
    ClientAsPerson(usize),
    Empty,
}

/// What all items of a record have.
#[derive(Clone, Copy)]
pub struct Provenance {
    pub put_code: u64,
    pub display_index: u32,
    pub created: Moment,
    pub modified: Moment,
    pub source: Source,
}

pub enum Normalized {
    Absent,
    Value(String),
    Error(String),
}

pub struct ExternalId {
    pub kind: &'static str,
    pub value: String,
    pub normalized: Normalized,
    /// May be there and empty.
    pub url: Option<String>,
    pub relationship: Option<&'static str>,
}

pub struct Identifier {
    pub value: String,
    pub source: &'static str,
}

pub struct Organization {
    pub name: String,
    pub city: Option<String>,
    pub region: Option<String>,
    pub country: Option<&'static str>,
    pub identifier: Option<Identifier>,
}

pub struct Title {
    pub title: String,
    pub subtitle: Option<String>,
    /// The text and its language code.
    pub translated: Option<(String, &'static str)>,
}

pub struct Contributor {
    pub orcid: Option<String>,
    pub credit_name: Option<String>,
    pub email: Option<String>,
    /// The attributes may be there without a sequence or a role.
    pub attributes: Option<(Option<&'static str>, Option<String>)>,
}

/// The names of a person as they are public.
#[derive(Default)]
pub struct Names {
    pub given: Option<String>,
    pub family: Option<String>,
    pub credit: Option<String>,
}

impl Names {
    /// The name under which the person appears as a source or an author.
    pub fn display(&self) -> Option<String> {
        self.credit.clone().or_else(|| match (&self.given, &self.family) {
            (Some(given), Some(family)) => Some(format!("{given} {family}")),
            (given, family) => given.clone().or_else(|| family.clone()),
        })
    }
}

/// An item of the person section with one or two texts.
pub struct PersonItem {
    pub provenance: Provenance,
    pub text: String,
    pub label: Option<String>,
}

#[derive(Default)]
pub struct Person {
    /// None if the name is not public.
    pub names: Option<Names>,
    pub name_dates: (Option<Moment>, Moment),
    pub biography: Option<(String, Moment, Moment)>,
    pub other_names: Vec<PersonItem>,
    pub urls: Vec<PersonItem>,
    /// The address, whether it is verified and whether it is the primary one.
    pub emails: Vec<(PersonItem, bool, bool)>,
    pub countries: Vec<PersonItem>,
    pub keywords: Vec<PersonItem>,
    pub external_ids: Vec<(Provenance, ExternalId)>,
}

pub struct History {
    pub method: &'static str,
    pub completed: Option<Moment>,
    pub submitted: Moment,
    pub modified: Moment,
    pub source: Option<Source>,
    pub deactivated: Option<Moment>,
    pub verified_email: bool,
    pub verified_primary: bool,
}

pub struct Affiliation {
    pub provenance: Provenance,
    pub department: Option<String>,
    pub role: Option<String>,
    pub start: Option<FuzzyDate>,
    pub end: Option<FuzzyDate>,
    /// Professional activities may lack it since August 2025.
    pub organization: Option<Organization>,
    pub url: Option<String>,
    pub external_ids: Option<Vec<ExternalId>>,
}

pub struct Funding {
    pub provenance: Provenance,
    pub title: Title,
    pub kind: &'static str,
    pub external_ids: Option<Vec<ExternalId>>,
    pub url: Option<String>,
    pub start: Option<FuzzyDate>,
    pub end: Option<FuzzyDate>,
    pub organization: Organization,
    pub details: Option<FundingDetails>,
}

pub struct FundingDetails {
    pub own_kind: Option<String>,
    pub description: Option<String>,
    pub amount: Option<(String, &'static str)>,
    pub contributors: Vec<Contributor>,
}

pub struct PeerReview {
    pub provenance: Provenance,
    pub role: &'static str,
    pub kind: &'static str,
    pub external_ids: Vec<ExternalId>,
    pub url: Option<String>,
    pub completed: FuzzyDate,
    pub group_id: String,
    pub organization: Organization,
    pub details: Option<PeerReviewDetails>,
}

pub struct PeerReviewDetails {
    pub subject_id: Option<ExternalId>,
    pub container: Option<String>,
    pub subject_kind: Option<&'static str>,
    pub subject: Option<Title>,
    pub subject_url: Option<String>,
}

pub struct ResearchResource {
    pub provenance: Provenance,
    pub title: Title,
    pub hosts: Vec<Organization>,
    pub external_ids: Vec<ExternalId>,
    pub start: Option<FuzzyDate>,
    pub end: Option<FuzzyDate>,
    pub url: Option<String>,
    pub items: Vec<ResourceItem>,
}

pub struct ResourceItem {
    pub name: String,
    pub kind: &'static str,
    pub hosts: Vec<Organization>,
    pub external_ids: Vec<ExternalId>,
    pub url: Option<String>,
}

pub struct Work {
    pub provenance: Provenance,
    pub title: Title,
    pub journal: Option<String>,
    pub kind: &'static str,
    pub published: Option<FuzzyDate>,
    pub external_ids: Vec<ExternalId>,
    pub url: Option<String>,
    pub details: Option<WorkDetails>,
}

pub struct WorkDetails {
    pub description: Option<String>,
    pub citation: Option<(&'static str, String)>,
    pub contributors: Option<Vec<Contributor>>,
    pub language: Option<&'static str>,
    pub country: Option<&'static str>,
}

/// The seven kinds of affiliation, in the order of the record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum AffiliationKind {
    Distinction,
    Education,
    Employment,
    InvitedPosition,
    Membership,
    Qualification,
    Service,
}

impl AffiliationKind {
    pub const ALL: [AffiliationKind; 7] = [
        AffiliationKind::Distinction,
        AffiliationKind::Education,
        AffiliationKind::Employment,
        AffiliationKind::InvitedPosition,
        AffiliationKind::Membership,
        AffiliationKind::Qualification,
        AffiliationKind::Service,
    ];

    /// The name in element names and paths: `invited-position`.
    pub fn name(self) -> &'static str {
        match self {
            AffiliationKind::Distinction => "distinction",
            AffiliationKind::Education => "education",
            AffiliationKind::Employment => "employment",
            AffiliationKind::InvitedPosition => "invited-position",
            AffiliationKind::Membership => "membership",
            AffiliationKind::Qualification => "qualification",
            AffiliationKind::Service => "service",
        }
    }

    /// The folder in an activities archive. `membership` is singular there.
    pub fn folder(self) -> &'static str {
        match self {
            AffiliationKind::Distinction => "distinctions",
            AffiliationKind::Education => "educations",
            AffiliationKind::Employment => "employments",
            AffiliationKind::InvitedPosition => "invited-positions",
            AffiliationKind::Membership => "membership",
            AffiliationKind::Qualification => "qualifications",
            AffiliationKind::Service => "services",
        }
    }
}

/// Items that are the same thing, told by several sources.
pub type Group<Item> = Vec<Item>;

pub struct Record {
    pub id: String,
    pub locale: &'static str,
    pub history: History,
    pub person: Person,
    /// By the number of the kind.
    pub affiliations: [Vec<Group<Affiliation>>; 7],
    pub fundings: Vec<Group<Funding>>,
    /// By journal, then by review.
    pub peer_reviews: Vec<Group<Group<PeerReview>>>,
    pub research_resources: Vec<Group<ResearchResource>>,
    pub works: Vec<Group<Work>>,
    /// Some writers of XML use `&apos;` and `&#233;` where others do not.
    pub quotes_as_entities: bool,
    pub accents_as_entities: bool,
}

impl Record {
    /// How many items of all kinds it holds.
    pub fn activities(&self) -> u64 {
        let affiliations = self.affiliations.iter().flatten().flatten().count();
        let fundings = self.fundings.iter().flatten().count();
        let reviews = self.peer_reviews.iter().flatten().flatten().count();
        let resources = self.research_resources.iter().flatten().count();
        let works = self.works.iter().flatten().count();
        (affiliations + fundings + reviews + resources + works) as u64
    }
}
