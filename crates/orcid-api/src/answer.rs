//! What an answer means: status and error code to treatment, each with the code
//! that it is counted under.
//!
//! An answer is taken for ORCID's only if its body is ORCID's. A 404 in HTML is
//! some proxy's word, and removes nobody.

use std::time::Duration;

use super::client::Reply;
use super::content::{take_item, take_record, take_works};
use super::retry::parse_retry_after;
use super::stub::{OTHER_STATUS, parse_stub, treat_stub};
use super::treatment::{Asked, Payload, Treatment};
use super::visibility::{LIMITED, Sight, holds_hidden};
use orcid_xml::{ParseError, Timestamp, parse_search};

/// A `Retry-After` beyond this means a quota with 429. With 503 it is not believed: one
/// answer must not stop a run for days.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(600);

/// The code of an answer that limits the rate.
pub const TOO_MANY_REQUESTS: &str = "too-many-requests";

/// The code of an item that the asker may not keep.
const NOT_PUBLIC: &str = "not-public";

/// Decides what to do about the answer to `asked`. `sight` says which of its elements may be kept.
pub fn treat(asked: &Asked, reply: &Reply, now: Timestamp, sight: Sight) -> Treatment {
    let after = reply.retry_after.as_deref().and_then(|text| parse_retry_after(text, now));
    match reply.status {
        200..=299 => treat_success(asked, reply, sight),
        301 | 302 | 307 | 308 | 403 | 404 | 409 | 410 => match parse_stub(&reply.body) {
            Some(stub) => treat_stub(asked, reply.status, &stub),
            None => Treatment::Again { code: not_orcid(reply.status), after },
        },
        400 => Treatment::Leave { code: "bad-request" },
        401 => Treatment::Renew,
        406 | 415 => Treatment::Leave { code: "not-acceptable" },
        429 => treat_too_many(reply, after),
        503 => Treatment::Again { code: "busy", after: after.filter(|after| *after <= MAX_RETRY_AFTER) },
        408 | 425 | 500.. => Treatment::Again { code: "server-error", after },
        _ => Treatment::Again { code: OTHER_STATUS, after },
    }
}

fn not_orcid(status: u16) -> &'static str {
    match status {
        403 => "foreign-403",
        404 => "foreign-404",
        409 => "foreign-409",
        410 => "foreign-410",
        _ => "foreign-redirect",
    }
}

/// The day's quota says so in plain text, without a header, or names a long time; the
/// rate is kept by 503, so that 429 without a time is the quota's too. With a short time
/// it is a hurry, or some proxy's.
fn treat_too_many(reply: &Reply, after: Option<Duration>) -> Treatment {
    let text = String::from_utf8_lossy(&reply.body).to_ascii_lowercase();
    let quota = text.contains("quota") || text.contains("daily");
    if quota || after.is_none_or(|after| after > MAX_RETRY_AFTER) {
        return Treatment::QuotaEnd { after };
    }
    Treatment::Again { code: TOO_MANY_REQUESTS, after }
}

fn treat_success(asked: &Asked, reply: &Reply, sight: Sight) -> Treatment {
    if reply.body.iter().all(u8::is_ascii_whitespace) {
        return Treatment::Again { code: "empty-body", after: None };
    }
    if let (true, Some(stub)) = (!matches!(asked, Asked::Search), parse_stub(&reply.body)) {
        return treat_stub(asked, reply.status, &stub);
    }
    if !matches!(asked, Asked::Search) && holds_hidden(&reply.body, sight) {
        return match (asked, sight) {
            // An item that the client wrote, and that the person has made private.
            (Asked::Item(..), Sight::Limited) => Treatment::Take(Payload::ItemGone { code: NOT_PUBLIC }),
            _ => Treatment::Again { code: LIMITED, after: None },
        };
    }
    let payload = match asked {
        Asked::Search => parse_search(&reply.body).map(Payload::Search),
        Asked::Works(orcid, put_codes) => take_works(&reply.body, *orcid, put_codes),
        Asked::Record(orcid) => take_record(&reply.body, *orcid),
        Asked::Item(orcid, section, put_code) => take_item(&reply.body, *orcid, *section, *put_code),
    };
    match payload {
        Ok(payload) => Treatment::Take(payload),
        Err(error) => Treatment::Again { code: fault_code(&error, reply), after: None },
    }
}

