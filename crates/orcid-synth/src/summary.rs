//! Writes a record as the member of a summaries archive: `record:record`.

use super::model::{Affiliation, AffiliationKind, Group, History, Record};
use super::parts::{self, Context};
use super::summary_activities as activities;
use super::summary_person as person;
use super::world::World;
use super::xml::Xml;

/// The whole file.
pub fn render(world: &World, record: &Record) -> Vec<u8> {
    let context = &Context::new(world, record);
    let path = format!("/{}", record.id);
    Xml::document("record:record", &[("path", &path)], context.escaping, |xml| {
        parts::orcid(xml, "common:orcid-identifier", &record.id);
        xml.element("preferences:preferences", |xml| {
            xml.leaf("preferences:locale", record.locale);
        });
        history(xml, context, &record.history);
        person::person(xml, context);
        let path = context.path("activities");
        xml.element_with("activities:activities-summary", &[("path", &path)], |xml| {
            sections(xml, context);
        });
    })
}

fn history(xml: &mut Xml, context: &Context, history: &History) {
    xml.element("history:history", |xml| {
        xml.leaf("history:creation-method", history.method);
        if let Some(completed) = history.completed {
            xml.value("history:completion-date", completed);
        }
        xml.value("history:submission-date", history.submitted);
        xml.value("common:last-modified-date", history.modified);
        xml.leaf("history:claimed", "true");
        if let Some(source) = history.source {
            parts::source(xml, context, source);
        }
        if let Some(deactivated) = history.deactivated {
            xml.value("history:deactivation-date", deactivated);
        }
        xml.value("history:verified-email", history.verified_email);
        xml.value("history:verified-primary-email", history.verified_primary);
    });
}

/// All eleven sections are there, in alphabetical order, empty or not.
fn sections(xml: &mut Xml, context: &Context) {
    parts::latest(xml, activities::all_moments(context.record));
    affiliations(xml, context, AffiliationKind::Distinction);
    affiliations(xml, context, AffiliationKind::Education);
    affiliations(xml, context, AffiliationKind::Employment);
    activities::fundings(xml, context);
    affiliations(xml, context, AffiliationKind::InvitedPosition);
    affiliations(xml, context, AffiliationKind::Membership);
    activities::peer_reviews(xml, context);
    affiliations(xml, context, AffiliationKind::Qualification);
    activities::research_resources(xml, context);
    affiliations(xml, context, AffiliationKind::Service);
    activities::works(xml, context);
}

fn affiliations(xml: &mut Xml, context: &Context, kind: AffiliationKind) {
    let name = kind.name();
    let section = format!("{name}s");
    let element = format!("activities:{section}");
    let groups = &context.record.affiliations[kind as usize];
    xml.element_with(&element, &[("path", &context.path(&section))], |xml| {
        parts::latest(xml, groups.iter().flatten().map(|item| item.provenance.modified));
        for group in groups {
            xml.element("activities:affiliation-group", |xml| {
                affiliation_group(xml, context, name, group);
            });
        }
    });
}

fn affiliation_group(xml: &mut Xml, context: &Context, name: &str, group: &Group<Affiliation>) {
    parts::latest(xml, group.iter().map(|item| item.provenance.modified));
    let ids = parts::group_ids(group, |item| item.external_ids.as_deref().unwrap_or_default());
    parts::external_ids(xml, "common:external-ids", ids);
    let element = format!("{name}:{name}-summary");
    for affiliation in group {
        let provenance = &affiliation.provenance;
        let path = context.item_path(name, provenance);
        let attributes: [(&str, &dyn std::fmt::Display); 4] = [
            ("put-code", &provenance.put_code),
            ("display-index", &provenance.display_index),
            ("path", &path),
            ("visibility", &"public"),
        ];
        xml.element_with(&element, &attributes, |xml| {
            affiliation_content(xml, context, affiliation);
        });
    }
}

/// What stands in an affiliation: the same in the summary and in full.
pub fn affiliation_content(xml: &mut Xml, context: &Context, affiliation: &Affiliation) {
    parts::provenance(xml, context, &affiliation.provenance);
    xml.optional("common:department-name", affiliation.department.as_deref());
    xml.optional("common:role-title", affiliation.role.as_deref());
    parts::date(xml, "common:start-date", affiliation.start);
    parts::date(xml, "common:end-date", affiliation.end);
    if let Some(organization) = &affiliation.organization {
        parts::organization(xml, "common:organization", organization);
    }
    xml.optional("common:url", affiliation.url.as_deref());
    if let Some(ids) = &affiliation.external_ids {
        parts::external_ids(xml, "common:external-ids", ids);
    }
}
