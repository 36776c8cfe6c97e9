//! Sorts more records than memory should hold: sorted pieces in a file, then merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Three numbers, sorted by the first, then by the second.
pub type Record = [u64; 3];

/// Records in memory; of 24 bytes each.
const RECORDS_AT_ONCE: usize = 512 << 10;
/// Records of a piece that are read back at a time.
const READ_RECORDS: u64 = 4_096;
const RECORD_BYTES: u64 = size_of::<Record>() as u64;

/// Takes records in any order and gives them back sorted.
pub struct Sorter {
    records_at_once: usize,
    records: Vec<Record>,
    /// The file of pieces, which has no name, and where each ends.
    file: File,
    ends: Vec<u64>,
}

/// One sorted piece on its way back.
struct Piece<'f> {
    file: &'f File,
    next: u64,
    end: u64,
    /// What has been read, the next record last.
    read: Vec<Record>,
}

impl Sorter {
    /// A sorter whose file lies beside `path`; a file that is there already is left alone.
    pub fn new(path: &Path) -> io::Result<Self> {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{}.sorting", std::process::id()));
        let path = Path::new(&name);
        let file = File::options().read(true).write(true).create_new(true).open(path)?;
        std::fs::remove_file(path)?;
        Ok(Self { records_at_once: RECORDS_AT_ONCE, records: Vec::new(), file, ends: Vec::new() })
    }

    pub fn push(&mut self, record: Record) -> io::Result<()> {
        self.records.push(record);
        if self.records.len() < self.records_at_once { Ok(()) } else { self.end_piece() }
    }

    /// Gives all records in their order.
    pub fn finish(mut self, mut give: impl FnMut(Record) -> io::Result<()>) -> io::Result<()> {
        self.end_piece()?;
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let pieces = starts.zip(&self.ends);
        let mut pieces: Vec<Piece<'_>> =
            pieces.map(|(next, &end)| Piece { file: &self.file, next, end, read: Vec::new() }).collect();
        let mut heads = BinaryHeap::new();
        for (number, piece) in pieces.iter_mut().enumerate() {
            heads.extend(piece.next()?.map(|record| Reverse((record, number))));
        }
        while let Some(Reverse((record, number))) = heads.pop() {
            give(record)?;
            heads.extend(pieces[number].next()?.map(|record| Reverse((record, number))));
        }
        Ok(())
    }

    fn end_piece(&mut self) -> io::Result<()> {
        self.records.sort_unstable();
        let start = self.ends.last().copied().unwrap_or(0);
        let bytes: Vec<u8> = self.records.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
        self.file.write_all_at(&bytes, start * RECORD_BYTES)?;
        self.ends.push(start + self.records.len() as u64);
        self.records.clear();
        Ok(())
    }
}

impl Piece<'_> {
    fn next(&mut self) -> io::Result<Option<Record>> {
        if self.read.is_empty() && self.next < self.end {
            let count = READ_RECORDS.min(self.end - self.next);
            let mut bytes = vec![0; (count * RECORD_BYTES) as usize];
            self.file.read_exact_at(&mut bytes, self.next * RECORD_BYTES)?;
            let (numbers, _) = bytes.as_chunks::<{ size_of::<u64>() }>();
            let numbers: Vec<u64> = numbers.iter().map(|number| u64::from_le_bytes(*number)).collect();
            self.read.extend(numbers.as_chunks().0.iter().rev());
            self.next += count;
        }
        Ok(self.read.pop())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_many_pieces_come_in_order() {
        let folder = std::env::temp_dir();
        let mut sorter = Sorter::new(&folder.join(format!("sorter-{}", std::process::id()))).unwrap();
        sorter.records_at_once = 7;
        let records: Vec<Record> =
            (0..100).map(|number| [number * 37 % 11, number * 53 % 100, number]).collect();
        for &record in &records {
            sorter.push(record).unwrap();
        }

        let mut sorted = Vec::new();
        sorter
            .finish(|record| {
                sorted.push(record);
                Ok(())
            })
            .unwrap();

        let mut expected = records;
        expected.sort_unstable();
        assert_eq!(sorted, expected);
    }
}
