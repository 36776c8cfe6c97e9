//! Scans the regular form in which ORCID writes XML, without a general reader.
//!
//! It knows elements, attributes in double quotes, text and the five named
//! entities. On anything else (CDATA, comments, a stray text, tags that do not
//! match, a character that XML forbids) it gives up: [`Irregular`], and the whole
//! document goes to the reference reader, which also finds the words for what is
//! wrong. What it does gain stands in docs/performance.md.
//!
//! Most tags it knows from before: see [`order`](super::order).

use std::borrow::Cow;

use memchr::memchr;
use wide::u8x16;

use super::Text;
use super::attribute_text::{is_constant, name_spaces};
use super::clean::{has_forbidden, has_noncharacters, is_forbidden, may_be_forbidden};
use super::escapes::unescaped;
use super::find::{are_equal, find, is, name_lengths, past_spaces};
use super::learned::Learned;
use super::order::{After, Form, KnownTag, Lesson, Number, START, Steps, UNKNOWN};
use super::space::{is_space, trim, trimmed};
use super::token::{Irregular, RawTag, Token};

/// What ORCID declares; of another encoding the reference decides.
const UTF_8: &str = " encoding=\"UTF-8\"";

pub(super) struct Scanner<'a> {
    pub(super) source: &'a str,
    /// Where the next byte to look at is.
    pub(super) place: usize,
    /// The newest open element was written `<a/>`.
    pub(super) self_closed: bool,
    pub(super) learned: Box<Learned<'a>>,
    /// The tag that was passed last.
    pub(super) last: Number,
    /// The run that was found last. Its tags stand in the source, and are passed as they are told.
    run: Run,
    /// Where the end tag of a text begins that was passed last.
    text_end: Option<usize>,
}

/// Known tags that follow each other in the source.
struct Run {
    steps: Steps,
    /// How many of the steps have been told.
    told: usize,
    /// The tag before the run.
    from: Number,
    after: After,
    /// Where it begins in the source.
    start: usize,
}

impl Run {
    const NONE: Self = Self { steps: Steps::NONE, told: 0, from: UNKNOWN, after: After::Tag, start: 0 };

    /// Where it ends in the source.
    fn end(&self) -> usize {
        self.start + self.steps.passed()
    }
}

impl<'a> Scanner<'a> {
    pub fn new(source: &'a str, learned: Box<Learned<'a>>) -> Self {
        Self { source, place: 0, self_closed: false, learned, last: START, run: Run::NONE, text_end: None }
    }

