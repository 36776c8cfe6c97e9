//! What the body of an answer holds, and whether that is what was asked for.

use super::treatment::Taken;
use orcid_xml::{
    self, Activity, ActivityPath, ActivitySection, Document, Orcid, ParseError, Parsed, Timestamp, pieces,
};

/// A record that is the one asked for.
///
/// # Errors
/// [`ParseError`] where it is not sound, or another's.
pub fn take_record(body: &[u8], orcid: Orcid) -> Result<Taken, ParseError> {
    let source = orcid_xml::cleaned(body);
    let Document::Record(record) = orcid_xml::parse(&source)?.document else {
        return Err(ParseError::UnknownRoot { name: "another".to_owned() });
    };
    match record.orcid.as_deref().and_then(Orcid::new) {
        Some(found) if found == orcid => Ok(Taken::Record { modified: record.history.last_modified_date }),
        Some(found) => Err(other_id(orcid, found)),
        None => Err(ParseError::NoId),
    }
}

/// The works of a bulk, all of the person asked for.
///
/// # Errors
/// As [`take_record`].
pub fn take_works(body: &[u8], orcid: Orcid, asked: &[i64]) -> Result<Taken, ParseError> {
    let cut_off = || ParseError::CutOff { offset: body.len() as u64, path: "bulk".to_owned() };
    let mut came = Vec::new();
    for piece in pieces(body).ok_or_else(cut_off)? {
        let Some(work) = work_of(piece)? else { continue };
        check_path(work.path, orcid, ActivitySection::Works, work.put_code)?;
        came.push((work.put_code, work.modified));
    }
    match came.iter().find(|(put_code, _)| !asked.contains(put_code)) {
        Some((put_code, _)) => {
            Err(ParseError::OtherPutCode { expected: asked[0], found: put_code.to_string() })
        }
        None => Ok(Taken::Works(came)),
    }
}

/// A work of a bulk.
pub struct BulkWork {
    /// The put code of the work.
    pub put_code: i64,
    /// Its last change.
    pub modified: Option<Timestamp>,
    path: Option<ActivityPath>,
}

/// The work in a piece of a bulk; `None` for an error in a work's place.
///
/// # Errors
/// [`ParseError`] where the piece is not sound.
pub fn work_of(piece: &[u8]) -> Result<Option<BulkWork>, ParseError> {
    let source = orcid_xml::cleaned(piece);
    let Parsed { document, path, .. } = orcid_xml::parse(&source)?;
    Ok(match document {
        Document::Activity(Activity::Work(work)) => {
            let modified = work.element.last_modified_date;
            work.element.put_code.map(|put_code| BulkWork { put_code, modified, path })
        }
        _ => None,
    })
}

/// Whether an item's `path` names what was asked for, as far as it names anything.
fn check_path(
    path: Option<ActivityPath>,
    orcid: Orcid,
    section: ActivitySection,
    put_code: i64,
) -> Result<(), ParseError> {
    let path = path.unwrap_or_default();
    if let Some(found) = path.orcid.filter(|found| *found != orcid) {
        return Err(other_id(orcid, found));
    }
    if let Some(found) = path.section.filter(|found| *found != section) {
        return Err(ParseError::OtherSection { expected: section.kind(), found: found.kind().to_owned() });
    }
    match path.put_code.filter(|found| *found != put_code) {
        Some(found) => Err(ParseError::OtherPutCode { expected: put_code, found: found.to_string() }),
        None => Ok(()),
    }
}

fn other_id(expected: Orcid, found: Orcid) -> ParseError {
    ParseError::OtherId { expected: expected.to_string(), found: found.to_string() }
}

/// An item that is the one asked for.
///
/// # Errors
/// As [`take_record`].
pub fn take_item(
    body: &[u8],
    orcid: Orcid,
    section: ActivitySection,
    put_code: i64,
) -> Result<Taken, ParseError> {
    let source = orcid_xml::cleaned(body);
    let Parsed { document, path, .. } = orcid_xml::parse(&source)?;
    let Document::Activity(activity) = document else {
        return Err(ParseError::UnknownRoot { name: "another".to_owned() });
    };
    if activity.section() != section {
        return Err(ParseError::UnknownRoot { name: activity.section().kind().to_owned() });
    }
    check_path(path, orcid, section, put_code)?;
    match activity.put_code() {
        Some(found) if found == put_code => Ok(Taken::Item { modified: activity.last_modified_date() }),
        found => {
            let found = found.map_or_else(|| "none".to_owned(), |found| found.to_string());
            Err(ParseError::OtherPutCode { expected: put_code, found })
        }
    }
}

/// A bulk without the works that `goes` names by their put codes; all else stays as it is.
pub fn without_works(bulk: &[u8], goes: &dyn Fn(i64) -> bool) -> Vec<u8> {
    let mut rest = Vec::with_capacity(bulk.len());
    let mut copied = 0;
    for piece in pieces(bulk).unwrap_or_default() {
        // Pieces are parts of the bulk, in its order.
        let begin = piece.as_ptr() as usize - bulk.as_ptr() as usize;
        if work_of(piece).ok().flatten().is_some_and(|work| goes(work.put_code)) {
            rest.extend_from_slice(&bulk[copied..begin]);
            copied = begin + piece.len();
        }
    }
    rest.extend_from_slice(&bulk[copied..]);
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works_are_taken_out_of_a_bulk() {
        let bulk = br#"<b:bulk><w:work put-code="1"/> <w:work put-code="2"></w:work><e:error/></b:bulk>"#;

        let rest = without_works(bulk, &|put_code| put_code == 1);

        assert_eq!(rest, br#"<b:bulk> <w:work put-code="2"></w:work><e:error/></b:bulk>"#);
        assert_eq!(without_works(bulk, &|_| false), bulk);
    }
}
