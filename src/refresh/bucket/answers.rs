//! Files as answers of the API: an error that stands in a record's place has the status that the API
//! gives it, and several works are one bulk.

use orcid_api::{Asked, Payload, Reply, Sight, Treatment, parse_stub, treat};
use orcid_xml::{ActivitySection, Orcid};

/// The beginning and the end of a bulk.
const BULK: (&[u8], &[u8]) = (br#"<bulk:bulk xmlns:bulk="http://www.orcid.org/ns/bulk">"#, b"</bulk:bulk>");
/// The API's answer to a request for an item that does not exist.
const ITEM_IS_MISSING: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?><error:error xmlns:error="http://www.orcid.org/ns/error"><error:response-code>404</error:response-code><error:developer-message>There is no file of the item.</error:developer-message><error:error-code>9016</error:error-code></error:error>"#;
const XML_TYPE: &str = "application/xml";

/// What a path of the API asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Wanted {
    Status,
    Record(Orcid),
    Works(Orcid, Vec<i64>),
    Item(Orcid, ActivitySection, i64),
}

impl Wanted {
    /// Reads a path; `None` for what a bucket does not have, such as searches.
    pub fn new(path: &str) -> Option<Self> {
        let mut parts = path.strip_prefix('/')?.split('/');
        let (first, second, third) = (parts.next()?, parts.next(), parts.next());
        Some(match (second, third) {
            (None, None) if first == "pubStatus" => Self::Status,
            (Some("record"), None) => Self::Record(Orcid::new(first)?),
            (Some("works"), Some(codes)) => {
                let codes = codes.split(',').map(|code| code.parse().ok());
                Self::Works(Orcid::new(first)?, codes.collect::<Option<_>>()?)
            }
            (Some(section), Some(code)) => {
                Self::Item(Orcid::new(first)?, ActivitySection::new(section)?, code.parse().ok()?)
            }
            _ => return None,
        })
    }
}

/// A file as an answer.
pub fn reply_of(body: Vec<u8>) -> Reply {
    let status = match parse_stub(&body).and_then(|stub| stub.error_code) {
        Some(9007) => 301,
        Some(9011 | 9016) => 404,
        Some(9018 | 9036 | 9044) => 409,
        Some(9038 | 9039) => 403,
        _ => 200,
    };
    Reply { status, content_type: XML_TYPE.to_owned(), body, ..Reply::default() }
}

/// The answer for an item without a file.
pub fn item_is_missing() -> Reply {
    reply_of(ITEM_IS_MISSING.to_vec())
}

/// Works, one after the other.
#[derive(Debug, Default)]
pub struct Bulk(Vec<u8>);

impl Bulk {
    /// Adds the file of a work, unless it is anything else.
    pub fn add(&mut self, orcid: Orcid, put_code: i64, body: Vec<u8>) {
        let (asked, reply) = (Asked::Item(orcid, ActivitySection::Works, put_code), reply_of(body));
        if let Treatment::Take(Payload::Item { .. }) = treat(&asked, &reply, 0, Sight::Public) {
            self.0.extend_from_slice(without_declaration(&reply.body));
        }
    }

    /// The bytes of the works.
    pub fn size_bytes(&self) -> u64 {
        self.0.len() as u64
    }

    /// The bulk as an answer.
    pub fn reply(self) -> Reply {
        let body = [BULK.0, &self.0, BULK.1].concat();
        Reply { status: 200, content_type: XML_TYPE.to_owned(), body, ..Reply::default() }
    }
}

/// A document without its byte order mark and XML declaration, which only the first one may have.
fn without_declaration(document: &[u8]) -> &[u8] {
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document).trim_ascii();
    match (document.starts_with(b"<?xml"), memchr::memmem::find(document, b"?>")) {
        (true, Some(end)) => document[end + 2..].trim_ascii(),
        _ => document,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "0000-0002-1825-0097";

    fn orcid() -> Orcid {
        Orcid::new(ONE).unwrap()
    }

    #[test]
    fn paths_of_the_api_are_read_and_searches_are_not_known() {
        let work = ActivitySection::Works;
        for (path, expected) in [
            ("/pubStatus".to_owned(), Some(Wanted::Status)),
            (format!("/{ONE}/record"), Some(Wanted::Record(orcid()))),
            (format!("/{ONE}/works/1,22"), Some(Wanted::Works(orcid(), vec![1, 22]))),
            (format!("/{ONE}/work/5"), Some(Wanted::Item(orcid(), work, 5))),
            (format!("/{ONE}/works/"), None),
            (format!("/{ONE}/../5"), None),
            ("/search?q=a".to_owned(), None),
            (format!("/{ONE}"), None),
        ] {
            assert_eq!(Wanted::new(&path), expected, "{path}");
        }
    }

    #[test]
    fn an_error_has_the_status_that_the_api_gives_it() {
        for (code, status) in
            [(9007, 301), (9016, 404), (9018, 409), (9044, 409), (9036, 409), (9039, 403), (9008, 200)]
        {
            let body = format!(
                "<error:error xmlns:error='e'><error:error-code>{code}</error:error-code></error:error>"
            );
            assert_eq!(reply_of(body.into()).status, status, "{code}");
        }
        assert_eq!(reply_of(b"<record:record/>".to_vec()).status, 200);
        let asked = Asked::Item(orcid(), ActivitySection::Works, 5);
        let missing = treat(&asked, &item_is_missing(), 0, Sight::Public);
        assert_eq!(missing, Treatment::Take(Payload::ItemGone { code: "not-found" }));
    }

    #[test]
    fn a_bulk_has_the_works_that_can_be_read() {
        let mut bulk = Bulk::default();
        for (put_code, body) in [
            (1, "\u{feff}<?xml version=\"1.0\"?>\n<work:work put-code=\"1\" xmlns:work=\"w\"/>\n"),
            (2, "<work:work put-code=\"2\" xmlns:work=\"w\">"),
            (3, "<work:work put-code=\"4\" xmlns:work=\"w\"/>"),
            (5, ""),
            (6, "<work:work put-code=\"6\" visibility=\"limited\" xmlns:work=\"w\"/>"),
            (7, "<work:work put-code=\"7\" xmlns:work=\"w\"/>"),
        ] {
            bulk.add(orcid(), put_code, body.into());
        }

        let answer = treat(&Asked::Works(orcid(), vec![1, 2, 3, 5, 6, 7]), &bulk.reply(), 0, Sight::Public);

        let Treatment::Take(Payload::Works(works)) = answer else { panic!("{answer:?}") };
        assert_eq!(works.iter().map(|work| work.put_code).collect::<Vec<_>>(), [1, 7]);
    }
}
