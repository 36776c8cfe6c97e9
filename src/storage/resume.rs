//! Reads a range of an object, and continues at the byte where it was when a connection breaks.
//!
//! A range is read by requests of a bounded size. Each answer is checked: it must be of the state of
//! the object that is known, and of the bytes that were asked for. A fault that may pass is waited
//! for; attempts that bring no byte are counted, and each byte resets the count.

use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use targz_seek::Meter;

use super::answer::{Answer, Body, Fault, Version};
use super::bucket::StoredObject;
use super::web::WebFile;
use super::{Remote, StorageError};

/// Bytes that one request asks for. Large, so that the time until an answer begins counts little;
/// bounded, because servers and proxies close connections that live for hours.
const REQUEST_BYTES: u64 = 64 << 20;
/// Attempts without a byte after which reading fails: with the waits between them half a minute,
/// more than a server needs to start again or a network to switch over.
const MAX_ATTEMPTS: u32 = 8;
/// Attempts before the first answer of a server that cannot be reached: most likely its name is
/// mistyped or the network is down, and nothing has been read that would be lost.
const MAX_ATTEMPTS_UNREACHABLE: u32 = 3;
/// The wait after the first attempt; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const MAX_WAIT: Duration = Duration::from_secs(20);
/// Bytes since the last fault after which the first attempt is made at once: the server works, and
/// only the connection is gone.
const WORTH_BYTES: u64 = 64 << 10;
/// Time between looks at whether to stop.
const STOP_LOOKS: Duration = Duration::from_millis(50);

/// An object, and how to ask for its bytes.
#[derive(Debug)]
pub struct Object {
    pub remote: Remote,
    pub origin: Origin,
    pub patience: Patience,
    /// Can stop whoever waits.
    pub meter: Meter,
}

/// Where the bytes are asked for.
#[derive(Debug)]
pub enum Origin {
    Web(WebFile),
    Store(StoredObject),
}

/// How long faults are borne.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    pub attempts: u32,
    pub first_wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { attempts: MAX_ATTEMPTS, first_wait: FIRST_WAIT }
    }
}

/// What the first request found.
pub enum Opened {
    /// The object can be read in parts. `head` has its first bytes.
    Parts { version: Version, head: Vec<u8> },
    /// The object can be read once from its beginning.
    Stream(WholeReader),
}

/// A range that is being read.
pub struct RangeReader {
    object: Arc<Object>,
    version: Version,
    range: Range<u64>,
    /// The current answer, and where it ends.
    answer: Option<(Body, u64)>,
    attempts: Attempts,
}

/// All bytes of an object whose server does not know ranges.
pub struct WholeReader {
    remote: Remote,
    body: Body,
    length: Option<u64>,
    position: u64,
}

/// Attempts since the last progress.
#[derive(Debug)]
pub struct Attempts {
    patience: Patience,
    made: u32,
    /// Bytes since the last fault.
    bytes: u64,
}

impl Object {
    /// Asks for the first `head_bytes`, and learns what the object is.
    ///
    /// # Errors
    /// An I/O error, with a [`StorageError`] in it, if there is no usable answer.
    pub fn open(self: &Arc<Self>, head_bytes: u64) -> io::Result<Opened> {
        let mut attempts = Attempts::new(self.patience);
        loop {
            let fault = match self.get(0..head_bytes, None) {
                Ok(Answer::Whole { length, body }) => {
                    let remote = self.remote.clone();
                    return Ok(Opened::Stream(WholeReader { remote, body, length, position: 0 }));
                }
                Ok(Answer::Part { version, range, body }) => {
                    let mut head = Vec::new();
                    let mut reader = RangeReader::new(self.clone(), version.clone(), range.clone());
                    reader.answer = Some((body, range.end));
                    reader.read_to_end(&mut head)?;
                    return Ok(Opened::Parts { version, head });
                }
                Err(fault) => fault,
            };
            attempts.next(self.remote.shown(), &self.meter, 0, fault)?;
        }
    }

    fn get(&self, range: Range<u64>, known: Option<&Version>) -> Result<Answer, Fault> {
        match &self.origin {
            Origin::Web(file) => file.get(range, known),
            Origin::Store(object) => object.get(range, known),
        }
    }
}

impl RangeReader {
    /// Reads `range` of the object in the state `version`.
    pub fn new(object: Arc<Object>, version: Version, range: Range<u64>) -> Self {
        let range = range.start..range.end.min(version.size_bytes);
        let attempts = Attempts::new(object.patience);
        Self { object, version, range, answer: None, attempts }
    }

