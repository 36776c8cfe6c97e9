//! Attributes, as the cursor hands them out.
//!
//! Name space declarations, the schema's location, and `path`, which follows from
//! iD, section and put code, are passed over; one that nobody takes is noted as
//! unmapped.

use std::borrow::Cow;

use quick_xml::events::attributes::Attributes;

use super::find::{find, is, is_up_to};
use super::scan::attributes;
use super::xml::{Cursor, Reader, Tag, local_name, trimmed};
use super::{ParseError, Text};

impl<'a> Cursor<'a> {
    /// Reads the one attribute that an element has, apart from its text.
    pub(super) fn attribute_into(
        &mut self,
        tag: Tag<'a>,
        wanted: &str,
        slot: &mut Text<'a>,
    ) -> Result<(), ParseError> {
        self.attributes(tag, |name, value| {
            let known = name == wanted;
            if known {
                *slot = Some(value);
            }
            Ok(known)
        })
    }

    /// Hands each attribute of a tag to `take`, which says whether it knew it.
    pub(super) fn each_attribute(
        &mut self,
        tag: Tag<'a>,
        mut take: impl FnMut(&'a str, Cow<'a, str>) -> Result<bool, &'static str>,
    ) -> Result<(), ParseError> {
        if let Reader::Scanner(_) = self.reader {
            return attributes(tag.attributes).try_for_each(|attribute| {
                let (name, value) = attribute?;
                self.one_attribute(name, Cow::Borrowed(value), &mut take)
            });
        }
        let mut attributes = Attributes::new(tag.attributes, 0);
        attributes.with_checks(false).try_for_each(|attribute| {
            let attribute = attribute.map_err(|error| self.malformed(error.to_string()))?;
            self.one_attribute(attribute.key.into_inner(), attribute.value, &mut take)
        })
    }

    #[inline]
    fn one_attribute(
        &mut self,
        name: &'a str,
        value: Cow<'a, str>,
        take: &mut impl FnMut(&'a str, Cow<'a, str>) -> Result<bool, &'static str>,
    ) -> Result<(), ParseError> {
        if matches!(name, "path" | "xmlns" | "xsi:schemaLocation") || name.starts_with("xmlns:") {
            return Ok(());
        }
        let Some(value) = trimmed(self.attribute_value(value)?) else { return Ok(()) };
        let name = local_name(name);
        let quoted = value.clone();
        match take(name, value) {
            Ok(true) => Ok(()),
            Ok(false) => {
                self.note(&format!("@{name}"));
                Ok(())
            }
            Err(expected) => {
                let attribute = Tag { name, attributes: "" };
                Err(self.invalid(attribute, &quoted, expected))
            }
        }
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
