//! Where an archive's chunks come from: one reader, several that share its index, or
//! one that writes the index as it goes. All give the same chunks in the same order.

use std::collections::VecDeque;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender};

use super::ConvertError;
use super::index::{Indexing, refuse_stream};
use super::only::Only;
use super::options::ARCHIVE_OPTIONS;
use super::shard::Shard;
use super::source::{Content, ReadMode, Repeated, Source};
use crate::storage::{ArchiveFile, StorageOptions};
use targz_seek::index::{Index, IndexError, SPACING_BYTES};
use targz_seek::{Archive, ArchiveError, Buffers, Chunk, Meter, Options, Totals};

/// Bytes of the stream that a reader reads as one stretch. Before and after the stretch it also
/// inflates some bytes of its neighbours, as many as the index's spacing.
const STRETCH_BYTES: u64 = 32 << 20;
/// Chunks that a reader may be ahead: those of one stretch, so that no reader waits for another.
const CHUNKS_AHEAD: usize = 4;

/// An archive being read.
pub enum Reading<'m> {
    Alone(Archive<'m>),
    Indexing(Box<Indexing>),
    Shared(Shared),
}

/// Several readers of one archive, and the chunks that they have ready.
pub struct Shared {
    totals: Totals,
    /// The range of the uncompressed stream that is read.
    range: Range<u64>,
    /// The reader of each stretch, in order; the chunks of the first are being passed on.
    turns: VecDeque<Receiver<Found>>,
}

/// A message of a reader: a chunk, the end of its stretch, or an error.
type Found = Result<Option<Chunk>, ArchiveError>;

impl<'m> Reading<'m> {
    /// Opens an archive; also returns a note about its index, if there is one to report.
    ///
    /// # Errors
    /// [`ConvertError`] if it cannot be read, or a part is asked for that only an
    /// index could tell.
    pub fn open(source: Source<'m>, meter: Meter) -> Result<(Self, Option<String>), ConvertError> {
        let options = ARCHIVE_OPTIONS.resync(source.salvage);
        let mode = source.mode;
        let archive = match source.content {
            Content::Archive(archive) => archive,
            Content::Members(members) => {
                return Ok((Self::Alone(Archive::of_members(source.path, members, options, meter)), None));
            }
        };
        let (index, fault) = find_index(archive, mode, source.salvage)?;
        let unused =
            fault.as_ref().map(|error| format!("{error}; it was not used: make it anew or remove it"));
        if let Some(index) = index {
            let reading = match mode.shard.is_some() || mode.readers > 1 {
                true => Self::Shared(Shared::begin(index, mode, options, &meter)?),
                false => Self::Alone(archive.read(options, meter)?),
            };
            return Ok((reading, None));
        }
        // Only the complete members of a damaged archive are read, so an index of it would be
        // wrong.
        if mode.write_index && !source.salvage {
            match Indexing::begin(archive, None, SPACING_BYTES, meter.clone()) {
                Err(ArchiveError::Index(IndexError::NoNeed { .. })) => {}
                Err(error) => return Err(error.into()),
                Ok(indexing) => {
                    let anew = fault.map(|error| format!("{error}; it was made anew"));
                    return Ok((Self::Indexing(Box::new(indexing)), anew));
                }
            }
        }
        Ok((Self::Alone(archive.read(options, meter)?), unused))
    }

    /// The next chunk in the archive's order; `None` at its end. Members that are not of
    /// `only` may come without their data.
    ///
    /// # Errors
    /// Those of [`Archive::next_chunk`].
    pub fn next_chunk(&mut self, only: Option<&Only>) -> Result<Option<Chunk>, ArchiveError> {
        match (self, only) {
            (Self::Alone(archive), Some(only)) => archive.next_chunk_of(&|path| only.wants(path)),
            (Self::Alone(archive), None) => archive.next_chunk(),
            // An index has the places of all members, and chunks of parts are those of the whole.
            (Self::Indexing(indexing), _) => indexing.next_chunk(),
            (Self::Shared(shared), _) => shared.next_chunk(),
        }
    }

    /// The range of the uncompressed stream that is read, if an index gives it.
    pub fn range(&self) -> Option<Range<u64>> {
        match self {
            Self::Shared(shared) => Some(shared.range.clone()),
            Self::Alone(_) | Self::Indexing(_) => None,
        }
    }

    /// Returns the facts about the whole archive; `repeats` says whether names were repeated.
    ///
    /// # Errors
    /// Those of [`Archive::finish`], and if the index cannot be written.
    pub fn finish(self, repeats: bool) -> Result<Totals, ArchiveError> {
        match self {
            Self::Alone(archive) => archive.finish(),
            Self::Indexing(indexing) => indexing.finish(repeats).map(|(totals, _)| totals),
            Self::Shared(shared) => Ok(shared.totals),
        }
    }
}

