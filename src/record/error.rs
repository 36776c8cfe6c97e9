//! Why a member could not be read as a record.

/// One reason why a document is left out; each has a stable code for reports.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The bytes are not UTF-8.
    #[error("not UTF-8 at byte {offset}")]
    NotUtf8 { offset: usize },
    /// The XML is, or says that it is, in another encoding.
    #[error("in the encoding {name}; only UTF-8 is read")]
    OtherEncoding { name: String },
    /// The XML is not well-formed.
    #[error("not well-formed at byte {offset}: {reason}")]
    Malformed { offset: u64, reason: String },
    /// The document ends inside an element.
    #[error("cut off at byte {offset}, inside {path}")]
    CutOff { offset: u64, path: String },
    /// Elements are nested deeper than any ORCID document.
    #[error("nested deeper than {limit} elements at byte {offset}")]
    TooDeep { offset: u64, limit: usize },
    /// The document takes more memory than any of its size that ORCID writes.
    #[error(
        "holds more values than any ORCID document of its size: they would take over {limit_bytes} bytes of memory"
    )]
    TooManyValues { limit_bytes: usize },
    /// A value does not have the form its column needs.
    #[error("{path}: \"{value}\" is not {expected}")]
    Invalid { path: String, value: String, expected: &'static str },
    /// The root element is none that ORCID writes.
    #[error("the root element is {name}, not a record, an activity or an error")]
    UnknownRoot { name: String },
    /// There is no element at all.
    #[error("the document is empty")]
    Empty,
    /// A document of ORCID's whose file name does not say whose it is.
    #[error(
        "holds {found}, which is no record, and the file's name does not say whose: activities are read from <iD>_<section>_<put code>.xml, records from any .xml"
    )]
    NoOwner { found: String },
    /// A record without an ORCID iD, in a file whose name gives none either.
    #[error("no ORCID iD in the document or in its name")]
    NoId,
    /// The document is about somebody else than its file name says.
    #[error("the file is named for {expected} but holds the record of {found}")]
    OtherId { expected: String, found: String },
    /// An activity stands under another put code than its file name says.
    #[error("the file is named for put code {expected} but holds {found}")]
    OtherPutCode { expected: i64, found: String },
    /// A file of one section holds another kind of activity.
    #[error("the file is named for {expected} but holds {found}")]
    OtherSection { expected: &'static str, found: String },
}

impl ParseError {
    /// The codes of documents in archives, in order. What is a number in an API's answer alone
    /// (`invalid-value`) is not among them: a record keeps such a value elsewhere.
    pub const CODES: [&'static str; 12] = [
        "cut-off-xml",
        "empty",
        "malformed-xml",
        "no-id",
        "no-owner",
        "not-utf8",
        "other-id",
        "other-put-code",
        "other-section",
        "too-deep",
        "too-many-values",
        "unknown-root",
    ];

    /// The code under which the report counts this reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotUtf8 { .. } | Self::OtherEncoding { .. } => "not-utf8",
            Self::Malformed { .. } => "malformed-xml",
            Self::CutOff { .. } => "cut-off-xml",
            Self::TooDeep { .. } => "too-deep",
            Self::TooManyValues { .. } => "too-many-values",
            Self::Invalid { .. } => "invalid-value",
            Self::UnknownRoot { .. } => "unknown-root",
            Self::Empty => "empty",
            Self::NoId => "no-id",
            Self::NoOwner { .. } => "no-owner",
            Self::OtherId { .. } => "other-id",
            Self::OtherPutCode { .. } => "other-put-code",
            Self::OtherSection { .. } => "other-section",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_archives_are_all_but_that_of_answers() {
        let text = String::new;
        let errors = [
            ParseError::NotUtf8 { offset: 0 },
            ParseError::OtherEncoding { name: text() },
            ParseError::Malformed { offset: 0, reason: text() },
            ParseError::CutOff { offset: 0, path: text() },
            ParseError::TooDeep { offset: 0, limit: 0 },
            ParseError::TooManyValues { limit_bytes: 0 },
            ParseError::UnknownRoot { name: text() },
            ParseError::Empty,
            ParseError::NoOwner { found: text() },
            ParseError::NoId,
            ParseError::OtherId { expected: text(), found: text() },
            ParseError::OtherPutCode { expected: 0, found: text() },
            ParseError::OtherSection { expected: "", found: text() },
        ];
        let mut codes: Vec<&str> = errors.iter().map(ParseError::code).collect();
        codes.sort_unstable();
        codes.dedup();

        assert_eq!(codes, ParseError::CODES);
        let number = ParseError::Invalid { path: text(), value: text(), expected: "" };
        assert!(!ParseError::CODES.contains(&number.code()));
    }
}
