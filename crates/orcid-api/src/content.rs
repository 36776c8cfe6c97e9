//! What the body of an answer holds, and whether that is what was asked for.

use std::ops::Range;

use super::treatment::{BulkWork, ListedItem, Payload};
use orcid_xml::{
    self, Activities, Activity, ActivityPath, ActivitySection, AffiliationKind, Document, Orcid, ParseError,
    Parsed, pieces,
};

/// A record that is the one asked for.
///
/// # Errors
/// [`ParseError`] where it is not sound, or another's.
pub fn take_record(body: &[u8], orcid: Orcid) -> Result<Payload, ParseError> {
    let source = orcid_xml::cleaned(body);
    let Document::Record(record) = orcid_xml::parse(&source)?.document else {
        return Err(ParseError::UnknownRoot { name: "another".to_owned() });
    };
    match record.orcid.as_deref().and_then(Orcid::new) {
        Some(found) if found == orcid => Ok(Payload::Record {
            modified: record.history.last_modified_date,
            items: listed_items(&record.activities),
        }),
        Some(found) => Err(other_id(orcid, found)),
        None => Err(ParseError::NoId),
    }
}

/// What a record lists, in its order: its activities in their short form.
fn listed_items(activities: &Activities<'_>) -> Vec<ListedItem> {
    let mut items = Vec::new();
    let mut add = |section, put_code: Option<i64>, modified| {
        items.extend(put_code.map(|put_code| ListedItem { section, put_code, modified }));
    };
    for kind in AffiliationKind::ALL {
        for (_, item) in activities.affiliations(kind).items() {
            let element = &item.element;
            add(ActivitySection::Affiliations(kind), element.put_code, element.last_modified_date);
        }
    }
    for (_, item) in activities.fundings.items() {
        add(ActivitySection::Fundings, item.element.put_code, item.element.last_modified_date);
    }
    for (_, item) in activities.peer_reviews.groups.iter().flat_map(|group| group.items()) {
        add(ActivitySection::PeerReviews, item.element.put_code, item.element.last_modified_date);
    }
    for (_, item) in activities.research_resources.items() {
        add(ActivitySection::ResearchResources, item.element.put_code, item.element.last_modified_date);
    }
    for (_, item) in activities.works.items() {
        add(ActivitySection::Works, item.element.put_code, item.element.last_modified_date);
    }
    items
}

/// The works of a bulk, all of the person asked for.
///
/// # Errors
/// As [`take_record`].
pub fn take_works(body: &[u8], orcid: Orcid, asked: &[i64]) -> Result<Payload, ParseError> {
    let cut_off = || ParseError::CutOff { offset: body.len() as u64, path: "bulk".to_owned() };
    let mut came = Vec::new();
    for piece in pieces(body).ok_or_else(cut_off)? {
        let Some((work, path)) = parse_work(piece)? else { continue };
        check_path(path, orcid, ActivitySection::Works, work.put_code)?;
        // Pieces are parts of the body.
        let begin = piece.as_ptr() as usize - body.as_ptr() as usize;
        came.push(BulkWork { place: begin..begin + piece.len(), ..work });
    }
    if came.is_empty() {
        // No work has shown so far that this is a bulk.
        let source = orcid_xml::cleaned(body);
        let Document::Bulk(_) = orcid_xml::parse(&source)?.document else {
            return Err(ParseError::UnknownRoot { name: "another".to_owned() });
        };
    }
    match came.iter().find(|work| !asked.contains(&work.put_code)) {
        Some(work) => Err(ParseError::OtherPutCode { expected: asked[0], found: work.put_code.to_string() }),
        None => Ok(Payload::Works(came)),
    }
}

/// The work in a piece of a bulk; `None` for an error in a work's place.
///
/// # Errors
/// [`ParseError`] where the piece is not sound.
pub fn work_of(piece: &[u8]) -> Result<Option<BulkWork>, ParseError> {
    Ok(parse_work(piece)?.map(|(work, _)| work))
}

fn parse_work(piece: &[u8]) -> Result<Option<(BulkWork, Option<ActivityPath>)>, ParseError> {
    let source = orcid_xml::cleaned(piece);
    let Parsed { document, path, .. } = orcid_xml::parse(&source)?;
    Ok(match document {
        Document::Activity(Activity::Work(work)) => {
            let (modified, place) = (work.element.last_modified_date, 0..piece.len());
            work.element.put_code.map(|put_code| (BulkWork { put_code, modified, place }, path))
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
) -> Result<Payload, ParseError> {
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
        Some(found) if found == put_code => Ok(Payload::Item { modified: activity.last_modified_date() }),
        found => {
            let found = found.map_or_else(|| "none".to_owned(), |found| found.to_string());
            Err(ParseError::OtherPutCode { expected: put_code, found })
        }
    }
}

/// A bulk without the works at these places, which are in its order; all else stays as it is.
pub fn without_works(bulk: &[u8], places: &[Range<usize>]) -> Vec<u8> {
    let mut rest = Vec::with_capacity(bulk.len());
    let mut copied = 0;
    for place in places {
        rest.extend_from_slice(&bulk[copied..place.start]);
        copied = place.end;
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
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        let Payload::Works(works) = take_works(bulk, orcid, &[1, 2]).unwrap() else { panic!() };

        let rest = without_works(bulk, std::slice::from_ref(&works[0].place));

        assert_eq!(rest, br#"<b:bulk> <w:work put-code="2"></w:work><e:error/></b:bulk>"#);
        assert_eq!(without_works(bulk, &[]), bulk);
    }

    #[test]
    fn a_record_tells_what_it_lists() {
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        let body = r#"<record:record xmlns:record="r" xmlns:activities="a" xmlns:common="c" xmlns:work="w"><common:orcid-identifier><common:path>0000-0002-1825-0097</common:path></common:orcid-identifier><activities:activities-summary><activities:works><activities:group><work:work-summary put-code="5"><common:last-modified-date>1970-01-01T00:00:01Z</common:last-modified-date></work:work-summary></activities:group></activities:works></activities:activities-summary></record:record>"#;

        let payload = take_record(body.as_bytes(), orcid).unwrap();

        let item = ListedItem { section: ActivitySection::Works, put_code: 5, modified: Some(1_000_000) };
        assert_eq!(payload, Payload::Record { modified: None, items: vec![item] });
    }
}
