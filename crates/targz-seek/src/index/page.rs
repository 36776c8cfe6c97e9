//! Sorted records of numbers in small checked pages, with a directory.
//!
//! A record is a few numbers, each written as its difference from the record before
//! in as few bytes as it needs. A reader of one record reads the directory and one
//! page, so that it need not read, nor check, the rest of a large index.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use integer_encoding::VarInt;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::source::ByteSource;

/// Bytes of the longest varint: a number of 64 bits, with seven bits in each byte.
const MAX_VARINT_BYTES: usize = 10;

/// Bytes in the index file, and what they must be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    pub offset: u64,
    pub length: u64,
    pub xxh3: u64,
}

/// Where a table's directory is, and how many records the table has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    pub directory: Blob,
    pub records: u64,
}

/// A file being written from its beginning to its end.
pub struct Output {
    file: BufWriter<File>,
    position: u64,
}

/// Cuts records into pages as they come.
pub struct PageWriter<const FIELDS: usize> {
    page_records: usize,
    page: Vec<[u64; FIELDS]>,
    directory: Vec<[u64; 4]>,
    records: u64,
}

/// The pages of a table: first key, offset, length and digest of each.
#[derive(Debug, Default)]
pub struct Directory(Vec<[u64; 4]>);

impl Blob {
    /// Reads the bytes from `file`; `None` where they are not what they must be.
    pub fn read(&self, file: &dyn ByteSource) -> io::Result<Option<Vec<u8>>> {
        let size_bytes = file.size_bytes()?.unwrap_or(0);
        let within = self.offset.checked_add(self.length).is_some_and(|end| end <= size_bytes);
        let Some(length) = usize::try_from(self.length).ok().filter(|_| within) else { return Ok(None) };
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, self.offset)?;
        Ok((xxh3_64(&bytes) == self.xxh3).then_some(bytes))
    }
}

impl Output {
    pub fn new(file: File) -> Self {
        Self { file: BufWriter::new(file), position: 0 }
    }

    /// Appends bytes and says where they are.
    pub fn put(&mut self, bytes: &[u8]) -> io::Result<Blob> {
        let blob = Blob { offset: self.position, length: bytes.len() as u64, xxh3: xxh3_64(bytes) };
        self.file.write_all(bytes)?;
        self.position += blob.length;
        Ok(blob)
    }

    /// Waits until all is on disk.
    pub fn sync(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()
    }
}

impl<const FIELDS: usize> PageWriter<FIELDS> {
    /// Pages of so many records, whose first field is the key they are sorted by.
    pub fn new(page_records: usize) -> Self {
        Self { page_records, page: Vec::new(), directory: Vec::new(), records: 0 }
    }

    pub fn push(&mut self, record: [u64; FIELDS], output: &mut Output) -> io::Result<()> {
        self.page.push(record);
        self.records += 1;
        if self.page.len() < self.page_records { Ok(()) } else { self.end_page(output) }
    }

    /// Writes what is left, and the directory.
    pub fn finish(mut self, output: &mut Output) -> io::Result<Section> {
        self.end_page(output)?;
        let directory = output.put(&encode(&self.directory))?;
        Ok(Section { directory, records: self.records })
    }

    fn end_page(&mut self, output: &mut Output) -> io::Result<()> {
        let Some(first) = self.page.first() else { return Ok(()) };
        let blob = output.put(&encode(&self.page))?;
        self.directory.push([first[0], blob.offset, blob.length, blob.xxh3]);
        self.page.clear();
        Ok(())
    }
}

impl Directory {
    /// Reads the directory of a table; `None` where it is damaged.
    pub fn read(section: &Section, file: &dyn ByteSource) -> io::Result<Option<Self>> {
        Ok(section.directory.read(file)?.and_then(|bytes| decode(&bytes)).map(Self))
    }

    pub fn pages(&self) -> usize {
        self.0.len()
    }

    /// The first page that can hold `key`: keys may occur in several.
    pub fn first_page_of(&self, key: u64) -> usize {
        self.0.partition_point(|page| page[0] < key).saturating_sub(1)
    }

    /// The last page that begins at or before `key`.
    pub fn last_page_of(&self, key: u64) -> Option<usize> {
        self.0.partition_point(|page| page[0] <= key).checked_sub(1)
    }

    /// The records of a page; `None` where there is none, or it is damaged.
    pub fn page<const FIELDS: usize>(
        &self,
        number: usize,
        file: &dyn ByteSource,
    ) -> io::Result<Option<Vec<[u64; FIELDS]>>> {
        let Some(&[_, offset, length, xxh3]) = self.0.get(number) else { return Ok(None) };
        Ok(Blob { offset, length, xxh3 }.read(file)?.and_then(|bytes| decode(&bytes)))
    }
}

/// Records as bytes.
pub fn encode<const FIELDS: usize>(records: &[[u64; FIELDS]]) -> Vec<u8> {
    let (mut bytes, mut before, mut one) = (Vec::new(), [0; FIELDS], [0; MAX_VARINT_BYTES]);
    for record in records {
        for (value, before) in record.iter().zip(&before) {
            let length = value.wrapping_sub(*before).cast_signed().encode_var(&mut one);
            bytes.extend_from_slice(&one[..length]);
        }
        before = *record;
    }
    bytes
}

/// The records of `bytes`; `None` where these are no whole records.
pub fn decode<const FIELDS: usize>(mut bytes: &[u8]) -> Option<Vec<[u64; FIELDS]>> {
    let (mut records, mut record) = (Vec::new(), [0u64; FIELDS]);
    while !bytes.is_empty() {
        for value in &mut record {
            let (difference, length) = i64::decode_var(bytes)?;
            bytes = bytes.get(length..)?;
            *value = value.wrapping_add(difference.cast_unsigned());
        }
        records.push(record);
    }
    Some(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_as_they_went() {
        let records = [[0, 0], [u64::MAX, 0], [1, u64::MAX], [1, 1], [300, 1 << 63], [0, 5]];

        let bytes = encode(&records);

        assert_eq!(decode::<2>(&bytes).unwrap(), records);
        assert_eq!(decode::<2>(&[]).unwrap(), Vec::<[u64; 2]>::new());
    }

    #[test]
    fn bytes_that_are_no_whole_records_are_refused() {
        for bytes in [&[0x80][..], &[1], &[0xff; 11], &[1, 2, 3]] {
            assert_eq!(decode::<2>(bytes), None, "{bytes:?}");
        }
    }
}
