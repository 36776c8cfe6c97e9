//! What every item of a record carries: put code, visibility, dates, source;
//! and the small parts that sections share: fuzzy dates, titles, organizations.

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_64;

use super::xml::{Cursor, Tag};
use super::{ParseError, Text, Timestamp, values};

/// The host of ORCID's registry.
const HOST: &str = "orcid.org";

/// The type `element-summary` of the schema, which all items extend.
#[derive(Debug, Default, PartialEq)]
pub struct Element<'a> {
    /// The XSD says 32 bits; codes have grown beyond 2^27, so 64 here.
    pub put_code: Option<i64>,
    pub visibility: Text<'a>,
    pub display_index: Option<i64>,
    pub created_date: Option<Timestamp>,
    pub last_modified_date: Option<Timestamp>,
    pub source: Source<'a>,
}

/// How much an item says: what a record's summary has of it, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Summary,
    Full,
}

/// Who says so: a person or a client, and on whose behalf.
#[derive(Debug, Default, PartialEq)]
pub struct Source<'a> {
    pub orcid: Text<'a>,
    pub client_id: Text<'a>,
    pub name: Text<'a>,
    pub assertion_origin_orcid: Text<'a>,
    pub assertion_origin_client_id: Text<'a>,
    pub assertion_origin_name: Text<'a>,
}

/// A date of which any part may be absent; it need not exist in the calendar.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct FuzzyDate {
    pub year: Option<i16>,
    pub month: Option<i16>,
    pub day: Option<i16>,
}

/// A title with its subtitle and one translation.
#[derive(Debug, Default, PartialEq)]
pub struct Title<'a> {
    pub title: Text<'a>,
    pub subtitle: Text<'a>,
    pub translated_title: Text<'a>,
    pub language_code: Text<'a>,
}

/// An organization as the record's owner or a member wrote it.
#[derive(Debug, Default, PartialEq)]
pub struct Organization<'a> {
    pub name: Text<'a>,
    pub city: Text<'a>,
    pub region: Text<'a>,
    pub country: Text<'a>,
    pub identifier: Text<'a>,
    pub identifier_source: Text<'a>,
}

impl<'a> Element<'a> {
    /// Reads the attributes of an item's tag.
    pub(super) fn open(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        let mut element = Self::default();
        cursor.attributes(tag, |name, value| element.attribute(name, value))?;
        Ok(element)
    }

    /// Takes an attribute if it is one of an element's.
    pub(super) fn attribute(&mut self, name: &str, value: Cow<'a, str>) -> Result<bool, &'static str> {
        match name {
            "put-code" if self.put_code.is_none() => {
                self.put_code = Some(values::integer(&value).ok_or("a put code")?);
            }
            "display-index" if self.display_index.is_none() => {
                self.display_index = Some(values::integer(&value).ok_or("a display index")?);
            }
            "visibility" if self.visibility.is_none() => self.visibility = Some(value),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Reads a child that all items have; any other is noted as unmapped.
    pub(super) fn child(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        match tag.name {
            "created-date" => cursor.timestamp_into(tag, &mut self.created_date),
            "last-modified-date" => cursor.timestamp_into(tag, &mut self.last_modified_date),
            "source" => self.source.parse(cursor, tag),
            _ => cursor.unmapped(tag),
        }
    }
}

impl<'a> Source<'a> {
    pub(super) fn parse(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        if *self != Self::default() {
            return cursor.repeated(tag);
        }
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "source-orcid" => id_into(cursor, tag, &mut self.orcid)?,
                "source-client-id" => id_into(cursor, tag, &mut self.client_id)?,
                "source-name" => cursor.text_into(tag, &mut self.name)?,
                "assertion-origin-orcid" => id_into(cursor, tag, &mut self.assertion_origin_orcid)?,
                "assertion-origin-client-id" => id_into(cursor, tag, &mut self.assertion_origin_client_id)?,
                "assertion-origin-name" => cursor.text_into(tag, &mut self.assertion_origin_name)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }
}

/// Reads `uri`, `path` and `host` of an `orcid-id` or `client-id`. The URI and
/// the host follow from the path; a URI that does not is noted as unmapped.
pub(super) fn id_into<'a>(
    cursor: &mut Cursor<'a>,
    tag: Tag<'a>,
    slot: &mut Text<'a>,
) -> Result<(), ParseError> {
    let outer = tag;
    let (mut uri, mut path, mut host) = (None, None, None);
    cursor.container(tag)?;
    while let Some(tag) = cursor.child()? {
        match tag.name {
            "uri" => cursor.text_into(tag, &mut uri)?,
            "path" => cursor.text_into(tag, &mut path)?,
            "host" => cursor.text_into(tag, &mut host)?,
            _ => cursor.unmapped(tag)?,
        }
    }
    let from_uri = uri.as_ref().map(|uri: &Cow<'a, str>| last_segment(uri));
    match (&path, from_uri) {
        (Some(path), Some(from_uri)) if *path != from_uri => {
            cursor.note(&format!("{}/uri", outer.name), uri.as_deref().unwrap_or_default(), None)?;
        }
        (None, Some(from_uri)) => path = Some(from_uri),
        _ => {}
    }
    if uri.is_some() || host.is_some() {
        note_other_host(cursor, outer, uri.as_deref(), host.as_deref())?;
    }
    cursor.fill_text(outer, slot, path)
}

/// Notes a host other than ORCID's registry, such as the sandbox's, and the URI that
/// names it: from the path alone they could not be told.
#[inline]
fn note_other_host(
    cursor: &mut Cursor<'_>,
    outer: Tag<'_>,
    uri: Option<&str>,
    host: Option<&str>,
) -> Result<(), ParseError> {
    if let Some(host) = host.filter(|host| *host != HOST) {
        cursor.note(&format!("{}/host", outer.name), host, None)?;
    }
    match uri.filter(|uri| uri.contains("://") && !is_of_registry(uri)) {
        Some(uri) => cursor.note(&format!("{}/uri", outer.name), uri, None),
        None => Ok(()),
    }
}

/// True for a URI of ORCID's registry; the dumps of 2018 write `http`.
fn is_of_registry(uri: &str) -> bool {
    let rest = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://"));
    rest.and_then(|rest| rest.strip_prefix(HOST)).is_some_and(|rest| rest.starts_with('/'))
}

fn last_segment<'a>(uri: &Cow<'a, str>) -> Cow<'a, str> {
    match uri {
        Cow::Borrowed(uri) => Cow::Borrowed(uri.trim_end_matches('/').rsplit('/').next().unwrap_or(uri)),
        Cow::Owned(uri) => Cow::Owned(uri.trim_end_matches('/').rsplit('/').next().unwrap_or(uri).to_owned()),
    }
}

impl FuzzyDate {
    pub(super) fn parse<'a>(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        if *self != Self::default() {
            return cursor.repeated(tag);
        }
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "year" => cursor.integer_into(tag, &mut self.year)?,
                "month" => cursor.integer_into(tag, &mut self.month)?,
                "day" => cursor.integer_into(tag, &mut self.day)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }
}

