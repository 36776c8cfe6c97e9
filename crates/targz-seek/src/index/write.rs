//! Writes an index as its archive passes.
//!
//! Windows go to the file as they come, runs are sorted in pieces: of what grows with
//! the archive only points stay in memory, 48 bytes for each. The file has a name of
//! its own until it is whole and on disk.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::checks::encode;
use super::page::{Output, PageWriter};
use super::points::{Found, Kind};
use super::sort::{Record, Sorter};
use super::{
    ArchiveMark, BLOCK, Contents, FORMAT_VERSION, IndexError, MAGIC, NO_CHUNK, POINT_FIELDS, POINTS_PER_PAGE,
    RUN_FIELDS, RUNS_PER_PAGE,
};
use crate::chunk::{Chunk, Member};
use crate::source::{ByteSource, local};

/// Gives the key of a member by its name. `None` for members that nobody looks up: the index
/// does not lead to them.
pub type KeyOf = fn(&str) -> Option<u64>;

/// Writes an index while its archive is read, in a file `<index>.part`. [`IndexWriter::finish`]
/// gives the file its name; a writer that is dropped before removes it.
pub struct IndexWriter {
    path: PathBuf,
    aside: PathBuf,
    mark: ArchiveMark,
    key_of: KeyOf,
    output: Output,
    points: Vec<[u64; POINT_FIELDS]>,
    /// How many points know their chunk.
    with_chunk: usize,
    runs: Sorter,
    open_run: Option<Record>,
    /// Where the last member ended.
    end: u64,
    members: u64,
    keyed: u64,
    spacing_bytes: u64,
    chunk_bytes: u64,
}

/// What the caller knows of an archive when it has been read to its end, for the index's
/// [`Contents`].
#[derive(Debug, Clone)]
pub struct IndexedTotals {
    /// The size of the archive in bytes, from [`Totals`](crate::Totals).
    pub size_bytes: u64,
    /// The MD5 of the archive, from [`Totals`](crate::Totals).
    pub md5: String,
    /// The size of the uncompressed stream in bytes, from the last call of
    /// [`Archive::record_points`](crate::Archive::record_points).
    pub stream_bytes: u64,
    /// Oddities that did no harm, from [`Totals`](crate::Totals).
    pub notes: Vec<String>,
    /// Whether some member's name came more than once; false if nobody looked.
    pub repeats: bool,
}

impl IndexWriter {
    /// Begins the index of `archive` at `path`. An index that is there already stays until the
    /// new one is finished. `chunk_bytes` is that of the [`Options`](crate::Options) with
    /// which the archive is read.
    ///
    /// # Errors
    /// [`IndexError`] if the archive cannot be read, if the file cannot be made, if another
    /// process writes it, or if a file that is no index would be replaced.
    pub fn create(
        archive: &Path,
        path: &Path,
        key_of: KeyOf,
        spacing_bytes: u64,
        chunk_bytes: usize,
    ) -> Result<Self, IndexError> {
        let source = local(archive).map_err(IndexError::io("read", archive))?;
        Self::of_source(&*source, path, key_of, spacing_bytes, chunk_bytes)
    }

    /// Does the same for the archive in a source. The index is written to a local file.
    ///
    /// # Errors
    /// As [`IndexWriter::create`].
    pub fn of_source(
        archive: &dyn ByteSource,
        path: &Path,
        key_of: KeyOf,
        spacing_bytes: u64,
        chunk_bytes: usize,
    ) -> Result<Self, IndexError> {
        if path.exists() && !begins_like_an_index(path) {
            return Err(IndexError::InTheWay { path: path.to_owned() });
        }
        let mark = ArchiveMark::of(archive).map_err(IndexError::io("read", archive.path()))?;
        let mut aside = path.as_os_str().to_owned();
        aside.push(".part");
        let aside = PathBuf::from(aside);
        let is_empty = |path: &Path| path.metadata().is_ok_and(|metadata| metadata.len() == 0);
        if aside.exists() && !begins_like_an_index(&aside) && !is_empty(&aside) {
            return Err(IndexError::InTheWay { path: aside });
        }
        let file = File::options().write(true).create(true).truncate(false).open(&aside);
        let file = file.map_err(IndexError::io("make", &aside))?;
        if file.try_lock().is_err() {
            return Err(IndexError::Busy { path: path.to_owned() });
        }
        file.set_len(0).map_err(IndexError::io("make", &aside))?;
        let mut output = Output::new(file);
        output.put(&MAGIC).map_err(IndexError::io("write", &aside))?;
        Ok(Self {
            path: path.to_owned(),
            mark,
            key_of,
            output,
            points: Vec::new(),
            with_chunk: 0,
            runs: Sorter::new(&aside).map_err(IndexError::io("make a file beside", &aside))?,
            open_run: None,
            end: 0,
            members: 0,
            keyed: 0,
            spacing_bytes,
            chunk_bytes: chunk_bytes as u64,
            aside,
        })
    }

