//! Tests of the whole crate, in one test program.

mod archive;
mod memory;
mod support;
