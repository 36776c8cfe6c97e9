//! Peer reviews, which v3.0 groups twice: by the convening group, then by the
//! review's own identifiers. v2.0 knows the outer level only.

use super::element::Detail;
use super::group::Group;
use super::unmapped::NO_ITEM;
use super::xml::{Cursor, Tag};
use super::{Element, ExternalId, FuzzyDate, Item, Organization, ParseError, Text, Timestamp, Title};

/// The peer reviews of a record, `activities:peer-reviews`.
#[derive(Debug, Default, PartialEq)]
pub struct PeerReviews<'a> {
    /// `common:last-modified-date`: the last change of a review; `None` if absent.
    pub last_modified_date: Option<Timestamp>,
    /// `activities:group`: one for each review group; empty if absent.
    pub groups: Vec<PeerReviewGroup<'a>>,
}

/// The reviews for one review group, such as a journal: `activities:group` in
/// `activities:peer-reviews`.
#[derive(Debug, Default, PartialEq)]
pub struct PeerReviewGroup<'a> {
    /// `common:last-modified-date`: the last change of a review of the group; `None` if absent.
    pub last_modified_date: Option<Timestamp>,
    /// `common:external-ids/common:external-id`: the id of the review group, of type
    /// `peer-review`; empty if absent.
    pub external_ids: Vec<ExternalId<'a>>,
    /// `activities:peer-review-group`: the inner groups of schema 3.0, of reviews that share an
    /// identifier; empty in schema 2.0.
    pub groups: Vec<Group<'a, PeerReview<'a>>>,
    /// `peer-review:peer-review-summary`: the reviews of schema 2.0, which has no inner groups;
    /// empty in schema 3.0.
    pub ungrouped: Vec<PeerReview<'a>>,
}

/// A peer review: `peer-review:peer-review-summary` in a record, `peer-review:peer-review` as a
/// document of its own. Where the two name the same value differently, both names are given.
#[derive(Debug, Default, PartialEq)]
pub struct PeerReview<'a> {
    /// Put code, visibility, dates and source.
    pub element: Element<'a>,
    /// `peer-review:reviewer-role`: `reviewer`, `editor`, `member`, `chair` or `organizer`; `None` if absent.
    pub reviewer_role: Text<'a>,
    /// `peer-review:review-url`: a page about the review; `None` if absent.
    pub review_url: Text<'a>,
    /// `peer-review:review-type`: `review` or `evaluation`; `None` if absent.
    pub review_type: Text<'a>,
    /// `peer-review:completion-date` in a record, `peer-review:review-completion-date` in full;
    /// all parts `None` if absent.
    pub completion_date: FuzzyDate,
    /// `peer-review:review-group-id`: the journal or other group for which was reviewed, such as
    /// `issn:0953-1513`; `None` if absent.
    pub review_group_id: Text<'a>,
    /// `peer-review:convening-organization`: the organization that asked for the review; `None` if absent.
    pub convening_organization: Option<Organization<'a>>,
    /// Identifiers of the review: `common:external-ids` in a record,
    /// `peer-review:review-identifiers` in full; empty if absent.
    pub external_ids: Vec<ExternalId<'a>>,
    /// The values that only the full form has; `None` in a record, and if there are none.
    pub details: Option<Box<PeerReviewDetails<'a>>>,
}

/// The values of a review that only the full form has: the subject of the review, that is, what
/// was reviewed.
#[derive(Debug, Default, PartialEq)]
pub struct PeerReviewDetails<'a> {
    /// `peer-review:subject-external-identifier`: an identifier of what was reviewed; `None` if absent.
    pub subject_external_id: Option<ExternalId<'a>>,
    /// `peer-review:subject-container-name`: the journal or book that it appeared in; `None` if absent.
    pub subject_container_name: Text<'a>,
    /// `peer-review:subject-type`: its kind, such as `journal-article`; `None` if absent.
    pub subject_type: Text<'a>,
    /// `peer-review:subject-name`: its title; all fields `None` if absent.
    pub subject_name: Title<'a>,
    /// `peer-review:subject-url`: its page; `None` if absent.
    pub subject_url: Text<'a>,
}

