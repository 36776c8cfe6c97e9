//! Reads those parts of an archive that its index says members lie in.

use std::ops::Range;
use std::sync::Arc;
use std::vec::IntoIter;

use super::member_filter::MemberFilter;
use crate::convert::{ARCHIVE_OPTIONS, NAMELESS_KEY, index_key};
use crate::storage::ArchiveFile;
use targz_seek::index::Index;
use targz_seek::{Archive, ArchiveError, Buffers, Chunk, Meter};

/// The runs of an archive in which the members of some keys lie, in the archive's order.
pub struct ByIndex {
    index: Arc<Index>,
    meter: Meter,
    waiting: IntoIter<(u64, Range<u64>)>,
    reading: Option<Run>,
}

/// A run that is being read.
struct Run {
    key: u64,
    part: Archive<'static>,
    /// A member of the key has come.
    is_right: bool,
}

impl ByIndex {
    /// Finds where the members of the filter lie; `None` if there is no index, or none by which
    /// they could be told.
    ///
    /// # Errors
    /// [`ArchiveError`] where the index is damaged or does not belong to the archive.
    pub fn open(archive: &ArchiveFile, filter: &MemberFilter) -> Result<Option<Self>, ArchiveError> {
        let Some(index) = archive.index()? else { return Ok(None) };
        let mut runs = Vec::new();
        for key in filter.keys() {
            runs.extend(index.runs(key)?.into_iter().map(|run| (key, run)));
        }
        // Which rows of a record under another name a conversion takes out for a later member of
        // its iD depends on the chunks that both stand in, which runs do not tell.
        if index.contents.repeats && runs.iter().any(|(key, _)| *key == NAMELESS_KEY) {
            return Ok(None);
        }
        runs.sort_by_key(|(_, run)| run.start);
        let (index, meter, waiting) = (Arc::new(index), archive.meter().clone(), runs.into_iter());
        Ok(Some(Self { index, meter, waiting, reading: None }))
    }

    /// The next chunk of a run; `None` after the last.
    ///
    /// # Errors
    /// [`ArchiveError`] where index or archive are damaged: never a member of another key.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ArchiveError> {
        loop {
            let Some(run) = &mut self.reading else {
                let Some((key, range)) = self.waiting.next() else { return Ok(None) };
                self.reading = Some(self.begin(key, range)?);
                continue;
            };
            if let Some(chunk) = run.part.next_chunk()? {
                run.is_right |= chunk.members().any(|(name, ..)| index_key(name) == Some(run.key));
                return Ok(Some(chunk));
            }
            if !run.is_right {
                return Err(self.index.damaged("the place of a member").into());
            }
            self.reading = None;
        }
    }

    fn begin(&self, key: u64, range: Range<u64>) -> Result<Run, ArchiveError> {
        let chunk_bytes = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let options = ARCHIVE_OPTIONS.chunk_bytes(chunk_bytes.min(ARCHIVE_OPTIONS.chunk_bytes));
        let (index, buffers) = (self.index.clone(), Buffers::default());
        let part = Archive::open_part(index, range, options, buffers, self.meter.clone())?;
        Ok(Run { key, part, is_right: false })
    }
}
