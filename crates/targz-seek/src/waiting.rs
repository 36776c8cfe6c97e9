//! A stream that may keep its reader waiting: standard input, a named pipe, a server.
//!
//! A thread reads the stream and sends the bytes over a channel. So the archive's reader never
//! blocks on the stream: it waits for the channel, and checks at short intervals whether it has to
//! stop. The thread ends with the stream or with the program.

use std::io::{self, Read};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::input::{Meter, READ_BYTES};

/// Time between looks at whether to stop.
const STOP_LOOKS: Duration = Duration::from_millis(50);
/// Buffers that the thread may be ahead of the reader of standard input or a pipe.
const BUFFERS_AHEAD: usize = 2;

/// Bytes of the stream, or the reason why no more follow.
type Found = io::Result<Vec<u8>>;

/// The reader's end of a stream.
pub(super) struct Waiting {
    found: Receiver<Found>,
    buffer: Vec<u8>,
    used: usize,
    meter: Meter,
}

impl Waiting {
    /// Starts a thread that calls `open`, which may block too, and reads the stream.
    ///
    /// # Errors
    /// An I/O error where no thread can be started.
    pub fn begin<R: Read>(
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        meter: Meter,
    ) -> io::Result<Self> {
        Self::ahead(open, BUFFERS_AHEAD, meter)
    }

    fn ahead<R: Read>(
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        buffers: usize,
        meter: Meter,
    ) -> io::Result<Self> {
        let (sender, found) = crossbeam_channel::bounded(buffers);
        let thread = std::thread::Builder::new().name("stream".to_owned());
        thread.spawn(move || read_all(open, &sender))?;
        Ok(Self { found, buffer: Vec::new(), used: 0, meter })
    }
}

/// Reads a stream in a thread of its own, up to `ahead_bytes` ahead of the reader that is
/// returned. `meter` is told when the reader waits, and can stop it while it waits.
///
/// # Errors
/// An I/O error if no thread can be started.
pub fn read_ahead(
    stream: impl Read + Send + 'static,
    ahead_bytes: usize,
    meter: Meter,
) -> io::Result<Box<dyn Read + Send>> {
    let buffers = ahead_bytes.div_ceil(READ_BYTES).max(1);
    Ok(Box::new(Waiting::ahead(|| Ok(stream), buffers, meter)?))
}

impl Read for Waiting {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.used == self.buffer.len() {
            let found = self.found.recv_timeout(STOP_LOOKS);
            self.meter.set_waiting(matches!(found, Err(RecvTimeoutError::Timeout)));
            match found {
                Ok(found) => (self.buffer, self.used) = (found?, 0),
                Err(RecvTimeoutError::Timeout) => self.meter.check()?,
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
        let length = out.len().min(self.buffer.len() - self.used);
        out[..length].copy_from_slice(&self.buffer[self.used..self.used + length]);
        self.used += length;
        Ok(length)
    }
}

/// Reads a stream to its end, or until the receiver is dropped.
fn read_all<R: Read>(open: impl FnOnce() -> io::Result<R>, sender: &Sender<Found>) {
    let mut stream = match open() {
        Ok(stream) => stream,
        Err(error) => return drop(sender.send(Err(error))),
    };
    loop {
        let mut buffer = vec![0; READ_BYTES];
        let found = match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => {
                buffer.truncate(length);
                Ok(buffer)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let failed = found.is_err();
        if sender.send(found).is_err() || failed {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_without_bytes_is_left_when_told_so() {
        struct Silent;
        impl Read for Silent {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                loop {
                    std::thread::park();
                }
            }
        }
        let meter = Meter::default();
        let mut waiting = Waiting::begin(|| Ok(Silent), meter.clone()).unwrap();

        meter.stop();

        assert!(waiting.read(&mut [0; 10]).is_err());
    }

    #[test]
    fn all_bytes_come_and_then_the_end_or_the_fault() {
        let bytes: Vec<u8> = (0..READ_BYTES * 2 + 7).map(|place| (place % 251) as u8).collect();
        let copy = bytes.clone();
        let mut waiting = Waiting::begin(move || Ok(io::Cursor::new(copy)), Meter::default()).unwrap();
        let mut found = Vec::new();

        waiting.read_to_end(&mut found).unwrap();

        assert!(found == bytes);
        let closed = Waiting::begin(|| Err::<io::Empty, _>(io::ErrorKind::NotFound.into()), Meter::default());
        assert_eq!(closed.unwrap().read(&mut [0; 10]).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
