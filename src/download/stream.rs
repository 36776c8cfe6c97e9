//! The missing bytes of a file, over several connections.
//!
//! Each connection takes the next piece that nobody has taken, and continues behind the last byte
//! after a fault. Each request begins at the address that the API gave, because the addresses that
//! it leads to are good for some seconds only. A server that sends whole files only is read by one
//! connection.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::DownloadError;
use super::options::Options;
use super::part_file::PartFile;
use super::ranges::Ranges;
use super::release::ReleaseFile;
use crate::storage::{Answer, Attempts, Body, Fault, Place, StorageError, Version, WebFile};
use targz_seek::Meter;

/// The largest piece that one request asks for: proxies close connections that live for hours.
const MAX_PIECE_BYTES: u64 = 64 << 20;
/// The smallest: each request takes two round trips, and figshare counts them.
const MIN_PIECE_BYTES: u64 = 8 << 20;
/// Bytes that are noted at a time: what a kill may cost.
const NOTE_BYTES: u64 = 4 << 20;
/// Bytes that are read and written at a time.
const READ_BYTES: usize = 256 << 10;
/// Attempts without a byte after which another address of the file is tried.
const ATTEMPTS_PER_ADDRESS: u32 = 2;

/// What all connections share.
struct Shared<'a> {
    file: &'a ReleaseFile,
    part: &'a PartFile,
    options: &'a Options,
    meter: &'a Meter,
    state: Mutex<State>,
    /// One connection notes at a time.
    noting: Mutex<()>,
    /// A connection reads the whole file, as its server sends no parts.
    is_single: AtomicBool,
    piece_bytes: u64,
}

struct State {
    there: Ranges,
    taken: Ranges,
    /// Bytes since the last note.
    new_bytes: u64,
}

/// One connection.
struct Connection<'a> {
    shared: &'a Shared<'a>,
    addresses: Vec<WebFile>,
    /// The address in use.
    current: usize,
    /// Addresses that were refused for good.
    refused: usize,
    attempts: Attempts,
}

/// Fetches all bytes that are not `there`. Tells `told` how many there are.
///
/// # Errors
/// [`DownloadError`] if the bytes cannot be had; those that came are noted.
pub fn download(
    file: &ReleaseFile,
    part: &PartFile,
    there: Ranges,
    options: &Options,
    meter: &Meter,
    told: &(dyn Fn(u64) + Sync),
) -> Result<(), DownloadError> {
    let connections = options.connections.get();
    let missing = file.size_bytes - there.bytes();
    let piece_bytes = (missing / (connections as u64 * 4)).clamp(MIN_PIECE_BYTES, MAX_PIECE_BYTES);
    let state = State { taken: there.clone(), there, new_bytes: 0 };
    let shared = Shared {
        file,
        part,
        options,
        meter,
        state: Mutex::new(state),
        noting: Mutex::new(()),
        is_single: AtomicBool::new(false),
        piece_bytes,
    };
    let run = || {
        let done = Connection::new(&shared).and_then(|mut connection| connection.run(told));
        if done.is_err() {
            // The others need not go on.
            meter.stop();
        }
        done
    };
    let results: Vec<Result<(), DownloadError>> = std::thread::scope(|scope| {
        let needed = missing.div_ceil(piece_bytes).min(connections as u64);
        let others: Vec<_> = (1..needed).map(|_| scope.spawn(run)).collect();
        let own = run();
        let others = others.into_iter().map(|other| other.join().unwrap_or(Err(DownloadError::Stopped)));
        std::iter::once(own).chain(others).collect()
    });
    let there = shared.state().there.clone();
    let noted = part.note(&there);
    // The stops of the others are a consequence of the first fault.
    let (stops, faults): (Vec<_>, Vec<_>) = results
        .into_iter()
        .filter_map(Result::err)
        .partition(|error| matches!(error, DownloadError::Stopped));
    faults.into_iter().chain(stops).next().map_or(noted, Err)
}

impl Shared<'_> {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next piece that nobody has taken.
    fn take(&self) -> Option<Range<u64>> {
        let mut state = self.state();
        let gap = state.taken.first_gap(self.file.size_bytes)?;
        let piece = gap.start..gap.end.min(gap.start + self.piece_bytes);
        state.taken.add(piece.clone());
        Some(piece)
    }

    /// Writes bytes, and notes now and then which are there.
    fn write(&self, bytes: &[u8], offset: u64) -> Result<u64, DownloadError> {
        self.part.write_at(bytes, offset)?;
        let (there, total) = {
            let mut state = self.state();
            state.there.add(offset..offset + bytes.len() as u64);
            state.new_bytes += bytes.len() as u64;
            let is_much = state.new_bytes >= NOTE_BYTES;
            let total = state.there.bytes();
            match is_much.then(|| self.noting.try_lock()) {
                Some(Ok(noting)) => {
                    state.new_bytes = 0;
                    (Some((noting, state.there.clone())), total)
                }
                _ => (None, total),
            }
        };
        if let Some((_noting, there)) = there {
            self.part.note(&there)?;
        }
        Ok(total)
    }
}

