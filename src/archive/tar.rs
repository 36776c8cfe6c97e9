//! Walks a tar stream block by block and hands out entries as slices.
//!
//! The stream is read straight into the chunk's buffer, so a member's bytes are
//! never copied; the entry that a chunk's end cuts moves to the next chunk.
//! Headers are read with the `tar` crate: ustar, GNU long names, base-256 sizes
//! and pax records. Archives that `cat` has joined are read on after the zero
//! blocks between them. Members before a fault are always handed out first.

use std::io::{self, Read};

use super::chunk::{Buffers, Chunk, Kind};

/// tar's unit: headers are one block, data are padded to whole blocks.
const BLOCK: usize = 512;
/// Bytes of a long name or of pax records that are believed.
const MAX_EXTENSION_BYTES: u64 = 1 << 20;

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
    /// The very first block is no tar header.
    NotTar {
        found: String,
    },
}

pub(super) struct TarWalk<R> {
    pub input: R,
    chunk_bytes: usize,
    max_member_bytes: u64,
    /// Look for the next sound header after a damaged one.
    resync: bool,
    /// The input is a part of a stream, which need not end with an end mark.
    is_part: bool,
    /// Looking for it now.
    lost: bool,
    buffers: Buffers,
    /// The buffer being filled, and how much of it is.
    buffer: Vec<u8>,
    filled: usize,
    /// Where the buffer begins in the stream.
    start: u64,
    input_ended: bool,
    /// What a `L` or `x` entry said about the entry after it.
    next: Extension,
    zero_blocks: u64,
    entries: u64,
    /// A fault that waits until the members before it have been handed out.
    fault: Option<Fault>,
    pub notes: Vec<String>,
}

#[derive(Default)]
struct Extension {
    name: Option<String>,
    size: Option<u64>,
}

/// An entry's header, understood.
struct Entry {
    kind: u8,
    /// Bytes of data that follow; none after a folder, whatever its header says.
    size: u64,
    name: String,
}

