//! What ORCID's own errors mean for what was asked for.

use super::owner::is_of_another;
use super::treatment::{Asked, Payload, Treatment};
use orcid_xml::{self, Document, Stub};

/// ORCID's errors have less than a kilobyte; what is longer is not looked at twice.
const MAX_STUB_BYTES: usize = 16 << 10;
/// The code of an answer whose status ORCID does not use, or not with its error.
pub const OTHER_STATUS: &str = "other-status";

/// The `error:error` that a body is, if it is one with a code.
pub fn parse_stub(body: &[u8]) -> Option<Stub<'_>> {
    let body = Some(body).filter(|body| body.len() <= MAX_STUB_BYTES && may_be_error(body))?;
    match orcid_xml::parse(body).ok()?.document {
        Document::Stub(stub) if stub.error_code.is_some() => Some(stub),
        _ => None,
    }
}

/// False where the root is another element than `error`, so that a small record or bulk is not
/// parsed twice. What is not understood may be anything.
fn may_be_error(body: &[u8]) -> bool {
    let mut rest = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    for (begin, end) in [("<?", "?>"), ("<!--", "-->")] {
        if rest.starts_with(begin.as_bytes()) {
            let Some(place) = memchr::memmem::find(rest, end.as_bytes()) else { return true };
            rest = rest[place + end.len()..].trim_ascii_start();
        }
    }
    let Some(name) = rest.strip_prefix(b"<").filter(|name| name.first().is_some_and(u8::is_ascii_alphabetic))
    else {
        return true;
    };
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
    let name = name.split(ends).next().unwrap_or_default();
    name.rsplit(|byte| *byte == b':').next() == Some(b"error")
}

/// ORCID's own word about a record or an item.
pub fn treat_stub(asked: &Asked, status: u16, stub: &Stub<'_>) -> Treatment {
    if matches!(asked, Asked::Search) {
        // Nobody is locked or gone in a search: such an answer is a fault.
        return match stub.error_code {
            Some(9002 | 9017) => Treatment::Renew,
            _ => Treatment::Again { code: "search-error", after: None },
        };
    }
    if is_of_another(asked, stub) {
        return Treatment::Again { code: "other-id", after: None };
    }
    if matches!(asked, Asked::Works(..)) && !matches!(stub.error_code, Some(9002 | 9008 | 9017)) {
        // What is wrong may be one of them: those that did not come are asked for one by one.
        return Treatment::Take(Payload::Works(Vec::new()));
    }
    if !go_together(status, stub.error_code) {
        return Treatment::Again { code: OTHER_STATUS, after: None };
    }
    let is_item = matches!(asked, Asked::Item(..));
    let primary = match asked {
        Asked::Record(orcid) => stub.primary_orcid(orcid.as_str()),
        _ => None,
    };
    let gone = |code| match is_item {
        true => Treatment::Take(Payload::ItemGone { code }),
        false => Treatment::Take(Payload::Gone { code, primary }),
    };
    match stub.error_code {
        Some(9007) => gone("deprecated"),
        Some(9011 | 9016) => gone("not-found"),
        Some(9018) => gone("locked"),
        Some(9044) => gone("deactivated"),
        Some(9036) => Treatment::Take(Payload::Closed { code: "unclaimed" }),
        Some(9038 | 9039) if is_item => gone("not-public"),
        Some(9038 | 9039) => Treatment::Take(Payload::Closed { code: "not-public" }),
        Some(9002 | 9017) => Treatment::Renew,
        Some(9008) => Treatment::Again { code: "server-error", after: None },
        _ => Treatment::Leave { code: "other-error" },
    }
}

/// False where an error that would remove somebody comes with another status than ORCID
/// gives it: then one of the two is wrong.
fn go_together(status: u16, error_code: Option<i32>) -> bool {
    match error_code {
        Some(9007) => matches!(status, 301 | 302 | 307 | 308),
        Some(9011 | 9016) => matches!(status, 404 | 410),
        Some(9018 | 9036 | 9044) => status == 409,
        Some(9038 | 9039) => status == 403,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_document_whose_root_may_be_an_error_is_parsed_as_one() {
        for (body, expected) in [
            ("<error:error xmlns:error='e'/>", true),
            ("\u{feff}<?xml version='1.0'?>\n<!-- a -->\n<error>", true),
            ("<?xml version='1.0'?><record:record>", false),
            ("<bulk:bulk>", false),
            ("<work:work/>", false),
            ("<errors>", false),
            ("<!DOCTYPE html><html>", true),
            ("<!-- a --><!-- b --><record:record>", true),
            ("text", true),
            ("", true),
        ] {
            assert_eq!(may_be_error(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn a_status_goes_with_its_errors_alone() {
        let errors =
            [(301, 9007), (404, 9011), (404, 9016), (409, 9018), (409, 9036), (409, 9044), (403, 9039)];
        for (own, code) in errors {
            for status in [200, 301, 403, 404, 409] {
                assert_eq!(go_together(status, Some(code)), status == own, "{status} {code}");
            }
        }
        assert!(go_together(200, Some(9017)) && go_together(500, Some(9008)) && go_together(404, None));
    }
}