impl Shared {
    fn begin(index: Index, mode: ReadMode, options: Options, meter: &Meter) -> Result<Self, ConvertError> {
        let contents = &index.contents;
        if mode.shard.is_some() && contents.repeats && mode.repeated == Repeated::Refused {
            return Err(ConvertError::Repeats { path: index.archive().path().to_owned() });
        }
        let totals = Totals {
            size_bytes: contents.archive.size_bytes,
            md5: contents.md5.clone(),
            notes: contents.notes.clone(),
        };
        let range = range_of(&index, mode.shard).map_err(ArchiveError::from)?;
        // One reader reads all of it at a stretch.
        let stretch_bytes = if mode.readers <= 1 { u64::MAX } else { STRETCH_BYTES };
        let stretches = index.stretches(range.clone(), stretch_bytes).map_err(ArchiveError::from)?;
        let readers = mode.readers.clamp(1, stretches.len().max(1));
        let reader =
            Reader { index: Arc::new(index), options, meter: meter.clone(), buffers: Buffers::default() };
        // One reader waits for no other.
        let ahead = if readers == 1 { 1 } else { CHUNKS_AHEAD };
        let starts = (0..readers).map(|number| {
            let own = stretches.iter().skip(number).step_by(readers).cloned().collect();
            reader.clone().start(number, own, ahead)
        });
        let receivers = starts.collect::<Result<Vec<_>, _>>()?;
        let turns = (0..stretches.len()).map(|stretch| receivers[stretch % readers].clone()).collect();
        Ok(Self { totals, range, turns })
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk>, ArchiveError> {
        while let Some(reader) = self.turns.front() {
            let found = reader.recv().expect("a reader tells how each of its stretches ends");
            match found? {
                Some(chunk) => return Ok(Some(chunk)),
                None => self.turns.pop_front(),
            };
        }
        Ok(None)
    }
}

/// One of several readers of an archive, in a thread of its own.
#[derive(Clone)]
struct Reader {
    index: Arc<Index>,
    options: Options,
    meter: Meter,
    buffers: Buffers,
}

impl Reader {
    /// Starts to read; chunks and errors come through the channel, which holds some of them.
    fn start(
        self,
        number: usize,
        stretches: Vec<Range<u64>>,
        chunks_ahead: usize,
    ) -> Result<Receiver<Found>, ConvertError> {
        let (sender, receiver) = crossbeam_channel::bounded(chunks_ahead);
        let thread = std::thread::Builder::new().name(format!("reader-{number}"));
        thread.spawn(move || self.read(stretches, &sender)).map_err(ConvertError::Threads)?;
        Ok(receiver)
    }

    /// Reads one stretch after the other, until the receiver is dropped.
    fn read(&self, stretches: Vec<Range<u64>>, sender: &Sender<Found>) {
        for stretch in stretches {
            if self.read_stretch(stretch, sender).is_none() {
                break;
            }
        }
    }

    fn read_stretch(&self, stretch: Range<u64>, sender: &Sender<Found>) -> Option<()> {
        let (index, buffers, meter) = (self.index.clone(), self.buffers.clone(), self.meter.clone());
        let mut part = match Archive::open_part(index, stretch, self.options, buffers, meter) {
            Ok(part) => part,
            Err(error) => return sender.send(Err(error)).ok().and(None),
        };
        loop {
            let found = part.next_chunk();
            let ended = !matches!(found, Ok(Some(_)));
            let failed = found.is_err();
            sender.send(found).ok()?;
            if ended {
                return (!failed).then_some(());
            }
        }
    }
}

/// The index of an archive, if it is useful; or the reason why it cannot be used, which is an error
/// only for a part of an archive.
fn find_index(
    archive: &ArchiveFile,
    mode: ReadMode,
    salvage: bool,
) -> Result<(Option<Index>, Option<IndexError>), ConvertError> {
    let of_use = mode.shard.is_some() || (!salvage && (mode.readers > 1 || mode.write_index));
    let index = if of_use { usable_index(archive) } else { Ok(None) };
    match (index, mode.shard) {
        (Ok(None), Some(_)) => {
            refuse_stream(archive)?;
            Err(ConvertError::NoIndex { path: archive.path().to_owned() })
        }
        (Ok(index), _) => Ok((index, None)),
        (Err(error), Some(_)) => Err(ArchiveError::from(error).into()),
        (Err(error), None) => Ok((None, Some(error))),
    }
}

/// The range of the uncompressed stream that makes up a part of an archive, if the archive has an
/// index that gives it.
///
/// # Errors
/// [`ArchiveError`] if the archive or its index cannot be used.
pub fn part_range(
    path: &Path,
    storage: &StorageOptions,
    shard: Option<Shard>,
) -> Result<Option<(u64, u64)>, ArchiveError> {
    let Some(shard) = shard else { return Ok(None) };
    let archive = ArchiveFile::open(path, storage, &Meter::default())?;
    let Some(index) = usable_index(&archive)? else { return Ok(None) };
    let range = range_of(&index, Some(shard))?;
    Ok(Some((range.start, range.end)))
}

/// The range of a part. Where names occur more than once, the first part is all of the archive.
fn range_of(index: &Index, shard: Option<Shard>) -> Result<Range<u64>, IndexError> {
    let whole = index.contents.stream_bytes;
    match shard {
        None => Ok(0..whole),
        Some(shard) if index.contents.repeats && shard.number == 1 => Ok(0..whole),
        Some(_) if index.contents.repeats => Ok(whole..whole),
        Some(shard) => index.part(shard.number, shard.of),
    }
}

/// The index beside an archive, if it gives the chunks that this program would.
pub fn usable_index(archive: &ArchiveFile) -> Result<Option<Index>, IndexError> {
    match archive.index()? {
        Some(index) if index.contents.chunk_bytes != ARCHIVE_OPTIONS.chunk_bytes as u64 => {
            Err(IndexError::OtherChunks { path: index.path().to_owned() })
        }
        index => Ok(index),
    }
}
