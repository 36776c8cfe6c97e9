//! What several targets need: archives and indexes in memory.

pub mod forge;

use std::fs;
use std::io::{self, Cursor, Read, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use targz_seek::index::{IndexWriter, IndexedTotals, index_path};
use targz_seek::{Archive, ByteSource, Meter, Options};

/// Bytes with a name.
#[derive(Debug)]
pub struct Memory {
    name: &'static str,
    bytes: Arc<[u8]>,
}

impl Memory {
    pub fn new(name: &'static str, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { name, bytes: bytes.into() }
    }
}

impl ByteSource for Memory {
    fn path(&self) -> &Path {
        Path::new(self.name)
    }

    fn size_bytes(&self) -> io::Result<Option<u64>> {
        Ok(Some(self.bytes.len() as u64))
    }

    fn read_all(&self, _meter: &Meter) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.bytes.clone())))
    }

    fn read_range(&self, range: Range<u64>) -> io::Result<Box<dyn Read + Send>> {
        let mut rest = Cursor::new(self.bytes.clone());
        rest.set_position(range.start);
        Ok(Box::new(rest.take(range.end.saturating_sub(range.start))))
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).expect("memory takes all bytes");
    gzip.finish().expect("memory takes all bytes")
}

/// The bytes of the index of an archive, with a point about every `spacing_bytes`.
pub fn index_of(
    archive: &[u8],
    key_of: fn(&str) -> Option<u64>,
    options: Options,
    spacing_bytes: u64,
) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("archive");
    fs::write(&path, archive).expect("a temporary file can be written");
    let index = index_path(&path);
    let write = || -> Result<(), Box<dyn std::error::Error>> {
        let mut writer = IndexWriter::create(&path, &index, key_of, spacing_bytes, options.chunk_bytes)?;
        let mut reading = Archive::open_recorded(&path, options, Meter::default(), spacing_bytes)?;
        while let Some(chunk) = reading.next_chunk()? {
            reading.record_points(&mut writer, false)?;
            writer.add_chunk(&chunk)?;
        }
        let stream_bytes = reading.record_points(&mut writer, true)?;
        let totals = reading.finish()?;
        let (size_bytes, md5, notes) = (totals.size_bytes, totals.md5, totals.notes);
        writer.finish(&path, IndexedTotals { size_bytes, md5, stream_bytes, notes, repeats: false })?;
        Ok(())
    };
    write().expect("a sound archive has an index");
    fs::read(index).expect("the index has been written")
}
