//! An archive or an index on a web server or in an object store, as a source of bytes.
//!
//! All requests are sent by threads that the reader does not wait for, so that it can be stopped
//! while a server is silent. Such a thread ends with its request.

use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;
use targz_seek::{ByteSource, Meter, local, read_ahead};

use super::answer::Version;
use super::archive_blocks::{BLOCK_BYTES, Blocks, are_many, numbers_of};
use super::bucket::StoredObject;
use super::resume::{Object, Opened, Origin, Patience, RangeReader, WholeReader};
use super::web::WebFile;
use super::{Connection, Place, Remote, Scheme, StorageOptions};

/// Bytes that are read ahead of an archive's reader: half a second of a fast conversion, which hides
/// the time between two requests.
const AHEAD_BYTES: usize = 8 << 20;
/// Time between looks at whether to stop.
const STOP_LOOKS: Duration = Duration::from_millis(50);

/// An object that is read by ranges, or from its beginning if its server knows no ranges.
#[derive(Debug)]
pub struct ObjectSource {
    object: Arc<Object>,
    state: State,
    blocks: Mutex<Blocks>,
}

enum State {
    Parts(Version),
    /// The answer to the first request, until it is read.
    Stream(Mutex<Option<WholeReader>>),
}

/// The source of a path or URL. `meter` can stop all requests for it.
///
/// # Errors
/// An I/O error if it cannot be opened, with a [`StorageError`](super::StorageError) in it for a URL.
pub fn open_source(path: &Path, options: &StorageOptions, meter: &Meter) -> io::Result<Arc<dyn ByteSource>> {
    match Place::of(path)? {
        Place::Local(path) => local(&path),
        Place::Remote(remote) => Ok(Arc::new(ObjectSource::open(remote, options, meter)?)),
    }
}

impl ObjectSource {
    /// Asks for the first bytes of an object. `meter` can stop this and all later requests.
    ///
    /// # Errors
    /// An I/O error, with a [`StorageError`](super::StorageError) in it, if the object cannot be read.
    pub fn open(remote: Remote, options: &StorageOptions, meter: &Meter) -> io::Result<Self> {
        Self::open_with(remote, options, Patience::default(), meter)
    }

    fn open_with(
        remote: Remote,
        options: &StorageOptions,
        patience: Patience,
        meter: &Meter,
    ) -> io::Result<Self> {
        let origin = match remote.scheme() {
            Scheme::Http => Origin::Web(WebFile::new(&remote, options)?),
            _ => {
                let connection = Connection::new(&remote, options)?;
                Origin::Store(StoredObject { connection, remote: remote.clone() })
            }
        };
        let object = Arc::new(Object { remote, origin, patience, meter: meter.clone() });
        let opening = object.clone();
        let opened = interruptible(meter, move || opening.open(BLOCK_BYTES))??;
        let mut blocks = Blocks::default();
        let state = match opened {
            Opened::Parts { version, head } => {
                blocks.keep(0, &head);
                State::Parts(version)
            }
            Opened::Stream(whole) => State::Stream(Mutex::new(Some(whole))),
        };
        Ok(Self { object, state, blocks: Mutex::new(blocks) })
    }

    fn reader(&self, range: Range<u64>) -> io::Result<RangeReader> {
        match &self.state {
            State::Parts(version) => Ok(RangeReader::new(self.object.clone(), version.clone(), range)),
            State::Stream(_) => Err(no_parts()),
        }
    }

