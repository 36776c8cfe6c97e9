//! Remembers what was found out about organizations: the same text has the same answer.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_128;

/// Shares of the memory, so that threads seldom wait for each other.
const SHARES: usize = 64;
/// Answers of one share: some 70 MB for all. More organizations are looked up again.
const MAX_ANSWERS: usize = 32_768;

/// Answers by the digests of texts.
#[derive(Debug)]
pub struct Answers([Mutex<FxHashMap<u128, u8>>; SHARES]);

impl Default for Answers {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Answers {
    /// The answer to a text; `find` finds it where it is not remembered. An answer that cannot be
    /// found is not remembered.
    pub fn of(&self, text: &[u8], find: impl FnOnce() -> Option<u8>) -> Option<u8> {
        let digest = xxh3_128(text);
        let share = &self.0[(digest as usize) % SHARES];
        let known = || share.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known().get(&digest).copied() {
            return Some(answer);
        }
        let answer = find()?;
        let mut known = known();
        if known.len() < MAX_ANSWERS {
            known.insert(digest, answer);
        }
        Some(answer)
    }
}
