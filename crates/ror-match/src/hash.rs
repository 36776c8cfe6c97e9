//! Words and rows of words as numbers.

use xxhash_rust::xxh3::xxh3_64;

/// The hash of a word, by which it is known from here on.
pub fn word_hash(word: &str) -> u64 {
    bytes_hash(word.as_bytes())
}

/// The same of the bytes of a word.
pub fn bytes_hash(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// The hash of a row of words.
pub fn row_hash(hashes: impl Iterator<Item = u64>) -> u64 {
    hashes.fold(0x9E37_79B9_7F4A_7C15, |row, hash| {
        (row.rotate_left(5) ^ hash).wrapping_mul(0xD6E8_FEB8_6659_FD93)
    })
}
