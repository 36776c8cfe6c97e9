//! Values for which the model has no field, kept with their paths.
//!
//! These are elements that ORCID adds after this crate was written, second values where the
//! schema allows one, and values that do not fit the type of their field. So nothing is lost.

use super::ParseError;

/// Bytes of memory that a document may take for each byte of its XML: structures, text that cannot
/// be borrowed, and values without a field. ORCID's documents take about one.
const MEMORY_FACTOR: usize = 4;
/// Bytes that any document may take in addition, so that the limit does not affect small ones.
const MEMORY_ALWAYS: usize = 16 << 20;
/// Bytes that a kept value takes in addition to its texts.
const VALUE_BYTES: usize = size_of::<Unmapped>();
/// Bytes of text that the values without a field may take for each byte of the document: a path
/// occurs once in the document, and once for each of its values in memory. A document of unknown
/// elements only takes about five.
const KEPT_FACTOR: usize = 8;
/// Bytes that the values of any document may take in addition; few, because many documents are in
/// memory at a time.
const KEPT_ALWAYS: usize = 16 << 10;
/// The limit for any document, so that it fits into an Arrow array of text, which holds less than 2
/// GiB.
const MAX_KEPT_BYTES: usize = 1 << 30;

/// An [`Unmapped::code`]: the schema allows one such value, and another came before it.
pub const REPEATED: &str = "repeated";
/// An [`Unmapped::code`]: the value does not fit the type of its field.
pub const INVALID: &str = "invalid";
/// An [`Unmapped::code`]: the document names another iD than its file's name does. Parsing knows
/// no file names; callers that know them add such values.
pub const OTHER_ID: &str = "other-id";
/// An [`Unmapped::code`]: the value is the date of a group that has no items.
pub const NO_ITEM: &str = "no-item";

/// A value for which the model has no field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmapped {
    /// The elements from the root on with their prefixes, as they are written, then `@attribute` or
    /// `text()`, such as `/record:record/person:person/@new`; without positions in lists.
    pub path: String,
    /// The text, with entities resolved and without white space at its ends.
    pub value: String,
    /// Why the value has no field: [`REPEATED`], [`INVALID`], [`OTHER_ID`] or [`NO_ITEM`]; `None`
    /// if this crate does not know the element or attribute.
    pub code: Option<&'static str>,
}

impl Unmapped {
    /// Path and reason in one text, for reports that count them, such as
    /// `/work:work/work:type/text() (repeated)`.
    pub fn label(&self) -> String {
        let reason = match self.code {
            None => return self.path.clone(),
            Some(REPEATED) => "repeated",
            Some(INVALID) => "not of its type",
            Some(OTHER_ID) => "another iD than the file's name",
            Some(NO_ITEM) => "of a group without items",
            Some(code) => code,
        };
        format!("{} ({reason})", self.path)
    }
}

/// The memory that a document uses, and its limits.
#[derive(Debug)]
pub(super) struct Room {
    used: usize,
    limit: usize,
    /// The texts of values without a field.
    kept: usize,
    kept_limit: usize,
}

impl Room {
    pub fn of(source_bytes: usize) -> Self {
        let limit = source_bytes.saturating_mul(MEMORY_FACTOR).saturating_add(MEMORY_ALWAYS);
        Self { used: 0, limit, kept: 0, kept_limit: kept_limit(source_bytes) }
    }

    /// Accounts for memory that the document takes.
    ///
    /// # Errors
    /// [`ParseError::TooManyValues`] where it is too much.
    #[inline]
    pub fn take(&mut self, bytes: usize) -> Result<(), ParseError> {
        self.used += bytes;
        if self.used > self.limit {
            return Err(ParseError::TooManyValues { limit_bytes: self.limit });
        }
        Ok(())
    }

    /// Accounts for a value without a field.
    ///
    /// # Errors
    /// [`ParseError::TooManyValues`] where the document has too many.
    pub fn keep(&mut self, value: &Unmapped) -> Result<(), ParseError> {
        self.take(VALUE_BYTES + value.path.capacity() + value.value.len())?;
        self.kept += value.path.len() + value.value.len();
        if self.kept > self.kept_limit {
            return Err(ParseError::TooManyValues { limit_bytes: self.kept_limit });
        }
        Ok(())
    }
}

