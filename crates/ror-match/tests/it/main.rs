//! Tests of the whole crate, in one test program.

mod gold;
mod gold_texts;
mod kinds;
mod matching;
mod releases;
mod shared;
mod texts;
mod world;
