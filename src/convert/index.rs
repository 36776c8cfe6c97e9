//! Makes the index of an archive: alone, or while the archive is converted.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::duplicates::Seen;
use super::options::ARCHIVE_OPTIONS;
use super::stop::stop_with;
use super::{ConvertError, Observer};
use crate::report::Report;
use orcid_xml::{MemberName, Orcid};
use targz_seek::index::{Contents, Index, IndexWriter, IndexedTotals};
use targz_seek::{Archive, ArchiveError, Buffers, Chunk, Kind, Meter, OwnedMember, Totals};

/// An archive that is read once, and its index.
pub struct Indexing {
    path: PathBuf,
    archive: Archive<'static>,
    writer: IndexWriter,
    stream_bytes: u64,
}

impl Indexing {
    /// Opens an archive whose index is to stand at `out`.
    ///
    /// # Errors
    /// [`ArchiveError`] where it cannot be read or needs no index, or a file cannot be
    /// made.
    pub fn begin(path: &Path, out: &Path, spacing_bytes: u64, meter: Meter) -> Result<Self, ArchiveError> {
        let archive = Archive::open_recorded(path, ARCHIVE_OPTIONS, meter, spacing_bytes)?;
        let writer = IndexWriter::create(path, out, key_of, spacing_bytes, ARCHIVE_OPTIONS.chunk_bytes)?;
        Ok(Self { path: path.to_owned(), archive, writer, stream_bytes: 0 })
    }

    /// As [`Archive::next_chunk`], taking note of where all is.
    ///
    /// # Errors
    /// As [`Archive::next_chunk`], and where the index cannot be written.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ArchiveError> {
        let chunk = self.archive.next_chunk()?;
        self.stream_bytes = self.archive.record_points(&mut self.writer, chunk.is_none())?;
        if let Some(chunk) = &chunk {
            self.writer.add_chunk(chunk)?;
        }
        Ok(chunk)
    }

    /// Ends the index once the last chunk has come.
    ///
    /// # Errors
    /// As [`Archive::finish`], and where the index cannot be written or the archive has
    /// changed.
    pub fn finish(self, repeats: bool) -> Result<(Totals, Contents), ArchiveError> {
        let totals = self.archive.finish()?;
        let indexed = IndexedTotals {
            size_bytes: totals.size_bytes,
            md5: totals.md5.clone(),
            stream_bytes: self.stream_bytes,
            notes: totals.notes.clone(),
            repeats,
        };
        let contents = self.writer.finish(&self.path, indexed)?;
        Ok((totals, contents))
    }
}

/// Reads an archive to its end and writes its index to `out`.
///
/// # Errors
/// [`ConvertError`] where the archive cannot be read or needs no index, the index
/// cannot be written, or when stopped; there is then no new index.
pub fn index(
    archive: &Path,
    out: &Path,
    spacing_bytes: u64,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<Contents, ConvertError> {
    let meter = Meter::default();
    let size_bytes = archive.metadata().ok().map(|metadata| metadata.len());
    let indexing = Indexing::begin(archive, out, spacing_bytes, meter.clone())?;
    observer.begun(archive, size_bytes, &meter);
    let halted = || stop.load(Ordering::Relaxed);
    let indexed = stop_with(&meter, &halted, || index_all(indexing, archive, observer, stop));
    if halted() { Err(ConvertError::Stopped) } else { indexed }
}

fn index_all(
    mut indexing: Indexing,
    archive: &Path,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<Contents, ConvertError> {
    let (mut seen, mut repeats, mut report) = (Seen::default(), false, Report::default());
    while let Some(chunk) = indexing.next_chunk()? {
        if stop.load(Ordering::Relaxed) {
            return Err(ConvertError::Stopped);
        }
        for (path, data, member) in chunk.members().filter(|(_, _, member)| member.kind != Kind::Directory) {
            let name = MemberName::new(path);
            repeats |= seen.is_repeated(&name);
            let members = &mut report.members;
            members.members += 1;
            members.records += u64::from(matches!(name, MemberName::Summary(_)) && member.kind == Kind::File);
            members.activities += u64::from(matches!(name, MemberName::Activity { .. }));
            members.xml_bytes += data.len() as u64;
        }
        observer.progressed(archive, &report);
    }
    Ok(indexing.finish(repeats)?.1)
}

/// The members of `orcid` by the index beside an archive, in the archive's order;
/// `None` where there is no index.
///
/// # Errors
/// [`ArchiveError`] where index or archive are damaged or do not belong together: never
/// a member of another iD.
pub fn indexed_members(archive: &Path, orcid: Orcid) -> Result<Option<Vec<OwnedMember>>, ArchiveError> {
    if !archive.is_file() {
        return Ok(None);
    }
    let Some(index) = Index::beside(archive)? else { return Ok(None) };
    let (index, mut found) = (Arc::new(index), Vec::new());
    for run in index.runs(orcid.number())? {
        let chunk_bytes = usize::try_from(run.end - run.start).unwrap_or(usize::MAX);
        let options = ARCHIVE_OPTIONS.chunk_bytes(chunk_bytes.min(ARCHIVE_OPTIONS.chunk_bytes));
        let (buffers, meter) = (Buffers::default(), Meter::default());
        let mut part = Archive::open_part(index.clone(), run, options, buffers, meter)?;
        let mut of_key = 0;
        while let Some(chunk) = part.next_chunk()? {
            for (name, data, member) in chunk.members() {
                of_key += u64::from(key_of(name) == Some(orcid.number()));
                if MemberName::new(name).orcid() == Some(orcid) && member.kind == Kind::File {
                    found.push(OwnedMember { name: name.to_owned(), data: data.to_vec() });
                }
            }
        }
        if of_key == 0 {
            return Err(index.damaged("the place of a member").into());
        }
    }
    Ok(Some(found))
}

/// Members are found by the number of their iD.
pub(super) fn key_of(name: &str) -> Option<u64> {
    MemberName::new(name).orcid().map(|orcid| orcid.number())
}
