//! Walks a tar stream block by block and hands out entries as slices.
//!
//! The stream is read directly into the chunk's buffer, so members are not copied, except sparse
//! files. If a chunk ends within an entry, the entry moves to the next chunk. Archives joined by
//! `cat` are read to the end, past the zero blocks between them. Members before a fault are always
//! returned before the fault.

mod content;
mod entry;
mod extension;
mod gaps;
mod header;
mod passing;
mod sparse;
mod values;

use std::io::{self, Read};
use std::ops::Range;

use super::chunk::{Buffers, Chunk, Kind, PooledBuffer, Room};
use entry::{Entry, is_extension};
use extension::Extension;
use header::{BLOCK, is_zero};
use sparse::OldSparse;

pub(super) use header::looks_like_header;

/// Limit in bytes for a long name or for pax records; the map of a sparse file of half a million
/// pieces has this size.
const MAX_EXTENSION_BYTES: u64 = 16 << 20;

/// Limit for the zeros between the pieces of a sparse file, which take no room in an archive;
/// ORCID's documents have none.
const MAX_HOLE_BYTES: u64 = 16 << 20;

/// Bytes that the walk reads at a time where not all files are wanted; at most a quarter of a chunk. Each read
/// overwrites files that were not wanted, so that the memory stays in the cache of one core.
const SEARCHED_BYTES: usize = 256 << 10;

/// The largest buffer that the walk allocates when it has read no more of an entry than its header. A larger buffer grows
/// as data arrive, and each step copies the data to new memory. ORCID's largest records have tens of megabytes.
const ROOM_AT_ONCE: usize = 64 << 20;

/// Names and places of the members of a chunk take at most the chunk's size divided by this number.
const NAMES_DIVISOR: usize = 4;

/// Tells by its name whether a file is wanted.
pub(super) type Wants<'w> = &'w dyn Fn(&str) -> bool;

/// Why the walk stopped before the end.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    CutOff {
        place: String,
    },
    Damaged {
        reason: String,
    },
    /// The first block is not a tar header.
    NotTar {
        found: Vec<u8>,
    },
}

pub(super) struct TarWalk<R> {
    pub input: R,
    chunk_bytes: usize,
    max_member_bytes: u64,
    /// Look for the next undamaged header after a damaged one.
    resync: bool,
    /// The input is a range of a stream, which may end without an end mark.
    is_part: bool,
    /// Looking for it now.
    lost: bool,
    buffers: Buffers,
    /// The buffer being filled, and how much of it is.
    buffer: PooledBuffer,
    filled: usize,
    /// What the last chunk needed.
    last_room: Room,
    /// Where the buffer begins in the stream.
    start: u64,
    input_ended: bool,
    /// What entries such as pax headers say about the entry after them.
    next: Option<Box<Extension>>,
    zero_blocks: u64,
    entries: u64,
    /// Of several joined archives: where the current one begins in the stream, and how many were
    /// before it.
    archive_start: u64,
    joined: u64,
    /// Where something else begins after an end mark.
    garbage_from: Option<u64>,
    /// What was skipped first, and the bytes of it.
    skipped: Option<(String, Vec<u8>)>,
    /// A fault that is reported after the members before it have been returned.
    fault: Option<Fault>,
    pub notes: Vec<String>,
}

/// A chunk that is being filled.
struct Filling<'w> {
    chunk: Chunk,
    /// Which files are kept; all where there is nothing to tell.
    wants: Option<Wants<'w>>,
    /// The end of the wanted files' data in the buffer, where not all files are wanted. What the walk has
    /// passed after it may be overwritten.
    kept: usize,
}

/// How far the walk gets from a position of the buffer.
enum Advance {
    /// An entry or a zero block that ends there.
    Past(usize),
    /// The buffer must have this many bytes from the entry's header on.
    Needs(u64),
    End,
}

impl<R: Read> TarWalk<R> {
    pub fn new(input: R, chunk_bytes: usize, max_member_bytes: u64, resync: bool, buffers: Buffers) -> Self {
        Self {
            input,
            chunk_bytes,
            max_member_bytes,
            resync,
            is_part: false,
            lost: false,
            buffer: buffers.take(chunk_bytes),
            buffers,
            filled: 0,
            last_room: Room::default(),
            start: 0,
            input_ended: false,
            next: None,
            zero_blocks: 0,
            entries: 0,
            archive_start: 0,
            joined: 0,
            garbage_from: None,
            skipped: None,
            fault: None,
            notes: Vec::new(),
        }
    }

    /// The walk of a part of a stream, whose input begins at `start`.
    pub fn part(self, start: u64) -> Self {
        Self { start, is_part: true, ..self }
    }