    /// The tag of the run that is to be told next. For none, one that is neither a whole start tag
    /// nor an end tag.
    #[inline(always)]
    pub fn ready(&self) -> &KnownTag<'a> {
        self.learned.order.tag(self.run.steps.at(self.run.told).tag)
    }

    /// Passes the tag that [`ready`](Self::ready) gives.
    #[inline(always)]
    pub fn pass_ready(&mut self) {
        let step = self.run.steps.at(self.run.told);
        self.run.told += 1;
        self.last = step.tag;
        self.place += step.passed as usize;
    }

    /// Forgets the rest of a run, as reading goes on elsewhere.
    pub fn leave_run(&mut self) {
        self.run = Run::NONE;
    }

    /// The next tag, if it is one that has followed the last tag before. Moves behind the bytes that
    /// were compared.
    #[inline]
    pub fn known(&mut self) -> Option<&KnownTag<'a>> {
        if self.self_closed || self.text_end.is_some() {
            return None;
        }
        if self.run.steps.at(self.run.told).tag == UNKNOWN {
            self.find_run()?;
        }
        self.pass_ready();
        Some(self.learned.order.tag(self.last))
    }

    /// Finds the run that comes directly after the last tag. If a run ended there, both become one.
    fn find_run(&mut self) -> Option<()> {
        let bytes = self.source.as_bytes();
        let steps = *self.learned.order.follower(self.last, After::Tag, bytes.get(self.place..)?)?;
        let Run { from, after, start, told, .. } = self.run;
        if told > 0 && self.run.end() == self.place {
            let parts = [&self.run.steps, &steps];
            if let Some(joined) = self.learned.order.join(from, after, &bytes[start..], parts) {
                self.run.steps = joined;
                return Some(());
            }
        }
        self.run = Run { steps, told: 0, from: self.last, after: After::Tag, start: self.place };
        Some(())
    }

    /// The text of the element that was opened last, trimmed, if it is plain and the tag after it is
    /// known to follow; passes its end tag and the next tag.
    #[inline]
    pub fn plain_text(&mut self) -> Option<&'a str> {
        let (start, source) = (self.place, self.source);
        let end = find(source.as_bytes(), start, ends_plain)?;
        if source.as_bytes()[end] != b'<' || self.self_closed {
            return None;
        }
        self.find_run_after_text(end)?;
        Some(trim(&source[start..end]))
    }

    /// The text up to the end tag of the element `open`, trimmed; the tag is passed
    /// too.
    pub fn text(&mut self, open: Option<&str>) -> Result<Text<'a>, Irregular> {
        if std::mem::take(&mut self.self_closed) {
            return Ok(None);
        }
        let start = self.place;
        let bytes = self.source.as_bytes();
        let first = find(bytes, start, ends_plain).ok_or(Irregular)?;
        let plain = bytes[first] == b'<';
        let end = if plain { first } else { first + memchr(b'<', &bytes[first..]).ok_or(Irregular)? };
        let text = &self.source[start..end];
        if self.find_run_after_text(end).is_none() {
            self.leave_run();
            self.place = end;
            self.close(open)?;
            self.text_end = Some(end);
        }
        if plain {
            let text = trim(text);
            return Ok(if text.is_empty() { None } else { Some(Cow::Borrowed(text)) });
        }
        unescaped(text).map(trimmed)
    }

    /// Finds the run that comes after the text of the last tag, which ends at `end`, and moves there.
    #[inline(always)]
    fn find_run_after_text(&mut self, end: usize) -> Option<()> {
        let rest = self.source.as_bytes().get(end..)?;
        let steps = *self.learned.order.follower(self.last, After::Text, rest)?;
        self.run = Run { steps, told: 0, from: self.last, after: After::Text, start: end };
        self.place = end;
        Some(())
    }

    /// The next child of the element `open`, or its end, where it is no known tag; `None` stands for
    /// the document.
    #[cold]
    pub fn token(&mut self, open: Option<&str>) -> Result<Token<'a>, Irregular> {
        if std::mem::take(&mut self.self_closed) {
            return Ok(Token::Close);
        }
        let (text_end, space) = (self.text_end.take(), self.place);
        let token = self.scan(open)?;
        let (name, local_name, start, attributes) = match &token {
            Token::Open(tag) => (tag.name, tag.local_name, tag.start, Some(tag.attributes)),
            Token::Close => {
                // It is `</`, the name of the open element, and `>`.
                let start = self.place - open.map_or(0, str::len) - 3;
                (&self.source[start + 2..self.place - 1], "", start, None)
            }
            Token::Stray(_) | Token::Eof => return Ok(token),
        };
        let whole = if self.self_closed { Form::SelfClosed } else { Form::Whole };
        let (form, attributes, end) = match attributes {
            None => (Form::End, "", self.place),
            Some(attributes) if is_constant(attributes) => (whole, attributes, self.place),
            Some(attributes) => (Form::Begun, "", start + 1 + name.len() + name_spaces(attributes)),
        };
        let (from, after) = text_end.map_or((space, After::Tag), |end| (end, After::Text));
        let begun = matches!(form, Form::Begun);
        let bytes = &self.source.as_bytes()[from..end + usize::from(begun)];
        // What follows a name that is only begun ends it. A declaration stands at the start alone.
        let is_ended = !begun || bytes.last().is_some_and(|&byte| is_space(byte));
        let is_tag = self.last == START || !self.source[space..start].contains('<');
        let (space, length) = (space - from, end - start);
        let lesson = Lesson { bytes, space, name, local_name, attributes, form, length };
        let is_sure = is_ended && is_tag;
        self.last = if is_sure { self.learned.order.learn(self.last, after, lesson) } else { UNKNOWN };
        Ok(token)
    }

    /// The next token, byte by byte.
    fn scan(&mut self, open: Option<&str>) -> Result<Token<'a>, Irregular> {
        let bytes = self.source.as_bytes();
        loop {
            self.pass_white_space();
            return match (bytes.get(self.place), bytes.get(self.place + 1)) {
                (None, _) if open.is_none() => Ok(Token::Eof),
                (Some(b'<'), Some(b'/')) => self.close(open).map(|()| Token::Close),
                (Some(b'<'), Some(b'?')) if open.is_none() => {
                    self.pass_declaration()?;
                    continue;
                }
                (Some(b'<'), Some(next)) if *next != b'?' => self.open().map(Token::Open),
                _ => Err(Irregular),
            };
        }
    }

    /// Passes a line's end and the indentation after it.
    #[inline]
    fn pass_white_space(&mut self) {
        let bytes = self.source.as_bytes();
        let mut place = self.place + usize::from(bytes.get(self.place) == Some(&b'\n'));
        loop {
            place = past_spaces(bytes, place);
            match bytes.get(place) {
                Some(b'\n' | b'\t' | b'\r') => place += 1,
                _ => break,
            }
        }
        self.place = place;
    }

    /// Passes the end tag of the element `open`.
    #[inline]
    fn close(&mut self, open: Option<&str>) -> Result<(), Irregular> {
        let name = open.ok_or(Irregular)?.as_bytes();
        let rest = self.source.as_bytes().get(self.place..).ok_or(Irregular)?;
        let whole = name.len() + 3;
        let tag = rest.get(..whole).ok_or(Irregular)?;
        self.place += whole;
        let matches = tag.starts_with(b"</") && tag.ends_with(b">") && are_equal(&tag[2..whole - 1], name);
        if matches { Ok(()) } else { Err(Irregular) }
    }

    #[inline]
    fn open(&mut self) -> Result<RawTag<'a>, Irregular> {
        let start = self.place;
        let tag = &self.source[start + 1..];
        let rest = tag.as_bytes();
        let (prefix, length) = name_lengths(rest).filter(|&(_, length)| length > 0).ok_or(Irregular)?;
        let (name, local_name) = (&tag[..length], &tag[prefix..length]);
        if has_noncharacters(name.as_bytes()) {
            return Err(Irregular);
        }
        if rest[length] == b'>' {
            self.place = start + length + 2;
            return Ok(RawTag { start, name, local_name, attributes: "" });
        }
        let ends_name = match rest[length] {
            b'/' => rest.get(length + 1) == Some(&b'>'),
            byte => matches!(byte, b' ' | b'\n' | b'\t' | b'\r'),
        };
        if !ends_name {
            return Err(Irregular);
        }
        let attributes = self.pass_attributes(start + 1 + length)?;
        Ok(RawTag { start, name, local_name, attributes })
    }

    /// Passes the attributes that begin at `place`, and the end of their tag.
    #[inline]
    pub fn pass_attributes(&mut self, place: usize) -> Result<&'a str, Irregular> {
        let bytes = self.source.as_bytes();
        let end = end_of_tag(bytes, place).ok_or(Irregular)?;
        self.self_closed = bytes[end - 1] == b'/';
        self.place = end + 1;
        // A `>` inside a value cuts that value off here, which reading it tells.
        Ok(&self.source[place..end - usize::from(self.self_closed)])
    }

    fn pass_declaration(&mut self) -> Result<(), Irregular> {
        // Of `<?>` the question mark begins it, and cannot end it.
        let rest = self.source[self.place..].strip_prefix("<?").ok_or(Irregular)?;
        let end = rest.find("?>").ok_or(Irregular)?;
        self.place += "<??>".len() + end;
        let declaration = &rest[..end];
        let utf8 = declaration.contains(UTF_8) || !declaration.contains("encoding");
        // A reference there may mean a character that XML forbids.
        let is_plain = !declaration.contains('&') && !has_forbidden(declaration.as_bytes());
        if utf8 && is_plain { Ok(()) } else { Err(Irregular) }
    }
}

