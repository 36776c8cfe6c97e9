//! The parts that items of a record share: put code, visibility, dates and source, fuzzy dates,
//! titles, organizations.

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_64;

use super::attributes::fill;
use super::xml::{Cursor, Tag};
use super::{ParseError, Source, Text, Timestamp, values};

/// The host of ORCID's registry.
const HOST: &str = "orcid.org";

/// What all items of a record have in common: put code, visibility, dates and source. The
/// schema calls this type `common:element-summary`.
#[derive(Debug, Default, PartialEq)]
pub struct Element<'a> {
    /// `@put-code`: the number of the item, unique within its section over all records; `None` if absent.
    /// The schema says 32 bits, ORCID has given out more than 2^27; so 64 here.
    pub put_code: Option<i64>,
    /// `@visibility`: `public`, `limited`, `private` or `registered-only`; `None` if absent. Data files and
    /// the public API hold public items only.
    pub visibility: Text<'a>,
    /// `@display-index`: the rank that the person gave the item, a higher one shown first; `None` if absent.
    pub display_index: Option<i64>,
    /// `common:created-date`: when the item was added; `None` if absent.
    pub created_date: Option<Timestamp>,
    /// `common:last-modified-date`: when the item was last changed; `None` if absent.
    pub last_modified_date: Option<Timestamp>,
    /// `common:source`: who added the item.
    pub source: Source<'a>,
}

/// How much of an item a document has: the summary as in a record, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    Summary,
    Full,
}

/// A date with optional parts, `common:fuzzy-date` in the schema, such as a year alone.
/// Nothing is checked but that the parts are numbers: the month may be 13, and the day may
/// stand without a month.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct FuzzyDate {
    /// `common:year`, four digits; `None` if absent.
    pub year: Option<i16>,
    /// `common:month`, 1 to 12; `None` if absent.
    pub month: Option<i16>,
    /// `common:day`, 1 to 31; `None` if absent.
    pub day: Option<i16>,
}

/// A title with its subtitle and one translation, such as `work:title`. All fields are `None`
/// if the element is absent.
#[derive(Debug, Default, PartialEq)]
pub struct Title<'a> {
    /// `common:title`; `None` if absent.
    pub title: Text<'a>,
    /// `common:subtitle`, which works and subjects of reviews have; `None` if absent.
    pub subtitle: Text<'a>,
    /// `common:translated-title`; `None` if absent.
    pub translated_title: Text<'a>,
    /// `common:translated-title/@language-code`: the language of the translation, such as `fr` or
    /// `pt_BR`; `None` if absent.
    pub language_code: Text<'a>,
}

/// An organization as a person or a member wrote it: `common:organization`,
/// `peer-review:convening-organization`.
#[derive(Debug, Default, PartialEq)]
pub struct Organization<'a> {
    /// `common:name`; `None` if absent.
    pub name: Text<'a>,
    /// `common:address/common:city`; `None` if absent.
    pub city: Text<'a>,
    /// `common:address/common:region`: a state or province, as it was written; `None` if absent.
    pub region: Text<'a>,
    /// `common:address/common:country`: two letters of ISO 3166; `None` if absent.
    pub country: Text<'a>,
    /// `common:disambiguated-organization/common:disambiguated-organization-identifier`: the id in
    /// a registry, such as `https://ror.org/04ttjf776`; `None` if absent.
    pub identifier: Text<'a>,
    /// `common:disambiguated-organization/common:disambiguation-source`: the registry, such as
    /// `ROR`, `GRID`, `FUNDREF`, `RINGGOLD` or `LEI`; `None` if absent.
    pub identifier_source: Text<'a>,
}

impl<'a> Element<'a> {
    /// Reads the attributes of an item's tag.
    #[inline]
    pub(super) fn open(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        let mut element = Self::default();
        element.open_into(cursor, tag)?;
        Ok(element)
    }

    /// Reads the attributes of an item's tag into an element that has nothing yet.
    #[inline]
    pub(super) fn open_into(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        match cursor.usual_attributes(tag) {
            Some(usual) => {
                self.put_code = usual.put_code;
                self.display_index = usual.display_index;
                self.visibility = usual.visibility.map(Cow::Borrowed);
                Ok(())
            }
            None => cursor.attributes(tag, |name, value| self.attribute(name, value)),
        }
    }

