//! Attributes, as the cursor hands them out.
//!
//! Name space declarations, the schema's location, and `path`, which follows from
//! iD, section and put code, are passed over; one that nobody takes is noted as
//! unmapped, and so is one with a prefix: those of ORCID have none.

use std::borrow::Cow;

use memchr::memmem;
use quick_xml::events::attributes::Attributes;

use super::attribute_text::{Attribute, Usual, attributes, usual};
use super::find::{find, is, is_up_to};
use super::space::{local_name, trimmed};
use super::unmapped::{INVALID, REPEATED};
use super::xml::{Cursor, Reader, Tag};
use super::{ActivityPath, ActivitySection, Orcid, ParseError, Text};

/// The attribute that says who may see an element; with the value `public`, everybody may.
const VISIBILITY: &str = "visibility";
const PUBLIC: &str = "public";
/// The longest value of it that is kept, in characters; ORCID's longest has 15.
const MAX_WORD: usize = 30;
/// The attribute that tells whose an activity is.
const PATH: &str = "path";

impl<'a> Cursor<'a> {
    /// Reads the only attribute of an element with text.
    pub(super) fn attribute_into(
        &mut self,
        tag: Tag<'a>,
        attribute: &str,
        slot: &mut Text<'a>,
    ) -> Result<(), ParseError> {
        self.attributes(
            tag,
            |name, value| if name == attribute { fill(slot, Some(value)) } else { Ok(false) },
        )
    }