/// Marks what ends a text that stands as it is: a tag, a reference, a control byte, or the first byte of
/// a character that may be forbidden.
#[inline]
fn ends_plain(block: u8x16) -> u8x16 {
    is(block, b'<') | is(block, b'&') | may_be_forbidden(block)
}

/// Where the `>` is that ends a tag's attributes. `None` where there is none, or a
/// character before it that is, or may mean, one that XML forbids.
#[inline]
fn end_of_tag(rest: &[u8], start: usize) -> Option<usize> {
    let stops = |block| is(block, b'>') | is(block, b'&') | may_be_forbidden(block);
    let mut place = start;
    loop {
        place = find(rest, place, stops)?;
        match rest[place] {
            b'>' => return Some(place),
            b'&' if rest.get(place + 1) == Some(&b'#') => return None,
            _ if is_forbidden(&rest[place..]) => return None,
            _ => {}
        }
        place += 1;
    }
}

#[cfg(test)]
mod tests {
    use crate::{Parser, parse_by_reference, parse_by_scanner};

    #[test]
    fn what_hides_the_end_of_a_tag_is_left_to_the_reference() {
        for document in [
            "<record:record><person:person></person:person><a\"/></record:record>",
            "<record:record><a'></a'></record:record>",
            "<record:record><a\":b/><c d=\"e\"/></record:record>",
            "<record:record><a'b c=\"d\"></a'b></record:record>",
            "<record:record/=\"\"/>",
            "<record:record><?</></record:record>",
            "<record:record><?a/></record:record>",
            "<record:record><?a></?a></record:record>",
            "<?><record:record/>",
            "<?><record:record></record:record><?a?>",
        ] {
            assert!(parse_by_scanner(document.as_bytes()).is_none(), "{document}");
            assert!(parse_by_reference(document.as_bytes()).is_err(), "{document}");
        }
    }

