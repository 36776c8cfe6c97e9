//! The options of a conversion, as the Python part gives them.

use std::collections::HashMap;
use std::fmt;

use pyo3::prelude::*;

use crate::errors::{Raise, bad_value};
use orcidlake::convert::{Options, Selection};
use orcidlake::storage::{InputFiles, StorageOptions};

/// The options of a conversion; those that are None have the library's defaults.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub struct Settings {
    tables: Option<Vec<String>>,
    threads: Option<usize>,
    memory: Option<usize>,
    salvage: bool,
    replace: bool,
    index: bool,
    shard: Option<String>,
    storage: Secrets,
}

/// Options of object stores by their names. The values may be secret, so that they are never shown.
#[derive(FromPyObject)]
struct Secrets(HashMap<String, String>);

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

impl Settings {
    /// The options of the library.
    ///
    /// # Errors
    /// An exception for a table or a shard that there is not.
    pub fn options(&self) -> PyResult<Options> {
        let defaults = Options::default();
        let tables = Selection::new(self.tables.as_deref().unwrap_or_default());
        Ok(Options {
            tables: tables.map_err(Raise::raise)?,
            threads: self.threads.unwrap_or(defaults.threads),
            memory_bytes: self.memory.unwrap_or(defaults.memory_bytes),
            salvage: self.salvage,
            replace: self.replace,
            write_index: self.index,
            shard: self.shard.as_deref().map(str::parse).transpose().map_err(bad_value)?,
            storage: self.storage(),
        })
    }

    /// The options of object stores.
    pub fn storage(&self) -> StorageOptions {
        self.storage.0.iter().collect()
    }

    /// Opens input files, such as releases of ROR.
    pub fn files(&self) -> InputFiles {
        InputFiles::new(self.storage())
    }
}
