//! Makes the index of an archive: alone, or while the archive is converted.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::duplicates::Seen;
use super::options::ARCHIVE_OPTIONS;
use super::stop::until_stopped;
use super::{ConvertError, Observer};
use crate::report::Report;
use crate::storage::{ArchiveFile, IndexFile, StorageOptions};
use orcid_xml::MemberName;
use targz_seek::index::{Contents, IndexError, IndexWriter, IndexedTotals};
use targz_seek::{Archive, ArchiveError, Chunk, Kind, Meter, Totals};

/// An archive that is read once, and its index.
pub struct Indexing {
    file: Arc<ArchiveFile>,
    archive: Archive<'static>,
    writer: IndexWriter,
    out: IndexFile,
    stream_bytes: u64,
}

impl Indexing {
    /// Opens an archive whose index will be written to `out`, or else beside it.
    ///
    /// # Errors
    /// [`ArchiveError`] if it cannot be read or needs no index, or a file cannot be
    /// made.
    pub fn begin(
        file: &Arc<ArchiveFile>,
        out: Option<&Path>,
        spacing_bytes: u64,
        meter: Meter,
    ) -> Result<Self, ArchiveError> {
        let no_need = || IndexError::NoNeed { path: file.path().to_owned() };
        let source = &**file.indexed_source().ok_or_else(no_need)?;
        let archive = Archive::open_source_recorded(source, ARCHIVE_OPTIONS, meter, spacing_bytes)?;
        let out = IndexFile::begin(file, out)?;
        let chunk_bytes = ARCHIVE_OPTIONS.chunk_bytes;
        let writer = IndexWriter::of_source(source, out.path(), index_key, spacing_bytes, chunk_bytes)?;
        Ok(Self { file: file.clone(), archive, writer, out, stream_bytes: 0 })
    }

    /// Like [`Archive::next_chunk`], and notes the positions of members and points.
    ///
    /// # Errors
    /// Those of [`Archive::next_chunk`], and if the index cannot be written.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ArchiveError> {
        let chunk = self.archive.next_chunk()?;
        self.stream_bytes = self.archive.record_points(&mut self.writer, chunk.is_none())?;
        if let Some(chunk) = &chunk {
            self.writer.add_chunk(chunk)?;
        }
        Ok(chunk)
    }

    /// Finishes the index after the last chunk.
    ///
    /// # Errors
    /// Those of [`Archive::finish`], and if the index cannot be written or the archive has
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
        // A local archive is opened again, so that another one in its place is noticed.
        let source = self.file.again()?;
        let contents = self.writer.finish_source(&*source, indexed)?;
        self.out.finish()?;
        Ok((totals, contents))
    }
}

/// Reads an archive to its end and writes its index to `out`.
///
/// # Errors
/// [`ConvertError`] if the archive cannot be read or needs no index, the index
/// cannot be written, or when stopped; there is then no new index.
pub fn index(
    archive: &Path,
    out: &Path,
    spacing_bytes: u64,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<Contents, ConvertError> {
    index_with(archive, Some(out), spacing_bytes, &StorageOptions::default(), observer, stop)
}

/// Does the same for a path or URL. Without `out`, the index is written beside the archive.
///
/// # Errors
/// Those of [`index`], and [`ConvertError::NoPlaceForIndex`] if nothing can be written beside the
/// archive.
pub fn index_with(
    archive: &Path,
    out: Option<&Path>,
    spacing_bytes: u64,
    storage: &StorageOptions,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<Contents, ConvertError> {
    until_stopped(stop, |meter| {
        let file = Arc::new(ArchiveFile::open(archive, storage, meter)?);
        refuse_stream(&file)?;
        if out.is_none() && file.indexed_source().is_some() && !file.has_place_for_index() {
            return Err(ConvertError::NoPlaceForIndex { path: file.path().to_owned() });
        }
        let indexing = Indexing::begin(&file, out, spacing_bytes, meter.clone())?;
        observer.begun(archive, file.size_bytes()?, meter);
        index_all(indexing, archive, observer, stop)
    })
}

/// Fails for an archive that can be read only once: parts of it cannot be asked for.
///
/// # Errors
/// [`ConvertError::NoRanges`] for a server that sends whole files only, and
/// [`ConvertError::Stream`] for a pipe.
pub fn refuse_stream(file: &ArchiveFile) -> Result<(), ConvertError> {
    let path = || file.path().to_owned();
    match (file.is_without_ranges()?, file.is_stream()?) {
        (true, _) => Err(ConvertError::NoRanges { path: path() }),
        (false, true) => Err(ConvertError::Stream { path: path() }),
        (false, false) => Ok(()),
    }
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

/// The key of documents whose names have no iD: such a record gives its iD in its content. No iD
/// has this number.
pub const NAMELESS_KEY: u64 = 1_000_000_000_000_000;

/// The key of a member in an index: the number of the iD in its name, or [`NAMELESS_KEY`].
pub fn index_key(name: &str) -> Option<u64> {
    match MemberName::new(name) {
        MemberName::OtherXml => Some(NAMELESS_KEY),
        name => name.orcid().map(|orcid| orcid.number()),
    }
}
