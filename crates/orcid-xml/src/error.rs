//! Reasons why a document cannot be parsed, or does not belong to the name of its file.

/// A reason why a document is rejected. Each has a stable [`code`](ParseError::code).
///
/// The variants from [`NoId`](ParseError::NoId) on compare a document with the name of its file, or
/// with what the caller wants to keep. Parsing knows neither; callers that know them make these
/// errors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The bytes are not UTF-8.
    #[error("not UTF-8 at byte {offset}")]
    NotUtf8 {
        /// The place of the first byte that is not UTF-8, counted from 0.
        offset: usize,
    },
    /// The XML is, or declares that it is, in another encoding.
    #[error("in the encoding {name}; only UTF-8 is read")]
    OtherEncoding {
        /// The encoding, as the document names it.
        name: String,
    },
    /// The XML is not well-formed.
    #[error("not well-formed at byte {offset}: {reason}")]
    Malformed {
        /// The place of the fault, counted from 0.
        offset: u64,
        /// What is wrong, in English.
        reason: String,
    },
    /// The document ends inside an element.
    #[error("cut off at byte {offset}, inside {path}")]
    CutOff {
        /// The length of the document.
        offset: u64,
        /// The path of the element, such as `/record:record/person:person`.
        path: String,
    },
    /// Elements are nested deeper than in any document of ORCID's.
    #[error("nested deeper than {limit} elements at byte {offset}")]
    TooDeep {
        /// The place of the element that is too deep, counted from 0.
        offset: u64,
        /// The deepest level that is read.
        limit: usize,
    },
    /// The parsed document would take far more memory than any document of its size that ORCID
    /// writes.
    #[error(
        "holds more values than any ORCID document of its size: they would take over {limit_bytes} bytes of memory"
    )]
    TooManyValues {
        /// The most memory that a document of this size may take, in bytes.
        limit_bytes: usize,
    },
    /// A value that must be there does not have its form.
    #[error("{path}: \"{value}\" is not {expected}")]
    Invalid {
        /// The path of the element or attribute.
        path: String,
        /// The value, its first 60 characters.
        value: String,
        /// The form that belongs there, such as `an ORCID iD`.
        expected: &'static str,
    },
    /// The root element is none that ORCID writes.
    #[error("the root element is {name}, not a record, an activity or an error")]
    UnknownRoot {
        /// The local name of the root, its first 60 characters.
        name: String,
    },
    /// There is neither an element nor text.
    #[error("the document is empty")]
    Empty,
    /// A document of ORCID's that is no record, such as an activity or a section of a person,
    /// in a file whose name has no iD.
    #[error(
        "holds {found}, which is not a record, and the file name has no iD: activities are read from <iD>_<section>_<put code>.xml, records from any .xml"
    )]
    NoOwner {
        /// The kind of the document, such as `work`.
        found: String,
    },
    /// Neither the document nor the name of its file gives an ORCID iD.
    #[error("no ORCID iD in the document or in its name")]
    NoId,
    /// The document is about another person than the name of its file.
    #[error("the file name has the iD {expected}, but the file holds the record of {found}")]
    OtherId {
        /// The iD in the file's name.
        expected: String,
        /// The iD in the document.
        found: String,
    },
    /// The activity has another put code than the name of its file.
    #[error("the file name has the put code {expected}, but the file holds {found}")]
    OtherPutCode {
        /// The put code in the file's name.
        expected: i64,
        /// The put code in the document.
        found: String,
    },
    /// The activity belongs to another section than the name of its file says.
    #[error("the file is named for {expected} but holds {found}")]
    OtherSection {
        /// The kind of activity in the file's name, such as `work`.
        expected: &'static str,
        /// The kind of activity in the document.
        found: String,
    },
    /// An element is not for everybody, and the caller keeps only what is public.
    #[error("an element has the visibility \"{found}\", and only documents that are public are kept")]
    NotPublic {
        /// The first visibility in the document that is not `public`.
        found: String,
    },
}

impl ParseError {
    /// The codes of documents in archives, in order. What is a number in an API's answer alone
    /// (`invalid-value`) is not among them: a record keeps such a value elsewhere.
    pub const CODES: [&'static str; 13] = [
        "cut-off-xml",
        "empty",
        "limited-visibility",
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

    /// A short name of the reason, such as `malformed-xml`. It stays the same from version to
    /// version, for reports that count reasons. Variants may share one.
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
            Self::NotPublic { .. } => "limited-visibility",
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
            ParseError::NotPublic { found: text() },
        ];
        let mut codes: Vec<&str> = errors.iter().map(ParseError::code).collect();
        codes.sort_unstable();
        codes.dedup();

        assert_eq!(codes, ParseError::CODES);
        let number = ParseError::Invalid { path: text(), value: text(), expected: "" };
        assert!(!ParseError::CODES.contains(&number.code()));
    }
}
