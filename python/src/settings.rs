//! The options of a conversion, as the Python part gives them.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyo3::prelude::*;

use crate::errors::{Raise, bad_value};
use orcidlake::convert::{Options, Selection};
use orcidlake::dataset::Store;
use orcidlake::storage::{InputFiles, StorageOptions, open_store};

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
    scratch: Option<PathBuf>,
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
            ..defaults
        })
    }

    /// The options of object stores.
    pub fn storage(&self) -> StorageOptions {
        self.storage.0.iter().collect()
    }

    /// The store of the dataset at a path or URL.
    ///
    /// # Errors
    /// An exception for a wrong URL or option.
    pub fn store(&self, dataset: &Path) -> PyResult<Arc<dyn Store>> {
        let scratch = self.scratch.clone().unwrap_or_else(std::env::temp_dir);
        open_store(dataset, &self.storage(), &scratch).map_err(Raise::raise)
    }

    /// Opens input files, such as releases of ROR.
    pub fn files(&self) -> InputFiles {
        InputFiles::new(self.storage())
    }
}
