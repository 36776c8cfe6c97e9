//! Works: the short form of a summary and the full form of the activities.

use super::element::{Form, id_into};
use super::xml::{Cursor, Tag};
use super::{Element, ExternalId, FuzzyDate, Item, ParseError, Text, Title};

/// A work.
#[derive(Debug, Default, PartialEq)]
pub struct Work<'a> {
    pub element: Element<'a>,
    pub title: Title<'a>,
    pub journal_title: Text<'a>,
    pub work_type: Text<'a>,
    pub publication_date: FuzzyDate,
    pub url: Text<'a>,
    pub external_ids: Vec<ExternalId<'a>>,
    /// What only the full form has.
    pub details: Option<Box<WorkDetails<'a>>>,
}

/// What the full form of a work adds.
#[derive(Debug, Default, PartialEq)]
pub struct WorkDetails<'a> {
    pub short_description: Text<'a>,
    pub citation_type: Text<'a>,
    pub citation_value: Text<'a>,
    pub language_code: Text<'a>,
    pub country: Text<'a>,
    pub country_visibility: Text<'a>,
    pub contributors: Vec<Contributor<'a>>,
}

/// A contributor to a work or a funding.
#[derive(Debug, Default, PartialEq)]
pub struct Contributor<'a> {
    pub orcid: Text<'a>,
    pub credit_name: Text<'a>,
    pub email: Text<'a>,
    pub sequence: Text<'a>,
    pub role: Text<'a>,
}

impl<'a> Work<'a> {
    /// Reads a work in full.
    pub(super) fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Form::Full)
    }

    /// Reads a work of a summary.
    pub(super) fn parse_summary(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Form::Summary)
    }

    fn read(cursor: &mut Cursor<'a>, tag: Tag<'a>, form: Form) -> Result<Self, ParseError> {
        let element = Element::open(cursor, tag)?;
        let mut work = Self { element, ..Self::default() };
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "title" => work.title.parse(cursor, tag)?,
                "external-ids" => ExternalId::parse_list(cursor, tag, &mut work.external_ids)?,
                "url" => cursor.text_into(tag, &mut work.url)?,
                "type" => cursor.text_into(tag, &mut work.work_type)?,
                "publication-date" => work.publication_date.parse(cursor, tag)?,
                "journal-title" => cursor.text_into(tag, &mut work.journal_title)?,
                "created-date" | "last-modified-date" | "source" => work.element.child(cursor, tag)?,
                _ if form == Form::Full => work.details.get_or_insert_default().child(cursor, tag)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(work)
    }
}

impl<'a> WorkDetails<'a> {
    fn child(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        match tag.name {
            "short-description" => cursor.text_into(tag, &mut self.short_description),
            "citation" => self.parse_citation(cursor, tag),
            "language-code" => cursor.text_into(tag, &mut self.language_code),
            "country" => self.parse_country(cursor, tag),
            "contributors" => Contributor::parse_list(cursor, tag, &mut self.contributors),
            _ => cursor.unmapped(tag),
        }
    }

    fn parse_citation(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        if self.citation_type.is_some() || self.citation_value.is_some() {
            return cursor.repeated(tag);
        }
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "citation-type" => cursor.text_into(tag, &mut self.citation_type)?,
                "citation-value" => cursor.text_into(tag, &mut self.citation_value)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }

    fn parse_country(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        let mut visibility = None;
        cursor.attribute_into(tag, "visibility", &mut visibility)?;
        let pair = (cursor.content()?, visibility);
        cursor.fill_pair(tag, "visibility", (&mut self.country, &mut self.country_visibility), pair)?;
        Ok(())
    }
}

impl<'a> Contributor<'a> {
    pub(super) fn parse_list(
        cursor: &mut Cursor<'a>,
        tag: Tag<'a>,
        contributors: &mut Vec<Self>,
    ) -> Result<(), ParseError> {
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "contributor" => {
                    cursor.take_room_for::<Self>()?;
                    contributors.push(Self::parse(cursor, tag)?);
                }
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }

    fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        let mut contributor = Self::default();
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "contributor-orcid" => id_into(cursor, tag, &mut contributor.orcid)?,
                "credit-name" => cursor.text_into(tag, &mut contributor.credit_name)?,
                "contributor-email" => cursor.text_into(tag, &mut contributor.email)?,
                "contributor-attributes" => contributor.parse_attributes(cursor, tag)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(contributor)
    }

    fn parse_attributes(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        if self.sequence.is_some() || self.role.is_some() {
            return cursor.repeated(tag);
        }
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "contributor-sequence" => cursor.text_into(tag, &mut self.sequence)?,
                "contributor-role" => cursor.text_into(tag, &mut self.role)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }
}

impl<'a> Item<'a> for Work<'a> {
    fn element(&self) -> Option<&Element<'a>> {
        Some(&self.element)
    }
}
