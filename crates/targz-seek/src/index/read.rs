//! Reads an index: where members lie, where reading can begin.

use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::read::ZlibDecoder;

use super::checks::decode;
use super::page::{Blob, Directory};
use super::points::Kind;
use super::{
    ArchiveMark, BLOCK, Contents, FORMAT_VERSION, IndexError, MAGIC, NO_CHUNK, POINT_FIELDS, POINTS_PER_PAGE,
    RUN_FIELDS, index_path,
};
use crate::inflate::WINDOW_BYTES;
use crate::source::{ByteSource, local};

/// Length, digest and magic after the contents.
const TAIL_BYTES: u64 = 24;

/// An opened index of an archive. It belongs to the archive as the archive was when it was
/// opened; pages are read from the disk as they are needed. Share it in an `Arc`.
#[derive(Debug)]
pub struct Index {
    path: PathBuf,
    file: Arc<dyn ByteSource>,
    archive: Arc<dyn ByteSource>,
    /// What the index says of itself and of its archive.
    pub contents: Contents,
    points: Directory,
    runs: Directory,
}

/// A place from which the stream can be read, as the index has it.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    pub offset: u64,
    pub bit: u64,
    pub kind: Kind,
    /// Digests of the stream up to the next point, and the window.
    pub blob: Blob,
}

impl Index {
    /// Opens the index that lies beside `archive`, at [`index_path`]; `None` if no file is
    /// there.
    ///
    /// # Errors
    /// As [`Index::open`].
    pub fn beside(archive: &Path) -> Result<Option<Self>, IndexError> {
        let path = index_path(archive);
        if path.is_file() { Self::open(&path, archive).map(Some) } else { Ok(None) }
    }

    /// Opens the index at `path` of the file `archive`.
    ///
    /// # Errors
    /// [`IndexError`] if the file is no index, is damaged, has another format, or was not made
    /// for this archive as it is now.
    pub fn open(path: &Path, archive: &Path) -> Result<Self, IndexError> {
        let source = |path: &Path| local(path).map_err(IndexError::io("open", path));
        Self::of_source(source(path)?, source(archive)?)
    }

    /// Opens the index that `file` holds of `archive`.
    ///
    /// # Errors
    /// As [`Index::open`].
    pub fn of_source(file: Arc<dyn ByteSource>, archive: Arc<dyn ByteSource>) -> Result<Self, IndexError> {
        let path = file.path().to_owned();
        let contents = read_contents(&*file)?;
        let mark = ArchiveMark::of(&*archive).map_err(IndexError::io("read", archive.path()))?;
        if mark != contents.archive {
            return Err(IndexError::Stale { path });
        }
        let directories = || -> std::io::Result<_> {
            Ok((Directory::read(&contents.points, &*file)?, Directory::read(&contents.runs, &*file)?))
        };
        match directories().map_err(IndexError::io("read", &path))? {
            (Some(points), Some(runs)) => Ok(Self { path, file, archive, contents, points, runs }),
            _ => Err(IndexError::Damaged { path, what: "a directory".to_owned() }),
        }
    }

    /// Where the index lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The archive that it is the index of.
    pub fn archive(&self) -> &dyn ByteSource {
        &*self.archive
    }

    /// The ranges of the uncompressed stream in which members of `key` lie, headers included,
    /// in the order of the stream; none if no member has the key.
    ///
    /// # Errors
    /// [`IndexError`] if the index cannot be read or is damaged.
    pub fn runs(&self, key: u64) -> Result<Vec<Range<u64>>, IndexError> {
        let mut found = Vec::new();
        for page in self.runs.first_page_of(key)..self.runs.pages() {
            let records = self.page::<RUN_FIELDS>(&self.runs, page)?;
            let of_key = records.iter().filter(|record| record[0] == key);
            for &[_, first, blocks] in of_key {
                let end = first.checked_add(blocks).and_then(|end| end.checked_mul(BLOCK));
                let end = end.filter(|&end| end <= self.contents.stream_bytes);
                let end = end.ok_or_else(|| self.damaged("a run of members"))?;
                found.push(first * BLOCK..end);
            }
            if records.last().is_none_or(|record| record[0] > key) {
                break;
            }
        }
        Ok(found)
    }