impl<'a> Connection<'a> {
    fn new(shared: &'a Shared<'a>) -> Result<Self, DownloadError> {
        let addresses = shared.file.urls.iter().map(|url| match Place::of(Path::new(url))? {
            Place::Remote(remote) if remote.is_web() => WebFile::new(&remote, &shared.options.storage),
            _ => Err(StorageError::NotAUrl {
                path: url.into(),
                reason: "it is not on a web server".to_owned(),
            }),
        });
        let addresses = addresses.collect::<Result<Vec<WebFile>, StorageError>>()?;
        let attempts = Attempts::new(shared.options.patience);
        Ok(Self { shared, addresses, current: 0, refused: 0, attempts })
    }

    fn run(&mut self, told: &(dyn Fn(u64) + Sync)) -> Result<(), DownloadError> {
        while let Some(mut rest) = self.shared.take() {
            while !rest.is_empty() {
                match self.get(&rest)? {
                    Answer::Part { range, body, .. } => self.copy(body, range, &mut rest, told)?,
                    Answer::Whole { body, .. } => {
                        // Another connection may be the one that reads the whole file.
                        if self.shared.is_single.swap(true, Ordering::Relaxed) {
                            return Ok(());
                        }
                        return self.read_whole(body, told);
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads what is missing from the whole file, again after each fault.
    fn read_whole(&mut self, body: Body, told: &(dyn Fn(u64) + Sync)) -> Result<(), DownloadError> {
        let size_bytes = self.shared.file.size_bytes;
        let mut body = Some(body);
        loop {
            let gap = self.shared.state().there.first_gap(size_bytes);
            let Some(gap) = gap else { return Ok(()) };
            let mut rest = gap.start..size_bytes;
            let (body, range) = match body.take() {
                Some(body) => (body, 0..size_bytes),
                None => match self.get(&rest)? {
                    Answer::Part { range, body, .. } => (body, range),
                    Answer::Whole { body, .. } => (body, 0..size_bytes),
                },
            };
            self.copy(body, range, &mut rest, told)?;
        }
    }

    /// Asks for the bytes of `range` until an answer comes.
    fn get(&mut self, range: &Range<u64>) -> Result<Answer, DownloadError> {
        let known = Version { size_bytes: self.shared.file.size_bytes, e_tag: None, last_modified: None };
        loop {
            self.check()?;
            match self.addresses[self.current].get_any(range.clone(), Some(&known)) {
                Ok(answer) => return Ok(answer),
                Err(fault) => self.bear(fault, range.start)?,
            }
        }
    }

    /// Writes the bytes of an answer that are in `rest`, as far as they come. `range` says which
    /// bytes the answer has.
    fn copy(
        &mut self,
        mut body: Body,
        range: Range<u64>,
        rest: &mut Range<u64>,
        told: &(dyn Fn(u64) + Sync),
    ) -> Result<(), DownloadError> {
        let mut buffer = vec![0; READ_BYTES];
        let mut place = range.start;
        while place < range.end.min(rest.end) {
            self.check()?;
            let room = usize::try_from(range.end.min(rest.end) - place).unwrap_or(usize::MAX).min(READ_BYTES);
            match filled(&mut *body, &mut buffer[..room]) {
                (0, fault) => {
                    let reason = fault.unwrap_or_else(|| "the connection was closed early".to_owned());
                    return self.bear(Fault::passing(reason), rest.start);
                }
                (length, _) => {
                    let end = place + length as u64;
                    if end > rest.start {
                        let skipped = usize::try_from(rest.start.saturating_sub(place)).unwrap_or(length);
                        let bytes = &buffer[skipped..length];
                        let total = self.shared.write(bytes, place + skipped as u64)?;
                        rest.start = end;
                        self.attempts.progressed(bytes.len() as u64);
                        told(total);
                    }
                    place = end;
                }
            }
        }
        // The client keeps the connection for the next request once it has seen the end.
        let _ = body.read(&mut [0]);
        Ok(())
    }

    /// Waits after a fault, and tries another address where the fault may be that of one.
    fn bear(&mut self, fault: Fault, offset: u64) -> Result<(), DownloadError> {
        let count = self.addresses.len();
        let place = self.addresses[self.current].shown().to_owned();
        if let Fault::Final(StorageError::Status { .. }) = &fault
            && self.refused + 1 < count
        {
            self.refused += 1;
            self.current = (self.current + 1) % count;
            return Ok(());
        }
        let waited = self.attempts.next(&place, self.shared.meter, offset, fault);
        waited.map_err(|error| DownloadError::of_attempts(&place, error))?;
        if self.attempts.made().is_multiple_of(ATTEMPTS_PER_ADDRESS) {
            self.current = (self.current + 1) % count;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), DownloadError> {
        if self.shared.meter.is_stopped() { Err(DownloadError::Stopped) } else { Ok(()) }
    }
}

/// Fills a buffer as far as bytes come; tells how many came, and what ended them.
fn filled(body: &mut dyn std::io::Read, buffer: &mut [u8]) -> (usize, Option<String>) {
    let mut length = 0;
    while length < buffer.len() {
        match body.read(&mut buffer[length..]) {
            Ok(0) => return (length, None),
            Ok(more) => length += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return (length, Some(error.to_string())),
        }
    }
    (length, None)
}