/// A page in HTML is told apart, since it comes from something in between.
fn fault_code(error: &ParseError, reply: &Reply) -> &'static str {
    let start: String =
        String::from_utf8_lossy(&reply.body[..reply.body.len().min(200)]).to_ascii_lowercase();
    let html = start.contains("<html") || start.contains("<!doctype html");
    match error {
        _ if html || reply.content_type.contains("html") => "html",
        ParseError::UnknownRoot { .. } | ParseError::NoOwner { .. } => "not-orcid",
        error => error.code(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use orcid_xml::{ActivitySection, Orcid};

    const ONE: &str = "0000-0002-1825-0097";
    const OTHER: &str = "0000-0002-1694-233X";

    fn stub(code: i32) -> String {
        let user = if code == 9007 {
            format!("See https://orcid.org/{OTHER}.")
        } else {
            "It is not there.".to_owned()
        };
        format!(
            r#"<?xml version="1.0"?><error:error xmlns:error="e"><error:response-code>404</error:response-code><error:user-message>{user}</error:user-message><error:error-code>{code}</error:error-code></error:error>"#
        )
    }

    fn record(orcid: &str) -> String {
        format!(
            r#"<record:record xmlns:record="r" xmlns:common="c" xmlns:history="h"><common:orcid-identifier><common:path>{orcid}</common:path></common:orcid-identifier><history:history><common:last-modified-date>1970-01-01T00:00:01Z</common:last-modified-date></history:history></record:record>"#
        )
    }

    /// The code, with `?` behind what is asked again and `!` behind what is left.
    fn told(asked: &Asked, status: u16, body: &str, retry_after: Option<&str>) -> String {
        let retry_after = retry_after.map(str::to_owned);
        let reply = Reply { status, retry_after, body: body.into(), ..Reply::default() };
        match treat(asked, &reply, 0, Sight::Public) {
            Treatment::Take(payload) => payload.code().to_owned(),
            Treatment::Again { code, after: None } => format!("{code}?"),
            Treatment::Again { code, after: Some(after) } => format!("{code}? {}", after.as_secs()),
            Treatment::Leave { code } => format!("{code}!"),
            Treatment::Renew => "renew".to_owned(),
            Treatment::QuotaEnd { after } => format!("quota {:?}", after.map(|after| after.as_secs())),
        }
    }

    #[test]
    fn every_answer_about_a_record_has_its_treatment() {
        let asked = Asked::Record(Orcid::new(ONE).unwrap());
        let whole = record(ONE);
        let quota = "Too Many Requests. You have exceeded the daily quota for anonymous usage of this API.";
        let html = "<!DOCTYPE html><html><body>maintenance</body></html>";
        for (status, body, retry_after, expected) in [
            (200, whole.as_str(), None, "record"),
            (200, &record(OTHER), None, "other-id?"),
            (200, &whole[..whole.len() - 9], None, "cut-off-xml?"),
            (200, "", None, "empty-body?"),
            (200, html, None, "html?"),
            (200, "<other/>", None, "not-orcid?"),
            (200, "<p:person xmlns:p='http://www.orcid.org/ns/person'/>", None, "not-orcid?"),
            (200, "<record:record xmlns:record='r'/>", None, "no-id?"),
            (200, &stub(9018), None, "other-status?"),
            (200, &stub(9016), None, "other-status?"),
            (404, &stub(9018), None, "other-status?"),
            (409, &stub(9016), None, "other-status?"),
            (301, &stub(9007), None, "deprecated"),
            (301, "", None, "foreign-redirect?"),
            (404, &stub(9016), None, "not-found"),
            (404, html, None, "foreign-404?"),
            (410, &stub(9016), None, "not-found"),
            (410, html, None, "foreign-410?"),
            (409, &stub(9018), None, "locked"),
            (409, &stub(9044), None, "deactivated"),
            (409, &stub(9036), None, "unclaimed"),
            (403, &stub(9039), None, "not-public"),
            (403, html, None, "foreign-403?"),
            (400, &stub(9006), None, "bad-request!"),
            (401, r#"{"error":"invalid_token"}"#, None, "renew"),
            (403, &stub(9017), None, "renew"),
            (406, "", None, "not-acceptable!"),
            (429, quota, None, "quota None"),
            (429, "slow down", None, "quota None"),
            (429, "slow down", Some("7"), "too-many-requests? 7"),
            (429, "slow down", Some("7000"), "quota Some(7000)"),
            (429, quota, Some("7"), "quota Some(7)"),
            (500, &stub(9008), None, "server-error?"),
            (503, html, Some("Thu, 01 Jan 1970 00:00:09 GMT"), "busy? 9"),
            (503, html, Some("18446744073709551615"), "busy?"),
            (503, html, Some("601"), "busy?"),
            (503, html, Some("600"), "busy? 600"),
            (418, "", None, "other-status?"),
        ] {
            let body = body.to_owned();
            assert_eq!(told(&asked, status, &body, retry_after), expected, "{status} {body}");
        }
    }

    #[test]
    fn an_item_that_is_gone_or_hidden_leaves_and_another_is_not_taken_for_it() {
        let asked = Asked::Item(Orcid::new(ONE).unwrap(), ActivitySection::Works, 5);
        for (status, body, expected) in [
            (200, r#"<work:work put-code="5" xmlns:work="w"/>"#, "item"),
            (200, r#"<work:work put-code="6" xmlns:work="w"/>"#, "other-put-code?"),
            (200, r#"<work:work xmlns:work="w"/>"#, "other-put-code?"),
            (200, r#"<work:work put-code="5" path="/0000-0002-1825-0097/work/5" xmlns:work="w"/>"#, "item"),
            (
                200,
                r#"<work:work put-code="5" path="/0000-0002-1694-233X/work/5" xmlns:work="w"/>"#,
                "other-id?",
            ),
            (200, r#"<work:work put-code="5" path="/0000-0002-1825-0097/work/6"/>"#, "other-put-code?"),
            (200, r#"<work:work put-code="5" path="/0000-0002-1825-0097/funding/5"/>"#, "other-section?"),
            (200, r#"<work:work put-code="5" path="/0000000216942333/work/5"/>"#, "other-id?"),
            (200, r#"<work:work put-code="5" path=""/>"#, "item"),
            (200, r#"<funding:funding put-code="5" xmlns:funding="f"/>"#, "not-orcid?"),
            (404, &stub(9016), "not-found"),
            (403, &stub(9039), "not-public"),
        ] {
            assert_eq!(told(&asked, status, body, None), expected, "{status} {body}");
        }
    }

    #[test]
    fn an_error_in_the_place_of_a_search_is_a_fault() {
        for (status, error, expected) in [
            (404, 9016, "search-error?"),
            (409, 9018, "search-error?"),
            (403, 9039, "search-error?"),
            (301, 9007, "search-error?"),
            (403, 9017, "renew"),
            (200, 9016, "not-orcid?"),
        ] {
            assert_eq!(told(&Asked::Search, status, &stub(error), None), expected, "{status} {error}");
        }
    }

    #[test]
    fn an_error_about_another_record_removes_nobody() {
        let other = |code| {
            let own = "error:developer-message>The record is not there. ORCID https://orcid.org/0000-0001-5109-3700</error:developer-message";
            stub(code).replace("<error:user-message>", &format!("<{own}><error:user-message>"))
        };
        let (one, item) = (Orcid::new(ONE).unwrap(), ActivitySection::Works);
        for (status, code) in
            [(301, 9007), (404, 9016), (404, 9011), (409, 9018), (409, 9044), (403, 9039), (200, 9018)]
        {
            for asked in [Asked::Record(one), Asked::Item(one, item, 5), Asked::Works(one, vec![5, 6])] {
                assert_eq!(
                    told(&asked, status, &other(code), None),
                    "other-id?",
                    "{status} {code} {asked:?}"
                );
            }
        }
    }

    #[test]
    fn a_bulk_tells_which_works_came() {
        let asked = Asked::Works(Orcid::new(ONE).unwrap(), vec![1, 2]);
        let bulk = format!(
            r#"<bulk:bulk xmlns:bulk="b" xmlns:work="w"><work:work put-code="2"/>{}</bulk:bulk>"#,
            stub(9016).replace(r#"<?xml version="1.0"?>"#, "")
        );
        let reply = Reply { status: 200, body: bulk.into(), ..Reply::default() };

        let Treatment::Take(Payload::Works(works)) = treat(&asked, &reply, 0, Sight::Public) else {
            panic!()
        };
        let came: Vec<(i64, &[u8])> =
            works.iter().map(|work| (work.put_code, &reply.body[work.place.clone()])).collect();
        assert_eq!(came, [(2, &br#"<work:work put-code="2"/>"#[..])]);
        let others = r#"<bulk:bulk xmlns:bulk="b" xmlns:work="w"><work:work put-code="1" path="/0000-0002-1694-233X/work/1"/></bulk:bulk>"#;
        assert_eq!(told(&asked, 200, others, None), "other-id?");
        let swapped = r#"<bulk:bulk xmlns:bulk="b" xmlns:work="w"><work:work put-code="1" path="/0000-0002-1825-0097/work/2"/><work:work put-code="2" path="/0000-0002-1825-0097/work/1"/></bulk:bulk>"#;
        assert_eq!(told(&asked, 200, swapped, None), "other-put-code?");
        assert_eq!(
            told(&asked, 200, r#"<bulk:bulk xmlns:bulk="b"><work:work put-code="1">"#, None),
            "cut-off-xml?"
        );
    }

    #[test]
    fn an_answer_without_a_work_is_taken_for_a_bulk_only_where_it_is_one() {
        let asked = Asked::Works(Orcid::new(ONE).unwrap(), vec![1, 2]);
        let no_work = stub(9016).replace(r#"<?xml version="1.0"?>"#, "");
        for (body, expected) in [
            (r#"<bulk:bulk xmlns:bulk="b"/>"#.to_owned(), "works"),
            (format!(r#"<bulk:bulk xmlns:bulk="b">{no_work}</bulk:bulk>"#), "works"),
            ("<other/>".to_owned(), "not-orcid?"),
            ("<other></other>".to_owned(), "not-orcid?"),
            (r#"{"bulk":[]}"#.to_owned(), "malformed-xml?"),
            ("<!-- -->".to_owned(), "empty?"),
        ] {
            assert_eq!(told(&asked, 200, &body, None), expected, "{body}");
        }
    }

    #[test]
    fn works_that_are_refused_together_are_asked_for_one_by_one() {
        let asked = Asked::Works(Orcid::new(ONE).unwrap(), vec![1, 2]);
        for (status, error, expected) in
            [(404, 9016, "works"), (409, 9018, "works"), (404, 9017, "renew"), (404, 9008, "server-error?")]
        {
            assert_eq!(told(&asked, status, &stub(error), None), expected, "{error}");
        }
    }

    #[test]
    fn the_primary_record_is_told() {
        let asked = Asked::Record(Orcid::new(ONE).unwrap());
        let reply = Reply { status: 301, body: stub(9007).into(), ..Reply::default() };

        let primary = Orcid::new(OTHER);
        assert_eq!(
            treat(&asked, &reply, 0, Sight::Public),
            Treatment::Take(Payload::Gone { code: "deprecated", primary })
        );
    }
}
