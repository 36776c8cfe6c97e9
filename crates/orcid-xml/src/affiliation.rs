//! Affiliations: employments, educations and the other five kinds.

use super::xml::{Cursor, Tag};
use super::{Element, ExternalId, FuzzyDate, Item, Organization, ParseError, Text};

/// The seven kinds that ORCID tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AffiliationKind {
    Distinction,
    Education,
    Employment,
    InvitedPosition,
    Membership,
    Qualification,
    Service,
}

/// An affiliation; the full file adds nothing to the summary.
#[derive(Debug, Default, PartialEq)]
pub struct Affiliation<'a> {
    pub element: Element<'a>,
    pub department_name: Text<'a>,
    pub role_title: Text<'a>,
    pub start_date: FuzzyDate,
    pub end_date: FuzzyDate,
    pub organization: Option<Organization<'a>>,
    pub url: Text<'a>,
    pub external_ids: Vec<ExternalId<'a>>,
}

impl AffiliationKind {
    /// All kinds, in the order of a summary.
    pub const ALL: [Self; 7] = [
        Self::Distinction,
        Self::Education,
        Self::Employment,
        Self::InvitedPosition,
        Self::Membership,
        Self::Qualification,
        Self::Service,
    ];

    /// The name of the element in the full form.
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

    /// The name of the element in a summary.
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

    /// Reads the name of a kind, in the singular.
    pub fn new(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl<'a> Affiliation<'a> {
    pub(super) fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        let element = Element::open(cursor, tag)?;
        let mut affiliation = Self { element, ..Self::default() };
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "department-name" => cursor.text_into(tag, &mut affiliation.department_name)?,
                "role-title" => cursor.text_into(tag, &mut affiliation.role_title)?,
                "start-date" => affiliation.start_date.parse(cursor, tag)?,
                "end-date" => affiliation.end_date.parse(cursor, tag)?,
                "organization" => cursor.once(tag, &mut affiliation.organization, Organization::parse)?,
                "url" => cursor.text_into(tag, &mut affiliation.url)?,
                "external-ids" => ExternalId::parse_list(cursor, tag, &mut affiliation.external_ids)?,
                _ => affiliation.element.child(cursor, tag)?,
            }
        }
        Ok(affiliation)
    }
}

impl<'a> Item<'a> for Affiliation<'a> {
    fn element(&self) -> Option<&Element<'a>> {
        Some(&self.element)
    }
}
