//! Column chunks of Parquet files from Arrow arrays.
#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod chunk;
mod column;
mod dictionary;
mod hybrid;
mod limits;
mod number;
mod number_dictionary;
mod open_chunk;
mod page;
pub mod page_header;
mod pages;
mod text;
mod truth;

pub use column::ColumnWriter;
pub use pages::{ChunkPages, PageFile, WaitingChunk};
pub use text::Filter;
