//! A run of whole members in one buffer, and the buffers' reuse.

use std::ops::{Deref, DerefMut, Range};
use std::sync::{Arc, Mutex, PoisonError};

/// Buffers kept for reuse: as many as a reader and two threads use. With more threads most are in use, and a reader that
/// waits for a chunk to be used takes its buffer at once.
const MAX_SPARE_BUFFERS: usize = 8;

/// A run of whole members of an archive, in the archive's order, with their names and data.
///
/// A chunk owns its data: it can be sent to another thread, and outlives the
/// [`Archive`](crate::Archive) that read it. When it is dropped, its buffer goes back to the
/// archive's [`Buffers`].
#[derive(Debug)]
pub struct Chunk {
    bytes: PooledBuffer,
    /// Data that do not stand in the stream as they are.
    expanded: Vec<u8>,
    names: String,
    members: Vec<Member>,
    /// Where it begins in the uncompressed stream, if reading could begin there.
    start: Option<u64>,
}

/// One member of an archive: its kind and its place. [`Chunk::members`] gives it together
/// with its name and data.
#[derive(Debug, Clone)]
pub struct Member {
    /// Whether the member is a file, a directory, or something that was not read.
    pub kind: Kind,
    /// The byte of the uncompressed stream at which the member's data begin, counted from 0.
    /// In a folder, a single file or members in memory: the sum of the sizes of the data
    /// before them.
    pub offset: u64,
    /// Where the next member's header may begin.
    pub(super) end: u64,
    name: Range<usize>,
    data: Range<usize>,
    /// Its data are in `expanded`.
    is_expanded: bool,
}

/// The kind of a member. Only [`Kind::File`] has data; the data of all others are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A regular file, a sparse file, or a hard link that carries data. Holes of a sparse
    /// file are zeros in the data.
    File,
    /// A directory. The name of a tar member ends in a slash where the archive writes one.
    Directory,
    /// A symbolic or hard link, a device, a pipe or a volume label in a tar archive; in a
    /// folder, a file that does not end in `.xml`. It was not read.
    Special,
    /// A file larger than [`Options::max_member_bytes`](crate::Options), or a sparse file with
    /// holes of more than 16 MiB; it was not read.
    TooLarge {
        /// The size of the file, in bytes.
        size_bytes: u64,
    },
    /// A file of an archive that is not wanted by its name
    /// ([`Archive::next_chunk_of`](crate::Archive::next_chunk_of)).
    NotWanted {
        /// The size of the file, in bytes.
        size_bytes: u64,
    },
    /// An entry that may hold data but could not be read, such as a link that leads nowhere,
    /// an archive inside a folder, or a sparse file with a damaged map.
    LeftOut {
        /// The reason, in English, for a message.
        reason: &'static str,
    },
}

/// A pool of spare chunk buffers. A reader takes a buffer from it, and a chunk puts its own
/// back when it is dropped, so that fresh memory need not be cleared for each chunk.
///
/// Cloning is cheap, and all clones share one pool. Give clones of one pool to several
/// [`Archive::open_part`](crate::Archive::open_part) readers that have the same chunk size.
#[derive(Debug, Clone, Default)]
pub struct Buffers(Arc<Mutex<Spare>>);

/// Buffers that are not in use.
#[derive(Debug, Default)]
struct Spare {
    buffers: Vec<Vec<u8>>,
    /// The size of each: the least that a reader has asked for, which is that of a chunk. Larger ones, for large
    /// members, are freed: one of them may take as much memory as all chunks in flight.
    size_bytes: usize,
}

/// What names and members of a chunk need.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Room {
    name_bytes: usize,
    members: usize,
}

/// A buffer that goes back to its pool when it is dropped.
#[derive(Debug, Default)]
pub(super) struct PooledBuffer {
    bytes: Vec<u8>,
    buffers: Buffers,
}

impl Chunk {
    pub(super) fn new() -> Self {
        Self {
            bytes: PooledBuffer::default(),
            expanded: Vec::new(),
            names: String::new(),
            members: Vec::new(),
            start: None,
        }
    }

    /// A chunk with room for as many names and members as another has.
    pub(super) fn with_room_of(other: &Room) -> Self {
        let (names, members) = (String::with_capacity(other.name_bytes), Vec::with_capacity(other.members));
        Self { names, members, ..Self::new() }
    }

    pub(super) fn room(&self) -> Room {
        Room { name_bytes: self.names.len(), members: self.members.len() }
    }

    /// Adds a member; `span` is where its data lie in the stream, up to the place where
    /// the next member's header may begin. What is no file keeps no data.
    pub(super) fn push(&mut self, name: &str, kind: Kind, data: Range<usize>, span: Range<u64>) {
        self.push_member(name, kind, data, span, false);
    }

    /// Adds a member whose data `fill` appends.
    pub(super) fn push_expanded<E>(
        &mut self,
        name: &str,
        kind: Kind,
        span: Range<u64>,
        fill: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.expanded.len();
        fill(&mut self.expanded)?;
        self.push_member(name, kind, start..self.expanded.len(), span, true);
        Ok(())
    }

