//! Rows to a dataset on disk: Parquet folders and a manifest, changed in one
//! step.
//!
//! This floor knows tables and Parquet, not XML. A dataset is whole or not
//! there: everything is written aside and swapped in, the manifest with it.

mod commit;
mod error;
mod filter;
mod layout;
mod manifest;
mod reader;
mod spill;
mod verify;
mod writer;

pub use commit::Staging;
pub use error::DatasetError;
pub use filter::{ActivityKey, Superseded};
pub use layout::{MANIFEST_NAME, table_key};
pub use manifest::{ArchiveEntry, FORMAT_VERSION, Manifest, Part};
pub use reader::{Dataset, record_rows};
pub use verify::{Problem, verify};
pub use writer::{SideWriter, WrittenTable};
