//! Elements and attributes that the schema allows once. The first one with content is kept.
//! The values of any further one are noted as unmapped: they are not mixed into the first, and not
//! dropped.

use std::borrow::Cow;

use super::unmapped::{INVALID, REPEATED};
use super::xml::{Cursor, Tag};
use super::{ParseError, Text, Timestamp, values};

impl<'a> Cursor<'a> {
    /// Fills a slot once with text; another text is noted.
    #[inline]
    pub(super) fn fill_text(
        &mut self,
        tag: Tag<'_>,
        slot: &mut Text<'a>,
        text: Text<'a>,
    ) -> Result<(), ParseError> {
        match (&slot, text) {
            (Some(_), Some(text)) => self.note_text(tag, &text, Some(REPEATED)),
            (None, text) => {
                *slot = text;
                Ok(())
            }
            (Some(_), None) => Ok(()),
        }
    }

    /// Fills a slot once with a value that is `written` so; another value is noted.
    pub(super) fn fill_value<T>(
        &mut self,
        tag: Tag<'_>,
        slot: &mut Option<T>,
        value: T,
        written: &str,
    ) -> Result<(), ParseError> {
        if slot.is_some() {
            return self.note_text(tag, written, Some(REPEATED));
        }
        *slot = Some(value);
        Ok(())
    }

    /// Fills the slots of an element's text and of its `attribute`, which belong
    /// together: both come from the first such element that has a text.
    #[inline]
    pub(super) fn fill_pair<T: ToString, A: ToString>(
        &mut self,
        tag: Tag<'_>,
        attribute: &str,
        slots: (&mut Option<T>, &mut Option<A>),
        pair: (Option<T>, Option<A>),
    ) -> Result<(), ParseError> {
        if slots.0.is_none() && slots.1.is_none() {
            (*slots.0, *slots.1) = pair;
            return Ok(());
        }
        self.fill_pair_again(tag, attribute, slots, pair)
    }

    /// Fills the slots of a pair that another element has filled, or keeps both in them.
    #[cold]
    fn fill_pair_again<T: ToString, A: ToString>(
        &mut self,
        tag: Tag<'_>,
        attribute: &str,
        slots: (&mut Option<T>, &mut Option<A>),
        mut pair: (Option<T>, Option<A>),
    ) -> Result<(), ParseError> {
        if slots.0.is_none() && (pair.0.is_some() || slots.1.is_none()) {
            std::mem::swap(slots.0, &mut pair.0);
            std::mem::swap(slots.1, &mut pair.1);
        }
        if let Some(text) = pair.0 {
            self.note_text(tag, &text.to_string(), Some(REPEATED))?;
        }
        if let Some(value) = pair.1 {
            let path = format!("{}/@{attribute}", self.name_as_written(tag));
            self.note(&path, &value.to_string(), Some(REPEATED))?;
        }
        Ok(())
    }

    /// Reads a timestamp into `slot` as [`Cursor::timestamp_into`] does, and keeps where it stands
    /// and how it is written.
    pub(super) fn written_timestamp_into(
        &mut self,
        tag: Tag<'a>,
        slot: &mut Option<Timestamp>,
        written: &mut Option<(Tag<'a>, Cow<'a, str>)>,
    ) -> Result<(), ParseError> {
        let Some(text) = self.text(tag)? else { return Ok(()) };
        match values::timestamp(&text) {
            Some(_) if slot.is_some() => self.note_text(tag, &text, Some(REPEATED)),
            None => self.note_text(tag, &text, Some(INVALID)),
            value => {
                (*slot, *written) = (value, Some((tag, text)));
                Ok(())
            }
        }
    }

    /// Notes the text of an element that has been read, below the one that is open.
    ///
    /// # Errors
    /// As [`Cursor::note`].
    #[cold]
    pub(super) fn note_text(
        &mut self,
        tag: Tag<'_>,
        text: &str,
        code: Option<&'static str>,
    ) -> Result<(), ParseError> {
        self.note(&format!("{}/text()", self.name_as_written(tag)), text, code)
    }

