//! Opens an archive of any format and recognises the format by its content.

use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::chunk::{Buffers, Chunk, Kind};
use super::error::ArchiveError;
use super::explain::{explain, opening, quote};
use super::folder::FolderWalk;
use super::foreign::{ARCHIVE_ENDINGS, Foreign, XML, XML_DOCUMENT, has_ending, looks_like_xml};
use super::gzip::{Gunzip, is_gzip};
use super::index::{Index, IndexError, IndexWriter, Recorder, SpanReader};
use super::input::{Input, Meter};
use super::options::{Options, Totals};
use super::owned::{OwnedMember, OwnedMembers};
use super::source::{ByteSource, local};
use super::tar::{Fault, TarWalk, Wants, looks_like_header};

/// Bytes that are needed to recognise the format: one tar header.
const SNIFF_BYTES: usize = 512;

/// An archive that is being read, from its beginning to its end: a `.tar.gz` or `.tar` file,
/// a folder, a single XML file, standard input, or members in memory.
///
/// Call [`Archive::next_chunk`] until it gives `None`, then [`Archive::finish`].
pub struct Archive<'m> {
    path: PathBuf,
    reader: Reader<'m>,
}

enum Reader<'m> {
    Tar(Box<TarWalk<Stream>>),
    Folder(FolderWalk),
    Memory(OwnedMembers<'m>),
    /// One XML file, until it has been handed out.
    Single {
        input: Option<Input>,
        totals: Option<(u64, String)>,
        options: Options,
    },
}

enum Stream {
    Gzip(Gunzip),
    Plain(Input),
    /// Of either kind, while its index is written.
    Recorded(Box<Recorder>),
    /// A range of either kind, by its index.
    Part(Box<SpanReader>),
}

impl<'m> Archive<'m> {
    /// An archive of members in memory, which an iterator gives one by one. Errors have `name`
    /// instead of a path. An error of the iterator becomes an [`ArchiveError::Read`].
    pub fn of_members(
        name: &Path,
        members: &'m mut dyn Iterator<Item = io::Result<OwnedMember>>,
        options: Options,
        meter: Meter,
    ) -> Self {
        Self { path: name.to_owned(), reader: Reader::Memory(OwnedMembers::new(members, options, meter)) }
    }

    /// Opens a file, a folder, a named pipe, or standard input (`-`). The first bytes decide the
    /// format, not the name.
    ///
    /// # Errors
    /// [`ArchiveError`] if it cannot be opened, is empty, or has another format.
    pub fn open(path: &Path, options: Options, meter: Meter) -> Result<Self, ArchiveError> {
        if path.is_dir() {
            let reader = Reader::Folder(FolderWalk::new(path, options, meter)?);
            return Ok(Self { path: path.to_owned(), reader });
        }
        Self::open_source(&*source_of(path)?, options, meter)
    }

    /// Opens what a source holds: an archive, or one XML document.
    ///
    /// # Errors
    /// [`ArchiveError`] if it cannot be read or has another format.
    pub fn open_source(
        source: &dyn ByteSource,
        options: Options,
        meter: Meter,
    ) -> Result<Self, ArchiveError> {
        let path = source.path();
        let reader = Reader::of(path, input_of(source, meter)?, options, None)?;
        Ok(Self { path: path.to_owned(), reader })
    }

    /// Opens a `.tar.gz` or `.tar` file to read it and to write its index in the same pass,
    /// with a point about every `spacing_bytes` of the uncompressed stream
    /// ([`SPACING_BYTES`](crate::index::SPACING_BYTES) suits most uses). Hand points and
    /// chunks to an [`IndexWriter`] as they come; [`crate::index`] shows how.
    ///
    /// # Errors
    /// As [`Archive::open`], and [`IndexError::NoNeed`] if it is not a tar file on a disk.
    pub fn open_recorded(
        path: &Path,
        options: Options,
        meter: Meter,
        spacing_bytes: u64,
    ) -> Result<Self, ArchiveError> {
        let metadata =
            path.metadata().map_err(|source| ArchiveError::Open { path: path.to_owned(), source })?;
        if !metadata.is_file() {
            return Err(IndexError::NoNeed { path: path.to_owned() }.into());
        }
        Self::open_source_recorded(&*source_of(path)?, options, meter, spacing_bytes)
    }

    /// Does the same for the archive in a source.
    ///
    /// # Errors
    /// As [`Archive::open_source`], and [`IndexError::NoNeed`] if it is not a tar file, or the source
    /// does not know its size, so that no part of it can be read.
    pub fn open_source_recorded(
        source: &dyn ByteSource,
        options: Options,
        meter: Meter,
        spacing_bytes: u64,
    ) -> Result<Self, ArchiveError> {
        let path = source.path();
        let no_need = || ArchiveError::from(IndexError::NoNeed { path: path.to_owned() });
        if source.size_bytes().map_err(|error| opening(path, error))?.is_none() {
            return Err(no_need());
        }
        let reader = Reader::of(path, input_of(source, meter)?, options, Some(spacing_bytes))?;
        if matches!(reader, Reader::Tar(_)) {
            Ok(Self { path: path.to_owned(), reader })
        } else {
            Err(no_need())
        }
    }

