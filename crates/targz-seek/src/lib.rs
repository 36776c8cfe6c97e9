//! Archives to named byte slices, in chunks bounded in bytes.
//!
//! Reads `.tar.gz`, `.tar`, folders of loose files, single files and streams,
//! tells them apart by content, and takes members that a caller hands over. It knows no ORCID: a member is a
//! name and bytes. Members come in the archive's order; the same input gives the
//! same chunks whatever happens to them afterwards.

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod chunk;
mod error;
mod fingerprint;
mod folder;
mod foreign;
mod given;
mod gzip;
pub mod index;
mod input;
mod map;
mod open;
mod options;
mod source;
mod tar;
mod varint;
mod waiting;
mod walk;

pub use chunk::{Buffers, Chunk, Kind, Member};
pub use error::ArchiveError;
pub use fingerprint::{Fingerprint, ends_tell_all, fingerprint, md5_of};
pub use foreign::Foreign;
pub use given::GivenMember;
pub use input::Meter;
pub use open::{Archive, Totals};
pub use options::Options;
pub use source::{ByteSource, FileSource, local};
