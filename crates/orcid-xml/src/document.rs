//! A whole XML document, told by its root element.

use super::clean::is_utf16;
use super::learned::Learned;
use super::summary::is_section;
use super::xml::{Cursor, Tag};
use super::{
    Activities, ActivityPath, ActivitySection, Affiliation, AffiliationKind, Element, Funding, ParseError,
    PeerReview, Record, ResearchResource, Stub, Timestamp, Unmapped, Work,
};

/// What the name spaces of ORCID's documents begin with.
const NAME_SPACES: &str = "://www.orcid.org/ns/";
/// Characters of an unknown root's name that a message quotes.
const MAX_NAME: usize = 60;

/// The documents that ORCID writes, in its data files and as answers of its API. The local
/// name of the root element tells which it is.
///
/// The enum is exhaustive on purpose: whoever sorts documents has to decide about each kind.
#[derive(Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "activities archives hold nothing but activities")]
pub enum Document<'a> {
    /// `record:record`: a whole record, with its activities in their short form.
    Record(Box<Record<'a>>),
    /// `error:error`: stands in the place of a record or an item that cannot be had.
    Stub(Stub<'a>),
    /// One activity in its full form, such as `work:work` or `employment:employment`.
    Activity(Activity<'a>),
    /// `bulk:bulk`: works in their full form, and `Err` with the `error:error` of each that the
    /// API could not give.
    Bulk(Vec<Result<Work<'a>, Stub<'a>>>),
    /// `activities:activities-summary`, or one of its sections such as `activities:works`. A
    /// section fills its own field, and leaves the others empty.
    Activities(Box<Activities<'a>>),
}

/// One activity in its full form, a document of its own: a file of the activities archives, or
/// an answer such as that of `/{iD}/work/{put-code}`.
///
/// The enum is exhaustive on purpose, as [`Document`].
#[derive(Debug, PartialEq)]
pub enum Activity<'a> {
    /// An affiliation, such as `employment:employment`, with its kind.
    Affiliation(AffiliationKind, Affiliation<'a>),
    /// `funding:funding`.
    Funding(Funding<'a>),
    /// `peer-review:peer-review`.
    PeerReview(PeerReview<'a>),
    /// `research-resource:research-resource`.
    ResearchResource(ResearchResource<'a>),
    /// `work:work`.
    Work(Work<'a>),
}

/// A parsed document, with the values for which the model has no field.
#[derive(Debug)]
pub struct Parsed<'a> {
    /// The document. It borrows its text from the bytes where they hold it unchanged.
    pub document: Document<'a>,
    /// Each value that has no field, with its path: elements and attributes that this crate
    /// does not know, second values, and values that do not fit their type.
    pub unmapped: Vec<Unmapped>,
    /// What the `@path` of an activity's root says; `None` for all other documents, and if
    /// there is no such attribute.
    pub path: Option<ActivityPath>,
    /// The first `visibility` of an element that is not `public`; `None` if everybody may see all
    /// of the document.
    pub not_public: Option<String>,
}

/// Parses documents one after the other, and learns from each how the next ones are written. It
/// is several times as fast as [`parse`] for documents that one program has written.
///
/// All documents must outlive it: what it has learned stands in their bytes.
#[derive(Default)]
pub struct Parser<'a> {
    learned: Option<Box<Learned<'a>>>,
}

impl<'a> Parser<'a> {
    /// A parser that has read nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Parses as [`parse_by_scanner`] does: `None` for a document that is not of the regular form
    /// that ORCID writes, sound or not. The result does not depend on the documents before.
    pub fn parse_by_scanner(&mut self, bytes: &'a [u8]) -> Option<Parsed<'a>> {
        self.parse_regular(simdutf8::basic::from_utf8(bytes).ok()?)
    }

    fn parse_regular(&mut self, source: &'a str) -> Option<Parsed<'a>> {
        let learned = self.learned.take().unwrap_or_else(|| Box::new(Learned::new()));
        let mut cursor = Cursor::regular(source, learned);
        let parsed = parse_with(&mut cursor);
        self.learned = cursor.into_learned();
        parsed.ok()
    }
}

/// Parses one XML document of schema 2.0, 2.1 or 3.0.
///
/// A value that does not fit the type of its field, such as the year `99999`, does not fail
/// the document where the field is optional: the field is `None`, and the text stands in
/// [`Parsed::unmapped`]. Call [`cleaned`](crate::cleaned) before for documents that may hold
/// characters that XML forbids.
///
/// # Errors
/// [`ParseError`] if the bytes are not well-formed UTF-8 XML, if the document is cut off, nests
/// too deep or would take too much memory, or if the root is none that ORCID writes.
pub fn parse(bytes: &[u8]) -> Result<Parsed<'_>, ParseError> {
    let source = text_of(bytes)?;
    // A document that the scanner cannot read, for whatever reason, is read again
    // by the reference, whose word counts.
    Parser::new().parse_regular(source).map_or_else(|| parse_with(&mut Cursor::new(source)), Ok)
}

/// Parses as [`parse`] does, but with `quick-xml` alone, which reads any XML. It is slower, and
/// made for tests and benchmarks that compare both readers.
///
/// # Errors
/// As [`parse`].
pub fn parse_by_reference(bytes: &[u8]) -> Result<Parsed<'_>, ParseError> {
    parse_with(&mut Cursor::new(text_of(bytes)?))
}

/// Parses as [`parse`] does, but with the fast scanner alone, which reads only the regular form
/// that ORCID writes; `None` for any other document, sound or not. For tests and benchmarks.
pub fn parse_by_scanner(bytes: &[u8]) -> Option<Parsed<'_>> {
    Parser::new().parse_by_scanner(bytes)
}

fn parse_with<'a>(cursor: &mut Cursor<'a>) -> Result<Parsed<'a>, ParseError> {
    let Some(root) = cursor.child()? else { return Err(without_elements(cursor)) };
    let document = Document::parse(cursor, root)?;
    if let Some(second) = cursor.child()? {
        let reason = format!("a second root element, {}", second.name);
        return Err(ParseError::Malformed { offset: second.start as u64, reason });
    }
    let path = if matches!(document, Document::Activity(_)) { Cursor::activity_path(root) } else { None };
    let not_public = cursor.not_public.take();
    Ok(Parsed { document, unmapped: cursor.take_unmapped(), path, not_public })
}

/// Why a document has no root: it is empty, or text that is no XML.
#[cold]
fn without_elements(cursor: &Cursor<'_>) -> ParseError {
    match cursor.unmapped.first() {
        Some(text) => {
            let begin: String = text.value.chars().take(MAX_NAME).collect();
            ParseError::Malformed {
                offset: 0,
                reason: format!("no XML, but text that begins with {begin:?}"),
            }
        }
        None => ParseError::Empty,
    }
}

/// `bytes` as text.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, ParseError> {
    if is_utf16(bytes) {
        return Err(ParseError::OtherEncoding { name: "UTF-16".to_owned() });
    }
    std::str::from_utf8(bytes).map_err(|error| ParseError::NotUtf8 { offset: error.valid_up_to() })
}

impl<'a> Document<'a> {
    fn parse(cursor: &mut Cursor<'a>, root: Tag<'a>) -> Result<Self, ParseError> {
        Ok(match root.name {
            "record" => Self::Record(Box::new(Record::parse(cursor, root)?)),
            "error" => Self::Stub(Stub::parse(cursor, root)?),
            "bulk" => Self::Bulk(parse_bulk(cursor, root)?),
            "activities-summary" => {
                let mut activities = Box::<Activities>::default();
                activities.parse(cursor, root)?;
                Self::Activities(activities)
            }
            name if is_section(name) => {
                let mut activities = Box::<Activities>::default();
                activities.parse_section(cursor, root)?;
                Self::Activities(activities)
            }
            _ => Self::Activity(Activity::parse(cursor, root)?),
        })
    }
}

impl<'a> Activity<'a> {
    fn parse(cursor: &mut Cursor<'a>, root: Tag<'a>) -> Result<Self, ParseError> {
        Ok(match root.name {
            "work" => Self::Work(Work::parse(cursor, root)?),
            "funding" => Self::Funding(Funding::parse(cursor, root)?),
            "peer-review" => Self::PeerReview(PeerReview::parse(cursor, root)?),
            "research-resource" => Self::ResearchResource(ResearchResource::parse(cursor, root)?),
            name => match AffiliationKind::new(name) {
                Some(kind) => Self::Affiliation(kind, Affiliation::parse(cursor, root)?),
                // A person's section or a page of search results, as the API gives them.
                None if root.attributes.contains(NAME_SPACES) => {
                    return Err(ParseError::NoOwner { found: name.chars().take(MAX_NAME).collect() });
                }
                None => return Err(ParseError::UnknownRoot { name: name.chars().take(MAX_NAME).collect() }),
            },
        })
    }

    /// The section of a record to which the activity belongs.
    pub fn section(&self) -> ActivitySection {
        match self {
            Self::Affiliation(kind, _) => ActivitySection::Affiliations(*kind),
            Self::Funding(_) => ActivitySection::Fundings,
            Self::PeerReview(_) => ActivitySection::PeerReviews,
            Self::ResearchResource(_) => ActivitySection::ResearchResources,
            Self::Work(_) => ActivitySection::Works,
        }
    }

    /// Sets the put code, for documents that have none, from the name of the file.
    pub fn set_put_code(&mut self, put_code: i64) {
        self.element_mut().put_code = Some(put_code);
    }

    /// The put code, `@put-code` of the root; `None` if absent.
    pub fn put_code(&self) -> Option<i64> {
        match self {
            Self::Affiliation(_, affiliation) => affiliation.element.put_code,
            Self::Funding(funding) => funding.element.put_code,
            Self::PeerReview(review) => review.element.put_code,
            Self::ResearchResource(resource) => resource.element.put_code,
            Self::Work(work) => work.element.put_code,
        }
    }

    /// The time of the activity's last change, `common:last-modified-date`; `None` if absent.
    pub fn last_modified_date(&self) -> Option<Timestamp> {
        let element = match self {
            Self::Affiliation(_, affiliation) => &affiliation.element,
            Self::Funding(funding) => &funding.element,
            Self::PeerReview(review) => &review.element,
            Self::ResearchResource(resource) => &resource.element,
            Self::Work(work) => &work.element,
        };
        element.last_modified_date
    }

    fn element_mut(&mut self) -> &mut Element<'a> {
        match self {
            Self::Affiliation(_, affiliation) => &mut affiliation.element,
            Self::Funding(funding) => &mut funding.element,
            Self::PeerReview(review) => &mut review.element,
            Self::ResearchResource(resource) => &mut resource.element,
            Self::Work(work) => &mut work.element,
        }
    }
}

fn parse_bulk<'a>(
    cursor: &mut Cursor<'a>,
    root: Tag<'a>,
) -> Result<Vec<Result<Work<'a>, Stub<'a>>>, ParseError> {
    let mut entries = Vec::new();
    cursor.container(root)?;
    while let Some(tag) = cursor.child()? {
        if matches!(tag.name, "work" | "error") {
            cursor.take_room_for::<Result<Work<'a>, Stub<'a>>>()?;
        }
        match tag.name {
            "work" => entries.push(Ok(Work::parse(cursor, tag)?)),
            "error" => entries.push(Err(Stub::parse(cursor, tag)?)),
            _ => cursor.unmapped(tag)?,
        }
    }
    Ok(entries)
}
