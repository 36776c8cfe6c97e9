//! What an answer of the Member API means for the item that was written, read or deleted.

use std::time::Duration;

use crate::client::{Fault, UNTRUSTED};
use crate::credentials::Secret;
use crate::retry::parse_retry_after;
use orcid_xml::Timestamp;

use super::call::{Call, MemberReply};
use super::stub::MemberError;

/// A `Retry-After` beyond this is not believed: one answer must not stop a run for hours.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(600);

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The item is added, under this put code.
    Added(i64),
    /// The item is changed.
    Changed,
    /// The item is deleted.
    Deleted,
    /// What was asked for: a list, an item, or the entries of a bulk.
    Body(Vec<u8>),
    /// Such an item is there already; its put code, if the answer names it.
    Duplicate(Option<i64>, MemberError),
    /// The item, or for a new one the record, is not there.
    Gone(MemberError),
    /// The token is not accepted any more: stop for this person, and ask the person again.
    PermissionLost(MemberError),
    /// The token belongs to another record, or may not be used here. The program has a fault, or the
    /// token was stored for the wrong person.
    WrongToken(MemberError),
    /// The person has not given the scope.
    MissingScope(MemberError),
    /// Nothing can be written to this record: locked, deactivated, unclaimed or deprecated.
    RecordClosed(MemberError),
    /// The request asks for too much at once.
    TooMany(MemberError),
    /// The item cannot be accepted as it is; a repeat would not help.
    Refused(MemberError),
    /// No answer that counts; a repeat may help.
    Again(Again),
}

/// Why there is no answer that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// The time that the server names.
    pub after: Option<Duration>,
    /// What happened, for people.
    pub what: String,
    /// False where the request was certainly not carried out.
    pub may_be_done: bool,
    /// True where nobody has answered: the server may still be at it.
    pub is_silent: bool,
}

impl Outcome {
    /// Decides about the answer to `call`.
    pub fn of(call: &Call<'_>, answer: Result<MemberReply, Fault>, token: &Secret, now: Timestamp) -> Self {
        let MemberReply { reply, location } = match answer {
            Ok(reply) => reply,
            Err(fault) => return Self::Again(unanswered(&fault)),
        };
        let status = reply.status;
        let again = |may_be_done| {
            let after = reply.retry_after.as_deref().and_then(|text| parse_retry_after(text, now));
            Self::Again(Again {
                after: after.filter(|after| *after <= MAX_RETRY_AFTER),
                what: format!("status {status}{}", kind(&reply.content_type)),
                may_be_done,
                is_silent: status == 504,
            })
        };
        // A page of some server in between is nobody's word about an item.
        if reply.content_type.to_ascii_lowercase().contains("html") {
            return again(true);
        }
        match status {
            200..=299 => match (call, location.as_deref().and_then(put_code_of)) {
                (Call::List(_) | Call::Read(..) | Call::AddWorks(_), _) if !reply.body.is_empty() => {
                    Self::Body(reply.body)
                }
                (Call::Add(..), Some(put_code)) => Self::Added(put_code),
                (Call::Change(..), _) => Self::Changed,
                (Call::Delete(..), _) => Self::Deleted,
                _ => again(true),
            },
            429 => again(false),
            408 | 425 | 500.. => again(true),
            _ => match MemberError::read(status, &reply.body, token) {
                Some(error) => Self::of_error(error),
                None if matches!(status, 400 | 405 | 406 | 413 | 415) => Self::of_error(MemberError {
                    status,
                    message: format!("status {status}"),
                    ..MemberError::default()
                }),
                // Not ORCID's own word.
                None => again(true),
            },
        }
    }

    /// What ORCID's own error means, by status and code.
    pub fn of_error(error: MemberError) -> Self {
        match (error.status, error.code) {
            _ if error.is_invalid_token => Self::PermissionLost(error),
            (401, _) => Self::WrongToken(error),
            (403, Some(9038)) => Self::MissingScope(error),
            (404, Some(9011 | 9016)) => Self::Gone(error),
            (301 | 302 | 307 | 308 | 409, Some(9007)) | (409, Some(9018 | 9036 | 9044)) => {
                Self::RecordClosed(error)
            }
            (409, Some(9021 | 9030)) => Self::Duplicate(error.put_code(), error),
            (413, _) | (400, Some(9006)) => Self::TooMany(error),
            (429 | 500.., _) => Self::Again(Again {
                after: None,
                what: error.message,
                may_be_done: error.status != 429,
                is_silent: false,
            }),
            _ => Self::Refused(error),
        }
    }
}

