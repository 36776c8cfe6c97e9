//! Takes sources and attributes of contributors from earlier ones that stand in the same words.

use super::learned::Learned;
use super::order::UNKNOWN;
use super::repeats::{Repeat, Repeats};
use super::scan::Scanner;
use super::xml::{Cursor, Reader};

/// The remembered elements of one kind.
type OfKind<'a, T> = for<'l> fn(&'l mut Learned<'a>) -> &'l mut Repeats<'a, T>;

/// An element that is being read, and may come again.
pub(super) struct Begun<'a> {
    name: &'a str,
    depth: usize,
    place: usize,
    /// Values without a field that were noted before it.
    noted: usize,
}

impl<'a> Cursor<'a> {
    /// Passes the element whose start tag was just given, if one in the same words was read before.
    #[inline]
    pub(super) fn known<T: Clone>(&mut self, repeats: OfKind<'a, T>) -> Option<T> {
        let Reader::Scanner(scanner) = &mut self.reader else { return None };
        let value = scanner.pass_repeat(repeats, self.open.last()?, self.open.len())?;
        self.open.pop();
        Some(value)
    }

    /// Marks the place of an element whose start tag was just given; `None` for one that ends there.
    pub(super) fn begin_repeat(&self) -> Option<Begun<'a>> {
        let Reader::Scanner(scanner) = &self.reader else { return None };
        if scanner.self_closed {
            return None;
        }
        let (name, depth) = (*self.open.last()?, self.open.len());
        Some(Begun { name, depth, place: scanner.place, noted: self.unmapped.len() })
    }

    /// Remembers what was read of an element.
    pub(super) fn remember<T: Clone>(&mut self, begun: Option<Begun<'a>>, value: &T, repeats: OfKind<'a, T>) {
        let (Reader::Scanner(scanner), Some(begun)) = (&mut self.reader, begun) else { return };
        if begun.noted == self.unmapped.len() && scanner.last != UNKNOWN {
            let bytes = &scanner.source.as_bytes()[begun.place..scanner.place];
            let (Begun { name, depth, .. }, value) = (begun, value.clone());
            repeats(&mut scanner.learned).remember(Repeat { name, depth, bytes, value, end: scanner.last });
        }
    }
}

impl<'a> Scanner<'a> {
    /// Passes an element whose start tag was passed last, if one in the same words was read before.
    #[inline]
    fn pass_repeat<T: Clone>(&mut self, repeats: OfKind<'a, T>, name: &str, depth: usize) -> Option<T> {
        let rest = self.source.as_bytes().get(self.place..).filter(|_| !self.self_closed)?;
        let known = repeats(&mut self.learned).find(name, depth, rest)?;
        self.place += known.bytes.len();
        self.last = known.end;
        let value = known.value.clone();
        self.leave_run();
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Parser, parse_by_reference};

    /// A work with what may stand for its source.
    fn work(source: &str) -> String {
        format!(
            "<work:work put-code=\"5\">\n    {source}\n    <work:type>book</work:type>\n    <common:url>u</common:url>\n</work:work>"
        )
    }

    /// Both readers give the same of all documents, one after the other. The scanner may leave any
    /// to the reference reader, such as those with repeated elements, but not `read`.
    fn assert_both_readers_agree(documents: &[String], read: &[usize]) {
        let mut parser = Parser::new();
        for document in documents {
            let Some(learned) = parser.parse_by_scanner(document.as_bytes()) else { continue };

            let reference = parse_by_reference(document.as_bytes()).unwrap();

            assert_eq!(learned.document, reference.document, "{document}");
            assert_eq!(learned.unmapped, reference.unmapped, "{document}");
        }
        for &place in read {
            assert!(parser.parse_by_scanner(documents[place].as_bytes()).is_some(), "{}", documents[place]);
        }
    }

    #[test]
    fn a_source_in_other_words_is_another() {
        let client = |host: &str| {
            format!(
                "<common:source><common:source-client-id><common:path>A</common:path><common:host>{host}</common:host></common:source-client-id></common:source>"
            )
        };
        let named = |name: &str| {
            format!("<common:source><common:source-name>{name}</common:source-name></common:source>")
        };
        let documents = [
            "<common:source/>".to_owned(),
            named("A"),
            "<common:source/>".to_owned(),
            "<common:source></common:source>".to_owned(),
            named("A"),
            named("A &amp; B"),
            named("A &amp; B"),
            named("A") + &named("A"),
            "<common:source new=\"1\"><common:source-name>A</common:source-name></common:source>".to_owned(),
            "<source><common:source-name>A</common:source-name></common:source>".to_owned(),
            client("orcid.org"),
            client("sandbox.orcid.org"),
            client("sandbox.orcid.org"),
            client("orcid.org"),
            "<common:source><common:source-name>A</common:source-name>".to_owned(),
            format!("<common:url>{}</common:url>", named("A")),
            named("A"),
        ]
        .map(|source| work(&source));
        assert_both_readers_agree(&documents, &[1]);
    }

    #[test]
    fn attributes_of_contributors_in_other_words_are_others() {
        let contributor = |attributes: &str| {
            format!(
                "<work:work><work:contributors><work:contributor><work:credit-name>A</work:credit-name>{attributes}</work:contributor></work:contributors></work:work>"
            )
        };
        let attributes =
            |inner: &str| format!("<work:contributor-attributes>{inner}</work:contributor-attributes>");
        let sequence = "<work:contributor-sequence>first</work:contributor-sequence>";
        let role = "<work:contributor-role>author</work:contributor-role>";
        let both = attributes(&format!("{sequence}{role}"));
        let documents = [
            both.clone(),
            both.clone(),
            "<work:contributor-attributes/>".to_owned(),
            attributes(role),
            attributes(sequence),
            attributes(&role.replace("author", "editor &amp; author")),
            attributes(&role.replace("author", "editor &amp; author")),
            format!("{both}{both}"),
            attributes(&format!("{role}{role}")),
            attributes(&format!("{role}{role}")),
            both.replace("work:", "w:"),
            both.replace("attributes>", "attributes new=\"1\">")
                .replace("</work:contributor-attributes new=\"1\">", "</work:contributor-attributes>"),
            both,
        ]
        .map(|attributes| contributor(&attributes));
        assert_both_readers_agree(&documents, &[0, 1, 3, 5]);
    }
}
