//! How the parts that recur in records are written: sources, dates, titles,
//! organisations, external ids.

use super::dates::{FuzzyDate, Moment};
use super::model::{ExternalId, Group, Normalized, Organization, Provenance, Record, Source, Title};
use super::world::World;
use super::xml::{Attributes, Escaping, Xml};

/// What the parts of one record need to know about the whole.
pub struct Context<'a> {
    pub world: &'a World,
    pub record: &'a Record,
    /// The owner's name as it stands with sources, if it is public.
    pub owner: Option<String>,
    pub escaping: Escaping,
}

impl<'a> Context<'a> {
    pub fn new(world: &'a World, record: &'a Record) -> Context<'a> {
        Context {
            world,
            record,
            owner: record.person.names.as_ref().and_then(|names| names.display()),
            escaping: Escaping { quotes: record.quotes_as_entities, accents: record.accents_as_entities },
        }
    }

    /// `/iD/section`, as the `path` attributes have it.
    pub fn path(&self, section: &str) -> String {
        format!("/{}/{section}", self.record.id)
    }

    /// `/iD/section/put-code`.
    pub fn item_path(&self, section: &str, provenance: &Provenance) -> String {
        format!("/{}/{section}/{}", self.record.id, provenance.put_code)
    }
}

/// Dates and source, with which every item begins.
pub fn provenance(xml: &mut Xml, context: &Context, provenance: &Provenance) {
    xml.value("common:created-date", provenance.created);
    xml.value("common:last-modified-date", provenance.modified);
    source(xml, context, provenance.source);
}

pub fn source(xml: &mut Xml, context: &Context, source: Source) {
    let clients = &context.world.clients;
    let owner = context.owner.as_deref();
    xml.element("common:source", |xml| match source {
        Source::Empty => {}
        Source::Owner => {
            orcid(xml, "common:source-orcid", &context.record.id);
            xml.optional("common:source-name", owner);
        }
        Source::ClientAsPerson(number) => {
            orcid(xml, "common:source-orcid", &clients[number].id);
            xml.leaf("common:source-name", &clients[number].name);
        }
        Source::Client(number) => told_by(xml, context, number),
        Source::ClientForOwner(number) => {
            told_by(xml, context, number);
            orcid(xml, "common:assertion-origin-orcid", &context.record.id);
            xml.optional("common:assertion-origin-name", owner);
        }
        Source::ClientForClient(number, origin) => {
            told_by(xml, context, number);
            client(xml, "common:assertion-origin-client-id", &clients[origin].id);
            xml.leaf("common:assertion-origin-name", &clients[origin].name);
        }
    });
}

fn told_by(xml: &mut Xml, context: &Context, number: usize) {
    let teller = &context.world.clients[number];
    client(xml, "common:source-client-id", &teller.id);
    // Hidden names take the names of the sources with them.
    if context.record.person.names.is_some() {
        xml.leaf("common:source-name", &teller.name);
    }
}

pub fn orcid(xml: &mut Xml, name: &str, id: &str) {
    identifier(xml, name, &format!("https://orcid.org/{id}"), id);
}

fn client(xml: &mut Xml, name: &str, id: &str) {
    identifier(xml, name, &format!("https://orcid.org/client/{id}"), id);
}

fn identifier(xml: &mut Xml, name: &str, uri: &str, path: &str) {
    xml.element(name, |xml| {
        xml.leaf("common:uri", uri);
        xml.leaf("common:path", path);
        xml.leaf("common:host", "orcid.org");
    });
}

pub fn title(xml: &mut Xml, name: &str, title: &Title) {
    xml.element(name, |xml| {
        xml.leaf("common:title", &title.title);
        xml.optional("common:subtitle", title.subtitle.as_deref());
        if let Some((text, language)) = &title.translated {
            let language: Attributes = &[("language-code", language)];
            xml.leaf_with("common:translated-title", language, text);
        }
    });
}

pub fn date(xml: &mut Xml, name: &str, date: Option<FuzzyDate>) {
    let Some(date) = date else { return };
    xml.element(name, |xml| {
        xml.value("common:year", date.year);
        if let Some(month) = date.month {
            xml.value("common:month", format_args!("{month:02}"));
        }
        if let Some(day) = date.day {
            xml.value("common:day", format_args!("{day:02}"));
        }
    });
}

pub fn organization(xml: &mut Xml, name: &str, organization: &Organization) {
    xml.element(name, |xml| {
        xml.leaf("common:name", &organization.name);
        xml.element("common:address", |xml| {
            xml.optional("common:city", organization.city.as_deref());
            xml.optional("common:region", organization.region.as_deref());
            xml.optional("common:country", organization.country);
        });
        if let Some(identifier) = &organization.identifier {
            xml.element("common:disambiguated-organization", |xml| {
                xml.leaf("common:disambiguated-organization-identifier", &identifier.value);
                xml.leaf("common:disambiguation-source", identifier.source);
            });
        }
    });
}

pub fn external_ids<'i>(xml: &mut Xml, name: &str, ids: impl IntoIterator<Item = &'i ExternalId>) {
    xml.element(name, |xml| {
        for id in ids {
            // The schema lets an id say more of itself; no file seen does, but readers
            // must know it, so the rarest relationship does here.
            let own: Attributes =
                if id.relationship == Some("version-of") { &[("visibility", &"public")] } else { &[] };
            xml.element_with("common:external-id", own, |xml| external_id(xml, id));
        }
    });
}

pub fn external_id(xml: &mut Xml, id: &ExternalId) {
    let transient: Attributes = &[("transient", &"true")];
    xml.leaf("common:external-id-type", id.kind);
    xml.leaf("common:external-id-value", &id.value);
    match &id.normalized {
        Normalized::Absent => {}
        Normalized::Value(value) => {
            xml.leaf_with("common:external-id-normalized", transient, value);
        }
        Normalized::Error(message) => {
            xml.element_with("common:external-id-normalized-error", transient, |xml| {
                xml.leaf("common:error-code", "8001");
                xml.leaf("common:error-message", message);
            });
        }
    }
    xml.optional("common:external-id-url", id.url.as_deref());
    xml.optional("common:external-id-relationship", id.relationship);
}

/// The ids that hold a group together: each item's own, each one once.
pub fn group_ids<'i, Item>(
    group: &'i Group<Item>,
    ids: impl Fn(&'i Item) -> &'i [ExternalId],
) -> Vec<&'i ExternalId> {
    let mut shared: Vec<&ExternalId> = Vec::new();
    for id in group.iter().flat_map(ids) {
        let known = shared.iter().any(|other| other.kind == id.kind && same_value(other, id));
        if id.relationship == Some("self") && !known {
            shared.push(id);
        }
    }
    shared
}

fn same_value(one: &ExternalId, other: &ExternalId) -> bool {
    match (&one.normalized, &other.normalized) {
        (Normalized::Value(one), Normalized::Value(other)) => one == other,
        _ => one.value == other.value,
    }
}

/// `common:last-modified-date`: the latest of the items, if there are any.
pub fn latest(xml: &mut Xml, moments: impl Iterator<Item = Moment>) {
    if let Some(latest) = moments.max() {
        xml.value("common:last-modified-date", latest);
    }
}
