//! What an entry holds: whether data follow its header, sparse files, and what it says of
//! others.

use std::io::Read;
use std::ops::Range;

use super::TarWalk;
use super::entry::{Entry, is_extension, padded};
use super::extension::{Extension, continues_a_file, misplaced_in_global};
use super::header::{BLOCK, Header, is_header, is_zero};
use super::sparse::expand;
use crate::chunk::{Chunk, Kind};

/// Why the rest of a file is left out.
const CONTINUATION: &str = "the rest of a file that began in another volume of a multi-volume archive";

impl<R: Read> TarWalk<R> {
    pub(super) fn understand(&self, place: usize) -> Result<Entry, &'static str> {
        let header = Header::of(&self.buffer[place..place + BLOCK])?;
        let kind = header.kind();
        let told = self.next.as_deref().filter(|_| !is_extension(kind));
        let name = match told.and_then(Extension::name) {
            Some(name) => name.to_owned(),
            None => header.name().into_owned(),
        };
        let size = told.and_then(|told| told.size).or_else(|| header.size());
        let entry = Entry { kind, size: size.unwrap_or(0), name, old_sparse: None };
        if size.is_some() || !entry.has_content() {
            Ok(entry)
        } else {
            Err("a header without a size that is a number")
        }
    }

    /// The size of a sparse file with its holes.
    pub(super) fn real_bytes(&self, entry: &Entry) -> Option<u64> {
        let by_pax = || self.next.as_ref().filter(|_| !is_extension(entry.kind))?.sparse.real_bytes();
        entry.old_sparse.as_ref().map(|sparse| sparse.real_bytes).or_else(by_pax)
    }

    /// Hands out a sparse file with its holes, or names it where its map is wrong.
    pub(super) fn push_sparse(
        &self,
        entry: Entry,
        real_bytes: usize,
        data: Range<usize>,
        span: Range<u64>,
        chunk: &mut Chunk,
    ) {
        let kind = self.kind_of(&entry);
        if kind != Kind::File {
            return chunk.push(&entry.name, kind, 0..0, span);
        }
        let data = &self.buffer[data];
        let split = match (&entry.old_sparse, &self.next) {
            (Some(sparse), _) => Ok((sparse.pieces.clone(), data)),
            (None, Some(next)) => next.sparse.split(data),
            (None, None) => Ok((Vec::new(), data)),
        };
        let pushed = split.and_then(|(pieces, stored)| {
            chunk.push_expanded(&entry.name, kind, span.clone(), |out| {
                expand(&pieces, stored, real_bytes, out)
            })
        });
        if let Err(reason) = pushed {
            chunk.push(&entry.name, Kind::LeftOut { reason }, 0..0, span);
        }
    }

    /// Remembers what an entry says about the next one.
    pub(super) fn extend(&mut self, kind: u8, data: Range<usize>) -> Result<(), &'static str> {
        let data = &self.buffer[data];
        if kind == b'g' {
            if continues_a_file(data) {
                self.next.get_or_insert_default().is_continuation = true;
            }
            if misplaced_in_global(data) {
                self.note("a name or a size in a global header of the archive, which cannot be true of all entries, was not used".to_owned());
            }
            return Ok(());
        }
        let next = self.next.get_or_insert_default();
        match kind {
            b'L' => next.add_long_name(data),
            b'x' | b'X' => next.add_pax(data)?,
            // What a link leads to.
            _ => {}
        }
        Ok(())
    }

    pub(super) fn kind_of(&self, entry: &Entry) -> Kind {
        let is_continuation = self.next.as_ref().is_some_and(|next| next.is_continuation);
        match entry.kind {
            b'M' => Kind::LeftOut { reason: CONTINUATION },
            // Links, devices and pipes; a volume's label; GNU's old lists of long names.
            b'1'..=b'4' | b'6' | b'V' | b'N' => Kind::Special,
            b'5' | b'D' => Kind::Directory,
            _ if entry.name.ends_with('/') => Kind::Directory,
            _ if is_continuation => Kind::LeftOut { reason: CONTINUATION },
            // Entries of unknown kinds are files, says POSIX.
            _ => Kind::File,
        }
    }

    /// Whether data follow the header of an entry that has no content of its own. By
    /// the books they do not, whatever size the header states, but pax lets a hard link
    /// have the file's, and some programs obey the size. `Err` tells how many bytes are
    /// needed to see it.
    pub(super) fn has_data(&self, place: usize, size: u64) -> Result<bool, u64> {
        let goes_on = |start: usize| {
            let block = self.buffer[..self.filled].get(start..start + BLOCK);
            block.map(|block| is_zero(block) || is_header(block))
        };
        match goes_on(place + BLOCK) {
            None if !self.input_ended => return Err(2 * BLOCK as u64),
            None | Some(true) => return Ok(false),
            Some(false) => {}
        }
        let Some(padded) = padded(size).filter(|&padded| padded <= self.max_member_bytes) else {
            return Ok(false);
        };
        match goes_on(place + padded as usize) {
            None if !self.input_ended => Err(padded + BLOCK as u64),
            None => Ok((self.filled - place) as u64 == padded),
            Some(goes_on) => Ok(goes_on),
        }
    }

    /// Makes a file of a hard link with data; of other entries they are passed over.
    pub(super) fn take_data_of(&mut self, entry: &mut Entry, place: usize) {
        if entry.kind == b'1' {
            entry.kind = b'0';
        } else if padded(entry.size).is_some_and(|padded| padded <= (self.filled - place) as u64) {
            let at = self.start + place as u64;
            self.note(format!(
                "the entry at byte {at} of the tar stream is no file, but has data; they were not read"
            ));
        }
    }
}
