//! Fundings: the short form of a summary and the full form of the activities.

use super::element::Form;
use super::xml::{Cursor, Tag};
use super::{Contributor, Element, ExternalId, FuzzyDate, Item, Organization, ParseError, Text, Title};

/// A grant, contract, award or salary award.
#[derive(Debug, Default, PartialEq)]
pub struct Funding<'a> {
    pub element: Element<'a>,
    pub title: Title<'a>,
    pub funding_type: Text<'a>,
    pub start_date: FuzzyDate,
    pub end_date: FuzzyDate,
    pub organization: Option<Organization<'a>>,
    pub url: Text<'a>,
    pub external_ids: Vec<ExternalId<'a>>,
    /// What only the full form has.
    pub details: Option<Box<FundingDetails<'a>>>,
}

/// What the full form of a funding adds.
#[derive(Debug, Default, PartialEq)]
pub struct FundingDetails<'a> {
    pub organization_defined_type: Text<'a>,
    pub short_description: Text<'a>,
    pub amount: Amount<'a>,
    pub contributors: Vec<Contributor<'a>>,
}

/// A sum as it was written; people write `75000`, `75,000.00` and more.
#[derive(Debug, Default, PartialEq)]
pub struct Amount<'a> {
    pub value: Text<'a>,
    pub currency_code: Text<'a>,
}

impl<'a> Funding<'a> {
    /// Reads a funding in full.
    pub(super) fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Form::Full)
    }

    /// Reads a funding of a summary.
    pub(super) fn parse_summary(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Form::Summary)
    }

    fn read(cursor: &mut Cursor<'a>, tag: Tag<'a>, form: Form) -> Result<Self, ParseError> {
        let element = Element::open(cursor, tag)?;
        let mut funding = Self { element, ..Self::default() };
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "title" => funding.title.parse(cursor, tag)?,
                "type" => cursor.text_into(tag, &mut funding.funding_type)?,
                "start-date" => funding.start_date.parse(cursor, tag)?,
                "end-date" => funding.end_date.parse(cursor, tag)?,
                "organization" => cursor.once(tag, &mut funding.organization, Organization::parse)?,
                "url" => cursor.text_into(tag, &mut funding.url)?,
                "external-ids" => ExternalId::parse_list(cursor, tag, &mut funding.external_ids)?,
                "created-date" | "last-modified-date" | "source" => funding.element.child(cursor, tag)?,
                _ if form == Form::Full => funding.details.get_or_insert_default().child(cursor, tag)?,
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
