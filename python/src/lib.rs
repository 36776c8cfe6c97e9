//! The native part of the Python package `orcidlake`.
//!
//! It calls the library and hands over Arrow data and JSON. What users see, with types and
//! documentation, is written in Python, in `orcidlake/`; this part may change with every version.

mod archive;
mod arrow_data;
mod capsule;
mod convert;
mod dataset;
mod errors;
mod import;
mod matcher;
mod people;
mod progress;
mod settings;
mod tasks;
mod waiting;

use std::ffi::OsString;

use pyo3::prelude::*;

/// The program's allocator, without which a conversion takes longer: docs/performance.md.
#[cfg(all(feature = "jemalloc", not(target_env = "msvc")))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Runs the program; gives its exit status.
#[pyfunction]
fn main(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| orcidlake::cli::main_with(arguments))
}

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::archive::ArchiveReader;
    #[pymodule_export]
    use super::arrow_data::{Batch, Rows, Schema};
    #[pymodule_export]
    use super::convert::{convert, index, inspect};
    #[pymodule_export]
    use super::dataset::{Dataset, Table, verify};
    #[pymodule_export]
    use super::main;
    #[pymodule_export]
    use super::matcher::{Matcher, match_dataset};
    #[pymodule_export]
    use super::tasks::{check, commit, plan, write_part};

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