    /// Reads some bytes of the current answer, or of a new one.
    fn read_some(&mut self, out: &mut [u8]) -> Result<usize, Fault> {
        let start = self.range.start;
        if self.answer.is_none() {
            let end = self.range.end.min(start.saturating_add(REQUEST_BYTES));
            self.answer = match self.object.get(start..end, Some(&self.version))? {
                Answer::Part { range, body, .. } => Some((body, range.end)),
                Answer::Whole { .. } => return Err(Fault::passing("the answer is not a part")),
            };
        }
        let Some((body, end)) = &mut self.answer else { return Ok(0) };
        let room = usize::try_from(*end - start).unwrap_or(usize::MAX).min(out.len());
        let (mut length, mut fault) = (0, None);
        // A few bytes at a time would cost more than they are worth.
        while length < room && fault.is_none() {
            match body.read(&mut out[length..room]) {
                Ok(0) => fault = Some("the connection was closed early".to_owned()),
                Ok(more) => length += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => fault = Some(error.to_string()),
            }
        }
        let ended = start + length as u64 == *end;
        if ended {
            // The client keeps the connection for the next request once it has seen the end.
            let _ = body.read(&mut [0]);
        }
        if ended || fault.is_some() {
            self.answer = None;
        }
        match fault {
            Some(reason) if length == 0 => Err(Fault::passing(reason)),
            // The bytes before the fault count; the next request begins behind them.
            _ => Ok(length),
        }
    }
}

impl Read for RangeReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.range.is_empty() && !out.is_empty() {
            self.object.meter.check()?;
            match self.read_some(out) {
                Ok(length) => {
                    self.range.start += length as u64;
                    self.attempts.progressed(length as u64);
                    return Ok(length);
                }
                Err(fault) => {
                    self.answer = None;
                    let Object { remote, meter, .. } = &*self.object;
                    self.attempts.next(remote.shown(), meter, self.range.start, fault)?;
                }
            }
        }
        Ok(0)
    }
}

impl Read for WholeReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let broken = |place: &Self, reason: String| {
            let (place, offset) = (place.remote.shown().to_owned(), place.position);
            io::Error::from(StorageError::NoResume { place, offset, reason })
        };
        loop {
            match self.body.read(out) {
                Ok(0) if !out.is_empty() && self.length.is_some_and(|length| self.position < length) => {
                    return Err(broken(self, "the connection was closed early".to_owned()));
                }
                Ok(length) => {
                    self.position += length as u64;
                    return Ok(length);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(broken(self, error.to_string())),
            }
        }
    }
}

impl Attempts {
    /// No attempt yet.
    pub fn new(patience: Patience) -> Self {
        Self { patience, made: 0, bytes: 0 }
    }

    /// Attempts since the last byte.
    pub fn made(&self) -> u32 {
        self.made
    }

    /// Bytes have come.
    pub fn progressed(&mut self, bytes: u64) {
        self.made = 0;
        self.bytes += bytes;
    }

    /// Counts a fault of `place`, and waits until the next attempt; `meter` can stop the wait.
    ///
    /// # Errors
    /// The fault, if there is to be no further attempt; or if reading was stopped.
    pub fn next(&mut self, place: &Path, meter: &Meter, offset: u64, fault: Fault) -> io::Result<()> {
        let place = place.to_owned();
        let (reason, after, is_unreachable) = match fault {
            Fault::Final(error) => return Err(error.into()),
            Fault::Changed => return Err(StorageError::Changed { place }.into()),
            Fault::Passing { reason, after, is_unreachable } => (reason, after, is_unreachable),
        };
        self.made += 1;
        let limit = match is_unreachable && offset == 0 {
            true => self.patience.attempts.min(MAX_ATTEMPTS_UNREACHABLE),
            false => self.patience.attempts,
        };
        if self.made >= limit {
            return Err(StorageError::GivenUp { place, offset, attempts: self.made, reason }.into());
        }
        let is_worth = std::mem::take(&mut self.bytes) >= WORTH_BYTES;
        let usual = if is_worth { Duration::ZERO } else { self.patience.wait(self.made, random()) };
        let until = Instant::now() + after.unwrap_or(usual);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            meter.check()?;
            std::thread::sleep(left.min(STOP_LOOKS));
        }
    }
}

impl Patience {
    /// The wait after an attempt, of which `random` (0 to 1) decides a half, so that many readers
    /// do not come back at one moment.
    fn wait(&self, made: u32, random: f64) -> Duration {
        let doubled = self.first_wait.saturating_mul(1 << made.saturating_sub(1).min(20));
        doubled.min(MAX_WAIT).mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
    }
}

/// A number from 0 to 1 that two readers do not share: the standard library seeds its hashes so.
fn random() -> f64 {
    use std::hash::{BuildHasher, Hasher};
    let bits = std::collections::hash_map::RandomState::new().build_hasher().finish();
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_half_of_each_is_by_chance() {
        let patience = Patience::default();
        for (made, random, expected) in
            [(1, 1.0, 250), (1, 0.0, 125), (2, 1.0, 500), (4, 0.5, 1_500), (20, 1.0, 20_000)]
        {
            assert_eq!(patience.wait(made, random), Duration::from_millis(expected), "{made}");
        }
        assert!((0..100).map(|_| random()).all(|random| (0.0..1.0).contains(&random)));
    }
}
