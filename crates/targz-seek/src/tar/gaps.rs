//! What is no entry: zeros, end marks, damage, and what follows an archive.
//!
//! Zeros between two entries are the end of an archive that another was joined to, if
//! they have the length of an end mark. Else something was there that is lost, which
//! is a fault. What follows an end mark and holds no further entry is noted only.

use std::io::Read;

use super::header::{BLOCK, is_zero, looks_like_header};
use super::{Advance, Fault, TarWalk};

/// GNU tar and most other programs fill an archive up to a multiple of this number of blocks, for
/// tape drives.
const RECORD_BLOCKS: u64 = 20;
/// Other numbers that are set at times. Eight is none of them: a page that a disk has
/// lost has as many.
const OTHER_RECORD_BLOCKS: [u64; 9] = [2, 4, 32, 64, 128, 256, 512, 1_024, MAX_RECORD_BLOCKS];
/// The largest of them; more zeros than these at the end are told.
const MAX_RECORD_BLOCKS: u64 = 2_048;
/// Zero blocks of an end mark that is not filled up.
const END_BLOCKS: u64 = 2;
/// Notes of one walk; further ones would say the same again.
const MAX_NOTES: usize = 100;

impl<R: Read> TarWalk<R> {
    /// What is left where the input ends within a block, or is yet to be read.
    pub(super) fn last_piece(&mut self, place: usize) -> Result<Advance, Fault> {
        let piece = &self.buffer[place..self.filled];
        if self.input_ended && piece.is_empty() {
            return Ok(Advance::End);
        }
        if self.input_ended && self.start + place as u64 == 0 && !is_zero(piece) && !looks_like_header(piece)
        {
            // Too short for any archive.
            return Err(Fault::NotTar { found: piece.to_vec() });
        }
        let is_padding = self.zero_blocks > 0 && is_zero(piece);
        if !self.input_ended || (!is_padding && self.zero_blocks < END_BLOCKS) {
            return self.incomplete(BLOCK as u64, place);
        }
        if !is_padding {
            self.garbage_from.get_or_insert(self.start + place as u64);
        }
        Ok(Advance::Past(self.filled))
    }

    pub(super) fn zero_block(&mut self, place: usize) -> Result<Advance, Fault> {
        if self.next.is_some() {
            return self.damaged(place, "zeros after a header that describes another".to_owned());
        }
        self.zero_blocks += 1;
        Ok(Advance::Past(place + BLOCK))
    }

    /// What is missing before the header at `place`, unless what stands there is the
    /// end of an archive that another was joined to.
    pub(super) fn gap_before(&self, place: usize) -> Option<String> {
        let at = self.start + place as u64;
        if let Some(from) = self.garbage_from {
            return Some(format!(
                "no tar entries from byte {from} to byte {at} of the tar stream, but after it"
            ));
        }
        (!self.is_end_mark(at)).then(|| self.zeros_before(at))
    }

    /// True where the zeros before the place `at` of the stream can be an end mark.
    fn is_end_mark(&self, at: u64) -> bool {
        let (zeros, blocks) = (self.zero_blocks, (at - self.archive_start) / BLOCK as u64);
        let filled_up = |record: &u64| zeros <= record + 1 && blocks.is_multiple_of(*record);
        self.is_part
            || zeros <= END_BLOCKS
            || blocks.is_multiple_of(RECORD_BLOCKS)
            || OTHER_RECORD_BLOCKS.iter().any(filled_up)
    }

    fn zeros_before(&self, at: u64) -> String {
        let from = at - self.zero_blocks * BLOCK as u64;
        format!(
            "zeros from byte {from} to byte {at} of the tar stream, which are no end mark, but more after them"
        )
    }

    /// A header has been found after what was none.
    pub(super) fn end_of_gap(&mut self, place: usize) {
        let at = self.start + place as u64;
        match self.zero_blocks {
            0 => {}
            1 if !self.is_part => self.note(format!(
                "a single block of zeros before byte {at} of the tar stream; entries after it were read"
            )),
            _ => {
                self.joined += u64::from(self.entries > 0 && !self.lost);
                self.archive_start = at;
            }
        }
        self.zero_blocks = 0;
        self.garbage_from = None;
        self.lost = false;
    }

    /// A block that is no header: the end of sense, or of this damage.
    pub(super) fn damaged(&mut self, place: usize, reason: String) -> Result<Advance, Fault> {
        let at = self.start + place as u64;
        let is_end = self.is_end_mark(at);
        if self.garbage_from.is_some() || (self.zero_blocks >= END_BLOCKS && is_end) {
            self.garbage_from.get_or_insert(at);
        } else if self.resync {
            let reason = format!("{reason}, at byte {at} of the tar stream");
            self.skip(place, if is_end { reason } else { self.zeros_before(at) });
            self.zero_blocks = 0;
        } else if !is_end {
            return Err(Fault::Damaged { reason: self.zeros_before(at) });
        } else if at == 0 && self.entries == 0 && !looks_like_header(&self.block_at(place)) {
            return Err(Fault::NotTar { found: self.block_at(place) });
        } else {
            return Err(Fault::Damaged { reason: format!("{reason}, at byte {at} of the tar stream") });
        }
        self.next = None;
        Ok(Advance::Past(place + BLOCK))
    }

    /// Notes that what stands at `place` is no entry.
    pub(super) fn skip(&mut self, place: usize, reason: String) {
        if std::mem::replace(&mut self.lost, true) {
            return;
        }
        self.note(format!("skipped what is no tar entry: {reason}"));
        if self.skipped.is_none() {
            self.skipped = Some((reason, self.block_at(place)));
        }
    }

    pub(super) fn block_at(&self, place: usize) -> Vec<u8> {
        self.buffer[place..self.filled.min(place + BLOCK)].to_vec()
    }

    pub(super) fn note(&mut self, note: String) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(note);
        }
    }

    pub(super) fn at_end(&mut self) -> Result<(), Fault> {
        let fault = self.fault.take();
        if let Some((_, found)) =
            self.skipped.take_if(|(_, found)| self.entries == 0 && !looks_like_header(found))
            && !matches!(&fault, Some(Fault::Io(error)) if error.raw_os_error().is_some())
        {
            return Err(Fault::NotTar { found });
        }
        if let Some(fault) = fault {
            return Err(fault);
        }
        let garbage_from = self.garbage_from.take();
        if let Some(at) = garbage_from {
            self.note(format!("garbage after the end of the tar archive, at byte {at} of the stream"));
        }
        if self.joined > 0 && !self.is_part {
            self.note(format!("the tar archive is {} archives joined; all were read", self.joined + 1));
        }
        let is_usual =
            self.zero_blocks <= MAX_RECORD_BLOCKS && self.is_end_mark(self.start + self.filled as u64);
        if !is_usual && garbage_from.is_none() && self.entries > 0 && !self.is_part {
            let zeros = self.zero_blocks * BLOCK as u64;
            self.note(format!(
                "the tar archive ends with {zeros} bytes of zeros, which is no usual end: members may be lost there"
            ));
        }
        match self.skipped.take() {
            Some((reason, _)) => return Err(Fault::Damaged { reason }),
            None if self.zero_blocks > 0 || self.is_part => return Ok(()),
            None => {}
        }
        Err(Fault::CutOff {
            place: format!("without the end-of-archive mark, after {} entries", self.entries),
        })
    }
}
