//! Writes rows to a dataset on disk: folders of Parquet files that are Delta Lake tables, and a
//! manifest, all changed in one step.
//!
//! This layer knows tables and Parquet, not XML. A dataset is complete or absent: everything is
//! written to a folder beside it, the manifest too, and the folders are exchanged.

mod cells;
mod change;
mod commit;
mod copying;
mod delta;
mod description;
mod digest;
mod earlier_types;
mod error;
mod file;
mod files;
mod filter;
mod finished;
mod headers;
mod keys;
mod layout;
mod leftovers;
mod lock;
mod looks;
mod manifest;
mod mount;
mod permitted;
mod public_rows;
mod reader;
mod replace;
mod rewrite;
mod room;
mod row_selection;
mod rows;
mod runs;
mod selected;
mod settings;
mod sound;
pub mod store;
mod verify;
mod visibility;
mod waiting;
mod writer;

pub(crate) use cells::Cells;
pub use change::{begin_change, begin_change_in};
pub use commit::Staging;
pub use description::{Citation, DESCRIPTION_NAMES, citations, to_bibtex};
pub use digest::digest;
pub use error::DatasetError;
pub use files::{create_file, remove as remove_path, rename as rename_path};
pub use filter::Superseded;
pub use finished::Finished;
pub use keys::{ActivityKey, ActivitySet, OrcidSet, Targets};
pub use layout::{ACTIVITY_TABLES, MANIFEST_NAME, NewFile, random_word, schema_of, table_key, table_of};
pub use lock::{DatasetLock, LOCK_NAME};
pub use looks::{read_dataset, read_dataset_in};
pub use manifest::{
    ArchiveEntry, Connections, EntryKind, FORMAT_VERSION, InputFile, KeptPart, Manifest, MatchInputs,
    Organizations, Part,
};
pub use permitted::{CONNECTED, CONNECTED_PEOPLE, connected_people};
pub use public_rows::TableRows;
pub use reader::{Dataset, WantedPeople, record_batches};
pub use replace::{Change, Replacement};
pub use room::check_can_change;
pub use row_selection::Gone;
pub use selected::{ORCID, Selected};
pub use store::{LocalStore, Logs, Store};
pub use verify::{Problem, verify, verify_at, verify_in};
pub use visibility::Visibility;
pub use waiting::{Waiting, WaitingPart, is_part_name};
pub use writer::{DumpWriter, TableWriter, WrittenTable};
