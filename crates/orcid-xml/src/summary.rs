//! The whole record: `record:record`, as in the summaries and from the API.

use super::xml::{Cursor, Tag};
use super::{
    Affiliation, AffiliationKind, Funding, ParseError, PeerReviews, Person, ResearchResource, Section,
};
use super::{Source, Text, Timestamp, Work, element::id_into};

/// `record:record`.
#[derive(Debug, Default, PartialEq)]
pub struct Record<'a> {
    /// The iD as the document gives it.
    pub orcid: Text<'a>,
    pub locale: Text<'a>,
    pub history: History<'a>,
    pub person: Person<'a>,
    pub activities: Activities<'a>,
}

/// `history:history`: how the record came to be.
#[derive(Debug, Default, PartialEq)]
pub struct History<'a> {
    pub visibility: Text<'a>,
    pub creation_method: Text<'a>,
    pub completion_date: Option<Timestamp>,
    pub submission_date: Option<Timestamp>,
    /// The last change of the whole record.
    pub last_modified_date: Option<Timestamp>,
    pub claimed: Option<bool>,
    /// The member that made the record, if one did.
    pub source: Source<'a>,
    pub deactivation_date: Option<Timestamp>,
    pub verified_email: Option<bool>,
    pub verified_primary_email: Option<bool>,
}

/// `activities:activities-summary`.
#[derive(Debug, Default, PartialEq)]
pub struct Activities<'a> {
    pub last_modified_date: Option<Timestamp>,
    affiliations: [Section<'a, Affiliation<'a>>; AffiliationKind::ALL.len()],
    pub fundings: Section<'a, Funding<'a>>,
    pub peer_reviews: PeerReviews<'a>,
    pub research_resources: Section<'a, ResearchResource<'a>>,
    pub works: Section<'a, Work<'a>>,
}

impl<'a> Record<'a> {
    pub(super) fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        let mut record = Self::default();
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "orcid-identifier" => id_into(cursor, tag, &mut record.orcid)?,
                "preferences" => record.parse_preferences(cursor, tag)?,
                "history" => record.history.parse(cursor, tag)?,
                "person" => record.person.parse(cursor, tag)?,
                "activities-summary" => record.activities.parse(cursor, tag)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(record)
    }

    fn parse_preferences(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "locale" => cursor.text_into(tag, &mut self.locale)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }
}

impl<'a> History<'a> {
    fn parse(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        if *self != Self::default() {
            return cursor.repeated(tag);
        }
        cursor.attribute_into(tag, "visibility", &mut self.visibility)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "creation-method" => cursor.text_into(tag, &mut self.creation_method)?,
                "completion-date" => cursor.timestamp_into(tag, &mut self.completion_date)?,
                "submission-date" => cursor.timestamp_into(tag, &mut self.submission_date)?,
                "last-modified-date" => cursor.timestamp_into(tag, &mut self.last_modified_date)?,
                "claimed" => cursor.boolean_into(tag, &mut self.claimed)?,
                "source" => self.source.parse(cursor, tag)?,
                "deactivation-date" => cursor.timestamp_into(tag, &mut self.deactivation_date)?,
                "verified-email" => cursor.boolean_into(tag, &mut self.verified_email)?,
                "verified-primary-email" => cursor.boolean_into(tag, &mut self.verified_primary_email)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }
}

impl<'a> Activities<'a> {
    pub(super) fn parse(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "last-modified-date" => cursor.timestamp_into(tag, &mut self.last_modified_date)?,
                name if is_section(name) => self.parse_section(cursor, tag)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }

    /// Reads one section; the caller has asked [`is_section`].
    pub(super) fn parse_section(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        match tag.name {
            "works" => self.works.parse(cursor, tag, "work-summary", Work::parse_summary),
            "fundings" => self.fundings.parse(cursor, tag, "funding-summary", Funding::parse_summary),
            "peer-reviews" => self.peer_reviews.parse(cursor, tag),
            "research-resources" => {
                const ITEM: &str = "research-resource-summary";
                self.research_resources.parse(cursor, tag, ITEM, ResearchResource::parse_summary)
            }
            name => match affiliation_section(name) {
                Some(kind) => {
                    let section = &mut self.affiliations[kind as usize];
                    section.parse(cursor, tag, kind.summary_name(), Affiliation::parse)
                }
                None => cursor.unmapped(tag),
            },
        }
    }

    /// The section of one kind of affiliation.
    pub fn affiliations(&self, kind: AffiliationKind) -> &Section<'a, Affiliation<'a>> {
        &self.affiliations[kind as usize]
    }
}

/// True for the name of a section of activities, such as `works`.
pub(super) fn is_section(name: &str) -> bool {
    matches!(name, "works" | "fundings" | "peer-reviews" | "research-resources")
        || affiliation_section(name).is_some()
}

fn affiliation_section(name: &str) -> Option<AffiliationKind> {
    AffiliationKind::new(name.strip_suffix('s')?)
}
