//! Turns a parsed document into the entry of a member, whose name says what the document should be.

use crate::tables::{DumpKind, Entry, UnmappedValues};
use orcid_xml::unmapped::OTHER_ID;
use orcid_xml::{Document, MemberName, Orcid, ParseError, Parsed, Unmapped, first_value};

/// The paths of a record's own iD, by local names; the first one that is not empty counts.
const IDENTIFIERS: [[&str; 2]; 2] = [["orcid-identifier", "path"], ["orcid-identifier", "uri"]];

/// The path of the iD in ORCID's own files, for documents in which it cannot be found again.
const USUAL_IDENTIFIER: &str = "/record:record/common:orcid-identifier/common:path/text()";

/// The kind of dump that a member belongs to, by its name.
pub fn dump_of(name: &MemberName) -> DumpKind {
    match name {
        MemberName::Activity { .. } => DumpKind::Activities,
        _ => DumpKind::Summaries,
    }
}

/// An iD in the document `source` that differs from the iD in the member's name.
pub fn contradiction(name: &MemberName, parsed: &Parsed<'_>, source: &[u8]) -> Option<Unmapped> {
    let orcid = name.orcid()?;
    let (path, value) = match &parsed.document {
        Document::Record(record) => {
            let found = record.orcid.as_deref().filter(|found| *found != orcid.as_str())?;
            let written = IDENTIFIERS.iter().find_map(|place| first_value(source, place, None));
            written.unwrap_or_else(|| (USUAL_IDENTIFIER.to_owned(), found.to_owned()))
        }
        Document::Activity(activity) => {
            let owner = parsed.path.and_then(|path| path.orcid).filter(|owner| *owner != orcid)?;
            let kind = activity.section().kind();
            let written = first_value(source, &[], Some("path"));
            written.unwrap_or_else(|| (format!("/{kind}:{kind}/@path"), owner.to_string()))
        }
        _ => return None,
    };
    Some(Unmapped { path, value, code: Some(OTHER_ID) })
}

/// Values of a member that have no column.
pub fn values_of(path: &str, entry: &Entry<'_>, values: Vec<Unmapped>) -> Option<UnmappedValues> {
    let (orcid, activity) = match entry {
        Entry::Record { orcid, .. } => (*orcid, None),
        Entry::Tombstone { orcid, activity, .. } => (*orcid, *activity),
        Entry::Activity { orcid, activity } => {
            (*orcid, activity.put_code().map(|put_code| (activity.section(), put_code)))
        }
        Entry::Reject(_) | Entry::Unmapped(_) => return None,
    };
    Some(UnmappedValues { orcid, activity, member: path.to_owned(), values })
}

/// Why an ORCID document is not accepted as the member of this name: the name gives another owner
/// or kind of document, or none.
fn other_kind(name: &MemberName, found: &str) -> ParseError {
    let found = found.to_owned();
    let expected = match name {
        MemberName::Activity { section, .. } => section.kind(),
        MemberName::Summary(_) => "record",
        MemberName::OtherXml | MemberName::Other => return ParseError::NoOwner { found },
    };
    ParseError::OtherSection { expected, found }
}

/// Why the member of this name cannot be read, if only its content was parsed so far: the parser
/// does not know that the name may give the owner.
pub fn fault_of(name: &MemberName, error: ParseError) -> ParseError {
    match error {
        ParseError::NoOwner { found } => other_kind(name, &found),
        error => error,
    }
}

/// The entry of a document that is the member of this name.
pub fn entry_of<'s>(name: &MemberName, document: Document<'s>) -> Result<Entry<'s>, ParseError> {
    let other_kind = |found: &str| other_kind(name, found);
    match (document, name) {
        (Document::Record(record), MemberName::Summary(_) | MemberName::OtherXml) => {
            let found = record.orcid.as_deref().and_then(Orcid::new);
            match (name.orcid(), found) {
                (Some(expected), Some(found)) if expected != found => {
                    Err(ParseError::OtherId { expected: expected.to_string(), found: found.to_string() })
                }
                (expected, found) => {
                    let orcid = expected.or(found).ok_or(ParseError::NoId)?;
                    Ok(Entry::Record { orcid, record })
                }
            }
        }
        (Document::Stub(stub), MemberName::Summary(orcid)) => {
            Ok(Entry::Tombstone { orcid: *orcid, activity: None, stub })
        }
        (Document::Stub(stub), MemberName::Activity { orcid, section, put_code }) => {
            Ok(Entry::Tombstone { orcid: *orcid, activity: Some((*section, *put_code)), stub })
        }
        (Document::Activity(mut activity), MemberName::Activity { orcid, section, put_code }) => {
            if activity.section() != *section {
                return Err(other_kind(activity.section().kind()));
            }
            match activity.put_code() {
                None => activity.set_put_code(*put_code),
                Some(found) if found != *put_code => {
                    return Err(ParseError::OtherPutCode { expected: *put_code, found: found.to_string() });
                }
                Some(_) => {}
            }
            Ok(Entry::Activity { orcid: *orcid, activity })
        }
        (Document::Activity(activity), _) => Err(other_kind(activity.section().kind())),
        (Document::Record(_), _) => Err(other_kind("record")),
        (Document::Stub(_), _) => Err(ParseError::NoId),
        (Document::Bulk(_), _) => Err(other_kind("a bulk of works")),
        (Document::Activities(_), _) => Err(other_kind("a list of activities")),
    }
}
