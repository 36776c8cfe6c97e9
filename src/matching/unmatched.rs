//! The most frequent keys that were not matched, in bounded memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::key::Key;
use crate::tables::organizations::UnmatchedRow;

/// The number of keys that are kept.
const MAX_UNMATCHED: usize = 100_000;

/// The most frequent so far.
#[derive(Default)]
pub struct Unmatched {
    /// The least frequent key is on top; of equally frequent ones the larger key.
    heap: BinaryHeap<(Reverse<i64>, u64, Kept)>,
}

/// A key with its candidates.
struct Kept {
    key: Key,
    candidates: Option<String>,
}

impl PartialEq for Kept {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Kept {}

impl PartialOrd for Kept {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Kept {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        // Keys differ, and stand before this in the heap's order.
        std::cmp::Ordering::Equal
    }
}

impl Unmatched {
    /// Keeps a key if it is frequent enough.
    pub fn keep(&mut self, key: &Key, candidates: Option<&str>) {
        let rank = (Reverse(key.row().occurrences()), key.org_key);
        let full = self.heap.len() == MAX_UNMATCHED;
        if full && self.heap.peek().is_some_and(|least| (least.0, least.1) <= rank) {
            return;
        }
        if full {
            self.heap.pop();
        }
        let kept = Kept { key: key.clone(), candidates: candidates.map(str::to_owned) };
        self.heap.push((rank.0, rank.1, kept));
    }

    /// Calls `each` with all rows, the most frequent first.
    pub fn with_rows<T>(self, each: impl FnOnce(&[UnmatchedRow<'_>]) -> T) -> T {
        let kept = self.heap.into_sorted_vec();
        let rows: Vec<UnmatchedRow<'_>> = kept.iter().map(|(_, _, kept)| kept.row()).collect();
        each(&rows)
    }
}

impl Kept {
    fn row(&self) -> UnmatchedRow<'_> {
        UnmatchedRow { key: self.key.row(), candidates: self.candidates.as_deref() }
    }
}