    /// Adds points of the stream.
    /// [`Archive::record_points`](crate::Archive::record_points) calls this.
    ///
    /// # Errors
    /// [`IndexError::Io`] if the disk fails.
    pub fn add_points(&mut self, found: impl Iterator<Item = Found>) -> Result<(), IndexError> {
        for point in found {
            let window = self
                .output
                .put(&encode(&point.checks, &point.window))
                .map_err(IndexError::io("write", &self.aside))?;
            let bit_and_kind = point.bit << 2 | kind_number(point.kind);
            self.points.push([
                point.offset,
                bit_and_kind,
                window.offset,
                window.length,
                window.xxh3,
                NO_CHUNK,
            ]);
        }
        Ok(())
    }

    /// Adds the members of a chunk. All chunks of the archive must come, in their order.
    ///
    /// # Errors
    /// [`IndexError::Io`] if the disk fails.
    pub fn add_chunk(&mut self, chunk: &Chunk) -> Result<(), IndexError> {
        if let Some(start) = chunk.start() {
            let waiting = self.points[self.with_chunk..].iter_mut().take_while(|point| point[0] <= start);
            self.with_chunk += waiting.map(|point| point[POINT_FIELDS - 1] = start).count();
        }
        for (name, _, member) in chunk.members() {
            self.add_member(name, member).map_err(IndexError::io("write", &self.aside))?;
        }
        Ok(())
    }

    fn add_member(&mut self, name: &str, member: &Member) -> io::Result<()> {
        let (start, end) = (self.end, member.end);
        self.end = end;
        self.members += 1;
        let Some(key) = (self.key_of)(name) else { return Ok(()) };
        self.keyed += 1;
        let blocks = (end - start) / BLOCK;
        match &mut self.open_run {
            Some([run_key, first, length]) if *run_key == key && (*first + *length) * BLOCK == start => {
                *length += blocks;
            }
            open => {
                let ended = open.replace([key, start / BLOCK, blocks]);
                ended.map_or(Ok(()), |run| self.runs.push(run))?;
            }
        }
        Ok(())
    }

    /// Writes what is left, waits until all is on the disk, and gives the index its name.
    ///
    /// # Errors
    /// [`IndexError::Io`] if the disk fails, [`IndexError::Changed`] if the archive is not what
    /// it was when the index was begun.
    pub fn finish(self, archive: &Path, totals: IndexedTotals) -> Result<Contents, IndexError> {
        let source = local(archive).map_err(IndexError::io("read", archive))?;
        self.finish_source(&*source, totals)
    }

    /// Does the same for the archive in a source.
    ///
    /// # Errors
    /// As [`IndexWriter::finish`].
    pub fn finish_source(
        mut self,
        archive: &dyn ByteSource,
        totals: IndexedTotals,
    ) -> Result<Contents, IndexError> {
        let mark = ArchiveMark::of(archive).map_err(IndexError::io("read", archive.path()))?;
        if mark != self.mark || totals.size_bytes != mark.size_bytes {
            return Err(IndexError::Changed);
        }
        let contents = self.write_rest(totals).map_err(IndexError::io("write", &self.aside))?;
        fs::rename(&self.aside, &self.path).map_err(IndexError::io("rename", &self.aside))?;
        Ok(contents)
    }

    fn write_rest(&mut self, totals: IndexedTotals) -> io::Result<Contents> {
        let mut points = PageWriter::<POINT_FIELDS>::new(POINTS_PER_PAGE);
        self.points.iter().try_for_each(|point| points.push(*point, &mut self.output))?;
        let points = points.finish(&mut self.output)?;
        let empty = Sorter::new(&self.aside)?;
        let mut sorter = std::mem::replace(&mut self.runs, empty);
        self.open_run.take().map_or(Ok(()), |run| sorter.push(run))?;
        let mut runs = PageWriter::<RUN_FIELDS>::new(RUNS_PER_PAGE);
        sorter.finish(|run| runs.push(run, &mut self.output))?;
        let runs = runs.finish(&mut self.output)?;
        let contents = Contents {
            format_version: FORMAT_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            archive: self.mark,
            md5: totals.md5,
            stream_bytes: totals.stream_bytes,
            spacing_bytes: self.spacing_bytes,
            chunk_bytes: self.chunk_bytes,
            members: self.members,
            keyed: self.keyed,
            repeats: totals.repeats,
            notes: totals.notes,
            points,
            runs,
        };
        let json = self.output.put(&serde_json::to_vec(&contents)?)?;
        self.output.put(&json.length.to_le_bytes())?;
        self.output.put(&json.xxh3.to_le_bytes())?;
        self.output.put(&MAGIC)?;
        self.output.sync()?;
        Ok(contents)
    }
}

impl Drop for IndexWriter {
    fn drop(&mut self) {
        // Where it has its name already there is nothing to remove.
        let _ = fs::remove_file(&self.aside);
    }
}

/// Nothing but an index is replaced by one, above all not the archive.
fn begins_like_an_index(path: &Path) -> bool {
    let mut head = [0; MAGIC.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == MAGIC
}

fn kind_number(kind: Kind) -> u64 {
    match kind {
        Kind::Plain => 0,
        Kind::Header => 1,
        Kind::Block => 2,
    }
}
