//! Tests of the whole crate, in one test program.

mod gold;
mod matching;
mod releases;
mod world;
