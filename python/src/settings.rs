//! The options of a conversion, as the Python part gives them.

use pyo3::prelude::*;

use crate::errors::{Raise, bad_value};
use orcidlake::convert::{Options, Selection};

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
            ..defaults
        })
    }
}
