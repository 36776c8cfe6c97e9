//! Turns the ORCID public data files into Parquet tables.
//!
//! The floors, ground floor first; each imports only from floors below its own,
//! which `tests/layering.rs` checks.

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

// Ground: what the others are made of.
pub mod ids;
mod varint;

// Bytes: archives of any form to named slices.
pub mod archive;

// Meaning: XML to records; knows no files.
pub mod record;

// Names: plain strings to organisations; knows no records.
pub mod orgs;

// Account: what was counted.
pub mod report;

// Rows: records to Arrow, each column declared once.
pub mod tables;

// Disk: rows to Parquet, in one step.
pub mod dataset;

// The whole way: archives to a dataset; a dataset's organizations to ROR.
pub mod convert;
pub mod matching;

// A dataset kept fresh through ORCID's API.
pub mod refresh;

// A dump to try all this on; knows nothing of the above.
pub mod synth;

// The program.
pub mod cli;
