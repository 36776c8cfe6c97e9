//! Takes the source of an item from an earlier one that stands in the same words.

use super::Source;
use super::order::UNKNOWN;
use super::repeats::Repeat;
use super::scan::Scanner;
use super::xml::{Cursor, Reader};

/// A source that is being read, and may come again.
pub(super) struct Begun<'a> {
    name: &'a str,
    depth: usize,
    place: usize,
    /// Values without a field that were noted before it.
    noted: usize,
}

impl<'a> Cursor<'a> {
    /// Passes the source whose start tag was just given, if one in the same words was read before.
    #[inline]
    pub(super) fn known_source(&mut self) -> Option<Source<'a>> {
        let Reader::Scanner(scanner) = &mut self.reader else { return None };
        let source = scanner.pass_source(self.open.last()?, self.open.len())?;
        self.open.pop();
        Some(source)
    }

    /// Marks the place of a source whose start tag was just given; `None` for one that ends there.
    pub(super) fn begin_source(&self) -> Option<Begun<'a>> {
        let Reader::Scanner(scanner) = &self.reader else { return None };
        if scanner.self_closed {
            return None;
        }
        let (name, depth) = (*self.open.last()?, self.open.len());
        Some(Begun { name, depth, place: scanner.place, noted: self.unmapped.len() })
    }

    /// Remembers a source that has been read.
    pub(super) fn remember_source(&mut self, begun: Option<Begun<'a>>, source: &Source<'a>) {
        let (Reader::Scanner(scanner), Some(begun)) = (&mut self.reader, begun) else { return };
        if begun.noted == self.unmapped.len() && scanner.last != UNKNOWN {
            let bytes = &scanner.source.as_bytes()[begun.place..scanner.place];
            let Begun { name, depth, .. } = begun;
            let value = source.clone();
            scanner.learned.sources.remember(Repeat { name, depth, bytes, value, end: scanner.last });
        }
    }
}

impl<'a> Scanner<'a> {
    /// Passes a source whose start tag was passed last, if one in the same words was read before.
    #[inline]
    fn pass_source(&mut self, name: &str, depth: usize) -> Option<Source<'a>> {
        let rest = self.source.as_bytes().get(self.place..).filter(|_| !self.self_closed)?;
        let known = self.learned.sources.find(name, depth, rest)?;
        self.place += known.bytes.len();
        self.last = known.end;
        Some(known.value.clone())
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
        let mut parser = Parser::new();
        for document in &documents {
            let Some(learned) = parser.parse_by_scanner(document.as_bytes()) else { continue };

            let reference = parse_by_reference(document.as_bytes()).unwrap();

            assert_eq!(learned.document, reference.document, "{document}");
            assert_eq!(learned.unmapped, reference.unmapped, "{document}");
        }
        assert!(parser.parse_by_scanner(documents[1].as_bytes()).is_some());
    }
}