    /// Opens a range of the uncompressed stream of a `.tar.gz` or `.tar` archive, by its
    /// index. The range runs from the beginning of a member's header to the end of a
    /// member: take it from [`Index::runs`], [`Index::stretches`] or [`Index::part`].
    /// Readers of several ranges may share `buffers`. [`Archive::finish`] gives no totals
    /// of a range.
    ///
    /// # Errors
    /// [`ArchiveError`] if the archive or the index cannot be read.
    pub fn open_part(
        index: Arc<Index>,
        range: Range<u64>,
        options: Options,
        buffers: Buffers,
        meter: Meter,
    ) -> Result<Self, ArchiveError> {
        let (path, start) = (index.archive().path().to_owned(), range.start);
        let reader = SpanReader::new(index, range, meter);
        let reader = reader.map_err(|error| explain(&path, Fault::Io(error), 0))?;
        let stream = Stream::Part(Box::new(reader));
        let reader = Reader::Tar(Box::new(walk(stream, options, buffers).part(start)));
        Ok(Self { path, reader })
    }

    /// Hands the points that were found since the last call to the writer of the index, of
    /// an archive that [`Archive::open_recorded`] has opened. Call it with `ended` false
    /// before each chunk is added, and once with true after the last. Gives the number of
    /// bytes of the uncompressed stream read so far; 0 for any other archive.
    ///
    /// # Errors
    /// [`ArchiveError::Index`] if the index cannot be written.
    pub fn record_points(&mut self, writer: &mut IndexWriter, ended: bool) -> Result<u64, ArchiveError> {
        let Reader::Tar(walk) = &mut self.reader else { return Ok(0) };
        let Stream::Recorded(recorder) = &mut walk.input else { return Ok(0) };
        writer.add_points(recorder.points(ended))?;
        Ok(recorder.stream_bytes())
    }

    /// The next run of whole members, of about [`Options::chunk_bytes`]; `None` at the end
    /// of the archive.
    ///
    /// # Errors
    /// [`ArchiveError`] if the archive is cut off or damaged, or if the disk fails. All whole
    /// members before the damage have been returned before.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ArchiveError> {
        self.chunk_of(None)
    }

    /// The next run of members, with the data of those files whose names `wants` accepts. Others come as
    /// [`Kind::NotWanted`] where that saves work, which is in tar archives: there a chunk has the data of
    /// about [`Options::chunk_bytes`], or the names of many files. Where most files are not wanted,
    /// reading takes a tenth less time.
    ///
    /// # Errors
    /// Those of [`Archive::next_chunk`].
    pub fn next_chunk_of(&mut self, wants: &dyn Fn(&str) -> bool) -> Result<Option<Chunk>, ArchiveError> {
        self.chunk_of(Some(wants))
    }

    fn chunk_of(&mut self, wants: Option<Wants<'_>>) -> Result<Option<Chunk>, ArchiveError> {
        match &mut self.reader {
            Reader::Tar(walk) => {
                let chunk = walk.next_chunk(wants);
                chunk.map_err(|fault| match explain(&self.path, fault, walk.input.position()) {
                    ArchiveError::UnknownInside { path, found } if walk.input.is_plain() => {
                        ArchiveError::Unknown { path, found }
                    }
                    error => error,
                })
            }
            Reader::Folder(walk) => walk.next_chunk(),
            Reader::Memory(members) => members.next_chunk().map_err(|source| {
                let offset = members.totals().0;
                ArchiveError::Read { path: self.path.clone(), offset, source }
            }),
            Reader::Single { input, totals, options } => {
                let Some(input) = input.take() else { return Ok(None) };
                let name = self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy();
                // By its content it is XML, whatever it is called.
                let name = if name.ends_with(".xml") { name } else { format!("{name}.xml").into() };
                let single = single(&name, input, *options);
                let (chunk, whole) = single.map_err(|error| explain(&self.path, Fault::Io(error), 0))?;
                *totals = Some(whole);
                Ok(Some(chunk))
            }
        }
    }

    /// Reads what is left of the file, and gives its size, its MD5 and the notes. After an
    /// [`Archive::open_part`] size and MD5 are 0 and empty.
    ///
    /// # Errors
    /// [`ArchiveError::Read`] if the disk fails.
    pub fn finish(self) -> Result<Totals, ArchiveError> {
        let path = self.path;
        let read_error = |error| explain(&path, Fault::Io(error), 0);
        let ((size_bytes, md5), notes) = match self.reader {
            Reader::Tar(walk) => {
                let mut notes = walk.notes;
                let (input, garbage_at) = walk.input.into_input();
                notes.extend(garbage_at.map(|place| {
                    format!("trailing garbage after the gzip data, from byte {place} on; it was not read")
                }));
                let totals = input.map(Input::finish).transpose().map_err(read_error)?;
                (totals.unwrap_or_default(), notes)
            }
            Reader::Folder(walk) => walk.finish(),
            Reader::Memory(members) => (members.totals(), Vec::new()),
            Reader::Single { totals, .. } => (totals.unwrap_or_default(), Vec::new()),
        };
        Ok(Totals { size_bytes, md5, notes })
    }
}