impl<'a> Title<'a> {
    pub(super) fn parse(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        if *self != Self::default() {
            return cursor.repeated(tag);
        }
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "title" => cursor.text_into(tag, &mut self.title)?,
                "subtitle" => cursor.text_into(tag, &mut self.subtitle)?,
                "translated-title" => self.parse_translation(cursor, tag)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }

    fn parse_translation(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        let mut language_code = None;
        cursor.attribute_into(tag, "language-code", &mut language_code)?;
        let pair = (cursor.content()?, language_code);
        cursor.fill_pair(
            tag,
            "language-code",
            (&mut self.translated_title, &mut self.language_code),
            pair,
        )?;
        Ok(())
    }
}

impl<'a> Organization<'a> {
    pub(super) fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        let mut organization = Self::default();
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "name" => cursor.text_into(tag, &mut organization.name)?,
                "address" => organization.parse_address(cursor, tag)?,
                "disambiguated-organization" => organization.parse_disambiguated(cursor, tag)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(organization)
    }

    /// A stable key of the organization as it is written: the XXH3 64-bit hash
    /// (seed 0) of name, city, region, country, identifier source and
    /// identifier, joined by U+001F, an absent one empty; as a signed integer.
    pub fn key(&self) -> i64 {
        let parts =
            [&self.name, &self.city, &self.region, &self.country, &self.identifier_source, &self.identifier];
        let mut joined = String::with_capacity(160);
        for (place, part) in parts.into_iter().enumerate() {
            if place > 0 {
                joined.push('\u{1f}');
            }
            joined.push_str(part.as_deref().unwrap_or_default());
        }
        xxh3_64(joined.as_bytes()).cast_signed()
    }

    fn parse_address(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        if self.city.is_some() || self.region.is_some() || self.country.is_some() {
            return cursor.repeated(tag);
        }
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "city" => cursor.text_into(tag, &mut self.city)?,
                "region" => cursor.text_into(tag, &mut self.region)?,
                "country" => cursor.text_into(tag, &mut self.country)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }

    fn parse_disambiguated(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        if self.identifier.is_some() || self.identifier_source.is_some() {
            return cursor.repeated(tag);
        }
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "disambiguated-organization-identifier" => cursor.text_into(tag, &mut self.identifier)?,
                "disambiguation-source" => cursor.text_into(tag, &mut self.identifier_source)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_an_organization_tells_its_fields_apart() {
        let of = |name: &'static str, city: &'static str| Organization {
            name: Some(name.into()),
            city: Some(city.into()),
            ..Organization::default()
        };

        assert_eq!(of("A", "B").key(), of("A", "B").key());
        assert_ne!(of("A", "B").key(), of("AB", "").key());
        assert_eq!(Organization::default().key(), xxh3_64(b"\x1f\x1f\x1f\x1f\x1f").cast_signed());
    }

    #[test]
    fn an_id_comes_from_its_path_or_else_its_uri() {
        for (inner, expected, unmapped) in [
            ("<uri>https://orcid.org/client/APP-1</uri><path>APP-1</path><host>orcid.org</host>", "APP-1", 0),
            ("<uri>https://orcid.org/client/APP-1/</uri>", "APP-1", 0),
            ("<uri>https://orcid.org/client/APP-2</uri><path>APP-1</path>", "APP-1", 1),
        ] {
            let xml = format!("<source><source-client-id>{inner}</source-client-id></source>");
            let mut cursor = Cursor::new(&xml);
            let tag = cursor.child().unwrap().unwrap();
            let mut source = Source::default();

            source.parse(&mut cursor, tag).unwrap();

            assert_eq!(source.client_id.as_deref(), Some(expected), "{inner}");
            drop(source);
            assert_eq!(cursor.into_unmapped().len(), unmapped, "{inner}");
        }
    }
}
