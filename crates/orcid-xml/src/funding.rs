//! Fundings: the short form of a summary and the full form of the activities.

use super::element::Detail;
use super::xml::{Cursor, Tag};
use super::{Contributor, Element, ExternalId, FuzzyDate, Item, Organization, ParseError, Text, Title};

/// A funding: `funding:funding-summary` in a record, `funding:funding` as a document of its own.
#[derive(Debug, Default, PartialEq)]
pub struct Funding<'a> {
    /// Put code, visibility, dates and source.
    pub element: Element<'a>,
    /// `funding:title`: title and translation; fundings have no subtitle.
    pub title: Title<'a>,
    /// `funding:type`: `grant`, `contract`, `award` or `salary-award`; `None` if absent.
    pub funding_type: Text<'a>,
    /// `common:start-date`; all parts `None` if absent.
    pub start_date: FuzzyDate,
    /// `common:end-date`; all parts `None` if absent.
    pub end_date: FuzzyDate,
    /// `common:organization`: the funder; `None` if absent.
    pub organization: Option<Organization<'a>>,
    /// `common:url`: a page about the funding; `None` if absent.
    pub url: Text<'a>,
    /// `common:external-ids/common:external-id`: grant numbers and other identifiers; empty if
    /// absent.
    pub external_ids: Vec<ExternalId<'a>>,
    /// The values that only the full form has; `None` in a record, and if there are none.
    pub details: Option<Box<FundingDetails<'a>>>,
}

/// The values of a funding that only the full form has.
#[derive(Debug, Default, PartialEq)]
pub struct FundingDetails<'a> {
    /// `funding:organization-defined-type`: the kind of funding in the words of the funder; `None` if absent.
    pub organization_defined_type: Text<'a>,
    /// `funding:short-description`; `None` if absent.
    pub short_description: Text<'a>,
    /// `funding:amount`; both fields `None` if absent.
    pub amount: Amount<'a>,
    /// `funding:contributors/funding:contributor`; empty if absent.
    pub contributors: Vec<Contributor<'a>>,
}

/// A sum of money, `funding:amount`, as it was written.
#[derive(Debug, Default, PartialEq)]
pub struct Amount<'a> {
    /// The text of the element. It need not be a number: people write `75000`, `75,000.00` and
    /// `7.5 million`; `None` if absent.
    pub value: Text<'a>,
    /// `@currency-code`: three letters of ISO 4217; `None` if absent.
    pub currency_code: Text<'a>,
}

impl<'a> Funding<'a> {
    /// Reads a funding in full.
    pub(super) fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Detail::Full)
    }

    /// Reads a funding of a summary.
    pub(super) fn parse_summary(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Detail::Summary)
    }

    fn read(cursor: &mut Cursor<'a>, tag: Tag<'a>, detail: Detail) -> Result<Self, ParseError> {
        let element = Element::open(cursor, tag)?;
        let mut funding = Self { element, ..Self::default() };
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "title" => funding.title.parse(cursor, tag)?,
                "type" => cursor.text_into(tag, &mut funding.funding_type)?,
                "start-date" => funding.start_date.parse(cursor, tag)?,
                "end-date" => funding.end_date.parse(cursor, tag)?,
                "organization" => {
                    cursor.single_valued(tag, &mut funding.organization, Organization::parse)?
                }
                "url" => cursor.text_into(tag, &mut funding.url)?,
                "external-ids" => ExternalId::parse_list(cursor, tag, &mut funding.external_ids)?,
                "created-date" | "last-modified-date" | "source" => funding.element.child(cursor, tag)?,
                _ if detail == Detail::Full => funding.details.get_or_insert_default().child(cursor, tag)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(funding)
    }
}

impl<'a> FundingDetails<'a> {
    fn child(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        match tag.name {
            "organization-defined-type" => cursor.text_into(tag, &mut self.organization_defined_type),
            "short-description" => cursor.text_into(tag, &mut self.short_description),
            "amount" => self.amount.parse(cursor, tag),
            "contributors" => Contributor::parse_list(cursor, tag, &mut self.contributors),
            _ => cursor.unmapped(tag),
        }
    }
}

impl<'a> Amount<'a> {
    fn parse(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        let mut currency_code = None;
        cursor.attribute_into(tag, "currency-code", &mut currency_code)?;
        let pair = (cursor.content()?, currency_code);
        cursor.fill_pair(tag, "currency-code", (&mut self.value, &mut self.currency_code), pair)?;
        Ok(())
    }
}

impl<'a> Item<'a> for Funding<'a> {
    fn element(&self) -> Option<&Element<'a>> {
        Some(&self.element)
    }
}
