//! Reads archives as named byte slices, in chunks bounded in bytes.
#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod chunk;
mod digesting;
mod error;
mod explain;
mod fingerprint;
mod folder;
mod foreign;
mod gzip;
mod gzip_header;
pub mod index;
mod inflate;
mod input;
mod map;
mod open;
mod options;
mod owned;
mod source;
mod tar;
mod waiting;
mod walk;

pub use chunk::{Buffers, Chunk, Kind, Member};
pub use error::ArchiveError;
pub use fingerprint::{Fingerprint, ends_tell_all, ends_tell_all_of, fingerprint, md5_of, md5_of_source};
pub use foreign::{Foreign, ForeignKind};
pub use input::Meter;
pub use open::Archive;
pub use options::{Options, Totals};
pub use owned::OwnedMember;
pub use source::{ByteSource, FileSource, local};
pub use waiting::read_ahead;
