//! External identifiers: of works and other items, of their groups, and of persons.

use std::borrow::Cow;

use super::attributes::fill;
use super::xml::{Cursor, Tag};
use super::{Element, ParseError, Text, values};

/// The attributes of most normalized values.
const TRANSIENT: &str = " transient=\"true\"";

/// What every DOI begins with.
const DOI: &str = "10.";

/// Identifiers that most lists have at most.
const USUAL_IDS: usize = 2;

/// An identifier in another system, `common:external-id`: of a work, a funding or another item,
/// of a group of items, or of a person.
#[derive(Debug, Default, PartialEq)]
pub struct ExternalId<'a> {
    /// Put code, visibility, dates and source. A person's identifiers have them; identifiers of
    /// items have none in practice, and this is `None`.
    pub element: Option<Box<Element<'a>>>,
    /// `common:external-id-type`: the kind of identifier, such as `doi`, `isbn` or
    /// `grant_number`; `None` if absent.
    pub id_type: Text<'a>,
    /// `common:external-id-value`: the identifier as it was written; `None` if absent.
    pub value: Text<'a>,
    /// `common:external-id-normalized`: the value as ORCID has normalized it; `None` if absent, as
    /// in schema 2.0 and where ORCID's rules do not fit.
    pub normalized: Text<'a>,
    /// `common:external-id-normalized/@transient`: true if ORCID computes the value when asked and
    /// does not store it; `None` if absent.
    pub normalized_transient: Option<bool>,
    /// `common:external-id-normalized-error/common:error-code`: why there is no normalized value;
    /// `None` if absent.
    pub error_code: Text<'a>,
    /// `common:external-id-normalized-error/common:error-message`, in English; `None` if absent.
    pub error_message: Text<'a>,
    /// `common:external-id-normalized-error/@transient`; `None` if absent.
    pub error_transient: Option<bool>,
    /// `common:external-id-url`: an address that leads to the thing; `None` if absent.
    pub url: Text<'a>,
    /// `common:external-id-relationship`: `self`, `part-of`, `version-of` or `funded-by`; `None` if absent.
    pub relationship: Text<'a>,
}

impl<'a> ExternalId<'a> {
    pub(super) fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        let mut id = Self::default();
        id.read(cursor, tag)?;
        Ok(id)
    }

    fn read(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        let id = self;
        cursor.attributes(tag, |name, value| id.element.get_or_insert_default().attribute(name, value))?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "external-id-type" => cursor.text_into(tag, &mut id.id_type)?,
                "external-id-value" => cursor.text_into(tag, &mut id.value)?,
                "external-id-url" => cursor.text_into(tag, &mut id.url)?,
                "external-id-relationship" => cursor.text_into(tag, &mut id.relationship)?,
                "external-id-normalized" => {
                    let transient = transient(cursor, tag)?;
                    let pair = (cursor.content()?, transient);
                    let slots = (&mut id.normalized, &mut id.normalized_transient);
                    cursor.fill_pair(tag, "transient", slots, pair)?;
                }
                "external-id-normalized-error" => id.parse_error(cursor, tag)?,
                _ => id.element.get_or_insert_default().child(cursor, tag)?,
            }
        }
        Ok(())
    }

    /// Reads the `external-id`s of a list into `ids`.
    pub(super) fn parse_list(
        cursor: &mut Cursor<'a>,
        tag: Tag<'a>,
        ids: &mut Vec<Self>,
    ) -> Result<(), ParseError> {
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "external-id" => {
                    ids.reserve_exact(if ids.is_empty() { USUAL_IDS } else { 0 });
                    cursor.take_room_for::<Self>()?;
                    // Where it stays: moving one costs as much as some of its values.
                    ids.push(Self::default());
                    if let Some(id) = ids.last_mut() {
                        id.read(cursor, tag)?;
                    }
                }
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }

    fn parse_error(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        if self.error_transient.is_some() || self.error_code.is_some() || self.error_message.is_some() {
            return cursor.repeated(tag);
        }
        self.error_transient = transient(cursor, tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "error-code" => cursor.text_into(tag, &mut self.error_code)?,
                "error-message" => cursor.text_into(tag, &mut self.error_message)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }
}