    /// Whole entries up to about the chunk size, with the data of the files that are wanted; `None` at
    /// the end.
    pub fn next_chunk(&mut self, wants: Option<Wants<'_>>) -> Result<Option<Chunk>, Fault> {
        let mut filling = Filling { chunk: Chunk::with_room_of(&self.last_room), wants, kept: 0 };
        filling.chunk.set_start(self.remembers_nothing().then_some(self.start));
        let mut place = 0;
        self.fill(wants.map_or(self.chunk_bytes, |_| self.searched_bytes()));
        loop {
            match self.step(place, &mut filling) {
                Ok(Advance::Past(end)) => place = end,
                Ok(Advance::End) if filling.chunk.is_empty() => return self.at_end().map(|()| None),
                Ok(Advance::End) => break,
                Ok(Advance::Needs(size)) if self.has_room_for(&filling, place, size) => {
                    self.drop_walked(filling.kept, &mut place);
                    self.fill(place + self.searched_bytes().max(size as usize));
                }
                Ok(Advance::Needs(_)) if !filling.chunk.is_empty() => break,
                Ok(Advance::Needs(size)) => {
                    self.drop_walked(0, &mut place);
                    self.make_room(size);
                }
                Err(fault) => {
                    self.fault.get_or_insert(fault);
                    self.input_ended = true;
                    self.filled = place;
                }
            }
        }
        let rest = place..self.filled;
        let mut following = self.buffers.take(self.chunk_bytes.max(rest.len()));
        following[..rest.len()].copy_from_slice(&self.buffer[rest.clone()]);
        let mut chunk = filling.chunk;
        chunk.set_bytes(std::mem::replace(&mut self.buffer, following));
        self.last_room = chunk.room();
        self.start += place as u64;
        self.filled = rest.len();
        Ok(Some(chunk))
    }

    /// Looks at the entry at `place`.
    fn step(&mut self, place: usize, filling: &mut Filling<'_>) -> Result<Advance, Fault> {
        let Some(block) = self.buffer[..self.filled].get(place..place + BLOCK) else {
            return self.last_piece(place);
        };
        if is_zero(block) {
            return self.zero_block(place);
        }
        let mut entry = match self.understand(place) {
            Ok(entry) => entry,
            Err(reason) => return self.damaged(place, reason.to_owned()),
        };
        if let Some(gap) = self.gap_before(place) {
            if !self.resync {
                return Err(Fault::Damaged { reason: gap });
            }
            self.skip(place, gap);
        }
        if is_extension(entry.kind) && entry.size > MAX_EXTENSION_BYTES {
            return self.damaged(place, format!("a name or pax records of {} bytes", entry.size));
        }
        if entry.size > 0 && !entry.has_content() {
            match self.has_data(place, entry.size) {
                Ok(true) => self.take_data_of(&mut entry, place),
                Ok(false) => entry.size = 0,
                Err(needed) => return self.incomplete(needed, place),
            }
        }
        if entry.kind == b'S' {
            match OldSparse::read(&self.buffer[place..self.filled]) {
                Ok(Some(sparse)) => entry.old_sparse = Some(sparse),
                Ok(None) => return self.incomplete((self.filled - place + BLOCK) as u64, place),
                Err(reason) => return self.damaged(place, reason.to_owned()),
            }
        }
        self.take(place, entry, filling)
    }