    #[test]
    fn a_forbidden_character_is_left_to_the_reference_wherever_it_stands() {
        let document = "<?xml version=\"1.0\"?>\n<w:work put-code=\"5\">\n <w:title>\n  <c:title>A b</c:title>\n \
             </w:title>\n <w:type>book</w:type>\n <w:x c:y=\"z\"/>\n</w:work>\n";
        let mut parser = Parser::new();
        for _ in 0..3 {
            assert!(parser.parse_by_scanner(document.as_bytes()).is_some());
        }
        for place in 0..=document.len() {
            for character in ["\u{fffe}", "\u{ffff}", "\u{1}", "\u{b}"] {
                let (before, after) = document.split_at(place);
                let document: &'static str = format!("{before}{character}{after}").leak();

                assert!(parser.parse_by_scanner(document.as_bytes()).is_none(), "{document}");
            }
        }
    }

    #[test]
    fn a_character_that_begins_like_a_forbidden_one_is_read() {
        for text in ["\u{ff08}A\u{ff09}", "\u{fffd}", "a\u{f000}", "\u{ff08}A &amp; B\u{ff09}"] {
            let document = format!("<w:work><w:type>{text}</w:type><w:x c:y=\"{text}\"/></w:work>");
            let reference = parse_by_reference(document.as_bytes()).unwrap();

            let scanned = parse_by_scanner(document.as_bytes()).unwrap();

            assert_eq!((scanned.document, scanned.unmapped), (reference.document, reference.unmapped));
        }
    }

    #[test]
    fn a_slash_within_a_tag_is_of_a_name() {
        for (document, unmapped) in [
            ("<record:record><a:b</@/c=\"d\"/></record:record>", 0),
            ("<record:record><a:b/c=\"d\"/></record:record>", 0),
            ("<record:record><a:b/c/></record:record>", 0),
            ("<record:record><a:b /c=\"d\"/></record:record>", 1),
            ("<record:record><a:b c/=\"d\" /></record:record>", 1),
        ] {
            let reference = parse_by_reference(document.as_bytes()).unwrap();
            assert_eq!(reference.unmapped.len(), unmapped, "{document}");
            if let Some(scanned) = parse_by_scanner(document.as_bytes()) {
                assert_eq!(scanned.unmapped, reference.unmapped, "{document}");
            }
        }
    }
}