    /// The bytes of a range, fetched at once.
    fn fetch(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let wanted = range.end - range.start;
        let mut reader = self.reader(range)?;
        let mut bytes = Vec::new();
        let fetch = move || reader.read_to_end(&mut bytes).map(|_| bytes);
        let bytes = interruptible(&self.object.meter, fetch)??;
        if bytes.len() as u64 == wanted { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Fetches those blocks that are not kept, at once: the parts of an index lie side by side.
    fn fetch_blocks(&self, numbers: Range<u64>, size_bytes: u64) -> io::Result<Vec<Arc<[u8]>>> {
        let found: Vec<_> = numbers.clone().map(|number| self.blocks().get(number)).collect();
        let missing = || numbers.clone().zip(&found).filter(|(_, block)| block.is_none());
        if let (Some((first, _)), Some((last, _))) = (missing().next(), missing().last()) {
            let start = first * BLOCK_BYTES;
            let bytes = self.fetch(start..((last + 1) * BLOCK_BYTES).min(size_bytes))?;
            self.blocks().keep(start, &bytes);
            let fetched = |number: u64| {
                let place = usize::try_from((number - first) * BLOCK_BYTES).unwrap_or(usize::MAX);
                let rest = bytes.get(place..).unwrap_or_default();
                rest[..rest.len().min(BLOCK_BYTES as usize)].into()
            };
            let all = numbers.zip(found);
            return Ok(all.map(|(number, block)| block.unwrap_or_else(|| fetched(number))).collect());
        }
        Ok(found.into_iter().flatten().collect())
    }

    fn blocks(&self) -> std::sync::MutexGuard<'_, Blocks> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ByteSource for ObjectSource {
    fn path(&self) -> &Path {
        self.object.remote.shown()
    }

    fn size_bytes(&self) -> io::Result<Option<u64>> {
        Ok(match &self.state {
            State::Parts(version) => Some(version.size_bytes),
            State::Stream(_) => None,
        })
    }

    fn read_all(&self, meter: &Meter) -> io::Result<Box<dyn Read + Send>> {
        let State::Stream(whole) = &self.state else {
            return read_ahead(self.reader(0..u64::MAX)?, AHEAD_BYTES, meter.clone());
        };
        let whole = whole.lock().unwrap_or_else(PoisonError::into_inner).take();
        let whole = whole.ok_or_else(|| io::Error::other("a stream can be read only once"))?;
        read_ahead(whole, AHEAD_BYTES, meter.clone())
    }

    fn read_range(&self, range: Range<u64>) -> io::Result<Box<dyn Read + Send>> {
        read_ahead(self.reader(range)?, AHEAD_BYTES, self.object.meter.clone())
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let size_bytes = self.size_bytes()?.ok_or_else(no_parts)?;
        let range = offset..offset.saturating_add(buffer.len() as u64);
        if range.end > size_bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let numbers = numbers_of(&range);
        if are_many(&numbers) {
            buffer.copy_from_slice(&self.fetch(range)?);
            return Ok(());
        }
        let (mut rest, mut place) = (buffer, offset);
        for block in self.fetch_blocks(numbers, size_bytes)? {
            let within = (place % BLOCK_BYTES) as usize;
            let length = rest.len().min(block.len() - within);
            let (now, later) = rest.split_at_mut(length);
            now.copy_from_slice(&block[within..within + length]);
            (rest, place) = (later, place + length as u64);
        }
        Ok(())
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Parts(version) => version.fmt(formatter),
            Self::Stream(_) => formatter.write_str("Stream"),
        }
    }
}

fn no_parts() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "the server does not send parts of the file")
}

/// Does something in a thread of its own, and waits for it until `meter` is stopped.
///
/// # Errors
/// An I/O error if it was stopped.
pub fn interruptible<T: Send + 'static>(
    meter: &Meter,
    act: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let (sender, done) = crossbeam_channel::bounded(1);
    let thread = std::thread::Builder::new().name("request".to_owned());
    thread.spawn(move || drop(sender.send(act())))?;
    loop {
        match done.recv_timeout(STOP_LOOKS) {
            Ok(found) => return Ok(found),
            Err(RecvTimeoutError::Timeout) => meter.check()?,
            Err(RecvTimeoutError::Disconnected) => return Err(io::Error::other("a request panicked")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;

    use super::*;

    /// A server that gives the same answer to all, one connection each; counts them.
    fn server(answer: &'static str) -> (String, Arc<std::sync::atomic::AtomicU32>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/a", listener.local_addr().unwrap());
        let count = Arc::new(std::sync::atomic::AtomicU32::new(0));
        let counted = count.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        (url, count)
    }

    #[test]
    fn attempts_without_progress_are_limited() {
        let patience = Patience { attempts: 4, first_wait: Duration::from_millis(1) };
        for (answer, expected) in [
            ("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", "status 503 (Service Unavailable)"),
            ("HTTP/1.1 202 Yes\r\nContent-Length: 0\r\n\r\n", "nothing to give yet (status 202)"),
            ("HTTP/1.1 206 Part\r\nContent-Range: bytes 0-9/10\r\nContent-Length: 10\r\n\r\n", "in a row"),
            ("", "4 attempts"),
        ] {
            let (url, count) = server(answer);
            let Place::Remote(remote) = Place::of(Path::new(&url)).unwrap() else { panic!("it is a URL") };

            let opened =
                ObjectSource::open_with(remote, &StorageOptions::default(), patience, &Meter::default());

            let told = opened.unwrap_err().to_string();
            assert!(told.contains("4 attempts in a row") && told.contains(expected), "{told}");
            assert!(count.load(std::sync::atomic::Ordering::Relaxed) >= 4, "{told}");
        }
    }
}