/// What the walk found at a place of the buffer.
enum Step {
    /// An entry or a zero block that ends there.
    Past(usize),
    /// An entry that needs so many bytes from its header on.
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
            start: 0,
            input_ended: false,
            next: Extension::default(),
            zero_blocks: 0,
            entries: 0,
            fault: None,
            notes: Vec::new(),
        }
    }

    /// The walk of a part of a stream, whose input begins at `start`.
    pub fn part(self, start: u64) -> Self {
        Self { start, is_part: true, ..self }
    }

    /// Whole entries up to about the chunk size; `None` at the end.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, Fault> {
        let mut chunk = Chunk::new(&self.buffers);
        chunk.set_start(self.remembers_nothing().then_some(self.start));
        let mut place = 0;
        self.fill(self.chunk_bytes);
        loop {
            match self.step(place, &mut chunk) {
                Ok(Step::Past(end)) => place = end,
                Ok(Step::End) if chunk.is_empty() => return self.at_end().map(|()| None),
                Ok(Step::End) => break,
                Ok(Step::Needs(_)) if !chunk.is_empty() => break,
                Ok(Step::Needs(size)) => {
                    self.shift(&mut place);
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
        chunk.set_bytes(std::mem::replace(&mut self.buffer, following));
        self.start += place as u64;
        self.filled = rest.len();
        Ok(Some(chunk))
    }

    /// Looks at the entry at `place`.
    fn step(&mut self, place: usize, chunk: &mut Chunk) -> Result<Step, Fault> {
        let Some(header) = self.buffer[..self.filled].get(place..place + BLOCK) else {
            let left = self.filled - place;
            return if self.input_ended && left == 0 {
                Ok(Step::End)
            } else {
                self.incomplete(BLOCK as u64, left)
            };
        };
        if header.iter().all(|&byte| byte == 0) {
            self.zero_blocks += 1;
            return Ok(Step::Past(place + BLOCK));
        }
        let entry = match self.understand(place) {
            Ok(entry) => entry,
            Err(reason) => return self.damaged(place, reason),
        };
        let Some(padded) = padded(entry.size) else {
            return self.damaged(place, format!("an entry of {} bytes", entry.size));
        };
        if is_extension(entry.kind) && entry.size > MAX_EXTENSION_BYTES {
            return self.damaged(place, format!("a name of {} bytes", entry.size));
        }
        let left = (self.filled - place) as u64;
        let too_large = entry.size > self.max_member_bytes;
        if padded > left && !too_large {
            return self.incomplete(padded, left as usize);
        }
        self.zero_blocks = 0;
        self.lost = false;
        if too_large {
            return self.pass_over(place, padded, entry, chunk);
        }
        let data = place + BLOCK..place + BLOCK + entry.size as usize;
        if is_extension(entry.kind) {
            self.extend(entry.kind, &data);
        } else {
            self.entries += 1;
            let kind = kind_of(&entry);
            self.next = Extension::default();
            chunk.push(&entry.name, kind, data, self.start + (place + BLOCK) as u64);
        }
        Ok(Step::Past(place + padded as usize))
    }

    fn understand(&self, place: usize) -> Result<Entry, String> {
        let block = &self.buffer[place..place + BLOCK];
        let header = tar::Header::from_byte_slice(block);
        let stated = header.cksum().map_err(|_| "what should be a header has no checksum".to_owned())?;
        if stated != checksum(block) {
            return Err("a header whose checksum does not fit".to_owned());
        }
        let kind = header.entry_type().as_byte();
        let size = match self.next.size {
            _ if kind == b'5' => 0,
            Some(size) if !is_extension(kind) => size,
            _ => header.entry_size().map_err(|_| "a header without a size".to_owned())?,
        };
        let name = match &self.next.name {
            Some(name) => name.clone(),
            None => String::from_utf8_lossy(&header.path_bytes()).into_owned(),
        };
        Ok(Entry { kind, size, name })
    }

    /// Remembers what an `L` or `x` entry says about the next one.
    fn extend(&mut self, kind: u8, data: &std::ops::Range<usize>) {
        let data = &self.buffer[data.clone()];
        match kind {
            b'L' => {
                let name = data.split(|&byte| byte == 0).next().unwrap_or(data);
                self.next.name = Some(String::from_utf8_lossy(name).into_owned());
            }
            b'x' => {
                for record in tar::PaxExtensions::new(data).flatten() {
                    match record.key_bytes() {
                        b"path" => {
                            self.next.name = Some(String::from_utf8_lossy(record.value_bytes()).into_owned())
                        }
                        b"size" => self.next.size = record.value().ok().and_then(|size| size.parse().ok()),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// Reads past a file beyond the size limit, keeping only its name.
    fn pass_over(
        &mut self,
        place: usize,
        padded: u64,
        entry: Entry,
        chunk: &mut Chunk,
    ) -> Result<Step, Fault> {
        self.entries += 1;
        self.next = Extension::default();
        let offset = self.start + (place + BLOCK) as u64;
        let kind = Kind::TooLarge { size_bytes: entry.size };
        chunk.push(&entry.name, kind, place..place, offset);
        let held = (self.filled - place) as u64;
        if padded <= held {
            return Ok(Step::Past(place + padded as usize));
        }
        let wanted = padded - held;
        let read = io::copy(&mut (&mut self.input).take(wanted), &mut io::sink()).map_err(Fault::Io)?;
        if read < wanted {
            return Err(Fault::CutOff { place: format!("inside {}", entry.name) });
        }
        // The buffer now jumps from the header to what follows the data.
        self.filled = place;
        self.start += padded;
        Ok(Step::Past(place))
    }

    fn incomplete(&self, size: u64, left: usize) -> Result<Step, Fault> {
        if !self.input_ended || left as u64 >= size {
            return Ok(Step::Needs(size));
        }
        Err(Fault::CutOff { place: format!("inside an entry, after {} whole ones", self.entries) })
    }

    /// A block that is no header: the end of sense, or of this damage.
    fn damaged(&mut self, place: usize, reason: String) -> Result<Step, Fault> {
        let at = self.start + place as u64;
        if self.zero_blocks >= 2 && !self.resync {
            self.notes.push(format!("garbage after the end of the tar archive, at byte {at} of the stream"));
            self.filled = place;
            io::copy(&mut self.input, &mut io::sink()).map_err(Fault::Io)?;
            self.input_ended = true;
            return Ok(Step::End);
        }
        if at == 0 && self.entries == 0 {
            let found = String::from_utf8_lossy(&self.buffer[..self.filled.min(16)]).into_owned();
            return Err(Fault::NotTar { found });
        }
        if !self.resync {
            return Err(Fault::Damaged { reason: format!("{reason}, at byte {at} of the tar stream") });
        }
        if !std::mem::replace(&mut self.lost, true) {
            self.notes
                .push(format!("skipped what is no tar entry from byte {at} of the stream on ({reason})"));
        }
        self.next = Extension::default();
        Ok(Step::Past(place + BLOCK))
    }

    fn at_end(&mut self) -> Result<(), Fault> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        if self.zero_blocks > 0 || self.resync || self.is_part {
            return Ok(());
        }
        Err(Fault::CutOff {
            place: format!("without the end-of-archive mark, after {} entries", self.entries),
        })
    }

    /// True where a walk that begins here would go on in the same way.
    fn remembers_nothing(&self) -> bool {
        let Extension { name, size } = &self.next;
        name.is_none() && size.is_none() && self.zero_blocks == 0 && !self.lost
    }

    /// Drops what was walked from the front of the buffer.
    fn shift(&mut self, place: &mut usize) {
        self.buffer.copy_within(*place..self.filled, 0);
        self.filled -= *place;
        self.start += *place as u64;
        *place = 0;
    }

    /// Reads on until the buffer holds `size` bytes, growing it if it must.
    fn make_room(&mut self, size: u64) {
        let size = usize::try_from(size).unwrap_or(usize::MAX).max(self.chunk_bytes);
        if self.buffer.len() < size {
            self.buffer.resize(size, 0);
        }
        self.fill(size);
    }

    /// Reads until the buffer holds `size` bytes or the input ends; a fault of
    /// the input ends it too, and is told after what was read before it.
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

/// The length of an entry of `size` bytes with its header, in whole blocks.
fn padded(size: u64) -> Option<u64> {
    size.checked_next_multiple_of(BLOCK as u64)?.checked_add(BLOCK as u64)
}

/// True where `block` begins like a tar header whose checksum fits.
pub(super) fn is_header(block: &[u8]) -> bool {
    let Some(block) = block.get(..BLOCK) else { return false };
    let stated = tar::Header::from_byte_slice(block).cksum();
    block.iter().any(|&byte| byte != 0) && stated.is_ok_and(|stated| stated == checksum(block))
}

/// The sum of a header's bytes, its own field for the sum taken as spaces.
fn checksum(block: &[u8]) -> u32 {
    let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u32::from(byte)).sum::<u32>();
    sum(block) - sum(&block[148..156]) + 8 * u32::from(b' ')
}

/// Entries that only describe the next: GNU long names and links, pax records.
fn is_extension(kind: u8) -> bool {
    matches!(kind, b'L' | b'K' | b'x' | b'g')
}

fn kind_of(entry: &Entry) -> Kind {
    match entry.kind {
        b'0' | b'\0' | b'7' if entry.name.ends_with('/') => Kind::Directory,
        b'0' | b'\0' | b'7' => Kind::File,
        b'5' => Kind::Directory,
        _ => Kind::Special,
    }
}
