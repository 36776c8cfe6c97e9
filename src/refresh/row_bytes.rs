//! Watches the bytes under a reader of rows: a row has a greatest length, and the end of the file shows
//! whether it is cut off.

use std::cell::Cell;
use std::io::{Error, ErrorKind, Read};

/// Bytes that may be read for one row; ORCID's rows have about a hundred. An unclosed quotation
/// mark would make one row of the rest of the file.
const MAX_ROW_BYTES: u64 = 1 << 20;

/// State of the stream under the row reader, which reads ahead.
#[derive(Default)]
pub struct Stream {
    /// Bytes read since the last row.
    since_row: Cell<u64>,
    last_byte: Cell<u8>,
}

/// A stream that notes what is read of it.
pub struct Watched<'s, R> {
    pub inner: R,
    pub stream: &'s Stream,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let since_row = self.stream.since_row.get() + read as u64;
        if since_row > MAX_ROW_BYTES {
            let what = format!("a row has over {MAX_ROW_BYTES} bytes: a quotation mark may not be closed");
            return Err(Error::new(ErrorKind::InvalidData, what));
        }
        self.stream.since_row.set(since_row);
        if let Some(last) = buffer[..read].last() {
            self.stream.last_byte.set(*last);
        }
        Ok(read)
    }
}

impl Stream {
    /// Notes that a row has been read to its end.
    pub fn row_ended(&self) {
        self.since_row.set(0);
    }

    /// True if what has been read ends with the end of a line.
    pub fn has_ended_line(&self) -> bool {
        matches!(self.last_byte.get(), b'\n' | b'\r')
    }
}
