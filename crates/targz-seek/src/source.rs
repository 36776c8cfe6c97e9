//! Where the bytes of an archive or of an index lie.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::gzip::is_gzip;
use super::input::Meter;
use super::map::Map;
use super::waiting::Waiting;

/// The path that means standard input.
const STANDARD_INPUT: &str = "-";
/// Bytes that tell gzip.
const MARK_BYTES: usize = 2;

/// A place that bytes are read from: a file, a stream, memory, an object of a store.
///
/// Reading an archive needs [`read_all`](Self::read_all) alone. Reading by an index needs
/// the size and [`read_range`](Self::read_range) too. The bytes must not change as long as
/// the source exists; what changes them is found by checksums, and told as damage.
pub trait ByteSource: fmt::Debug + Send + Sync {
    /// What messages call it: a path or an address.
    fn path(&self) -> &Path;

    /// How many bytes there are; `None` where only the end tells, as of a stream.
    ///
    /// # Errors
    /// An I/O error where the size cannot be asked for.
    fn size_bytes(&self) -> io::Result<Option<u64>>;

    /// Reads all bytes from the first on. A stream can be read once.
    ///
    /// `meter` says whether to stop, to a source that waits for bytes.
    ///
    /// # Errors
    /// An I/O error where the bytes cannot be read.
    fn read_all(&self, meter: &Meter) -> io::Result<Box<dyn Read + Send>>;

    /// Reads some of the bytes.
    ///
    /// # Errors
    /// An I/O error where they cannot be read, or not in part.
    fn read_range(&self, range: Range<u64>) -> io::Result<Box<dyn Read + Send>>;

    /// Fills `buffer` with the bytes from `offset` on.
    ///
    /// # Errors
    /// An I/O error where they cannot be read, or where there are not so many.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.read_range(offset..offset.saturating_add(buffer.len() as u64))?.read_exact(buffer)
    }
}

/// The source of a local path: a file, a named pipe, or standard input (`-`).
///
/// # Errors
/// An I/O error where a file cannot be opened. Pipes are opened when they are read.
pub fn local(path: &Path) -> io::Result<Arc<dyn ByteSource>> {
    let is_stream = path == Path::new(STANDARD_INPUT)
        // A named pipe cannot even be opened before somebody writes to it.
        || path.metadata().is_ok_and(|metadata| !metadata.is_file());
    if is_stream {
        return Ok(Arc::new(StreamSource { path: path.to_owned() }));
    }
    Ok(Arc::new(FileSource::open(path)?))
}

/// A local file. An archive that is not compressed, and an index, are mapped into memory
/// where the system allows it.
#[derive(Debug)]
pub struct FileSource {
    path: PathBuf,
    file: Arc<File>,
    map: OnceLock<Option<Arc<Map>>>,
}

/// A file's bytes from a place on.
struct FileReader {
    file: Arc<File>,
    map: Option<Arc<Map>>,
    range: Range<u64>,
}

/// Standard input, or a named pipe.
#[derive(Debug)]
struct StreamSource {
    path: PathBuf,
}

impl FileSource {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// An I/O error where it cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), file: Arc::new(File::open(path)?), map: OnceLock::new() })
    }

    /// The file in memory; `None` where it cannot be mapped, and for gzip data: of them each byte is
    /// used once.
    fn map(&self) -> Option<&Arc<Map>> {
        let map = || if self.is_gzip() { None } else { Map::new(&self.file).ok().map(Arc::new) };
        self.map.get_or_init(map).as_ref()
    }

    fn is_gzip(&self) -> bool {
        let mut mark = [0; MARK_BYTES];
        self.file.read_exact_at(&mut mark, 0).is_ok_and(|()| is_gzip(&mark))
    }
}

impl ByteSource for FileSource {
    fn path(&self) -> &Path {
        &self.path
    }

    fn size_bytes(&self) -> io::Result<Option<u64>> {
        self.file.metadata().map(|metadata| Some(metadata.len()))
    }

    fn read_all(&self, _meter: &Meter) -> io::Result<Box<dyn Read + Send>> {
        self.read_range(0..u64::MAX)
    }

    fn read_range(&self, range: Range<u64>) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(FileReader { file: self.file.clone(), map: self.map().cloned(), range }))
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        match self.map() {
            Some(map) if map.read_at(buffer, offset)? < buffer.len() => {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Some(_) => Ok(()),
            None => self.file.read_exact_at(buffer, offset),
        }
    }
}

impl Read for FileReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = self.range.end.saturating_sub(self.range.start);
        let room = usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        let length = match &self.map {
            Some(map) => map.read_at(&mut out[..room], self.range.start)?,
            None => self.file.read_at(&mut out[..room], self.range.start)?,
        };
        self.range.start += length as u64;
        Ok(length)
    }
}

impl ByteSource for StreamSource {
    fn path(&self) -> &Path {
        &self.path
    }

    fn size_bytes(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }

    fn read_all(&self, meter: &Meter) -> io::Result<Box<dyn Read + Send>> {
        if self.path == Path::new(STANDARD_INPUT) {
            return Ok(Box::new(Waiting::begin(|| Ok(io::stdin()), meter.clone())?));
        }
        let path = self.path.clone();
        Ok(Box::new(Waiting::begin(move || File::open(path), meter.clone())?))
    }

    fn read_range(&self, _range: Range<u64>) -> io::Result<Box<dyn Read + Send>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "a stream cannot be read in parts"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_of(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    #[test]
    fn a_range_of_a_file_is_read_mapped_or_not() {
        // With gzip's mark it is read, without it is mapped.
        for first in [b"\x1f\x8b", b"ab"] {
            let bytes = [first, &b"cdefgh"[..]].concat();
            let (_folder, path) = file_of(&bytes);
            let source = FileSource::open(&path).unwrap();
            assert_eq!(source.size_bytes().unwrap(), Some(8));
            for range in [0..8, 2..5, 7..100, 8..9, 20..30] {
                let mut found = Vec::new();
                source.read_range(range.clone()).unwrap().read_to_end(&mut found).unwrap();

                let end = bytes.len().min(range.end as usize);
                assert_eq!(found, bytes[end.min(range.start as usize)..end], "{range:?}");
            }
            let mut buffer = [0; 3];
            source.read_exact_at(&mut buffer, 5).unwrap();
            assert_eq!(buffer, *b"fgh");
            let beyond = source.read_exact_at(&mut buffer, 6).unwrap_err();
            assert_eq!(beyond.kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn a_file_that_is_shortened_ends_there() {
        let (_folder, path) = file_of(&[7; 100_000]);
        let source = FileSource::open(&path).unwrap();
        let mut reader = source.read_all(&Meter::default()).unwrap();
        let mut buffer = [0; 10];
        reader.read_exact(&mut buffer).unwrap();

        File::options().write(true).open(&path).unwrap().set_len(20).unwrap();

        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, [7; 10]);
        assert_eq!(source.read_exact_at(&mut buffer, 15).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn an_empty_file_has_no_bytes() {
        let (_folder, path) = file_of(b"");
        let mut found = Vec::new();

        local(&path).unwrap().read_all(&Meter::default()).unwrap().read_to_end(&mut found).unwrap();

        assert!(found.is_empty());
    }
}
