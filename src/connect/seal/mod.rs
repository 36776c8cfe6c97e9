//! Secrets at rest: keys outside the database, random words, and digests of words.

mod key_ring;
mod words;

pub use key_ring::{KeyRing, Sealed};
pub use words::{Digest, digest, hex, is_same, random_word};
