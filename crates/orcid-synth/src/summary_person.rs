//! Writes the person section of a summary.

use super::dates::Moment;
use super::model::{Person, PersonItem, Provenance};
use super::parts::{self, Context};
use super::xml::Xml;

pub fn person(xml: &mut Xml, context: &Context) {
    let person = &context.record.person;
    let path = context.path("person");
    xml.element_with("person:person", &[("path", &path)], |xml| {
        parts::latest(xml, all_moments(person));
        name(xml, context);
        items(xml, context, "other-name", "other-names", &person.other_names, |xml, item| {
            xml.leaf("other-name:content", &item.text);
        });
        biography(xml, context);
        items(xml, context, "researcher-url", "researcher-urls", &person.urls, |xml, item| {
            xml.optional("researcher-url:url-name", item.label.as_deref());
            xml.leaf("researcher-url:url", &item.text);
        });
        emails(xml, context);
        items(xml, context, "address", "address", &person.countries, |xml, item| {
            xml.leaf("address:country", &item.text);
        });
        items(xml, context, "keyword", "keywords", &person.keywords, |xml, item| {
            xml.leaf("keyword:content", &item.text);
        });
        external_identifiers(xml, context);
    });
}

fn all_moments(person: &Person) -> impl Iterator<Item = Moment> {
    let lists = [&person.other_names, &person.urls, &person.countries, &person.keywords];
    let items = lists.into_iter().flatten().map(|item| item.provenance.modified);
    let emails = person.emails.iter().map(|(item, ..)| item.provenance.modified);
    let ids = person.external_ids.iter().map(|(provenance, _)| provenance.modified);
    items.chain(emails).chain(ids)
}

/// The path of a name lacks the leading slash that all others have.
fn name(xml: &mut Xml, context: &Context) {
    let person = &context.record.person;
    let Some(names) = &person.names else { return };
    let path = &context.record.id;
    xml.element_with("person:name", &[("visibility", &"public"), ("path", path)], |xml| {
        if let Some(created) = person.name_dates.0 {
            xml.value("common:created-date", created);
        }
        xml.value("common:last-modified-date", person.name_dates.1);
        xml.optional("personal-details:given-names", names.given.as_deref());
        xml.optional("personal-details:family-name", names.family.as_deref());
        xml.optional("personal-details:credit-name", names.credit.as_deref());
    });
}

fn biography(xml: &mut Xml, context: &Context) {
    let Some((text, created, modified)) = &context.record.person.biography else { return };
    let path = context.path("biography");
    xml.element_with("person:biography", &[("visibility", &"public"), ("path", &path)], |xml| {
        xml.value("common:created-date", created);
        xml.value("common:last-modified-date", modified);
        xml.leaf("personal-details:content", text);
    });
}

/// A list such as `keyword:keywords` with its `keyword:keyword` items.
fn items(
    xml: &mut Xml,
    context: &Context,
    name: &str,
    section: &str,
    items: &[PersonItem],
    content: impl Fn(&mut Xml, &PersonItem),
) {
    let list = if name == "address" { "addresses" } else { section };
    let path = context.path(section);
    xml.element_with(&format!("{name}:{list}"), &[("path", &path)], |xml| {
        parts::latest(xml, items.iter().map(|item| item.provenance.modified));
        for item in items {
            person_item(xml, context, &format!("{name}:{name}"), section, &item.provenance, |xml| {
                content(xml, item);
            });
        }
    });
}

fn person_item(
    xml: &mut Xml,
    context: &Context,
    element: &str,
    section: &str,
    provenance: &Provenance,
    content: impl FnOnce(&mut Xml),
) {
    let path = context.item_path(section, provenance);
    let attributes: [(&str, &dyn std::fmt::Display); 4] = [
        ("put-code", &provenance.put_code),
        ("visibility", &"public"),
        ("path", &path),
        ("display-index", &provenance.display_index),
    ];
    xml.element_with(element, &attributes, |xml| {
        parts::provenance(xml, context, provenance);
        content(xml);
    });
}

/// Addresses have neither put code nor path.
fn emails(xml: &mut Xml, context: &Context) {
    let emails = &context.record.person.emails;
    let path = context.path("email");
    xml.element_with("email:emails", &[("path", &path)], |xml| {
        parts::latest(xml, emails.iter().map(|(item, ..)| item.provenance.modified));
        for (item, verified, primary) in emails {
            let attributes: [(&str, &dyn std::fmt::Display); 3] =
                [("visibility", &"public"), ("verified", verified), ("primary", primary)];
            xml.element_with("email:email", &attributes, |xml| {
                parts::provenance(xml, context, &item.provenance);
                xml.leaf("email:email", &item.text);
            });
        }
    });
}

fn external_identifiers(xml: &mut Xml, context: &Context) {
    let section = "external-identifiers";
    let ids = &context.record.person.external_ids;
    let path = context.path(section);
    xml.element_with("external-identifier:external-identifiers", &[("path", &path)], |xml| {
        parts::latest(xml, ids.iter().map(|(provenance, _)| provenance.modified));
        let element = "external-identifier:external-identifier";
        for (provenance, id) in ids {
            person_item(xml, context, element, section, provenance, |xml| {
                parts::external_id(xml, id);
            });
        }
    });
}