impl<'a> PeerReviews<'a> {
    pub(super) fn parse(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "last-modified-date" => cursor.timestamp_into(tag, &mut self.last_modified_date)?,
                "group" => {
                    cursor.take_room_for::<PeerReviewGroup<'a>>()?;
                    self.groups.push(PeerReviewGroup::parse(cursor, tag)?);
                }
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }
}

impl<'a> PeerReviewGroup<'a> {
    fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        const ITEM: &str = "peer-review-summary";
        let mut group = Self::default();
        let mut date = None;
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "last-modified-date" => {
                    cursor.written_timestamp_into(tag, &mut group.last_modified_date, &mut date)?;
                }
                "external-ids" => ExternalId::parse_list(cursor, tag, &mut group.external_ids)?,
                "peer-review-group" => {
                    cursor.take_room_for::<Group<'a, PeerReview<'a>>>()?;
                    group.groups.push(Group::parse(cursor, tag, ITEM, PeerReview::parse_summary)?);
                }
                ITEM => {
                    cursor.take_room_for::<PeerReview<'a>>()?;
                    group.ungrouped.push(PeerReview::parse_summary(cursor, tag)?);
                }
                _ => cursor.unmapped(tag)?,
            }
        }
        if let Some((date_tag, date)) = date.filter(|_| group.items().next().is_none()) {
            cursor.note_part([tag, date_tag], &date, Some(NO_ITEM))?;
        }
        Ok(group)
    }

    /// All reviews, each with its inner group and the group's place in [`groups`](Self::groups),
    /// counted from 0; `None` for reviews without one, which come first.
    pub fn items(
        &self,
    ) -> impl Iterator<Item = (Option<(usize, &Group<'a, PeerReview<'a>>)>, &PeerReview<'a>)> {
        let grouped = self.groups.iter().enumerate();
        let grouped = grouped.flat_map(|place| place.1.items.iter().map(move |item| (Some(place), item)));
        self.ungrouped.iter().map(|item| (None, item)).chain(grouped)
    }
}

impl<'a> PeerReview<'a> {
    /// Reads a review in full.
    pub(super) fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Detail::Full)
    }

    /// Reads a review of a summary.
    pub(super) fn parse_summary(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Detail::Summary)
    }

    fn read(cursor: &mut Cursor<'a>, tag: Tag<'a>, detail: Detail) -> Result<Self, ParseError> {
        let element = Element::open(cursor, tag)?;
        let mut review = Self { element, ..Self::default() };
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "reviewer-role" => cursor.text_into(tag, &mut review.reviewer_role)?,
                "external-ids" | "review-identifiers" => {
                    ExternalId::parse_list(cursor, tag, &mut review.external_ids)?;
                }
                "review-url" => cursor.text_into(tag, &mut review.review_url)?,
                "review-type" => cursor.text_into(tag, &mut review.review_type)?,
                "completion-date" | "review-completion-date" => review.completion_date.parse(cursor, tag)?,
                "review-group-id" => cursor.text_into(tag, &mut review.review_group_id)?,
                "convening-organization" => {
                    cursor.single_valued(tag, &mut review.convening_organization, Organization::parse)?;
                }
                "created-date" | "last-modified-date" | "source" => review.element.child(cursor, tag)?,
                _ if detail == Detail::Full => review.details.get_or_insert_default().child(cursor, tag)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(review)
    }
}

impl<'a> PeerReviewDetails<'a> {
    fn child(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        match tag.name {
            "subject-external-identifier" => {
                cursor.single_valued(tag, &mut self.subject_external_id, ExternalId::parse)
            }
            "subject-container-name" => cursor.text_into(tag, &mut self.subject_container_name),
            "subject-type" => cursor.text_into(tag, &mut self.subject_type),
            "subject-name" => self.subject_name.parse(cursor, tag),
            "subject-url" => cursor.text_into(tag, &mut self.subject_url),
            _ => cursor.unmapped(tag),
        }
    }
}

impl<'a> Item<'a> for PeerReview<'a> {
    fn element(&self) -> Option<&Element<'a>> {
        Some(&self.element)
    }
}
