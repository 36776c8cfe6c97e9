//! Affiliations: employments, educations and the other five kinds that ORCID has.

use super::xml::{Cursor, Tag};
use super::{Element, ExternalId, FuzzyDate, Item, Organization, ParseError, Text};

/// One affiliation: `employment:employment-summary` in a record, `employment:employment` as a
/// document of its own, and the same for the other kinds. Both have the same children.
#[derive(Debug, Default, PartialEq)]
pub struct Affiliation<'a> {
    /// Put code, visibility, dates and source.
    pub element: Element<'a>,
    /// `common:department-name`: the department within the organisation; `None` if absent.
    pub department_name: Text<'a>,
    /// `common:role-title`: the role, degree or title, such as `Professor`; `None` if absent.
    pub role_title: Text<'a>,
    /// `common:start-date`; all parts `None` if absent.
    pub start_date: FuzzyDate,
    /// `common:end-date`; all parts `None` if absent, as for what still lasts.
    pub end_date: FuzzyDate,
    /// `common:organization`; `None` if absent.
    pub organization: Option<Organization<'a>>,
    /// `common:url`: a page about the affiliation; `None` if absent.
    pub url: Text<'a>,
    /// `common:external-ids/common:external-id`: identifiers of the affiliation, not of the
    /// organisation; empty if absent.
    pub external_ids: Vec<ExternalId<'a>>,
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
                "organization" => {
                    cursor.single_valued(tag, &mut affiliation.organization, Organization::parse)?
                }
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
