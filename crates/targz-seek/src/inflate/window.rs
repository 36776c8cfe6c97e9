//! The bytes to which matches may refer, and which have been handed out already.

/// Matches reach this far back.
pub(crate) const WINDOW_BYTES: usize = 32 << 10;

/// Bytes kept, so that the window need not move with each call.
const BUFFER_BYTES: usize = 2 * WINDOW_BYTES;

/// The last bytes that were made.
pub(super) struct Window {
    bytes: Box<[u8; BUFFER_BYTES]>,
    /// Where they end, and how many there are.
    end: usize,
    length: usize,
}

impl Window {
    pub fn new() -> Self {
        Self { bytes: Box::new([0; BUFFER_BYTES]), end: 0, length: 0 }
    }

    pub fn length(&self) -> usize {
        self.length
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes[self.end - self.length..self.end]
    }

    /// Takes in what was made after the bytes that it has.
    pub fn add(&mut self, made: &[u8]) {
        let made = made.last_chunk::<WINDOW_BYTES>().map_or(made, |last| &last[..]);
        if self.end + made.len() > BUFFER_BYTES {
            self.bytes.copy_within(self.end - self.length..self.end, 0);
            self.end = self.length;
        }
        self.bytes[self.end..self.end + made.len()].copy_from_slice(made);
        self.end += made.len();
        self.length = (self.length + made.len()).min(WINDOW_BYTES);
    }

    /// Copies a match to `out`, at `place`, that begins before `out`. `distance` is at most the window's length and
    /// `place` together.
    pub fn copy(&self, out: &mut [u8], place: usize, length: usize, distance: usize) {
        let back = distance - place;
        let from_window = back.min(length);
        let start = self.end - back;
        out[place..place + from_window].copy_from_slice(&self.bytes[start..start + from_window]);
        if from_window < length {
            copy_within(out, place + from_window, length - from_window, distance);
        }
    }
}

/// Copies a match that lies in `out`. It may overlap the place that it is copied to.
pub(super) fn copy_within(out: &mut [u8], place: usize, length: usize, distance: usize) {
    if length <= distance {
        out.copy_within(place - distance..place - distance + length, place);
    } else if distance == 1 {
        let byte = out[place - 1];
        out[place..place + length].fill(byte);
    } else {
        for place in place..place + length {
            out[place] = out[place - distance];
        }
    }
}
