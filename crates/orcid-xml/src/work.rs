//! Works: the short form of a record and the full form of the activities.

use super::element::{Detail, id_into};
use super::xml::{Cursor, Tag};
use super::{Element, ExternalId, FuzzyDate, Item, ParseError, Text, Title};

/// Bytes that a contributor takes in a document, so that a list gets room for all at once.
const USUAL_CONTRIBUTOR_BYTES: usize = 300;

/// A work, such as an article, a book or a data set: `work:work-summary` in a record, `work:work`
/// as a document of its own.
#[derive(Debug, Default, PartialEq)]
pub struct Work<'a> {
    /// Put code, visibility, dates and source.
    pub element: Element<'a>,
    /// `work:title`: title, subtitle and translation.
    pub title: Title<'a>,
    /// `work:journal-title`: the journal, book or conference; `None` if absent.
    pub journal_title: Text<'a>,
    /// `work:type`: the kind of work, such as `journal-article`; `None` if absent.
    pub work_type: Text<'a>,
    /// `common:publication-date`; all parts `None` if absent.
    pub publication_date: FuzzyDate,
    /// `common:url`: a page about the work; `None` if absent.
    pub url: Text<'a>,
    /// `common:external-ids/common:external-id`: DOIs, ISBNs and other identifiers; empty if
    /// absent.
    pub external_ids: Vec<ExternalId<'a>>,
    /// The values that only the full form has; `None` in a record, and if there are none.
    pub details: Option<Box<WorkDetails<'a>>>,
}

/// The values of a work that only the full form has.
#[derive(Debug, Default, PartialEq)]
pub struct WorkDetails<'a> {
    /// `work:short-description`: an abstract or a description; `None` if absent.
    pub short_description: Text<'a>,
    /// `work:citation/work:citation-type`: the form of the citation, such as `bibtex` or
    /// `formatted-apa`; `None` if absent.
    pub citation_type: Text<'a>,
    /// `work:citation/work:citation-value`: the citation itself; `None` if absent.
    pub citation_value: Text<'a>,
    /// `common:language-code`: the language of the work, such as `en`; `None` if absent.
    pub language_code: Text<'a>,
    /// `common:country`: where the work appeared, two letters of ISO 3166; `None` if absent.
    pub country: Text<'a>,
    /// `common:country/@visibility`; `None` if absent.
    pub country_visibility: Text<'a>,
    /// `work:contributors/work:contributor`, in the order of the document; empty if absent.
    pub contributors: Vec<Contributor<'a>>,
}

/// A contributor to a work or a funding: `work:contributor`, `funding:contributor`.
#[derive(Debug, Default, PartialEq)]
pub struct Contributor<'a> {
    /// `common:contributor-orcid`: the contributor's iD; `None` if absent.
    pub orcid: Text<'a>,
    /// `credit-name` in the name space of the work or funding: the contributor's name; `None` if absent.
    pub credit_name: Text<'a>,
    /// `contributor-email` in the same name space; `None` if absent.
    pub email: Text<'a>,
    /// `contributor-attributes/contributor-sequence`: `first` or `additional`; `None` if absent, and
    /// always for fundings.
    pub sequence: Text<'a>,
    /// `contributor-attributes/contributor-role`: such as `author`, `lead`, or the address of a CRediT
    /// role; `None` if absent.
    pub role: Text<'a>,
}

impl<'a> Work<'a> {
    /// Reads a work in full.
    pub(super) fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Detail::Full)
    }

    /// Reads a work of a summary.
    pub(super) fn parse_summary(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Detail::Summary)
    }

    fn read(cursor: &mut Cursor<'a>, tag: Tag<'a>, detail: Detail) -> Result<Self, ParseError> {
        let mut work = Self::default();
        work.element.open_into(cursor, tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "title" => work.title.parse(cursor, tag)?,
                "external-ids" => ExternalId::parse_list(cursor, tag, &mut work.external_ids)?,
                "url" => cursor.text_into(tag, &mut work.url)?,
                "type" => cursor.text_into(tag, &mut work.work_type)?,
                "publication-date" => work.publication_date.parse(cursor, tag)?,
                "journal-title" => cursor.text_into(tag, &mut work.journal_title)?,
                "created-date" | "last-modified-date" | "source" => work.element.child(cursor, tag)?,
                _ if detail == Detail::Full => work.details.get_or_insert_default().child(cursor, tag)?,
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
                    if contributors.is_empty() {
                        contributors.reserve_exact(1 + cursor.left_bytes() / USUAL_CONTRIBUTOR_BYTES);
                    }
                    cursor.take_room_for::<Self>()?;
                    // Where it stays: moving one costs as much as some of its values.
                    contributors.push(Self::default());
                    if let Some(contributor) = contributors.last_mut() {
                        contributor.read(cursor, tag)?;
                    }
                }
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }

    fn read(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "contributor-orcid" => id_into(cursor, tag, &mut self.orcid)?,
                "credit-name" => cursor.text_into(tag, &mut self.credit_name)?,
                "contributor-email" => cursor.text_into(tag, &mut self.email)?,
                "contributor-attributes" => self.parse_attributes(cursor, tag)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }

    fn parse_attributes(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        if self.sequence.is_some() || self.role.is_some() {
            return cursor.repeated(tag);
        }
        cursor.container(tag)?;
        if let Some([sequence, role]) = cursor.known(|learned| &mut learned.roles) {
            (self.sequence, self.role) = (sequence, role);
            return Ok(());
        }
        let begun = cursor.begin_repeat();
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "contributor-sequence" => cursor.text_into(tag, &mut self.sequence)?,
                "contributor-role" => cursor.text_into(tag, &mut self.role)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        let read = [self.sequence.clone(), self.role.clone()];
        cursor.remember(begun, &read, |learned| &mut learned.roles);
        Ok(())
    }
}

impl<'a> Item<'a> for Work<'a> {
    fn element(&self) -> Option<&Element<'a>> {
        Some(&self.element)
    }
}