/// Bytes of text that the values without a field of a document may take.
fn kept_limit(source_bytes: usize) -> usize {
    source_bytes.saturating_mul(KEPT_FACTOR).saturating_add(KEPT_ALWAYS).min(MAX_KEPT_BYTES)
}

/// Checks that a table in which each of `values` has a row with the file's path, `member`, does
/// not take far more memory than the document of `source_bytes`: a long path in many rows would.
///
/// # Errors
/// [`ParseError::TooManyValues`] if the paths would take too much memory.
pub fn check_paths(member: &str, values: &[Unmapped], source_bytes: usize) -> Result<(), ParseError> {
    let limit_bytes = kept_limit(source_bytes.saturating_add(member.len()));
    if member.len().saturating_mul(values.len()) > limit_bytes {
        return Err(ParseError::TooManyValues { limit_bytes });
    }
    Ok(())
}

#[cfg(test)]
impl PartialEq<&str> for Unmapped {
    fn eq(&self, label: &&str) -> bool {
        self.label() == *label
    }
}

#[cfg(test)]
impl PartialEq<String> for Unmapped {
    fn eq(&self, label: &String) -> bool {
        self.label() == *label
    }
}

#[cfg(test)]
mod tests {
    use super::super::{parse, parse_by_reference};
    use super::check_paths;

    #[test]
    fn values_without_a_place_are_kept_as_they_stand() {
        let xml = r#"<r:record xmlns:r="r" xmlns:p="p" new="a &amp; b"><p:person> stray &lt;text <p:new x="1">y<p:z/></p:new></p:person></r:record>"#;

        let parsed = parse(xml.as_bytes()).unwrap();

        let found: Vec<(&str, &str)> =
            parsed.unmapped.iter().map(|one| (one.path.as_str(), one.value.as_str())).collect();
        assert_eq!(
            found,
            [
                ("/r:record/@new", "a & b"),
                ("/r:record/p:person/text()", "stray <text"),
                ("/r:record/p:person/p:new/@x", "1"),
                ("/r:record/p:person/p:new/text()", "y"),
            ]
        );
        assert!(parsed.unmapped.iter().all(|one| one.code.is_none()));
    }

    #[test]
    fn a_blank_reference_is_white_space() {
        for blank in ["&#32;", "&#x9;", "&#10;", "&#xD; &#32;"] {
            let xml = format!("<r:record xmlns:r='r'>{blank}<p:person/></r:record>");

            assert!(parse(xml.as_bytes()).unwrap().unmapped.is_empty(), "{blank}");
        }
    }

    #[test]
    fn a_bad_value_is_kept_and_the_rest_is_read() {
        let xml = r#"<w:work put-code="11" display-index="many"><c:created-date>2015-07-03T12:57:22.7490001Z</c:created-date><c:publication-date><c:year>99999</c:year><c:month>5</c:month></c:publication-date></w:work>"#;

        for parsed in [parse(xml.as_bytes()).unwrap(), parse_by_reference(xml.as_bytes()).unwrap()] {
            let found: Vec<(String, &str)> =
                parsed.unmapped.iter().map(|one| (one.label(), one.value.as_str())).collect();
            assert_eq!(
                found,
                [
                    ("/w:work/@display-index (not of its type)".to_owned(), "many"),
                    (
                        "/w:work/c:created-date/text() (not of its type)".to_owned(),
                        "2015-07-03T12:57:22.7490001Z"
                    ),
                    ("/w:work/c:publication-date/c:year/text() (not of its type)".to_owned(), "99999"),
                ]
            );
            let super::super::Document::Activity(super::super::Activity::Work(work)) = &parsed.document
            else {
                panic!()
            };
            assert_eq!((work.publication_date.year, work.publication_date.month), (None, Some(5)));
        }
    }

