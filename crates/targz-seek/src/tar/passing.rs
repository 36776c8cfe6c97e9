//! Reads past entries without keeping their data.

use std::io::{self, Read};

use super::entry::Entry;
use super::header::BLOCK;
use super::{Advance, Fault, SEARCHED_BYTES, TarWalk};
use crate::chunk::{Chunk, Kind};

impl<R: Read> TarWalk<R> {
    /// Reads past a file beyond the size limit, keeping only its name.
    pub(super) fn pass_too_large(
        &mut self,
        place: usize,
        padded: u64,
        entry: Entry,
        chunk: &mut Chunk,
    ) -> Result<Advance, Fault> {
        self.entries += 1;
        let size_bytes = self.real_bytes(&entry).unwrap_or(entry.size);
        self.next = None;
        let at = self.start + place as u64;
        let span = at + BLOCK as u64..at.saturating_add(padded);
        chunk.push(&entry.name, Kind::TooLarge { size_bytes }, place..place, span);
        let next = self.read_past(place, padded).map_err(Fault::Io)?;
        next.map(Advance::Past).ok_or_else(|| Fault::CutOff { place: format!("inside {}", entry.name) })
    }

    /// Reads past a file that is not wanted, without keeping its data. The walk calls it if more than [`SEARCHED_BYTES`]
    /// of the file have not been read yet; otherwise it reads the file into its buffer.
    pub(super) fn pass_unwanted(
        &mut self,
        place: usize,
        padded: u64,
        entry: Entry,
        chunk: &mut Chunk,
    ) -> Result<Advance, Fault> {
        let size_bytes = self.real_bytes(&entry).unwrap_or(entry.size);
        let end = self.start + place as u64 + padded;
        let span = end - entry.size.next_multiple_of(BLOCK as u64)..end;
        let next = self.read_past(place, padded).map_err(Fault::Io)?;
        let next = next.ok_or_else(|| self.cut_off())?;
        self.entries += 1;
        self.next = None;
        chunk.push(&entry.name, Kind::NotWanted { size_bytes }, place..place, span);
        Ok(Advance::Past(next))
    }

    /// Reads to the end of the entry at `place`, and gives the place where the walk goes on; `None` where the input
    /// ends before.
    fn read_past(&mut self, place: usize, padded: u64) -> io::Result<Option<usize>> {
        let held = (self.filled - place) as u64;
        if padded <= held {
            return Ok(Some(place + padded as usize));
        }
        let mut missing = padded - held;
        let mut passing = vec![0; missing.min(SEARCHED_BYTES as u64) as usize];
        while missing > 0 {
            let room = missing.min(passing.len() as u64) as usize;
            match self.input.read(&mut passing[..room]) {
                Ok(0) => return Ok(None),
                Ok(length) => missing -= length as u64,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        // The buffer now jumps from the header to what follows the data.
        self.filled = place;
        self.start += padded;
        Ok(Some(place))
    }
}
