//! Collects the lines of a user's file that have no usable iD, so that all are reported at once.

use std::path::Path;

use super::error::RefreshError;
use orcid_xml::IdFault;

/// Lines that are listed one by one; the others are only counted.
const MAX_TOLD_LINES: usize = 20;

/// The lines of one file.
#[derive(Debug, Default)]
pub struct LineFaults {
    faults: Vec<(u64, IdFault)>,
    more: u64,
}

impl LineFaults {
    pub fn note(&mut self, line: u64, fault: IdFault) {
        if self.faults.len() < MAX_TOLD_LINES {
            self.faults.push((line, fault));
        } else {
            self.more += 1;
        }
    }

    /// An error if there are any.
    ///
    /// # Errors
    /// [`RefreshError::ListLines`].
    pub fn check(self, path: &Path) -> Result<(), RefreshError> {
        if self.faults.is_empty() {
            return Ok(());
        }
        Err(RefreshError::ListLines { path: path.to_owned(), faults: self.faults, more: self.more })
    }
}
