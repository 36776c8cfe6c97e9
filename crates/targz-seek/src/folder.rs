//! A folder of loose files, walked in a fixed order.
//!
//! Only `.xml` files are read; all others are named, and what may hold documents but
//! cannot be read is left out with a reason.

use std::fs::{self, Metadata};
use std::path::Path;
use std::time::UNIX_EPOCH;

use md5::{Digest, Md5};

use super::chunk::{Chunk, Kind};
use super::digesting::hex_digest;
use super::error::ArchiveError;
use super::foreign::{ARCHIVE_ENDINGS, XML, has_ending};
use super::input::Meter;
use super::options::Options;
use super::walk::{Found, Walk, What, open_error, reason};

/// Why an archive in a folder is left out.
const PACKED: &str = "an archive in a folder, which is not looked into; give it by itself";

pub(super) struct FolderWalk {
    walk: Walk,
    options: Options,
    meter: Meter,
    digest: Md5,
    read_bytes: u64,
}

impl FolderWalk {
    pub fn new(root: &Path, options: Options, meter: Meter) -> Result<Self, ArchiveError> {
        let walk = Walk::new(root)?;
        Ok(Self { walk, options, meter, digest: Md5::new(), read_bytes: 0 })
    }

    /// Whole files up to about the chunk size; `None` at the end.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ArchiveError> {
        let mut chunk = Chunk::new();
        let mut bytes = Vec::new();
        while bytes.len() + chunk.overhead_bytes() < self.options.least_chunk_bytes() {
            let Some(found) = self.walk.next()? else { break };
            self.take(&found, &mut chunk, &mut bytes)?;
        }
        chunk.set_bytes(bytes.into());
        Ok((!chunk.is_empty()).then_some(chunk))
    }

    /// Size and MD5 of all files, one after the other, and what is to be told.
    pub fn finish(self) -> ((u64, String), Vec<String>) {
        ((self.read_bytes, hex_digest(self.digest)), self.walk.note().into_iter().collect())
    }

    fn take(&mut self, found: &Found, chunk: &mut Chunk, bytes: &mut Vec<u8>) -> Result<(), ArchiveError> {
        let start = bytes.len();
        let kind = match &found.what {
            What::Folder => Kind::Directory,
            What::LeftOut(reason) => Kind::LeftOut { reason },
            What::File(metadata) => self.read(found, metadata, bytes)?,
        };
        let length = (bytes.len() - start) as u64;
        chunk.push(&found.name, kind, start..bytes.len(), self.read_bytes..self.read_bytes + length);
        self.digest.update(&bytes[start..]);
        self.read_bytes += length;
        self.meter.add(length);
        Ok(())
    }

    fn read(&self, found: &Found, metadata: &Metadata, bytes: &mut Vec<u8>) -> Result<Kind, ArchiveError> {
        let name = Path::new(&found.name);
        if has_ending(name, ARCHIVE_ENDINGS) {
            return Ok(Kind::LeftOut { reason: PACKED });
        }
        if !has_ending(name, XML) {
            return Ok(Kind::Special);
        }
        if metadata.len() > self.options.max_member_bytes {
            return Ok(Kind::TooLarge { size_bytes: metadata.len() });
        }
        match fs::read(&found.path) {
            Ok(read) => bytes.extend(read),
            Err(error) => {
                let reason = reason(&error).ok_or_else(|| open_error(&found.path, error))?;
                return Ok(Kind::LeftOut { reason });
            }
        }
        Ok(Kind::File)
    }
}

/// The sum of all sizes, and a digest of names, sizes and times.
pub(super) fn listing(root: &Path) -> Result<(u64, String), ArchiveError> {
    let (mut digest, mut size_bytes) = (Md5::new(), 0);
    let mut walk = Walk::new(root)?;
    while let Some(found) = walk.next()? {
        let metadata = match &found.what {
            What::Folder => continue,
            What::LeftOut(reason) => {
                digest.update(format!("{}\0{reason}\n", found.name));
                continue;
            }
            What::File(metadata) => metadata,
        };
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let nanoseconds = modified.unwrap_or_default().as_nanos();
        digest.update(format!("{}\0{}\0{nanoseconds}\n", found.name, metadata.len()));
        size_bytes += metadata.len();
    }
    Ok((size_bytes, hex_digest(digest)))
}
