//! Writes each activity of a record in full: the members of the activities
//! archives, one file an activity.

use super::dates::Moment;
use super::model::{
    AffiliationKind, Contributor, Funding, PeerReview, Provenance, Record, ResearchResource, ResourceItem,
    Work,
};
use super::parts::{self, Context};
use super::summary::affiliation_content;
use super::summary_activities::proposal;
use super::world::World;
use super::xml::Xml;

/// One file of an activities archive.
pub struct Activity {
    /// The folder, which is also a part of the file name.
    pub section: &'static str,
    pub put_code: u64,
    pub modified: Moment,
    pub xml: Vec<u8>,
}

/// All activities of a record, section by section.
pub fn render(world: &World, record: &Record) -> Vec<Activity> {
    let context = &Context::new(world, record);
    let mut activities = Vec::new();
    // In the order of no alphabet, as a file system lists its folders.
    for work in record.works.iter().flatten() {
        activities.push(file(context, "works", "work", &work.provenance, |xml| {
            work_content(xml, work);
        }));
    }
    for kind in AffiliationKind::ALL {
        for affiliation in record.affiliations[kind as usize].iter().flatten() {
            let (folder, name) = (kind.folder(), kind.name());
            activities.push(document(context, folder, name, &affiliation.provenance, |xml| {
                affiliation_content(xml, context, affiliation);
            }));
        }
    }
    for review in record.peer_reviews.iter().flatten().flatten() {
        activities.push(file(context, "peer-reviews", "peer-review", &review.provenance, |xml| {
            peer_review_content(xml, review);
        }));
    }
    for funding in record.fundings.iter().flatten() {
        activities.push(file(context, "fundings", "funding", &funding.provenance, |xml| {
            funding_content(xml, funding);
        }));
    }
    for resource in record.research_resources.iter().flatten() {
        let (folder, name) = ("research-resources", "research-resource");
        activities.push(file(context, folder, name, &resource.provenance, |xml| {
            research_resource_content(xml, resource);
        }));
    }
    activities
}

/// A file that begins with dates and source.
fn file(
    context: &Context,
    section: &'static str,
    name: &str,
    provenance: &Provenance,
    content: impl FnOnce(&mut Xml),
) -> Activity {
    document(context, section, name, provenance, |xml| {
        parts::provenance(xml, context, provenance);
        content(xml);
    })
}

fn document(
    context: &Context,
    section: &'static str,
    name: &str,
    provenance: &Provenance,
    content: impl FnOnce(&mut Xml),
) -> Activity {
    let path = context.item_path(name, provenance);
    let attributes: [(&str, &dyn std::fmt::Display); 4] = [
        ("put-code", &provenance.put_code),
        ("path", &path),
        ("visibility", &"public"),
        ("display-index", &provenance.display_index),
    ];
    // Works lack the display index here.
    let attributes = if name == "work" { &attributes[..3] } else { &attributes[..] };
    let root = format!("{name}:{name}");
    let xml = Xml::document(&root, attributes, context.escaping, content);
    Activity { section, put_code: provenance.put_code, modified: provenance.modified, xml }
}

fn work_content(xml: &mut Xml, work: &Work) {
    let Some(details) = &work.details else { return };
    parts::title(xml, "work:title", &work.title);
    xml.optional("work:journal-title", work.journal.as_deref());
    xml.optional("work:short-description", details.description.as_deref());
    if let Some((kind, text)) = &details.citation {
        xml.element("work:citation", |xml| {
            xml.leaf("work:citation-type", kind);
            xml.leaf("work:citation-value", text);
        });
    }
    xml.leaf("work:type", work.kind);
    parts::date(xml, "common:publication-date", work.published);
    parts::external_ids(xml, "common:external-ids", &work.external_ids);
    xml.optional("common:url", work.url.as_deref());
    if let Some(contributors) = &details.contributors {
        contributors_list(xml, "work", contributors);
    }
    xml.optional("common:language-code", details.language);
    xml.optional("common:country", details.country);
}