    /// Notes the text of a part of an element that has been read; both are given by their tags.
    ///
    /// # Errors
    /// As [`Cursor::note`].
    #[cold]
    pub(super) fn note_part(
        &mut self,
        [element, part]: [Tag<'_>; 2],
        text: &str,
        code: Option<&'static str>,
    ) -> Result<(), ParseError> {
        let path = format!("{}/{}/text()", self.name_as_written(element), self.name_as_written(part));
        self.note(&path, text, code)
    }

    /// The name of a tag of this document with its prefix, which stands before the local name.
    #[cold]
    pub(super) fn name_as_written(&self, tag: Tag<'_>) -> String {
        let prefix = self.source.get(tag.start + 1..tag.start + 1 + tag.prefix).unwrap_or_default();
        format!("{prefix}{}", tag.name)
    }

    /// Reads an element into `slot`, unless one that says something fills it already.
    pub(super) fn single_valued<T: Default + PartialEq>(
        &mut self,
        tag: Tag<'a>,
        slot: &mut Option<T>,
        parse: fn(&mut Self, Tag<'a>) -> Result<T, ParseError>,
    ) -> Result<(), ParseError> {
        if slot.as_ref().is_some_and(|first| *first != T::default()) {
            return self.repeated(tag);
        }
        *slot = Some(parse(self, tag)?);
        Ok(())
    }

    /// Passes over an element that has come before, and notes each value in it.
    #[cold]
    pub(super) fn repeated(&mut self, tag: Tag<'a>) -> Result<(), ParseError> {
        let noted = self.unmapped.len();
        self.unmapped(tag)?;
        self.unmapped[noted..].iter_mut().for_each(|value| value.code = Some(REPEATED));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{Activity, Document, Funding, Unmapped, Work, parse};

    fn activity(xml: &str) -> (Activity<'_>, Vec<Unmapped>) {
        let parsed = parse(xml.as_bytes()).unwrap();
        let Document::Activity(activity) = parsed.document else { panic!("{xml}") };
        (activity, parsed.unmapped)
    }

    fn work(xml: &str) -> (Work<'_>, Vec<Unmapped>) {
        let (Activity::Work(work), unmapped) = activity(xml) else { panic!("{xml}") };
        (work, unmapped)
    }

    fn funding(xml: &str) -> (Funding<'_>, Vec<Unmapped>) {
        let (Activity::Funding(funding), unmapped) = activity(xml) else { panic!("{xml}") };
        (funding, unmapped)
    }

    #[test]
    fn the_first_that_says_something_counts() {
        let (work, unmapped) = work(
            "<work:work><c:publication-date/><c:publication-date><c:year>2001</c:year></c:publication-date><c:publication-date><c:month>5</c:month></c:publication-date><c:source><c:source-name>A</c:source-name></c:source><c:source><c:source-client-id><c:path>B</c:path></c:source-client-id></c:source></work:work>",
        );

        assert_eq!((work.publication_date.year, work.publication_date.month), (Some(2001), None));
        assert_eq!((work.element.source.name.as_deref(), work.element.source.client_id), (Some("A"), None));
        assert_eq!(
            unmapped,
            [
                "/work:work/c:publication-date/c:month/text() (repeated)",
                "/work:work/c:source/c:source-client-id/c:path/text() (repeated)"
            ]
        );
    }

    #[test]
    fn an_empty_element_takes_nothing_from_a_full_one() {
        for xml in [
            "<f:funding><c:organization><c:name>A</c:name></c:organization><c:organization/></f:funding>",
            "<f:funding><c:organization/><c:organization><c:name>A</c:name></c:organization></f:funding>",
        ] {
            let (funding, unmapped) = funding(xml);
            assert_eq!(funding.organization.unwrap().name.as_deref(), Some("A"), "{xml}");
            assert!(unmapped.is_empty(), "{xml}");
        }
    }

    #[test]
    fn a_text_keeps_its_own_attribute() {
        let first =
            ("<f:amount currency-code=\"EUR\">5</f:amount>", "<f:amount currency-code=\"USD\">7</f:amount>");
        let empty = ("<f:amount currency-code=\"EUR\"/>", "<f:amount currency-code=\"USD\">7</f:amount>");
        let bare = ("<f:amount>5</f:amount>", "<f:amount currency-code=\"USD\"/>");
        for ((one, two), value, currency, noted) in [
            (first, "5", Some("EUR"), &["f:amount/text()", "f:amount/@currency-code"][..]),
            (empty, "7", Some("USD"), &["f:amount/@currency-code"]),
            (bare, "5", None, &["f:amount/@currency-code"]),
        ] {
            let xml = format!("<f:funding>{one}{two}</f:funding>");
            let (funding, unmapped) = funding(&xml);
            let amount = &funding.details.as_ref().unwrap().amount;
            assert_eq!(
                (amount.value.as_deref(), amount.currency_code.as_deref()),
                (Some(value), currency),
                "{xml}"
            );
            let noted: Vec<String> =
                noted.iter().map(|what| format!("/f:funding/{what} (repeated)")).collect();
            assert_eq!(unmapped, noted, "{xml}");
        }
    }

    #[test]
    fn an_attribute_counts_once_and_without_a_prefix() {
        let (work, unmapped) = work(
            "<work:work z:put-code=\"99\" put-code=\"11\" put-code=\"12\" xsi:schemaLocation=\"a b\" xmlns:z=\"z\"/>",
        );

        assert_eq!(work.element.put_code, Some(11));
        assert_eq!(unmapped, ["/work:work/@z:put-code", "/work:work/@put-code (repeated)"]);
    }

    #[test]
    fn what_summaries_have_no_columns_for_is_noted() {
        let xml = "<a:activities-summary><a:works><a:group><w:work-summary put-code=\"1\"><w:short-description>x</w:short-description></w:work-summary></a:group></a:works></a:activities-summary>";

        let parsed = parse(xml.as_bytes()).unwrap();

        let path = "/a:activities-summary/a:works/a:group/w:work-summary/w:short-description/text()";
        assert_eq!(parsed.unmapped, [path]);
        let xml = "<r:record><p:person><p:name put-code=\"5\"><d:given-names>x</d:given-names></p:name></p:person></r:record>";
        assert_eq!(parse(xml.as_bytes()).unwrap().unmapped, ["/r:record/p:person/p:name/@put-code"]);
    }
}