impl Reader<'_> {
    /// Chooses the reader by the first bytes; with `spacing_bytes`, points at this distance are
    /// found in a tar archive.
    fn of(
        path: &Path,
        mut input: Input,
        options: Options,
        spacing_bytes: Option<u64>,
    ) -> Result<Self, ArchiveError> {
        let start = input.peek(SNIFF_BYTES).map_err(|error| explain(path, Fault::Io(error), 0))?;
        let walk = |stream| Reader::Tar(Box::new(walk(stream, options, Buffers::default())));
        if start.is_empty() {
            return Err(ArchiveError::Empty { path: path.to_owned() });
        }
        if is_gzip(start) {
            return Ok(walk(match spacing_bytes {
                Some(spacing) => Stream::Recorded(Box::new(Recorder::gzip(input, spacing))),
                None => Stream::Gzip(Gunzip::new(input)),
            }));
        }
        if looks_like_header(start) || start.iter().all(|&byte| byte == 0) {
            return Ok(walk(match spacing_bytes {
                Some(spacing) => Stream::Recorded(Box::new(Recorder::plain(input, spacing))),
                None => Stream::Plain(input),
            }));
        }
        let (foreign, is_xml) = (Foreign::of(start), looks_like_xml(start));
        if has_ending(path, XML) || is_xml && foreign.is_none() && !has_ending(path, ARCHIVE_ENDINGS) {
            return Ok(Reader::Single { input: Some(input), totals: None, options });
        }
        if let Some(format) = foreign.or(is_xml.then_some(XML_DOCUMENT)) {
            return Err(ArchiveError::Foreign { path: path.to_owned(), format });
        }
        if options.resync && has_ending(path, ARCHIVE_ENDINGS) {
            // Its first header may be what is damaged.
            return Ok(walk(Stream::Plain(input)));
        }
        Err(ArchiveError::Unknown { path: path.to_owned(), found: quote(start) })
    }
}

impl Stream {
    /// Bytes of the file read so far.
    fn position(&self) -> u64 {
        match self {
            Self::Gzip(gunzip) => gunzip.position(),
            Self::Plain(input) => input.position(),
            Self::Recorded(recorder) => recorder.position(),
            Self::Part(part) => part.file_position(),
        }
    }

    fn is_plain(&self) -> bool {
        matches!(self, Self::Plain(_))
    }

    /// The rest of the file, if it was read from its beginning, and the position of garbage after
    /// the gzip data.
    fn into_input(self) -> (Option<Input>, Option<u64>) {
        match self {
            Self::Plain(input) => (Some(input), None),
            Self::Gzip(gunzip) => {
                let garbage_at = gunzip.garbage_at();
                (Some(gunzip.into_input()), garbage_at)
            }
            Self::Recorded(recorder) => {
                let (input, garbage_at) = recorder.into_input();
                (Some(input), garbage_at)
            }
            Self::Part(_) => (None, None),
        }
    }
}

/// The source of a local path.
fn source_of(path: &Path) -> Result<Arc<dyn ByteSource>, ArchiveError> {
    local(path).map_err(|source| ArchiveError::Open { path: path.to_owned(), source })
}

/// Begins to read a source.
fn input_of(source: &dyn ByteSource, meter: Meter) -> Result<Input, ArchiveError> {
    let reader = source.read_all(&meter).map_err(|error| opening(source.path(), error))?;
    Ok(Input::new(reader, meter))
}

fn walk(stream: Stream, options: Options, buffers: Buffers) -> TarWalk<Stream> {
    let (chunk_bytes, max_member_bytes) = (options.least_chunk_bytes(), options.max_member_bytes);
    TarWalk::new(stream, chunk_bytes, max_member_bytes, options.resync, buffers)
}

impl Read for Stream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(gunzip) => gunzip.read(out),
            Self::Plain(input) => input.read(out),
            Self::Recorded(recorder) => recorder.read(out),
            Self::Part(part) => part.read(out),
        }
    }
}

/// Reads one file as the only member of a chunk.
fn single(name: &str, mut input: Input, options: Options) -> io::Result<(Chunk, (u64, String))> {
    let mut chunk = Chunk::new();
    let mut bytes = Vec::new();
    (&mut input).take(options.max_member_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    let totals = input.finish()?;
    if bytes.len() as u64 > options.max_member_bytes {
        chunk.push(name, Kind::TooLarge { size_bytes: totals.0 }, 0..0, 0..totals.0);
    } else {
        chunk.push(name, Kind::File, 0..bytes.len(), 0..totals.0);
        chunk.set_bytes(bytes.into());
    }
    Ok((chunk, totals))
}