    /// Cuts a range of the uncompressed stream where chunks begin, into pieces of `least_bytes`
    /// or more; only the last may have fewer. Several threads can read the pieces.
    ///
    /// # Errors
    /// [`IndexError`] if the index cannot be read or is damaged.
    pub fn stretches(&self, range: Range<u64>, least_bytes: u64) -> Result<Vec<Range<u64>>, IndexError> {
        let (mut stretches, mut start) = (Vec::new(), range.start);
        for cut in self.cuts()?.into_iter().filter(|cut| range.contains(cut)) {
            if cut - start >= least_bytes {
                stretches.push(start..cut);
                start = cut;
            }
        }
        stretches.push(start..range.end);
        stretches.retain(|stretch| !stretch.is_empty());
        Ok(stretches)
    }

    /// The range of part `number` of `count` parts of the uncompressed stream, counted from 1.
    /// The parts have about the same size, consist of whole chunks, and together are the
    /// stream; in a short archive some are empty. Several machines can read the parts.
    ///
    /// # Errors
    /// [`IndexError`] if the index cannot be read or is damaged.
    pub fn part(&self, number: u64, count: u64) -> Result<Range<u64>, IndexError> {
        let whole = self.contents.stream_bytes;
        let cuts = self.cuts()?;
        let border = |number: u64| {
            let target = (u128::from(whole) * u128::from(number) / u128::from(count)) as u64;
            match number {
                0 => 0,
                _ if number >= count => whole,
                _ => cuts.get(cuts.partition_point(|&cut| cut < target)).copied().unwrap_or(whole),
            }
        };
        Ok(border(number.saturating_sub(1))..border(number))
    }

    /// The beginnings of chunks that points know, but for the first, ascending.
    fn cuts(&self) -> Result<Vec<u64>, IndexError> {
        let mut cuts = Vec::new();
        for page in 0..self.points.pages() {
            for point in self.page::<POINT_FIELDS>(&self.points, page)? {
                let chunk = point[POINT_FIELDS - 1];
                let is_new = chunk > cuts.last().copied().unwrap_or(0);
                if is_new && chunk != NO_CHUNK && chunk < self.contents.stream_bytes {
                    cuts.push(chunk);
                }
            }
        }
        Ok(cuts)
    }

    /// The number of the last point at or before a place of the stream.
    pub(super) fn point_before(&self, offset: u64) -> Result<usize, IndexError> {
        let page = self.points.last_page_of(offset).ok_or_else(|| self.damaged("the first point"))?;
        let records = self.page::<POINT_FIELDS>(&self.points, page)?;
        let within = records.partition_point(|record| record[0] <= offset);
        Ok(page * POINTS_PER_PAGE + within.saturating_sub(1))
    }

    /// Where in the file the stream up to `offset` ends at the latest; [`u64::MAX`] if only the
    /// end of the file tells.
    pub(super) fn file_end(&self, offset: u64) -> Result<u64, IndexError> {
        let mut number = self.point_before(offset)?;
        loop {
            let points = self.points_from(number)?;
            let Some(point) = points.iter().find(|point| point.offset >= offset) else {
                if points.is_empty() {
                    return Ok(u64::MAX);
                }
                number += points.len();
                continue;
            };
            // A block may begin within a byte.
            return Ok(point.bit.div_ceil(8));
        }
    }

    /// Some points from a number on; none at the end.
    pub(super) fn points_from(&self, number: usize) -> Result<Vec<Point>, IndexError> {
        if number as u64 >= self.contents.points() {
            return Ok(Vec::new());
        }
        let records = self.page::<POINT_FIELDS>(&self.points, number / POINTS_PER_PAGE)?;
        records.iter().skip(number % POINTS_PER_PAGE).map(|record| self.point(record)).collect()
    }