/// `prefix` is `work` or `funding`; only works have a sequence.
fn contributors_list(xml: &mut Xml, prefix: &str, contributors: &[Contributor]) {
    xml.element(&format!("{prefix}:contributors"), |xml| {
        for contributor in contributors {
            xml.element(&format!("{prefix}:contributor"), |xml| {
                contributor_content(xml, prefix, contributor);
            });
        }
    });
}

fn contributor_content(xml: &mut Xml, prefix: &str, contributor: &Contributor) {
    if let Some(id) = &contributor.orcid {
        parts::orcid(xml, "common:contributor-orcid", id);
    }
    let name = contributor.credit_name.as_deref();
    xml.optional(&format!("{prefix}:credit-name"), name);
    xml.optional(&format!("{prefix}:contributor-email"), contributor.email.as_deref());
    if let Some((sequence, role)) = &contributor.attributes {
        xml.element(&format!("{prefix}:contributor-attributes"), |xml| {
            xml.optional(&format!("{prefix}:contributor-sequence"), *sequence);
            xml.optional(&format!("{prefix}:contributor-role"), role.as_deref());
        });
    }
}

fn funding_content(xml: &mut Xml, funding: &Funding) {
    let Some(details) = &funding.details else { return };
    xml.leaf("funding:type", funding.kind);
    xml.optional("funding:organization-defined-type", details.own_kind.as_deref());
    parts::title(xml, "funding:title", &funding.title);
    xml.optional("funding:short-description", details.description.as_deref());
    if let Some((amount, currency)) = &details.amount {
        xml.leaf_with("funding:amount", &[("currency-code", currency)], amount);
    }
    xml.optional("common:url", funding.url.as_deref());
    parts::date(xml, "common:start-date", funding.start);
    parts::date(xml, "common:end-date", funding.end);
    if let Some(ids) = &funding.external_ids {
        parts::external_ids(xml, "common:external-ids", ids);
    }
    if !details.contributors.is_empty() {
        contributors_list(xml, "funding", &details.contributors);
    }
    parts::organization(xml, "common:organization", &funding.organization);
}

fn peer_review_content(xml: &mut Xml, review: &PeerReview) {
    let Some(details) = &review.details else { return };
    xml.leaf("peer-review:reviewer-role", review.role);
    parts::external_ids(xml, "peer-review:review-identifiers", &review.external_ids);
    xml.optional("peer-review:review-url", review.url.as_deref());
    xml.leaf("peer-review:review-type", review.kind);
    parts::date(xml, "peer-review:review-completion-date", Some(review.completed));
    xml.leaf("peer-review:review-group-id", &review.group_id);
    if let Some(id) = &details.subject_id {
        xml.element("peer-review:subject-external-identifier", |xml| parts::external_id(xml, id));
    }
    xml.optional("peer-review:subject-container-name", details.container.as_deref());
    xml.optional("peer-review:subject-type", details.subject_kind);
    if let Some(subject) = &details.subject {
        parts::title(xml, "peer-review:subject-name", subject);
    }
    xml.optional("peer-review:subject-url", details.subject_url.as_deref());
    parts::organization(xml, "peer-review:convening-organization", &review.organization);
}

fn research_resource_content(xml: &mut Xml, resource: &ResearchResource) {
    proposal(xml, resource);
    xml.element("research-resource:resource-items", |xml| {
        for item in &resource.items {
            xml.element("research-resource:resource-item", |xml| resource_item(xml, item));
        }
    });
}

fn resource_item(xml: &mut Xml, item: &ResourceItem) {
    xml.leaf("research-resource:resource-name", &item.name);
    xml.leaf("research-resource:resource-type", item.kind);
    xml.element("research-resource:hosts", |xml| {
        for host in &item.hosts {
            parts::organization(xml, "common:organization", host);
        }
    });
    parts::external_ids(xml, "common:external-ids", &item.external_ids);
    xml.optional("common:url", item.url.as_deref());
}
