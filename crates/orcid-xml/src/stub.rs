//! `error:error`, which stands in the place of a record that is deprecated, locked or
//! deactivated.

use super::xml::{Cursor, Tag};
use super::{Orcid, ParseError, Text};

/// An error that ORCID writes in the place of a document, `error:error`: in the data files for
/// records that are deprecated, locked or deactivated, and as an answer of the API.
#[derive(Debug, Default, PartialEq)]
pub struct Stub<'a> {
    /// `error:response-code`: an HTTP status, such as 301, 404 or 409; `None` if absent.
    pub response_code: Option<i32>,
    /// `error:developer-message`: the reason for programmers, in English. For a deprecated record
    /// it holds the iD that has taken its place; `None` if absent.
    pub developer_message: Text<'a>,
    /// `error:user-message`: the reason for users; `None` if absent.
    pub user_message: Text<'a>,
    /// `error:error-code`: ORCID's own number of the reason: 9007 for a deprecated record, 9018 for
    /// a locked one, 9044 for a deactivated one; `None` if absent.
    pub error_code: Option<i32>,
    /// `error:more-info`: the address of a page with more; `None` if absent.
    pub more_info: Text<'a>,
}

impl<'a> Stub<'a> {
    pub(super) fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        let mut stub = Self::default();
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "response-code" => cursor.integer_into(tag, &mut stub.response_code)?,
                "developer-message" => cursor.text_into(tag, &mut stub.developer_message)?,
                "user-message" => cursor.text_into(tag, &mut stub.user_message)?,
                "error-code" => cursor.integer_into(tag, &mut stub.error_code)?,
                "more-info" => cursor.text_into(tag, &mut stub.more_info)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(stub)
    }

    /// The state of the record by its error code: `deprecated`, `locked`, `deactivated`,
    /// `not-found`, `unclaimed`, or `other` for all other codes and none.
    pub fn status(&self) -> &'static str {
        match self.error_code {
            Some(9007) => "deprecated",
            Some(9018) => "locked",
            Some(9044) => "deactivated",
            Some(9016) => "not-found",
            Some(9036) => "unclaimed",
            _ => "other",
        }
    }

    /// The iD that took the place of the deprecated iD `of`, read from the messages, as ORCID
    /// names it nowhere else. `None` if the record is not deprecated, or if no message names
    /// another iD.
    pub fn primary_orcid(&self, of: &str) -> Option<Orcid> {
        (self.error_code == Some(9007)).then_some(())?;
        let messages = [&self.user_message, &self.developer_message].into_iter().flatten();
        let mut found = messages.flat_map(|message| Orcid::read_all(message));
        found.find(|orcid| orcid.as_str() != of)
    }
}