    fn push_member(
        &mut self,
        name: &str,
        kind: Kind,
        data: Range<usize>,
        span: Range<u64>,
        is_expanded: bool,
    ) {
        let data = if kind == Kind::File { data } else { data.start..data.start };
        let start = self.names.len();
        self.names.push_str(name);
        let name = start..self.names.len();
        self.members.push(Member { kind, offset: span.start, end: span.end, name, data, is_expanded });
    }

    pub(super) fn set_start(&mut self, start: Option<u64>) {
        self.start = start;
    }

    /// Where the chunk begins in the uncompressed stream; `None` where whoever begins
    /// to read there would not get the same chunks.
    pub(super) fn start(&self) -> Option<u64> {
        self.start
    }

    /// Gives the chunk the buffer that its members' ranges point into.
    pub(super) fn set_bytes(&mut self, bytes: PooledBuffer) {
        self.bytes = bytes;
    }

    /// The members, each with its name and data, in the archive's order.
    ///
    /// The name is the path as the archive writes it (for a folder: relative to the folder),
    /// with bytes that are not UTF-8 replaced by U+FFFD. The data of all but [`Kind::File`]
    /// are empty.
    pub fn members(&self) -> impl ExactSizeIterator<Item = (&str, &[u8], &Member)> {
        self.members.iter().map(|member| {
            let bytes: &[u8] = if member.is_expanded { &self.expanded } else { &self.bytes };
            (&self.names[member.name.clone()], &bytes[member.data.clone()], member)
        })
    }

    /// True if the chunk has no member. [`Archive::next_chunk`](crate::Archive::next_chunk)
    /// gives no such chunk.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The memory that the chunk holds, in bytes: data, names and places of its members.
    pub fn size_bytes(&self) -> usize {
        self.bytes.len() + self.expanded.len() + self.overhead_bytes()
    }

    /// Bytes of data that do not stand in the stream as they are.
    pub(super) fn expanded_bytes(&self) -> usize {
        self.expanded.len()
    }

    /// Memory that names and places of the members take.
    pub(super) fn overhead_bytes(&self) -> usize {
        self.names.len() + self.members.len() * size_of::<Member>()
    }
}

impl PooledBuffer {
    /// Copies the bytes to a larger buffer, and frees the present one. In the pool it would lie idle while the large
    /// member takes memory.
    pub(super) fn grow(&mut self, size: usize) {
        // The system gives its memory as zeros, while more of the same buffer would be cleared.
        let mut grown = vec![0; size];
        grown[..self.bytes.len()].copy_from_slice(&self.bytes);
        self.bytes = grown;
    }
}

impl From<Vec<u8>> for PooledBuffer {
    /// Bytes of no pool.
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, buffers: Buffers::default() }
    }
}

impl Deref for PooledBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl DerefMut for PooledBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

impl Drop for PooledBuffer {
    fn drop(&mut self) {
        self.buffers.put(std::mem::take(&mut self.bytes));
    }
}

impl Buffers {
    /// A buffer of `size` initialised bytes, fresh or used.
    pub(super) fn take(&self, size: usize) -> PooledBuffer {
        let mut spare = self.spare();
        if spare.size_bytes == 0 || size < spare.size_bytes {
            *spare = Spare { buffers: Vec::new(), size_bytes: size };
        }
        let used = if size == spare.size_bytes { spare.buffers.pop() } else { None };
        drop(spare);
        // Memory that the system gives as zeros is not cleared again.
        let bytes = used.unwrap_or_else(|| vec![0; size]);
        PooledBuffer { bytes, buffers: self.clone() }
    }

    fn put(&self, buffer: Vec<u8>) {
        let mut spare = self.spare();
        let is_usual = !buffer.is_empty() && buffer.len() == spare.size_bytes;
        if is_usual && spare.buffers.len() < MAX_SPARE_BUFFERS {
            spare.buffers.push(buffer);
        }
    }

    fn spare(&self) -> std::sync::MutexGuard<'_, Spare> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Buffers;

    #[test]
    fn buffers_of_the_usual_size_are_used_again_whatever_larger_ones_come_between() {
        let buffers = Buffers::default();
        let spare = || buffers.spare().buffers.iter().map(Vec::len).collect::<Vec<_>>();
        let mut first = buffers.take(100);
        first[..3].copy_from_slice(b"abc");
        let mut other = buffers.take(100);
        other.copy_from_slice(&first);
        other.grow(1_000);
        assert_eq!((&other[..4], other.len()), (&b"abc\0"[..], 1_000));

        drop(other);
        drop(buffers.take(500));
        drop(first);

        assert_eq!(spare(), [100]);
        assert_eq!(buffers.take(100)[..3], *b"abc");
        assert_eq!(spare(), [100]);
        drop(buffers.take(50));
        assert_eq!(spare(), [50]);
    }
}