    fn point(&self, record: &[u64; POINT_FIELDS]) -> Result<Point, IndexError> {
        let &[offset, bit_and_kind, blob_offset, length, xxh3, _chunk] = record;
        let kind = match bit_and_kind & 3 {
            0 => Kind::Plain,
            1 => Kind::Header,
            2 => Kind::Block,
            _ => return Err(self.damaged("the kind of a point")),
        };
        let blob = Blob { offset: blob_offset, length, xxh3 };
        Ok(Point { offset, bit: bit_and_kind >> 2, kind, blob })
    }

    /// The digests of the pieces from a point to the next.
    pub(super) fn checks(&self, point: &Point) -> Result<Vec<u64>, IndexError> {
        let blob = self.blob(point)?;
        decode(&blob).map(|(checks, _)| checks).ok_or_else(|| self.damaged("the digests of a point"))
    }

    /// The bytes before a point.
    pub(super) fn window(&self, point: &Point) -> Result<Vec<u8>, IndexError> {
        let blob = self.blob(point)?;
        let (_, packed) = decode(&blob).ok_or_else(|| self.damaged("a window"))?;
        let mut window = Vec::new();
        let read = ZlibDecoder::new(packed).take(WINDOW_BYTES as u64).read_to_end(&mut window);
        read.map(|_| window).map_err(|_| self.damaged("a window"))
    }

    fn blob(&self, point: &Point) -> Result<Vec<u8>, IndexError> {
        let blob = point.blob.read(&*self.file).map_err(IndexError::io("read", &self.path))?;
        blob.ok_or_else(|| self.damaged("digests and window of a point"))
    }

    /// An [`IndexError::Damaged`] of this index, for a caller that finds other members than
    /// the index says. `what` names the wrong part, such as `a run of members`.
    pub fn damaged(&self, what: &str) -> IndexError {
        IndexError::Damaged { path: self.path.clone(), what: what.to_owned() }
    }

    fn page<const FIELDS: usize>(
        &self,
        directory: &Directory,
        number: usize,
    ) -> Result<Vec<[u64; FIELDS]>, IndexError> {
        let page = directory.page(number, &*self.file).map_err(IndexError::io("read", &self.path))?;
        page.ok_or_else(|| self.damaged("a page"))
    }
}

fn read_contents(file: &dyn ByteSource) -> Result<Contents, IndexError> {
    let path = file.path();
    let no_index = || IndexError::NotAnIndex { path: path.to_owned() };
    let damaged = || IndexError::Damaged { path: path.to_owned(), what: "its list of contents".to_owned() };
    let read =
        |bytes: &mut [u8], offset| file.read_exact_at(bytes, offset).map_err(IndexError::io("read", path));
    let size_bytes = file.size_bytes().map_err(IndexError::io("read", path))?.unwrap_or(0);
    let head_bytes = MAGIC.len() as u64;
    if size_bytes < head_bytes + TAIL_BYTES {
        return Err(no_index());
    }
    let (mut head, mut tail) = ([0; MAGIC.len()], [0; TAIL_BYTES as usize]);
    read(&mut head, 0)?;
    read(&mut tail, size_bytes - TAIL_BYTES)?;
    let [length, xxh3, magic] = tail.as_chunks::<8>().0 else { return Err(no_index()) };
    if head != MAGIC || *magic != MAGIC {
        return Err(no_index());
    }
    let length = u64::from_le_bytes(*length);
    let offset = (size_bytes - TAIL_BYTES).checked_sub(length).ok_or_else(damaged)?;
    let json = Blob { offset, length, xxh3: u64::from_le_bytes(*xxh3) }.read(file);
    let json = json.map_err(IndexError::io("read", path))?.ok_or_else(damaged)?;
    let version: Version = serde_json::from_slice(&json).map_err(|_| damaged())?;
    if version.format_version != FORMAT_VERSION {
        let (found, known) = (version.format_version, FORMAT_VERSION);
        return Err(IndexError::Version { path: path.to_owned(), found, known });
    }
    serde_json::from_slice(&json).map_err(|_| damaged())
}

/// What every version of the format has.
#[derive(serde::Deserialize)]
struct Version {
    format_version: u32,
}