fn unanswered(fault: &Fault) -> Again {
    // Before TLS and connection stand, no request has gone.
    let may_be_done = !matches!(fault.code, UNTRUSTED | "no-name" | "no-connection" | "tls" | "proxy");
    Again { after: None, what: format!("no answer: {}", fault.what), may_be_done, is_silent: may_be_done }
}

fn kind(content_type: &str) -> &'static str {
    if content_type.to_ascii_lowercase().contains("html") { " with a web page" } else { "" }
}

/// The put code at the end of a `Location`, whose host and scheme do not count.
fn put_code_of(location: &str) -> Option<i64> {
    location.trim().trim_end_matches('/').rsplit('/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::section::Section;
    use super::*;
    use crate::client::Reply;

    fn outcome(call: &Call<'_>, status: u16, body: &str, location: Option<&str>) -> Outcome {
        let content_type = if body.starts_with("<html") { "text/html" } else { "application/xml" };
        let reply = Reply {
            status,
            content_type: content_type.to_owned(),
            body: body.as_bytes().to_vec(),
            ..Reply::default()
        };
        let reply = MemberReply { reply, location: location.map(str::to_owned) };
        Outcome::of(call, Ok(reply), &Secret::new("0f1e2d"), 0)
    }

    fn error(code: i32) -> String {
        format!(
            "<error:error xmlns:error='e'><error:developer-message>put-code 5</error:developer-message><error:error-code>{code}</error:error-code></error:error>"
        )
    }

    #[test]
    fn the_put_code_is_the_last_part_of_the_location() {
        let add = Call::Add(Section::Employment, "x");
        for location in ["http://elsewhere/v3.0/0000-0002-1825-0097/employment/17", "/17", "17/"] {
            assert_eq!(outcome(&add, 201, "", Some(location)), Outcome::Added(17), "{location}");
        }
        // Nobody knows under which number it is.
        assert!(matches!(outcome(&add, 201, "", None), Outcome::Again(Again { may_be_done: true, .. })));
    }

    #[test]
    fn status_and_code_decide() {
        let put = Call::Change(Section::Work, 5, "x");
        for (status, code, name) in [
            (400, 9001, "Refused"),
            (400, 9006, "TooMany"),
            (400, 9045, "Refused"),
            (401, 9017, "WrongToken"),
            (401, 9002, "WrongToken"),
            (403, 9010, "Refused"),
            (403, 9035, "Refused"),
            (403, 9038, "MissingScope"),
            (404, 9016, "Gone"),
            (404, 9011, "Gone"),
            (404, 9027, "Refused"),
            (301, 9007, "RecordClosed"),
            (409, 9007, "RecordClosed"),
            (409, 9018, "RecordClosed"),
            (409, 9021, "Duplicate(Some(5)"),
            (409, 9030, "Duplicate"),
            (409, 9036, "RecordClosed"),
            (409, 9044, "RecordClosed"),
            (409, 9048, "Refused"),
            (413, 9006, "TooMany"),
            (429, 9000, "Again"),
            (500, 9008, "Again"),
            (503, 9008, "Again"),
        ] {
            let found = format!("{:?}", outcome(&put, status, &error(code), None));

            assert!(found.starts_with(name), "{status} {code}: {found}");
        }
        assert_eq!(outcome(&put, 200, "<work/>", None), Outcome::Changed);
        assert_eq!(outcome(&Call::Delete(Section::Work, 5), 204, "", None), Outcome::Deleted);
    }

    #[test]
    fn what_is_not_orcids_own_word_decides_nothing() {
        let put = Call::Change(Section::Work, 5, "x");
        for (status, body) in [
            (200, "<html>captcha"),
            (403, "<html>captcha"),
            (404, "<html>"),
            (404, ""),
            (401, ""),
            (409, "text"),
            (302, ""),
        ] {
            assert!(matches!(outcome(&put, status, body, None), Outcome::Again(_)), "{status} {body}");
        }
        let lost = r#"{"error":"invalid_token","error_description":"Invalid access token: t"}"#;
        assert!(matches!(outcome(&put, 401, lost, None), Outcome::PermissionLost(_)));
    }

    #[test]
    fn a_request_that_never_left_was_not_carried_out() {
        let add = Call::Add(Section::Employment, "x");
        for (code, expected) in [
            ("no-connection", false),
            ("no-name", false),
            (UNTRUSTED, false),
            ("timeout", true),
            ("connection-reset", true),
            ("cut-off-body", true),
        ] {
            let fault = Fault { code, what: String::new() };
            let Outcome::Again(again) = Outcome::of(&add, Err(fault), &Secret::new("0f1e2d"), 0) else {
                panic!()
            };

            assert_eq!(again.may_be_done, expected, "{code}");
        }
        let busy = outcome(&add, 429, "", None);
        assert!(matches!(busy, Outcome::Again(Again { may_be_done: false, .. })));
    }
}
