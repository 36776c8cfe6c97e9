//! Keeps blocks of an archive or of its index that have been read, because an index is read a few
//! bytes at a time, at places far from each other. All blocks have one size, and few are kept: the
//! archive itself is read as a stream, past this cache. Parquet files are read otherwise, by ranges
//! that grow (`cached_ranges.rs`).

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// Bytes of a block: a request for them takes little longer than one for a few bytes.
pub const BLOCK_BYTES: u64 = 256 << 10;
/// Blocks that are kept: several readers of an archive, each at its place in the index.
const MAX_BLOCKS: usize = 32;

/// The blocks that were used last.
#[derive(Debug, Default)]
pub struct Blocks(VecDeque<(u64, Arc<[u8]>)>);

impl Blocks {
    /// Keeps the blocks of `bytes`, which begin where a block begins.
    pub fn keep(&mut self, start: u64, bytes: &[u8]) {
        for (number, block) in (start / BLOCK_BYTES..).zip(bytes.chunks(BLOCK_BYTES as usize)) {
            self.0.retain(|(other, _)| *other != number);
            self.0.push_back((number, block.into()));
        }
        let surplus = self.0.len().saturating_sub(MAX_BLOCKS);
        self.0.drain(..surplus);
    }

    /// The block with a number.
    pub fn get(&mut self, number: u64) -> Option<Arc<[u8]>> {
        let place = self.0.iter().position(|(other, _)| *other == number)?;
        let found = self.0.remove(place)?;
        let block = found.1.clone();
        self.0.push_back(found);
        Some(block)
    }
}

/// The numbers of the blocks that hold the bytes of `range`.
pub fn numbers_of(range: &Range<u64>) -> Range<u64> {
    range.start / BLOCK_BYTES..range.end.div_ceil(BLOCK_BYTES)
}

/// True if so many blocks are too many to keep.
pub fn are_many(numbers: &Range<u64>) -> bool {
    numbers.end - numbers.start > MAX_BLOCKS as u64 / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blocks_that_were_used_last_are_kept() {
        let (mut blocks, whole) = (Blocks::default(), vec![7; BLOCK_BYTES as usize]);
        blocks.keep(0, &[whole.clone(), vec![1, 2]].concat());
        for number in 2..MAX_BLOCKS as u64 {
            blocks.keep(number * BLOCK_BYTES, &whole);
        }
        assert_eq!(blocks.get(0).unwrap().len(), whole.len());

        blocks.keep(MAX_BLOCKS as u64 * BLOCK_BYTES, &[3]);

        assert!(blocks.get(1).is_none());
        assert_eq!(*blocks.get(MAX_BLOCKS as u64).unwrap(), [3]);
        assert_eq!(numbers_of(&(5..BLOCK_BYTES + 1)), 0..2);
        assert_eq!(numbers_of(&(BLOCK_BYTES..2 * BLOCK_BYTES)), 1..2);
    }
}
