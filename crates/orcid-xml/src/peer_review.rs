//! Peer reviews, which v3.0 groups twice: by the convening group, then by the
//! review's own identifiers. v2.0 knows the outer level only.

use super::element::Form;
use super::group::Group;
use super::unmapped::NO_ITEM;
use super::values::written;
use super::xml::{Cursor, Tag};
use super::{Element, ExternalId, FuzzyDate, Item, Organization, ParseError, Text, Timestamp, Title};

/// The section of a summary.
#[derive(Debug, Default, PartialEq)]
pub struct PeerReviews<'a> {
    pub last_modified_date: Option<Timestamp>,
    pub groups: Vec<PeerReviewGroup<'a>>,
}

/// All reviews for one convener, such as a journal.
#[derive(Debug, Default, PartialEq)]
pub struct PeerReviewGroup<'a> {
    pub last_modified_date: Option<Timestamp>,
    pub external_ids: Vec<ExternalId<'a>>,
    /// The inner groups of v3.0 (`activities:peer-review-group`).
    pub groups: Vec<Group<'a, PeerReview<'a>>>,
    /// The reviews of v2.0, which stand right here.
    pub ungrouped: Vec<PeerReview<'a>>,
}

/// A review; `external-ids` of a summary are the `review-identifiers` of the
/// full form, and so are both completion dates one.
#[derive(Debug, Default, PartialEq)]
pub struct PeerReview<'a> {
    pub element: Element<'a>,
    pub reviewer_role: Text<'a>,
    pub review_url: Text<'a>,
    pub review_type: Text<'a>,
    pub completion_date: FuzzyDate,
    pub review_group_id: Text<'a>,
    pub convening_organization: Option<Organization<'a>>,
    pub external_ids: Vec<ExternalId<'a>>,
    /// What only the full form has.
    pub details: Option<Box<PeerReviewDetails<'a>>>,
}

/// What the full form of a review adds: the subject of the review.
#[derive(Debug, Default, PartialEq)]
pub struct PeerReviewDetails<'a> {
    pub subject_external_id: Option<ExternalId<'a>>,
    pub subject_container_name: Text<'a>,
    pub subject_type: Text<'a>,
    pub subject_name: Title<'a>,
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
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "last-modified-date" => cursor.timestamp_into(tag, &mut group.last_modified_date)?,
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
        if group.items().next().is_none() && group.last_modified_date.is_some() {
            let date = group.last_modified_date.map(written).unwrap_or_default();
            cursor.note("last-modified-date", &date, Some(NO_ITEM))?;
        }
        Ok(group)
    }

    /// Every review with its inner group's place and group, in document order.
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
        Self::read(cursor, tag, Form::Full)
    }

    /// Reads a review of a summary.
    pub(super) fn parse_summary(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Form::Summary)
    }

    fn read(cursor: &mut Cursor<'a>, tag: Tag<'a>, form: Form) -> Result<Self, ParseError> {
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
                    cursor.once(tag, &mut review.convening_organization, Organization::parse)?;
                }
                "created-date" | "last-modified-date" | "source" => review.element.child(cursor, tag)?,
                _ if form == Form::Full => review.details.get_or_insert_default().child(cursor, tag)?,
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
                cursor.once(tag, &mut self.subject_external_id, ExternalId::parse)
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