    #[test]
    fn paths_have_prefixes_as_they_are_written_and_end_with_text_or_an_attribute() {
        let other = "<c:uri>https://publons.com/x</c:uri><d:host>publons.com</d:host>";
        let twice = "<c:path>1</c:path>";
        for (inner, expected) in [
            (format!("<c:orcid-identifier>{other}</c:orcid-identifier>"), &["c:orcid-identifier/d:host/text()", "c:orcid-identifier/c:uri/text()"][..]),
            (format!("<c:orcid-identifier>{twice}</c:orcid-identifier><d:orcid-identifier>{twice}</d:orcid-identifier>"), &["d:orcid-identifier/c:path/text() (repeated)"]),
            ("<h:history><h:claimed>yes</h:claimed></h:history>".to_owned(), &["h:history/h:claimed/text() (not of its type)"]),
            ("<h:history visibility='a' visibility='b'/>".to_owned(), &["h:history/@visibility (repeated)"]),
            ("<p:person><k:keywords><k:keyword display-index='1' display-index='2' new='1' new='2'><k:content>a</k:content><l:content>b</l:content></k:keyword></k:keywords></p:person>".to_owned(), &["p:person/k:keywords/k:keyword/@display-index (repeated)", "p:person/k:keywords/k:keyword/@new", "p:person/k:keywords/k:keyword/@new", "p:person/k:keywords/k:keyword/l:content/text() (repeated)"]),
            ("<p:person><p:name><c:source><d:source-orcid><c:path>1</c:path></d:source-orcid></c:source></p:name></p:person>".to_owned(), &["p:person/p:name/c:source/d:source-orcid/c:path/text()"]),
            ("<p:person><e:emails><e:email verified='true' verified='false' primary='no'/></e:emails></p:person>".to_owned(), &["p:person/e:emails/e:email/@verified (repeated)", "p:person/e:emails/e:email/@primary (not of its type)"]),
            ("<a:activities-summary><a:works><a:group><c:last-modified-date>2015-07-03T12:57:22.7Z</c:last-modified-date></a:group></a:works></a:activities-summary>".to_owned(), &["a:activities-summary/a:works/a:group/c:last-modified-date/text() (of a group without items)"]),
        ] {
            let xml = format!("<r:record>{inner}</r:record>");
            let expected: Vec<String> = expected.iter().map(|path| format!("/r:record/{path}")).collect();
            for parsed in [parse(xml.as_bytes()).unwrap(), parse_by_reference(xml.as_bytes()).unwrap()] {
                assert_eq!(parsed.unmapped, expected, "{xml}");
                // The value stands in the document as it is noted.
                assert!(parsed.unmapped.iter().all(|one| xml.contains(&one.value)), "{xml}");
            }
        }
    }

    #[test]
    fn paths_do_not_multiply_a_small_document() {
        let document = |name: usize, values: usize| {
            let inner = "<x>1</x>".repeat(values);
            format!("<r:record xmlns:r='r'><{0}>{inner}</{0}></r:record>", "n".repeat(name))
        };
        for (name, values, is_read) in [(20, 5_000, true), (200, 50, true), (8_000, 2_000, false)] {
            let xml = document(name, values);
            for parsed in [parse(xml.as_bytes()), parse_by_reference(xml.as_bytes())] {
                let code = parsed.as_ref().err().map(|error| error.code());
                assert_eq!(code, (!is_read).then_some("too-many-values"), "{name} {values}");
            }
        }

        let values = parse(document(1, 2_000).as_bytes()).unwrap().unmapped;
        for (member, is_taken) in [(60, true), (4_000, false)] {
            assert_eq!(check_paths(&"p".repeat(member), &values, 16_000).is_ok(), is_taken, "{member}");
        }
    }

    #[test]
    fn a_document_of_nothing_but_elements_is_refused_before_it_fills_the_memory() {
        let many = |element: &str| {
            let inner = element.repeat((30 << 20) / element.len());
            format!("<r:record xmlns:r='r'><p:person><k:keywords>{inner}</k:keywords></p:person></r:record>")
        };
        for element in ["<k:keyword/>", "<x>1</x>", "<x y='1'/>"] {
            assert_eq!(parse(many(element).as_bytes()).unwrap_err().code(), "too-many-values", "{element}");
        }
        for element in ["<w:work/>", "<e:error/>"] {
            let bulk = format!("<b:bulk xmlns:b='b'>{}</b:bulk>", element.repeat((8 << 20) / element.len()));
            for error in
                [parse(bulk.as_bytes()).unwrap_err(), parse_by_reference(bulk.as_bytes()).unwrap_err()]
            {
                assert_eq!(error.code(), "too-many-values", "{element}");
            }
        }
        assert!(parse(many("<k:keyword><k:content>a word</k:content><!-- and what ORCID writes with it, which is much --></k:keyword>").as_bytes()).is_ok());
    }
}
