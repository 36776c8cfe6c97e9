//! An entry of the archive, as its header has it.

use super::header::BLOCK;
use super::sparse::OldSparse;

/// An entry's header, understood.
pub struct Entry {
    pub kind: u8,
    /// Bytes of data that follow.
    pub size: u64,
    pub name: String,
    /// What the map of a sparse file says.
    pub old_sparse: Option<OldSparse>,
}

impl Entry {
    /// False for links, devices, pipes and folders: no data follow, whatever their
    /// header says. Old programs wrote folders as files with a slash.
    pub fn has_content(&self) -> bool {
        match self.kind {
            b'1'..=b'6' => false,
            b'0' | b'\0' | b'7' => !self.name.ends_with('/'),
            _ => true,
        }
    }

    /// Bytes from the header to the end of the data, in whole blocks.
    pub fn padded(&self) -> Option<u64> {
        let map_blocks = self.old_sparse.as_ref().map_or(0, |sparse| sparse.map_blocks);
        padded(self.size)?.checked_add((map_blocks * BLOCK) as u64)
    }
}

/// The length of an entry of `size` bytes with its header, in whole blocks.
pub fn padded(size: u64) -> Option<u64> {
    size.checked_next_multiple_of(BLOCK as u64)?.checked_add(BLOCK as u64)
}

/// Entries that only describe others: GNU long names and links, pax records.
pub fn is_extension(kind: u8) -> bool {
    matches!(kind, b'L' | b'K' | b'x' | b'X' | b'g')
}
