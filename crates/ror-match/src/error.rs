//! Reasons why a ROR release or a table cannot be read.

use std::io;
use std::path::PathBuf;

/// A fault of a ROR release, or of a table of overrides or ids. `path` is the file that was
/// given; `number` counts the organisations of the file from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RorError {
    /// The operating system failed, or the compressed data are damaged.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The error of the operating system or of the decoder.
        source: io::Error,
    },
    /// The file begins as a zip file does, but cannot be read as one.
    #[error("{path} is not a zip file that can be read")]
    Zip {
        /// The file.
        path: PathBuf,
        /// The error of the zip reader.
        source: zip::result::ZipError,
    },
    /// The zip file has no member that ends in `.json`.
    #[error("{path} holds no file ending in .json")]
    NoJson {
        /// The zip file.
        path: PathBuf,
    },
    /// The JSON is not a list of organisations, or the list is empty.
    #[error("{path} is not a ROR release: {what}")]
    NotRor {
        /// The file.
        path: PathBuf,
        /// What is wrong, in English.
        what: &'static str,
    },
    /// An organisation lacks a field or has one of another type.
    #[error("organisation {number} of {path} cannot be parsed")]
    Organization {
        /// The file.
        path: PathBuf,
        /// The place of the organisation in the file, counted from 1.
        number: usize,
        /// The error of the JSON reader.
        source: serde_json::Error,
    },
    /// The `id` of an organisation is not a ROR id, or its check digits are wrong.
    #[error("organisation {number} of {path} has \"{id}\" where a ROR id belongs")]
    Id {
        /// The file.
        path: PathBuf,
        /// The place of the organisation in the file, counted from 1.
        number: usize,
        /// The text in the place of the id.
        id: String,
    },
    /// Two organisations have one id.
    #[error("{path} has the organisation {id} twice")]
    Twice {
        /// The file.
        path: PathBuf,
        /// The id that comes twice.
        id: String,
    },
    /// A line of a CSV table cannot be read.
    #[error("{path}, line {line}: {what}")]
    Line {
        /// The table.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What is wrong, in English.
        what: String,
    },
    /// Two columns of a CSV table have the name of one that is used.
    #[error("{path}: two columns are named {name}")]
    SameName {
        /// The table.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// A table of overrides or ids cannot be used.
    #[error("{path}: {what}")]
    Table {
        /// The table.
        path: PathBuf,
        /// The line and what is wrong with it, in English.
        what: String,
    },
}
