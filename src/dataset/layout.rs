//! Names of files and folders in a dataset.

use std::path::{Path, PathBuf};

use crate::tables::Side;

/// The manifest's file name; a folder with it is a dataset.
pub const MANIFEST_NAME: &str = "orcidlake.json";

/// A table's name across both sides, as `summaries/works`.
pub fn table_key(side: Side, table: &str) -> String {
    format!("{side}/{table}")
}

/// The folder of a table below `root`.
pub(super) fn table_folder(root: &Path, key: &str) -> PathBuf {
    root.join(key)
}

/// The name of a table's part.
pub(super) fn part_name(number: usize) -> String {
    format!("part-{number:05}.parquet")
}

/// The folder beside a dataset in which its next state is made.
pub(super) fn staging_folder(dataset: &Path) -> PathBuf {
    let name = dataset.file_name().unwrap_or_default().to_string_lossy();
    dataset.with_file_name(format!(".{name}.orcidlake"))
}
