//! Writes fundings, peer reviews, research resources and works of a summary.

use super::dates::Moment;
use super::model::{Funding, Group, PeerReview, Provenance, Record, ResearchResource, Work};
use super::parts::{self, Context};
use super::xml::Xml;

/// When each item of any section was changed last.
pub fn all_moments(record: &Record) -> impl Iterator<Item = Moment> {
    let affiliations = record.affiliations.iter().flatten().flatten().map(|a| a.provenance);
    let fundings = record.fundings.iter().flatten().map(|funding| funding.provenance);
    let reviews = record.peer_reviews.iter().flatten().flatten().map(|review| review.provenance);
    let resources = record.research_resources.iter().flatten().map(|item| item.provenance);
    let works = record.works.iter().flatten().map(|work| work.provenance);
    affiliations
        .chain(fundings)
        .chain(reviews)
        .chain(resources)
        .chain(works)
        .map(|provenance| provenance.modified)
}

pub fn fundings(xml: &mut Xml, context: &Context) {
    let groups = &context.record.fundings;
    section(
        xml,
        context,
        "fundings",
        groups,
        |item| item.provenance,
        |xml, group| {
            let ids = parts::group_ids(group, |item| item.external_ids.as_deref().unwrap_or_default());
            parts::external_ids(xml, "common:external-ids", ids);
            for funding in group {
                item(xml, context, "funding", &funding.provenance, |xml| funding_content(xml, funding));
            }
        },
    );
}

fn funding_content(xml: &mut Xml, funding: &Funding) {
    parts::title(xml, "funding:title", &funding.title);
    if let Some(ids) = &funding.external_ids {
        parts::external_ids(xml, "common:external-ids", ids);
    }
    xml.optional("common:url", funding.url.as_deref());
    xml.leaf("funding:type", funding.kind);
    parts::date(xml, "common:start-date", funding.start);
    parts::date(xml, "common:end-date", funding.end);
    parts::organization(xml, "common:organization", &funding.organization);
}

/// Peer reviews are grouped twice: by journal, then by review.
pub fn peer_reviews(xml: &mut Xml, context: &Context) {
    let journals = &context.record.peer_reviews;
    let path = context.path("peer-reviews");
    xml.element_with("activities:peer-reviews", &[("path", &path)], |xml| {
        parts::latest(xml, journals.iter().flatten().flatten().map(|r| r.provenance.modified));
        for journal in journals {
            xml.element("activities:group", |xml| peer_review_group(xml, context, journal));
        }
    });
}

fn peer_review_group(xml: &mut Xml, context: &Context, journal: &Group<Group<PeerReview>>) {
    parts::latest(xml, journal.iter().flatten().map(|review| review.provenance.modified));
    xml.element("common:external-ids", |xml| {
        for review in journal.iter().flatten().take(1) {
            xml.element("common:external-id", |xml| {
                xml.leaf("common:external-id-type", "peer-review");
                xml.leaf("common:external-id-value", &review.group_id);
            });
        }
    });
    for group in journal {
        xml.element("activities:peer-review-group", |xml| {
            parts::latest(xml, group.iter().map(|review| review.provenance.modified));
            let ids = parts::group_ids(group, |review| &review.external_ids);
            parts::external_ids(xml, "common:external-ids", ids);
            for review in group {
                item(xml, context, "peer-review", &review.provenance, |xml| {
                    peer_review_content(xml, review);
                });
            }
        });
    }
}

fn peer_review_content(xml: &mut Xml, review: &PeerReview) {
    xml.leaf("peer-review:reviewer-role", review.role);
    parts::external_ids(xml, "common:external-ids", &review.external_ids);
    xml.optional("peer-review:review-url", review.url.as_deref());
    xml.leaf("peer-review:review-type", review.kind);
    parts::date(xml, "peer-review:completion-date", Some(review.completed));
    xml.leaf("peer-review:review-group-id", &review.group_id);
    parts::organization(xml, "peer-review:convening-organization", &review.organization);
}

pub fn research_resources(xml: &mut Xml, context: &Context) {
    let groups = &context.record.research_resources;
    section(
        xml,
        context,
        "research-resources",
        groups,
        |item| item.provenance,
        |xml, group| {
            let ids = parts::group_ids(group, |resource| &resource.external_ids);
            parts::external_ids(xml, "common:external-ids", ids);
            for resource in group {
                item(xml, context, "research-resource", &resource.provenance, |xml| {
                    proposal(xml, resource);
                });
            }
        },
    );
}

/// The proposal stands in the summary and in full alike.
pub fn proposal(xml: &mut Xml, resource: &ResearchResource) {
    xml.element("research-resource:proposal", |xml| {
        parts::title(xml, "research-resource:title", &resource.title);
        xml.element("research-resource:hosts", |xml| {
            for host in &resource.hosts {
                parts::organization(xml, "common:organization", host);
            }
        });
        parts::external_ids(xml, "common:external-ids", &resource.external_ids);
        parts::date(xml, "common:start-date", resource.start);
        parts::date(xml, "common:end-date", resource.end);
        xml.optional("common:url", resource.url.as_deref());
    });
}

pub fn works(xml: &mut Xml, context: &Context) {
    let groups = &context.record.works;
    section(
        xml,
        context,
        "works",
        groups,
        |item| item.provenance,
        |xml, group| {
            let ids = parts::group_ids(group, |work| &work.external_ids);
            parts::external_ids(xml, "common:external-ids", ids);
            for work in group {
                item(xml, context, "work", &work.provenance, |xml| work_content(xml, work));
            }
        },
    );
}

fn work_content(xml: &mut Xml, work: &Work) {
    parts::title(xml, "work:title", &work.title);
    parts::external_ids(xml, "common:external-ids", &work.external_ids);
    xml.optional("common:url", work.url.as_deref());
    xml.leaf("work:type", work.kind);
    parts::date(xml, "common:publication-date", work.published);
    xml.optional("work:journal-title", work.journal.as_deref());
}

/// A section with its groups; `content` writes what follows a group's date.
fn section<Item>(
    xml: &mut Xml,
    context: &Context,
    name: &str,
    groups: &[Group<Item>],
    provenance: impl Fn(&Item) -> Provenance,
    content: impl Fn(&mut Xml, &Group<Item>),
) {
    let path = context.path(name);
    xml.element_with(&format!("activities:{name}"), &[("path", &path)], |xml| {
        parts::latest(xml, groups.iter().flatten().map(|item| provenance(item).modified));
        for group in groups {
            xml.element("activities:group", |xml| {
                parts::latest(xml, group.iter().map(|item| provenance(item).modified));
                content(xml, group);
            });
        }
    });
}

fn item(
    xml: &mut Xml,
    context: &Context,
    name: &str,
    provenance: &Provenance,
    content: impl FnOnce(&mut Xml),
) {
    let path = context.item_path(name, provenance);
    let attributes: [(&str, &dyn std::fmt::Display); 4] = [
        ("put-code", &provenance.put_code),
        ("path", &path),
        ("visibility", &"public"),
        ("display-index", &provenance.display_index),
    ];
    xml.element_with(&format!("{name}:{name}-summary"), &attributes, |xml| {
        parts::provenance(xml, context, provenance);
        content(xml);
    });
}
