//! How an archive is read.

/// How an archive is read.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Uncompressed bytes of a chunk; a single larger member makes a larger one.
    pub chunk_bytes: usize,
    /// Members beyond this are named, not read.
    pub max_member_bytes: u64,
    /// Go on after a damaged tar header, at the next sound one.
    pub resync: bool,
}
