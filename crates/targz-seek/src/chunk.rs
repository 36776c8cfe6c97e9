//! A run of whole members in one buffer, and the buffers' reuse.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Buffers kept for reuse: as many as two threads have on their way. A reader that waits
/// for a chunk to be used takes its buffer at once; others lie idle where fewer chunks may
/// be on their way than before.
const MAX_SPARE_BUFFERS: usize = 8;

/// Whole members of an archive, in its order.
#[derive(Debug)]
pub struct Chunk {
    bytes: Vec<u8>,
    /// Data that do not stand in the stream as they are.
    expanded: Vec<u8>,
    names: String,
    members: Vec<Member>,
    /// Where it begins in the uncompressed stream, if reading could begin there.
    start: Option<u64>,
    /// Where `bytes` goes when the chunk has been used.
    buffers: Buffers,
}

/// One member of an archive: slices of its chunk.
#[derive(Debug, Clone)]
pub struct Member {
    pub kind: Kind,
    /// Where the member's data begin in the uncompressed stream.
    pub offset: u64,
    /// Where the next member's header may begin.
    pub(super) end: u64,
    name: Range<usize>,
    data: Range<usize>,
    /// Its data are in `expanded`.
    is_expanded: bool,
}

/// What a member is, as far as the archive is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file with its bytes.
    File,
    /// A folder.
    Directory,
    /// A link, a device, or another entry without content of its own.
    Special,
    /// A file beyond the size limit; its bytes were passed over.
    TooLarge { size_bytes: u64 },
    /// Something that may hold what is wanted but could not be read, whatever its name.
    LeftOut { reason: &'static str },
}

/// Spare buffers, shared between a reader and those who use its chunks; saves
/// the clearing of fresh memory for each chunk.
#[derive(Debug, Clone, Default)]
pub struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Chunk {
    pub(super) fn new(buffers: &Buffers) -> Self {
        Self {
            bytes: Vec::new(),
            expanded: Vec::new(),
            names: String::new(),
            members: Vec::new(),
            start: None,
            buffers: buffers.clone(),
        }
    }

    /// Adds a member; `span` is where its data lie in the stream, up to the place where
    /// the next member's header may begin.
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
    pub(super) fn set_bytes(&mut self, bytes: Vec<u8>) {
        self.bytes = bytes;
    }

    /// The members with their names and data, in the archive's order.
    pub fn members(&self) -> impl ExactSizeIterator<Item = (&str, &[u8], &Member)> {
        self.members.iter().map(|member| {
            let bytes = if member.is_expanded { &self.expanded } else { &self.bytes };
            (&self.names[member.name.clone()], &bytes[member.data.clone()], member)
        })
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Memory that the chunk holds.
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

impl Drop for Chunk {
    fn drop(&mut self) {
        self.buffers.put(std::mem::take(&mut self.bytes));
    }
}

impl Buffers {
    /// A buffer of `size` initialised bytes, fresh or used.
    pub(super) fn take(&self, size: usize) -> Vec<u8> {
        let spare = self.spare().pop();
        let mut buffer = spare.unwrap_or_default();
        if buffer.len() < size {
            buffer.resize(size, 0);
        }
        buffer.truncate(size);
        buffer
    }

    fn put(&self, buffer: Vec<u8>) {
        let mut spare = self.spare();
        let standard = spare.first().is_none_or(|other| other.len() == buffer.len());
        if !buffer.is_empty() && standard && spare.len() < MAX_SPARE_BUFFERS {
            spare.push(buffer);
        }
    }

    fn spare(&self) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
