//! How an archive is read, and what is known of it at its end.

/// How an archive is read. Made by [`Options::new`] and its setters:
///
/// ```
/// use targz_seek::Options;
///
/// let options = Options::new().chunk_bytes(1 << 20).resync(true);
/// assert_eq!(options.chunk_bytes, 1 << 20);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Uncompressed bytes of a chunk; 8 MiB by default. A member larger than that makes a
    /// larger chunk of its own; with 0 each member does.
    pub chunk_bytes: usize,
    /// The size of the largest member that is read, in bytes; 512 MiB by default. Larger ones
    /// have the kind [`Kind::TooLarge`](crate::Kind::TooLarge). No chunk takes much more memory
    /// than this or `chunk_bytes`, whichever is larger.
    pub max_member_bytes: u64,
    /// Whether reading goes on after damage in a tar stream, at the next sound header; false
    /// by default. The damage is then noted, and told as an error after the last member.
    /// Damage inside gzip data always ends the reading.
    pub resync: bool,
}

/// Size, MD5 and notes of an archive that has been read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// The size of the file as it lies on the disk, compressed if it is compressed; of a
    /// folder or of members in memory, all data together.
    pub size_bytes: u64,
    /// The MD5 of the same bytes, in the lower-case hexadecimal of download pages.
    pub md5: String,
    /// Oddities that did no harm, each a sentence in English, such as bytes after the end of
    /// the gzip data.
    pub notes: Vec<String>,
}

impl Options {
    /// Chunks of 8 MiB, members of up to 512 MiB, and an end at the first damage.
    pub const fn new() -> Self {
        Self { chunk_bytes: 8 << 20, max_member_bytes: 512 << 20, resync: false }
    }

    /// Sets the uncompressed bytes of a chunk.
    pub const fn chunk_bytes(self, chunk_bytes: usize) -> Self {
        Self { chunk_bytes, ..self }
    }

    /// Sets the size of the largest member that is read, in bytes.
    pub const fn max_member_bytes(self, max_member_bytes: u64) -> Self {
        Self { max_member_bytes, ..self }
    }

    /// Sets whether reading goes on after damage in a tar stream.
    pub const fn resync(self, resync: bool) -> Self {
        Self { resync, ..self }
    }

    /// Bytes that a chunk is filled up to: a chunk holds at least one member.
    pub(super) fn least_chunk_bytes(&self) -> usize {
        self.chunk_bytes.max(1)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
