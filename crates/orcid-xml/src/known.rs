//! Takes sources and attributes of contributors from earlier ones that stand in the same words, and
//! the identifiers of an item from those of its group.

use super::learned::Learned;
use super::order::UNKNOWN;
use super::repeats::{Repeat, Repeats};
use super::scan::Scanner;
use super::shared_ids::IdTexts;
use super::xml::{Cursor, Reader};

/// Elements that may be open where an identifier is taken from its group: few enough that no
/// element in it is too deep.
const MAX_DEPTH: usize = 32;

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

    /// The identifiers that are read next are those of a group, or no longer.
    pub(super) fn collect_ids(&mut self, of_group: bool) {
        let Reader::Scanner(scanner) = &mut self.reader else { return };
        if of_group { scanner.learned.ids.begin_group() } else { scanner.learned.ids.end_group() }
    }

    /// Passes the identifier whose start tag was just given, if its group has it.
    #[inline]
    pub(super) fn known_id(&mut self) -> Option<IdTexts<'a>> {
        let Reader::Scanner(scanner) = &mut self.reader else { return None };
        let texts = scanner.pass_id(self.open.last()?, self.open.len())?;
        self.open.pop();
        Some(texts)
    }

    /// Remembers an identifier that has been read; `texts` are all that it has.
    pub(super) fn remember_id(&mut self, begun: Option<Begun<'a>>, texts: Option<IdTexts<'a>>) {
        let (Reader::Scanner(scanner), Some(begun)) = (&mut self.reader, begun) else { return };
        if begun.noted == self.unmapped.len() && begun.depth <= MAX_DEPTH {
            let bytes = &scanner.source.as_bytes()[begun.place..scanner.place];
            scanner.learned.ids.remember(begun.name, bytes, texts, begun.depth, scanner.last);
        }
    }
}

impl<'a> Scanner<'a> {
    #[inline]
    fn pass_id(&mut self, name: &str, depth: usize) -> Option<IdTexts<'a>> {
        let rest = self.source.as_bytes().get(self.place..).filter(|_| !self.self_closed)?;
        let (texts, length) = self.learned.ids.find(name, rest).filter(|_| depth <= MAX_DEPTH)?;
        self.place += length;
        self.last = self.learned.ids.end(depth);
        Some(texts)
    }

    /// Passes an element whose start tag was passed last, if one in the same words was read before.
    #[inline]
    fn pass_repeat<T: Clone>(&mut self, repeats: OfKind<'a, T>, name: &str, depth: usize) -> Option<T> {
        let rest = self.source.as_bytes().get(self.place..).filter(|_| !self.self_closed)?;
        let known = repeats(&mut self.learned).find(name, depth, rest)?;
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

    /// A record with a work in a group, both with identifiers.
    fn grouped(of_group: &str, of_item: &str) -> String {
        let ids = |ids: &str| format!("<c:external-ids>{ids}</c:external-ids>");
        format!(
            "<r:record><a:activities-summary><a:works><a:group>{}<w:work-summary put-code=\"5\">{}<w:type>book</w:type></w:work-summary></a:group></a:works></a:activities-summary></r:record>",
            ids(of_group),
            ids(of_item)
        )
    }

    #[test]
    fn an_identifier_in_other_lines_is_another() {
        let id = |value: &str, space: &str| {
            format!(
                "\n{space}<c:external-id>\n{space} <c:external-id-type>doi</c:external-id-type>\n{space} <c:external-id-value>{value}</c:external-id-value>\n{space}</c:external-id>\n"
            )
        };
        let noted = |value: &str| id(value, "").replace("<c:external-id>", "<c:external-id new=\"1\">");
        let other = |value: &str| id(value, "").replace("c:", "d:");
        let in_one_line = |value: &str| id(value, "").replace('\n', "");
        let texts = [
            "10.1/a", "a\n b", "a\nb", "a>\n b", "a>\n", "a>", "a &gt;\n", "a&amp;b", "", "<x>1</x>", "<x/>",
        ];
        let mut documents = Vec::new();
        for one in texts {
            for two in texts {
                for space in ["", "  ", "\t"] {
                    documents.push(grouped(&id(one, " "), &id(two, space)));
                    documents
                        .push(grouped(&(id(one, "") + &id(two, "")), &(id(two, space) + &id(one, space))));
                }
                documents.push(grouped(&id(one, ""), &noted(two)));
                documents.push(grouped(&noted(one), &id(two, "")));
                documents.push(grouped(&id(one, ""), &other(two)));
                documents.push(grouped(&id(one, ""), &in_one_line(two)));
                documents.push(grouped(&in_one_line(one), &id(two, "")));
                documents.push(grouped(&id(one, ""), "<c:external-id/>"));
                documents.push(grouped("<c:external-id/>", &id(two, "")));
            }
        }
        let (mut parser, mut read) = (Parser::new(), 0);
        for document in &documents {
            let Some(learned) = parser.parse_by_scanner(document.as_bytes()) else { continue };
            read += 1;

            let reference = parse_by_reference(document.as_bytes()).unwrap();

            assert_eq!(learned.document, reference.document, "{document}");
            assert_eq!(learned.unmapped, reference.unmapped, "{document}");
        }
        assert!(read > documents.len() / 2, "{read} of {}", documents.len());
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
