//! Turns faults of bytes, of their source and of the index into errors that name the archive.

use std::io;
use std::path::Path;

use super::error::ArchiveError;
use super::foreign::{Foreign, XML_IN_GZIP, looks_like_xml};
use super::index::IndexError;
use super::input::{SourceFault, Stopped};
use super::tar::Fault;

/// Says why something cannot be opened.
pub fn opening(path: &Path, error: io::Error) -> ArchiveError {
    let path = path.to_owned();
    match error.get_ref() {
        Some(inner) if inner.is::<Stopped>() => ArchiveError::Stopped { path },
        _ => ArchiveError::Open { path, source: error },
    }
}

/// Says why reading stopped at byte `offset` of the file.
pub fn explain(path: &Path, fault: Fault, offset: u64) -> ArchiveError {
    let path = path.to_owned();
    match fault {
        Fault::CutOff { place } => ArchiveError::CutOff { path, offset, place },
        Fault::Damaged { reason } => ArchiveError::Damaged { path, offset, reason },
        Fault::NotTar { found } => match Foreign::of(&found) {
            Some(format) => ArchiveError::ForeignInside { path, format },
            None if looks_like_xml(&found) => ArchiveError::ForeignInside { path, format: XML_IN_GZIP },
            None => ArchiveError::UnknownInside { path, found: quote(&found) },
        },
        Fault::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<Stopped>()) => {
            ArchiveError::Stopped { path }
        }
        Fault::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<IndexError>()) => {
            let inner = error.into_inner().and_then(|inner| inner.downcast().ok());
            ArchiveError::Index(*inner.expect("it was looked at"))
        }
        Fault::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<SourceFault>()) => {
            let inner = error.into_inner().and_then(|inner| inner.downcast::<SourceFault>().ok());
            ArchiveError::Read { path, offset, source: inner.expect("it was looked at").0 }
        }
        Fault::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            ArchiveError::CutOff { path, offset, place: "inside the gzip data".to_owned() }
        }
        Fault::Io(error) if error.raw_os_error().is_none() => {
            ArchiveError::Damaged { path, offset, reason: error.to_string() }
        }
        Fault::Io(source) => ArchiveError::Read { path, offset, source },
    }
}

/// The first bytes as a message shows them.
pub fn quote(bytes: &[u8]) -> String {
    format!("\"{}\"", bytes[..bytes.len().min(16)].escape_ascii())
}