    /// Adds an entry whose header has been parsed to the chunk.
    fn take(&mut self, place: usize, entry: Entry, filling: &mut Filling<'_>) -> Result<Advance, Fault> {
        let chunk = &mut filling.chunk;
        let Some(padded) = entry.padded() else {
            return self.damaged(place, format!("an entry of {} bytes", entry.size));
        };
        let real_bytes = self.real_bytes(&entry);
        let whole_bytes = real_bytes.unwrap_or(entry.size);
        let hole_bytes = whole_bytes.saturating_sub(entry.size);
        let too_large = entry.size.max(whole_bytes) > self.max_member_bytes || hole_bytes > MAX_HOLE_BYTES;
        let kind = self.kind_of(&entry);
        let is_file = kind == Kind::File && !is_extension(entry.kind);
        let is_unwanted = is_file && filling.wants.is_some_and(|wants| !wants(&entry.name));
        let missing = padded.saturating_sub((self.filled - place) as u64);
        if missing > 0 && !too_large {
            if is_unwanted && missing > SEARCHED_BYTES as u64 {
                self.end_of_gap(place);
                return self.pass_unwanted(place, padded, entry, chunk);
            }
            return self.incomplete(padded, place);
        }
        if let Some(real_bytes) = real_bytes.filter(|_| !too_large && !chunk.is_empty())
            && chunk.expanded_bytes() as u64 + real_bytes > self.chunk_bytes as u64
        {
            return Ok(Advance::Needs(padded));
        }
        self.end_of_gap(place);
        if too_large {
            return self.pass_too_large(place, padded, entry, chunk);
        }
        let end = place + padded as usize;
        let data_start = end - entry.size.next_multiple_of(BLOCK as u64) as usize;
        let data = data_start..data_start + entry.size as usize;
        if is_extension(entry.kind) {
            return match self.extend(entry.kind, data) {
                Ok(()) => Ok(Advance::Past(end)),
                Err(reason) => self.damaged(place, reason.to_owned()),
            };
        }
        self.entries += 1;
        let span = self.start + data_start as u64..self.start + end as u64;
        if is_unwanted {
            chunk.push(&entry.name, Kind::NotWanted { size_bytes: whole_bytes }, data, span);
        } else if let Some(real_bytes) = real_bytes {
            self.push_sparse(entry, real_bytes as usize, data, span, chunk);
        } else if is_file && filling.wants.is_some() {
            let kept = self.keep(data, &mut filling.kept);
            chunk.push(&entry.name, kind, kept, span);
        } else {
            chunk.push(&entry.name, kind, data, span);
        }
        self.next = None;
        Ok(Advance::Past(end))
    }

    fn incomplete(&self, size: u64, place: usize) -> Result<Advance, Fault> {
        let left = (self.filled - place) as u64;
        if !self.input_ended || left >= size {
            return Ok(Advance::Needs(size));
        }
        Err(self.cut_off())
    }

    fn cut_off(&self) -> Fault {
        Fault::CutOff { place: format!("inside an entry, after {} whole ones", self.entries) }
    }

    /// True where a new walk could begin and would return the same members.
    fn remembers_nothing(&self) -> bool {
        self.next.is_none() && self.zero_blocks == 0 && !self.lost
    }

    /// Moves the data of a wanted file to the end of those before it, and gives their new place. Data that are
    /// longer than the gap stay where they are: moving them would cost more than it frees.
    fn keep(&mut self, data: Range<usize>, kept: &mut usize) -> Range<usize> {
        if data.start - *kept < data.len() {
            *kept = data.end;
            return data;
        }
        let moved = *kept..*kept + data.len();
        self.buffer.copy_within(data, *kept);
        *kept = moved.end;
        moved
    }

    fn searched_bytes(&self) -> usize {
        SEARCHED_BYTES.min(self.chunk_bytes / 4)
    }

    /// True where the walk can read on into this chunk: not all files are wanted, the entry of `size` bytes
    /// at `place` has not been read to its end, and there is room for it after the wanted files.
    fn has_room_for(&self, filling: &Filling<'_>, place: usize, size: u64) -> bool {
        filling.wants.is_some()
            && size > (self.filled - place) as u64
            && size.max(self.searched_bytes() as u64) <= (self.buffer.len() - filling.kept) as u64
            && filling.chunk.overhead_bytes() <= self.chunk_bytes / NAMES_DIVISOR
    }

    /// Drops what was walked between the place `kept` of the buffer and `place`, and moves the rest there.
    fn drop_walked(&mut self, kept: usize, place: &mut usize) {
        let dropped = *place - kept;
        self.buffer.copy_within(*place..self.filled, kept);
        self.filled -= dropped;
        self.start += dropped as u64;
        *place = kept;
    }

    /// Reads until the buffer has `size` bytes. Beyond [`ROOM_AT_ONCE`], the buffer grows with the bytes that are
    /// read, so a header with a large size alone takes no memory.
    fn make_room(&mut self, size: u64) {
        let size = usize::try_from(size).unwrap_or(usize::MAX).max(self.chunk_bytes);
        while self.filled < size && !self.input_ended {
            if self.filled == self.buffer.len() {
                self.buffer.grow(size.min(ROOM_AT_ONCE.max(2 * self.buffer.len())));
            }
            self.fill(size.min(self.buffer.len()));
        }
    }

    /// Reads until the buffer has `size` bytes or the input ends. A fault of the input counts as
    /// its end; it is reported after the bytes before it.
    fn fill(&mut self, size: usize) {
        while self.filled < size && !self.input_ended {
            match self.input.read(&mut self.buffer[self.filled..size]) {
                Ok(0) => self.input_ended = true,
                Ok(length) => self.filled += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.fault = Some(Fault::Io(error));
                    self.input_ended = true;
                }
            }
        }
    }
}