    /// The attributes of an item, if they stand there as ORCID writes them.
    #[inline]
    pub(super) fn usual_attributes(&self, tag: Tag<'a>) -> Option<Usual<'a>> {
        if matches!(self.reader, Reader::Scanner(_)) { usual(tag.attributes) } else { None }
    }

    /// Passes each attribute of a tag to `take`, which returns whether it has a field for it, or
    /// the [code](crate::Unmapped::code) for why the value does not fit.
    pub(super) fn each_attribute(
        &mut self,
        tag: Tag<'a>,
        mut take: impl FnMut(&'a str, Cow<'a, str>) -> Result<bool, &'static str>,
    ) -> Result<(), ParseError> {
        if let Reader::Scanner(_) = self.reader {
            return attributes(tag.attributes).try_for_each(|attribute| {
                let Attribute { name, is_prefixed, value } = attribute?;
                self.one_attribute((name, is_prefixed), Cow::Borrowed(value), &mut take)
            });
        }
        let mut attributes = Attributes::new(tag.attributes, 0);
        attributes.with_checks(false).try_for_each(|attribute| {
            let attribute = attribute.map_err(|error| self.malformed(error.to_string()))?;
            // They are parts of a string, cut at ASCII characters.
            let decoded = std::str::from_utf8(attribute.key.into_inner()).and_then(|name| {
                let value = match attribute.value {
                    Cow::Borrowed(value) => Cow::Borrowed(std::str::from_utf8(value)?),
                    Cow::Owned(value) => Cow::Owned(std::str::from_utf8(&value)?.to_owned()),
                };
                Ok((name, value))
            });
            let (name, value) = decoded.map_err(|error| self.malformed(error.to_string()))?;
            let is_prefixed = local_name(name).len() < name.len();
            self.one_attribute((name, is_prefixed), value, &mut take)
        })
    }

    #[inline]
    fn one_attribute(
        &mut self,
        (name, is_prefixed): (&'a str, bool),
        value: Cow<'a, str>,
        take: &mut impl FnMut(&'a str, Cow<'a, str>) -> Result<bool, &'static str>,
    ) -> Result<(), ParseError> {
        if matches!(name, "path" | "xmlns") || is_prefixed && is_markup(name) {
            return Ok(());
        }
        let Some(value) = trimmed(self.attribute_value(value)?) else { return Ok(()) };
        if name == VISIBILITY && !value.eq_ignore_ascii_case(PUBLIC) && self.not_public.is_none() {
            self.not_public = Some(value.chars().take(MAX_WORD).collect());
        }
        let quoted = value.clone();
        match if is_prefixed { Ok(false) } else { take(name, value) } {
            Ok(true) => Ok(()),
            Ok(false) => self.note(&format!("@{name}"), &quoted, None),
            Err(code) => self.note(&format!("@{name}"), &quoted, Some(code)),
        }
    }

    /// What the `path` of an activity's root says, such as `/0000-0002-1825-0097/work/5`.
    pub(super) fn activity_path(root: Tag<'a>) -> Option<ActivityPath> {
        let attributes = root.attributes;
        let places = memmem::find_iter(attributes.as_bytes(), PATH);
        let path = places.into_iter().find_map(|place| {
            let before = &attributes[..place];
            let is_own_name = before.is_empty() || before.ends_with(|sign: char| sign.is_ascii_whitespace());
            let value = attributes[place + PATH.len()..].trim_start().strip_prefix('=')?.trim_start();
            let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            if is_own_name { value[1..].split(quote).next() } else { None }
        })?;
        let mut steps = path.trim_end_matches('/').rsplit('/');
        let put_code = steps.next().and_then(|step| step.trim().parse().ok());
        let section = steps.next().filter(|_| put_code.is_some()).and_then(ActivitySection::new);
        let orcid = Orcid::find(path).or_else(|| Orcid::read_all(path).first().copied());
        Some(ActivityPath { orcid, section, put_code })
    }

    /// Resolves references and folds white space, as XML defines for attributes.
    fn attribute_value(&self, value: Cow<'a, str>) -> Result<Cow<'a, str>, ParseError> {
        let folds = |block| is(block, b'&') | is_up_to(block, b'\r');
        if find(value.as_bytes(), 0, folds).is_none() {
            return Ok(value);
        }
        let spaced = value.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
        let unescaped =
            quick_xml::escape::unescape(&spaced).map_err(|error| self.malformed(error.to_string()))?;
        Ok(Cow::Owned(unescaped.into_owned()))
    }
}

/// Fills an empty slot with an attribute's value, and gives true. `value` is `None` if it does not
/// fit the slot's type.
///
/// # Errors
/// The code of a value that cannot be stored.
#[inline]
pub(super) fn fill<T>(slot: &mut Option<T>, value: Option<T>) -> Result<bool, &'static str> {
    match value {
        Some(_) if slot.is_some() => Err(REPEATED),
        None => Err(INVALID),
        value => {
            *slot = value;
            Ok(true)
        }
    }
}

/// True for a prefixed attribute that tells of the XML itself.
fn is_markup(name: &str) -> bool {
    name.starts_with("xmlns:") || matches!(local_name(name), "schemaLocation" | "noNamespaceSchemaLocation")
}

#[cfg(test)]
mod tests {
    use crate::{Orcid, parse};

    #[test]
    fn an_activitys_path_tells_whose_it_is_in_any_notation() {
        const ONE: &str = "0000-0002-1825-0097";
        const OTHER: &str = "0000-0002-1694-233X";
        for (item, expected) in [
            (format!(r#"<work:work put-code="5" path="/{ONE}/work/5" xmlns:work="w"/>"#), Some(ONE)),
            (format!(r#"<work:work path="/{ONE}/work/5" put-code="5"/>"#), Some(ONE)),
            (
                format!("<?xml version='1.0'?><!-- a --><work:work path = '/{OTHER}/work/5'></work:work>"),
                Some(OTHER),
            ),
            (format!("<work:work\n\tpath=\n'/{OTHER}/work/5'/>"), Some(OTHER)),
            (format!(r#"<work:work put-code="5"><x path="/{ONE}/work/5"/></work:work>"#), None),
            (format!(r#"<work:work xpath="/{ONE}/work/5"/>"#), None),
            (format!(r#"<work:work xpath="/{OTHER}/work/5" path="/{ONE}/work/5"/>"#), Some(ONE)),
            (r#"<work:work path=""/>"#.to_owned(), None),
        ] {
            let found = parse(item.as_bytes()).unwrap().path.and_then(|path| path.orcid);
            assert_eq!(found, expected.and_then(Orcid::new), "{item}");
        }
        assert!(parse(br#"<work:work path=""#).is_err());
    }

    #[test]
    fn an_activitys_path_tells_its_section_and_put_code() {
        for (path, section, put_code) in [
            ("/0000-0002-1825-0097/work/5", Some("work"), Some(5)),
            ("/0000000218250097/peer-review/77/", Some("peer-review"), Some(77)),
            ("/0000-0002-1825-0097/hobby/5", None, Some(5)),
            ("/0000-0002-1825-0097", None, None),
            ("5", None, Some(5)),
            ("", None, None),
        ] {
            let work = format!(r#"<work:work path="{path}"/>"#);

            let found = parse(work.as_bytes()).unwrap().path.unwrap();

            assert_eq!((found.section.map(|section| section.kind()), found.put_code), (section, put_code));
        }
    }
}
