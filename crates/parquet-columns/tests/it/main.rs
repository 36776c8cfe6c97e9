//! Tests of the whole crate, in one test program.

mod files;
mod types;
