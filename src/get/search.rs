//! Searches an archive chunk by chunk: by its index as far as it can be used, else all of it.

use std::path::Path;

use super::by_index::ByIndex;
use super::member_filter::MemberFilter;
use super::observer::Observer;
use crate::convert::{ARCHIVE_OPTIONS, ChunkMember};
use crate::storage::{ArchiveFile, StorageOptions};
use targz_seek::{Archive, ArchiveError, Chunk, Meter};

/// A search that is under way.
pub struct Search<'o> {
    archive: ArchiveFile,
    filter: MemberFilter,
    observer: &'o dyn Observer,
    reader: Reader,
    /// Where the data of the last member begin that the index has given.
    given_up_to: Option<u64>,
}

enum Reader {
    ByIndex(Box<ByIndex>),
    Whole(Box<Archive<'static>>),
}

impl<'o> Search<'o> {
    /// Begins to search an archive.
    ///
    /// # Errors
    /// [`ArchiveError`] where the archive cannot be opened.
    pub fn begin(
        path: &Path,
        storage: &StorageOptions,
        filter: MemberFilter,
        observer: &'o dyn Observer,
    ) -> Result<Self, ArchiveError> {
        let meter = Meter::default();
        observer.begun(path, &meter);
        let archive = ArchiveFile::open(path, storage, &meter)?;
        let reader = match ByIndex::open(&archive, &filter) {
            Ok(Some(runs)) => Reader::ByIndex(Box::new(runs)),
            Ok(None) => Reader::whole(&archive)?,
            Err(error) => {
                observer.index_unused(&error);
                Reader::whole(&archive)?
            }
        };
        Ok(Self { archive, filter, observer, reader, given_up_to: None })
    }

    /// The next chunk, which may hold no member of the filter; `None` at the end.
    ///
    /// # Errors
    /// [`ArchiveError`] where the archive cannot be read, or the meter was stopped.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ArchiveError> {
        let found = match &mut self.reader {
            Reader::Whole(archive) => return archive.next_chunk_of(&|path| self.filter.has(path)),
            Reader::ByIndex(runs) => runs.next_chunk(),
        };
        match found {
            Ok(Some(chunk)) => {
                let last = self.filter.select(&chunk).last().map(|(_, _, member)| member.offset);
                self.given_up_to = last.or(self.given_up_to);
                Ok(Some(chunk))
            }
            Ok(None) => Ok(None),
            Err(error @ ArchiveError::Stopped { .. }) => Err(error),
            Err(error) => {
                self.observer.index_unused(&error);
                self.reader = Reader::whole(&self.archive)?;
                self.next_chunk()
            }
        }
    }

    /// The members of the filter in the last chunk, except those that the index had given
    /// before it could not be used any more.
    pub fn select<'c>(&self, chunk: &'c Chunk) -> Vec<ChunkMember<'c>> {
        let mut found = self.filter.select(chunk);
        if let (Reader::Whole(_), Some(given)) = (&self.reader, self.given_up_to) {
            found.retain(|(_, _, member)| member.offset > given);
        }
        found
    }
}

impl Reader {
    fn whole(archive: &ArchiveFile) -> Result<Self, ArchiveError> {
        Ok(Self::Whole(Box::new(archive.read(ARCHIVE_OPTIONS, archive.meter().clone())?)))
    }
}
