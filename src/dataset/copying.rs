//! Copies a table's file out of a dataset.

use std::fs::File;
use std::io;
use std::path::Path;

use super::digest::digest;
use super::error::{DatasetError, damaged};
use super::files::{create_file, make_folder};
use super::manifest::Part;
use super::reader::Dataset;

impl Dataset {
    /// Copies a table's file to `to`, and compares the copy with the manifest.
    ///
    /// # Errors
    /// [`DatasetError`] if the file is not the one that was written, or the disk fails.
    pub fn copy_part(&self, key: &str, part: &Part, to: &Path) -> Result<(), DatasetError> {
        let from = self.part(key, part)?;
        if let Some(folder) = to.parent() {
            make_folder(folder)?;
        }
        let mut copy = create_file(to)?;
        io::copy(&mut from.reader(0), &mut copy).map_err(DatasetError::io("write", to))?;
        copy.sync_all().map_err(DatasetError::io("write", to))?;
        let mut copy = File::open(to).map_err(DatasetError::io("read", to))?;
        let found = digest(&mut copy).map_err(DatasetError::io("read", to))?;
        match found == (part.size_bytes, part.xxh3.clone()) {
            true => Ok(()),
            false => damaged(from.path(), "its digest is not that of the manifest".to_owned()),
        }
    }
}
