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
use crate::source::local;

/// The key of a member by its name; members without are not found by the index.
pub type KeyOf = fn(&str) -> Option<u64>;

/// An index that is being written.
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

/// What was learned of an archive besides.
#[derive(Debug, Clone)]
pub struct IndexedTotals {
    pub size_bytes: u64,
    pub md5: String,
    pub stream_bytes: u64,
    pub notes: Vec<String>,
    pub repeats: bool,
}

impl IndexWriter {
    /// Begins the index of `archive` at `path`; what is there stays until the end.
    ///
    /// # Errors
    /// [`IndexError`] where the archive cannot be read or a file not be made, or where
    /// something else than an index is in the way.
    pub fn create(
        archive: &Path,
        path: &Path,
        key_of: KeyOf,
        spacing_bytes: u64,
        chunk_bytes: usize,
    ) -> Result<Self, IndexError> {
        if path.exists() && !begins_like_an_index(path) {
            return Err(IndexError::InTheWay { path: path.to_owned() });
        }
        let mark = local(archive)
            .and_then(|source| ArchiveMark::of(&*source))
            .map_err(IndexError::io("read", archive))?;
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

    /// Takes in points of the stream.
    ///
    /// # Errors
    /// [`IndexError::Io`] where the disk fails.
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

    /// Takes in the members of a chunk.
    ///
    /// # Errors
    /// [`IndexError::Io`] where the disk fails.
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

    /// Ends the index and gives it its name.
    ///
    /// # Errors
    /// [`IndexError`] where the disk fails, or the archive is not what it was.
    pub fn finish(mut self, archive: &Path, totals: IndexedTotals) -> Result<Contents, IndexError> {
        let mark = local(archive)
            .and_then(|source| ArchiveMark::of(&*source))
            .map_err(IndexError::io("read", archive))?;
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
