//! The whole record, `record:record`, as in the summaries archive and from the API.

use super::xml::{Cursor, Tag};
use super::{
    Affiliation, AffiliationKind, Funding, ParseError, PeerReviews, Person, ResearchResource, Section,
};
use super::{Source, Text, Timestamp, Work, element::id_into};

/// A record: what a person and others have told ORCID about the person, `record:record`.
#[derive(Debug, Default, PartialEq)]
pub struct Record<'a> {
    /// `common:orcid-identifier/common:path`: the iD, as the document writes it; `None` if absent. Make an
    /// [`Orcid`](crate::Orcid) of it to compare.
    pub orcid: Text<'a>,
    /// `preferences:preferences/preferences:locale`: the language in which the person uses ORCID,
    /// such as `en`; `None` if absent.
    pub locale: Text<'a>,
    /// `history:history`; all fields `None` if absent.
    pub history: History<'a>,
    /// `person:person`: names, biography, e-mail addresses, keywords and so on.
    pub person: Person<'a>,
    /// `activities:activities-summary`: affiliations, works and so on, in their short form.
    pub activities: Activities<'a>,
}

/// How and when the record was made, `history:history`.
#[derive(Debug, Default, PartialEq)]
pub struct History<'a> {
    /// `@visibility`; `None` if absent.
    pub visibility: Text<'a>,
    /// `history:creation-method`: `Direct`, `Member-referred`, `website` or `API`; `None` if absent.
    pub creation_method: Text<'a>,
    /// `history:completion-date`: when the person finished registering; `None` if absent.
    pub completion_date: Option<Timestamp>,
    /// `history:submission-date`: when the record was made; `None` if absent.
    pub submission_date: Option<Timestamp>,
    /// `common:last-modified-date`: the last change of the whole record; `None` if absent.
    pub last_modified_date: Option<Timestamp>,
    /// `history:claimed`: whether the person has taken over the record; `None` if absent.
    pub claimed: Option<bool>,
    /// `common:source`: the member that made the record; all fields `None` if the person did.
    pub source: Source<'a>,
    /// `history:deactivation-date`: when the person closed the record; `None` if absent.
    pub deactivation_date: Option<Timestamp>,
    /// `history:verified-email`: whether any e-mail address is verified, also one that is not
    /// public; `None` if absent.
    pub verified_email: Option<bool>,
    /// `history:verified-primary-email`: whether the main address is verified; `None` if absent.
    pub verified_primary_email: Option<bool>,
}

/// The activities of a record in their short form, `activities:activities-summary`. All
/// sections are empty if they are absent. [`Activities::affiliations`] gives those of the
/// affiliations.
#[derive(Debug, Default, PartialEq)]
pub struct Activities<'a> {
    /// `common:last-modified-date`: the last change of an activity; `None` if absent.
    pub last_modified_date: Option<Timestamp>,
    affiliations: [Section<'a, Affiliation<'a>>; AffiliationKind::ALL.len()],
    /// `activities:fundings`.
    pub fundings: Section<'a, Funding<'a>>,
    /// `activities:peer-reviews`.
    pub peer_reviews: PeerReviews<'a>,
    /// `activities:research-resources`.
    pub research_resources: Section<'a, ResearchResource<'a>>,
    /// `activities:works`.
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

    /// The section of one kind of affiliation, such as `activities:employments`.
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
