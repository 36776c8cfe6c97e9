//! Tests of the whole crate, in one test program.

mod gold;
mod kinds;
mod matching;
mod releases;
mod texts;
mod world;
