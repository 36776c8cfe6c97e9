//! An answer before it goes out: status, headers, body. Knows no sockets.

use bytes::Bytes;
use serde_json::Value;

use super::xml;

/// The form in which ORCID gives records.
pub const ORCID_XML: &str = "application/vnd.orcid+xml;charset=UTF-8";
const MORE_INFO: &str = "https://members.orcid.org/api/resources/troubleshooting";

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

impl Answer {
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Answer {
        let headers = vec![("content-type", content_type.to_owned())];
        Answer { status, headers, body: body.into() }
    }

    /// XML as ORCID gives it.
    pub fn xml(body: impl Into<Bytes>) -> Answer {
        Answer::new(200, ORCID_XML, body)
    }

    pub fn json(status: u16, body: &Value) -> Answer {
        Answer::new(status, "application/json;charset=UTF-8", body.to_string())
    }

    /// A page such as a proxy makes in place of an answer.
    pub fn page(status: u16, title: &str) -> Answer {
        let body = format!(
            "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} \
             {title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        Answer::new(status, "text/html", body)
    }

    /// An `error:error` with ORCID's own number.
    pub fn error(status: u16, code: u32, developer: &str, user: &str) -> Answer {
        let body = error_document(status, code, developer, user);
        Answer { status, ..Answer::xml(body) }
    }

    /// 404/9016: no such record, or no such item of it.
    pub fn not_found(what: &str) -> Answer {
        let (developer, user) = not_found_words(what);
        Answer::error(404, 9016, &developer, user)
    }

    /// 400 with one of the codes for a request that cannot be answered.
    pub fn bad_request(code: u32, why: &str) -> Answer {
        let developer = format!("400 Bad Request: {why}");
        Answer::error(400, code, &developer, "There was an error when validating the request.")
    }

    pub fn with(mut self, header: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((header, value.into()));
        self
    }
}

pub fn not_found_words(what: &str) -> (String, &'static str) {
    let user = "The resource was not found.";
    (format!("404 Not Found: The resource was not found. Full validation error: {what}"), user)
}

/// The body of an error.
pub fn error_document(status: u16, code: u32, developer: &str, user: &str) -> String {
    xml::document(&error_element(status, code, developer, user))
}

/// `error:error`, as it stands alone or among the works of a bulk answer.
pub fn error_element(status: u16, code: u32, developer: &str, user: &str) -> String {
    let (developer, user) = (xml::escaped(developer), xml::escaped(user));
    format!(
        "<error:error>\n    <error:response-code>{status}</error:response-code>\n    \
         <error:developer-message>{developer}</error:developer-message>\n    \
         <error:user-message>{user}</error:user-message>\n    \
         <error:error-code>{code}</error:error-code>\n    \
         <error:more-info>{MORE_INFO}</error:more-info>\n</error:error>"
    )
}
