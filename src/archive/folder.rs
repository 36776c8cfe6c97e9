//! A folder of loose files, walked in a fixed order.
//!
//! Only `.xml` files are read; all others are named. Links to folders are not
//! followed, so that a walk always ends.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use md5::{Digest, Md5};

use super::chunk::{Buffers, Chunk, Kind};
use super::error::ArchiveError;
use super::input::{Meter, hex_digest};
use super::open::Options;

pub(super) struct FolderWalk {
    root: PathBuf,
    /// Entries still to visit, the next one last.
    pending: Vec<PathBuf>,
    options: Options,
    buffers: Buffers,
    meter: Meter,
    digest: Md5,
    read_bytes: u64,
}

impl FolderWalk {
    pub fn new(root: &Path, options: Options, meter: Meter) -> Self {
        let pending = vec![root.to_owned()];
        let buffers = Buffers::default();
        Self { root: root.to_owned(), pending, options, buffers, meter, digest: Md5::new(), read_bytes: 0 }
    }

    /// Whole files up to about the chunk size; `None` at the end.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ArchiveError> {
        let mut chunk = Chunk::new(&self.buffers);
        let mut bytes = Vec::new();
        while bytes.len() + chunk.overhead_bytes() < self.options.chunk_bytes {
            let Some(path) = self.pending.pop() else { break };
            self.visit(&path, &mut chunk, &mut bytes)?;
        }
        chunk.set_bytes(bytes);
        Ok((!chunk.is_empty()).then_some(chunk))
    }

    /// Size and MD5 of all files, one after the other.
    pub fn totals(&self) -> (u64, String) {
        (self.read_bytes, hex_digest(self.digest.clone()))
    }

    fn visit(&mut self, path: &Path, chunk: &mut Chunk, bytes: &mut Vec<u8>) -> Result<(), ArchiveError> {
        let metadata = metadata(path)?;
        let name = relative(path, &self.root);
        let start = bytes.len();
        let kind = if metadata.is_dir() {
            self.pending.extend(children(path)?.into_iter().rev());
            Kind::Directory
        } else if !metadata.is_file() || !is_xml(path) {
            Kind::Special
        } else if metadata.len() > self.options.max_member_bytes {
            Kind::TooLarge { size_bytes: metadata.len() }
        } else {
            bytes.extend(fs::read(path).map_err(|source| open_error(path, source))?);
            Kind::File
        };
        chunk.push(&name, kind, start..bytes.len(), self.read_bytes);
        let length = (bytes.len() - start) as u64;
        self.digest.update(&bytes[start..]);
        self.read_bytes += length;
        self.meter.add(length);
        Ok(())
    }
}

/// The sum of all sizes, and a digest of names, sizes and times.
pub(super) fn listing(root: &Path) -> Result<(u64, String), ArchiveError> {
    let (mut digest, mut size_bytes) = (Md5::new(), 0);
    let mut pending = vec![root.to_owned()];
    while let Some(path) = pending.pop() {
        let metadata = metadata(&path)?;
        if metadata.is_dir() {
            pending.extend(children(&path)?.into_iter().rev());
            continue;
        }
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let nanoseconds = modified.unwrap_or_default().as_nanos();
        digest.update(format!("{}\0{}\0{nanoseconds}\n", relative(&path, root), metadata.len()));
        size_bytes += metadata.len();
    }
    Ok((size_bytes, hex_digest(digest)))
}

/// What a path is; a link counts as the file it leads to, never as a folder.
fn metadata(path: &Path) -> Result<Metadata, ArchiveError> {
    let own = fs::symlink_metadata(path).map_err(|source| open_error(path, source))?;
    match fs::metadata(path) {
        Ok(target) if own.is_symlink() && target.is_file() => Ok(target),
        _ => Ok(own),
    }
}

fn is_xml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"))
}

fn relative(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

/// What a folder holds, sorted by name.
fn children(path: &Path) -> Result<Vec<PathBuf>, ArchiveError> {
    let entries = fs::read_dir(path).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    let entries = entries.map_err(|source| open_error(path, source))?;
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    paths.sort();
    Ok(paths)
}

fn open_error(path: &Path, source: io::Error) -> ArchiveError {
    ArchiveError::Open { path: path.to_owned(), source }
}