    /// Takes an attribute if it is one of an element's.
    ///
    /// # Errors
    /// As [`fill`].
    pub(super) fn attribute(&mut self, name: &str, value: Cow<'a, str>) -> Result<bool, &'static str> {
        match name {
            "put-code" => fill(&mut self.put_code, values::integer(&value)),
            "display-index" => fill(&mut self.display_index, values::integer(&value)),
            "visibility" => fill(&mut self.visibility, Some(value)),
            _ => Ok(false),
        }
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
        if let Some(known) = cursor.known(|learned| &mut learned.sources) {
            *self = known;
            return Ok(());
        }
        let begun = cursor.begin_repeat();
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
        cursor.remember(begun, self, |learned| &mut learned.sources);
        Ok(())
    }
}

/// Reads `uri`, `path` and `host` of an `orcid-id` or `client-id`. The URI and
/// the host follow from the path; what does not is noted as unmapped, each value once.
pub(super) fn id_into<'a>(
    cursor: &mut Cursor<'a>,
    tag: Tag<'a>,
    slot: &mut Text<'a>,
) -> Result<(), ParseError> {
    if slot.is_some() {
        return cursor.repeated(tag);
    }
    let outer = tag;
    let (mut uri, mut path, mut host) = (None, None, None);
    let (mut uri_tag, mut host_tag) = (tag, tag);
    cursor.container(tag)?;
    while let Some(tag) = cursor.child()? {
        match tag.name {
            "uri" => {
                // The first that says something counts, and its tag.
                uri_tag = if uri.is_none() { tag } else { uri_tag };
                cursor.text_into(tag, &mut uri)?;
            }
            "path" => cursor.text_into(tag, &mut path)?,
            "host" => {
                host_tag = if host.is_none() { tag } else { host_tag };
                cursor.text_into(tag, &mut host)?;
            }
            _ => cursor.unmapped(tag)?,
        }
    }
    // A host other than the registry's, such as the sandbox's, could not be told from the path.
    if let Some(host) = host.filter(|host: &Cow<'a, str>| *host != HOST) {
        cursor.note_part([outer, host_tag], &host, None)?;
    }
    if let (Some(uri), Some(path)) = (&uri, &path)
        && is_usual(uri, path)
    {
        *slot = Some(path.clone());
        return Ok(());
    }
    if let Some(uri) = uri {
        let from_uri = last_segment(&uri);
        let differs = path.as_ref().is_some_and(|path| *path != from_uri);
        if differs || uri.contains("://") && !is_of_registry(&uri) {
            cursor.note_part([outer, uri_tag], &uri, None)?;
        }
        path = path.or(Some(from_uri));
    }
    *slot = path;
    Ok(())
}

/// True for the URI that the registry writes for the path of a person or a client.
fn is_usual(uri: &str, path: &str) -> bool {
    let prefix = uri.strip_suffix(path).filter(|_| !path.contains('/'));
    matches!(prefix, Some("https://orcid.org/" | "https://orcid.org/client/"))
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

    /// A key of the organization as it is written; equal fields give equal keys, on all
    /// machines and in all versions. It is the 64-bit XXH3 (seed 0) of name, city, region,
    /// country, identifier source and identifier, joined by U+001F, with nothing for those that
    /// are absent.
    pub fn key(&self) -> u64 {
        let parts =
            [&self.name, &self.city, &self.region, &self.country, &self.identifier_source, &self.identifier];
        let mut joined = String::with_capacity(160);
        for (place, part) in parts.into_iter().enumerate() {
            if place > 0 {
                joined.push('\u{1f}');
            }
            joined.push_str(part.as_deref().unwrap_or_default());
        }
        xxh3_64(joined.as_bytes())
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
        assert_eq!(Organization::default().key(), xxh3_64(b"\x1f\x1f\x1f\x1f\x1f"));
    }

    #[test]
    fn an_id_comes_from_its_path_or_else_its_uri() {
        for (inner, expected, unmapped) in [
            ("<uri>https://orcid.org/client/APP-1</uri><path>APP-1</path><host>orcid.org</host>", "APP-1", 0),
            ("<uri>https://orcid.org/client/APP-1/</uri>", "APP-1", 0),
            ("<uri>https://orcid.org/client/APP-2</uri><path>APP-1</path>", "APP-1", 1),
            ("<uri>https://publons.com/APP-1</uri>", "APP-1", 1),
            ("<uri>https://publons.com/APP-2</uri><path>APP-1</path>", "APP-1", 1),
            ("<uri>https://publons.com/APP-2</uri><path>APP-1</path><host>publons.com</host>", "APP-1", 2),
        ] {
            let xml = format!("<source><source-client-id>{inner}</source-client-id></source>");
            let mut cursor = Cursor::new(&xml);
            let tag = cursor.child().unwrap().unwrap();
            let mut source = Source::default();

            source.parse(&mut cursor, tag).unwrap();

            assert_eq!(source.client_id.as_deref(), Some(expected), "{inner}");
            drop(source);
            assert_eq!(cursor.take_unmapped().len(), unmapped, "{inner}");
        }
    }
}
