//! `peer_reviews`, in summaries and in full.

use super::build::Table;
use super::column::{Column, column};
use super::entry::Entry;
use super::shared::{GroupPlace, HasElement, HasOrcid, HasOrganization, HasSource, HasTitle, date_columns};
use super::shared::{element_columns, organization_columns, title_columns};
use super::value::{Family, boolean, int32, label, text, timestamp};
use orcid_xml::{Activity, Element, Organization, PeerReview, PeerReviewDetails, Source, Timestamp, Title};

pub struct PeerReviews;

#[derive(Clone, Copy)]
pub struct ReviewRow<'a> {
    orcid: &'a str,
    /// The convener's group: its place and when it changed.
    outer: Option<(usize, Option<Timestamp>)>,
    inner: Option<GroupPlace>,
    item: &'a PeerReview<'a>,
}

impl Family for PeerReviews {
    type Row<'a> = ReviewRow<'a>;
}

impl<'a> HasOrcid<'a> for ReviewRow<'a> {
    fn orcid(&self) -> &'a str {
        self.orcid
    }
}

impl<'a> HasElement<'a> for ReviewRow<'a> {
    fn element(&self) -> Option<&'a Element<'a>> {
        Some(&self.item.element)
    }
}

impl<'a> HasSource<'a> for ReviewRow<'a> {
    fn source(&self) -> Option<&'a Source<'a>> {
        Some(&self.item.element.source)
    }
}

impl<'a> HasOrganization<'a> for ReviewRow<'a> {
    fn organization(&self) -> Option<&'a Organization<'a>> {
        self.item.convening_organization.as_ref()
    }
}

impl<'a> HasTitle<'a> for ReviewRow<'a> {
    fn title(&self) -> Option<&'a Title<'a>> {
        self.details().map(|details| &details.subject_name)
    }
}

impl<'a> ReviewRow<'a> {
    fn details(&self) -> Option<&'a PeerReviewDetails<'a>> {
        self.item.details.as_deref()
    }
}

pub fn summary_table() -> Table<PeerReviews> {
    let mut columns = element_columns();
    columns.extend(group_columns());
    columns.extend(own_columns());
    Table {
        name: "peer_reviews",
        doc: "One row for each peer review of a record. v3.0 groups them twice: by convener (`group_index`), then by the review's own identifier (`peer_review_group_index`).",
        xpaths: &[
            "/record:record/activities:activities-summary/activities:peer-reviews/activities:group/activities:peer-review-group/peer-review:peer-review-summary",
            "/record:record/activities:activities-summary/activities:peer-reviews/activities:group/peer-review:peer-review-summary",
        ],
        columns,
        collect: |entry, rows| {
            let Entry::Record { orcid, record } = entry else { return };
            for (index, group) in record.activities.peer_reviews.groups.iter().enumerate() {
                let outer = Some((index, group.last_modified_date));
                rows.extend(group.items().map(|(inner, item)| {
                    let inner = inner.map(|(index, group)| GroupPlace::of(index, group, item));
                    ReviewRow { orcid: orcid.as_str(), outer, inner, item }
                }));
            }
        },
    }
}

pub fn full_table() -> Table<PeerReviews> {
    let mut columns = element_columns();
    columns.extend(own_columns());
    columns.extend(subject_columns());
    Table {
        name: "peer_reviews",
        doc: "One row for each peer review file of the activities archives, with the subject of the review.",
        xpaths: &["/peer-review:peer-review"],
        columns,
        collect: |entry, rows| {
            if let Entry::Activity { orcid, activity: Activity::PeerReview(item) } = entry {
                rows.push(ReviewRow { orcid: orcid.as_str(), outer: None, inner: None, item });
            }
        },
    }
}

fn group_columns() -> [Column<PeerReviews>; 5] {
    [
        column(
            "group_index",
            "",
            "The place of the convener's group in the section, from 0.",
            int32::<PeerReviews>(|row| row.outer.map(|(index, _)| index as i32)),
        ),
        column(
            "group_last_modified_date",
            "ancestor::activities:group/common:last-modified-date",
            "When the convener's group was last changed.",
            timestamp::<PeerReviews>(|row| row.outer?.1),
        ),
        column(
            "peer_review_group_index",
            "",
            "The place of the inner group in the convener's group, from 0; empty in v2.0.",
            int32::<PeerReviews>(|row| row.inner.map(|group| group.index as i32)),
        ),
        column(
            "peer_review_group_last_modified_date",
            "parent::activities:peer-review-group/common:last-modified-date",
            "When the inner group was last changed.",
            timestamp::<PeerReviews>(|row| row.inner?.last_modified_date),
        ),
        column(
            "is_preferred",
            "",
            "True for the one review of its inner group with the highest display index, the first of equals.",
            boolean::<PeerReviews>(|row| Some(row.inner.is_none_or(|group| group.is_preferred))),
        ),
    ]
}

fn own_columns() -> Vec<Column<PeerReviews>> {
    let mut columns = vec![
        column(
            "reviewer_role",
            "peer-review:reviewer-role",
            "The person's part in the review: reviewer, editor, member, chair, organizer.",
            label::<PeerReviews>(|row| row.item.reviewer_role.as_deref()),
        ),
        column(
            "review_type",
            "peer-review:review-type",
            "What it was: review or evaluation.",
            label::<PeerReviews>(|row| row.item.review_type.as_deref()),
        ),
        column(
            "review_url",
            "peer-review:review-url",
            "The review's page.",
            text::<PeerReviews>(|row| row.item.review_url.as_deref()),
        ),
        column(
            "review_group_id",
            "peer-review:review-group-id",
            "What the review was for, such as `issn:` and a journal's number.",
            label::<PeerReviews>(|row| row.item.review_group_id.as_deref()),
        ),
    ];
    let completed = "peer-review:completion-date|peer-review:review-completion-date";
    columns.extend(date_columns::<PeerReviews>(
        "completion",
        completed,
        "in which it was completed",
        |row| row.item.completion_date,
    ));
    columns.extend(organization_columns("peer-review:convening-organization"));
    columns
}

fn subject_columns() -> Vec<Column<PeerReviews>> {
    let mut columns = vec![
        column(
            "subject_type",
            "peer-review:subject-type",
            "What was reviewed: a type of work, or a grant, contract, award and the like.",
            label::<PeerReviews>(|row| row.details()?.subject_type.as_deref()),
        ),
        column(
            "subject_container_name",
            "peer-review:subject-container-name",
            "The journal or book of what was reviewed.",
            text::<PeerReviews>(|row| row.details()?.subject_container_name.as_deref()),
        ),
    ];
    columns.extend(title_columns("subject_name", "peer-review:subject-name"));
    columns.push(column(
        "subject_url",
        "peer-review:subject-url",
        "Where to find what was reviewed.",
        text::<PeerReviews>(|row| row.details()?.subject_url.as_deref()),
    ));
    columns
}