/// The attribute `transient`: the value was computed by ORCID when asked.
fn transient<'a>(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Option<bool>, ParseError> {
    // Nearly every identifier has it so; reading the attribute costs as much as all the rest.
    if tag.attributes == TRANSIENT {
        return Ok(Some(true));
    }
    let mut transient = None;
    cursor.attributes(tag, |name, value| {
        if name == "transient" { fill(&mut transient, values::boolean(&value)) } else { Ok(false) }
    })?;
    Ok(transient)
}

/// The DOI of an item, such as `10.1000/xyz123`: in lower case, without the address of a
/// resolver and without the prefix `doi:`. It is that of the first identifier of type `doi` with
/// the relationship `self` that has the form of a DOI, from ORCID's own normalization where
/// there is one. `None` if no identifier is so.
pub fn normalized_doi<'r>(ids: &'r [ExternalId<'_>]) -> Option<Cow<'r, str>> {
    ids.iter().filter(|id| is_self_doi(id)).find_map(|id| {
        let text = id.normalized.as_deref().or(id.value.as_deref())?;
        let bare = without_prefix(text);
        // Without a branch for each byte, so that sixteen are looked at in one.
        let has_uppercase =
            |text: &str| text.bytes().fold(false, |found, byte| found | byte.is_ascii_uppercase());
        is_doi(bare).then(|| match has_uppercase(bare) {
            true => Cow::Owned(bare.to_ascii_lowercase()),
            false => Cow::Borrowed(bare),
        })
    })
}

/// A DOI: `10.`, a registrant's number, a slash, and something after it.
fn is_doi(text: &str) -> bool {
    let parts = text.strip_prefix(DOI).and_then(|rest| rest.split_once('/'));
    parts.is_some_and(|(registrant, item)| {
        registrant.starts_with(|digit: char| digit.is_ascii_digit()) && !item.is_empty()
    })
}

fn is_self_doi(id: &ExternalId<'_>) -> bool {
    let is =
        |text: &Text<'_>, word: &str| text.as_deref().is_some_and(|text| text.eq_ignore_ascii_case(word));
    is(&id.id_type, "doi") && is(&id.relationship, "self")
}

fn without_prefix(text: &str) -> &str {
    const PREFIXES: [&str; 7] = ["https://", "http://", "www.", "dx.", "doi.org/", "doi:", " "];
    let mut bare = text;
    // None begins like a DOI.
    let prefixes: &[&str] = if text.starts_with(DOI) { &[] } else { &PREFIXES };
    for prefix in prefixes {
        match bare.get(..prefix.len()) {
            Some(start) if start.eq_ignore_ascii_case(prefix) => bare = &bare[prefix.len()..],
            _ => {}
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(
        id_type: &'static str,
        value: &'static str,
        normalized: Option<&'static str>,
    ) -> ExternalId<'static> {
        ExternalId {
            id_type: Some(id_type.into()),
            value: Some(value.into()),
            normalized: normalized.map(Cow::from),
            relationship: Some("self".into()),
            ..ExternalId::default()
        }
    }

    #[test]
    fn a_doi_is_bare_and_in_lower_case() {
        for (value, normalized, expected) in [
            ("10.3174/ajnr.A4032", Some("10.3174/ajnr.a4032"), Some("10.3174/ajnr.a4032")),
            ("10.3174/ajnr.A4032", None, Some("10.3174/ajnr.a4032")),
            ("https://doi.org/10.1/x", None, Some("10.1/x")),
            ("HTTP://DX.DOI.ORG/10.1/X", None, Some("10.1/x")),
            ("doi: 10.1/x", None, Some("10.1/x")),
            ("https://example.org/10.1/x", None, None),
            ("10.1234", None, None),
            ("10.1234/", None, None),
            ("ß", None, None),
        ] {
            let ids = [id("issn", "10.9/no", None), id("doi", value, normalized)];
            assert_eq!(normalized_doi(&ids).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn only_the_items_own_doi_counts() {
        let mut part_of = id("doi", "10.1/book", None);
        part_of.relationship = Some("part-of".into());

        assert_eq!(normalized_doi(&[part_of]), None);
    }
}
