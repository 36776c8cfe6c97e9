//! A request to the Member API, and whom it goes to.

use std::fmt::Write as _;

use crate::client::{Fault, Reply};
use crate::credentials::Secret;
use orcid_xml::Orcid;

use super::section::Section;

/// The works that one request may add.
pub const MAX_BULK: usize = 100;

/// A request about a person's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call<'a> {
    /// Lists the items of a section that the token may see.
    List(Section),
    /// Reads an item.
    Read(Section, i64),
    /// Adds an item: its document, without a put code.
    Add(Section, &'a str),
    /// Adds up to [`MAX_BULK`] works: their documents in a `bulk:bulk`.
    AddWorks(&'a str),
    /// Puts a document, which has the put code, in the place of an item.
    Change(Section, i64, &'a str),
    /// Deletes an item.
    Delete(Section, i64),
}

/// What the Member API has said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberReply {
    /// Status, headers and body.
    pub reply: Reply,
    /// The header `Location`, as it stands.
    pub location: Option<String>,
}

impl AsRef<Reply> for MemberReply {
    fn as_ref(&self) -> &Reply {
        &self.reply
    }
}

/// Sends requests to the Member API, each with the token of the person whom it is about.
///
/// It sends each request at once: pace and repeats are its callers' matter.
pub trait MemberClient: Send + Sync {
    /// Sends a request about the record of `orcid`.
    ///
    /// # Errors
    /// A [`Fault`] where there is no whole answer; whether the request has arrived is not known
    /// then. An answer of any status is a [`MemberReply`].
    fn send(&self, orcid: Orcid, token: &Secret, call: &Call<'_>) -> Result<MemberReply, Fault>;
}

impl<'a> Call<'a> {
    /// The method of HTTP.
    pub fn method(&self) -> &'static str {
        match self {
            Self::List(_) | Self::Read(..) => "GET",
            Self::Add(..) | Self::AddWorks(_) => "POST",
            Self::Change(..) => "PUT",
            Self::Delete(..) => "DELETE",
        }
    }

    /// The path below the API's root.
    pub fn path(&self, orcid: Orcid) -> String {
        match self {
            Self::List(section) => format!("/{orcid}/{}", section.list()),
            Self::Read(section, put_code)
            | Self::Change(section, put_code, _)
            | Self::Delete(section, put_code) => format!("/{orcid}/{}/{put_code}", section.path()),
            Self::Add(section, _) => format!("/{orcid}/{}", section.path()),
            Self::AddWorks(_) => format!("/{orcid}/{}", Section::Work.list()),
        }
    }

    /// The document that goes with it.
    pub fn body(&self) -> Option<&'a str> {
        match self {
            Self::List(_) | Self::Read(..) | Self::Delete(..) => None,
            Self::Add(_, body) | Self::AddWorks(body) | Self::Change(_, _, body) => Some(body),
        }
    }
}

/// Several documents of works as the one document of a bulk.
pub fn bulk<'d>(works: impl Iterator<Item = &'d str>) -> String {
    let mut body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <bulk:bulk xmlns:bulk=\"http://www.orcid.org/ns/bulk\">\n"
        .to_owned();
    for work in works {
        let element =
            work.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map_or(work, |(_, rest)| rest);
        let _ = writeln!(body, "{}", element.trim());
    }
    body + "</bulk:bulk>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_api() {
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        for (call, method, path) in [
            (Call::List(Section::Employment), "GET", "/employments"),
            (Call::Add(Section::Employment, "x"), "POST", "/employment"),
            (Call::Add(Section::Keyword, "x"), "POST", "/keywords"),
            (Call::AddWorks("x"), "POST", "/works"),
            (Call::Change(Section::Work, 5, "x"), "PUT", "/work/5"),
            (Call::Delete(Section::OtherName, 6), "DELETE", "/other-names/6"),
        ] {
            assert_eq!((call.method(), call.path(orcid)), (method, format!("/{orcid}{path}")));
        }
    }

    #[test]
    fn a_bulk_has_the_works_without_their_declarations() {
        let text = bulk(["<?xml version=\"1.0\"?>\n<work:work/>", "<work:work/>"].into_iter());

        assert_eq!(text.matches("<?xml").count(), 1);
        assert_eq!(text.matches("<work:work/>").count(), 2);
    }
}
