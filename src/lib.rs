//! Turns the ORCID public data files into Parquet tables.
//!
//! The layers, lowest first; each imports only from layers below its own, which
//! `tests/it/layering.rs` checks. Below them are the crates `targz-seek` (archives to named
//! slices), `orcid-xml` (XML to records) and `ror-match` (names to organisations), and `orcid-synth`,
//! which makes data files to try all this on.

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

// How all of our SQLite files are opened.
mod sqlite;

// Account: what was counted. People: whose records are kept.
pub mod report;
pub mod slice;

// Rows: records to Arrow, each column declared once.
pub mod tables;

// Disk: rows to Parquet, in one step.
pub mod dataset;

// Archives and datasets in object stores and on web servers.
pub mod storage;

// Download: releases of ORCID and ROR.
pub mod download;

// The whole way: archives to a dataset; a dataset's organizations to ROR.
pub mod convert;
pub mod matching;

// What is in a dataset; what has changed between two.
pub mod compare;
pub mod overview;

// Tables in other forms.
pub mod export;
// Records by their iDs, from archives and datasets; a dataset of some people of another.
pub mod extract;
pub mod get;

// A dataset kept fresh through ORCID's API.
pub mod refresh;

// Items written to people's records through ORCID's Member API.
pub mod push;
// People's iDs by ORCID's sign-in, and a portal for it.
pub mod connect;

// The program.
pub mod cli;
