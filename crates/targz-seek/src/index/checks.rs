//! Digests of a span piece by piece, so that who reads a few kilobytes of it need not
//! inflate the rest.

use xxhash_rust::xxh3::Xxh3;

/// Bytes of a piece; the last of a span has fewer. A reader inflates on to the end of
/// a piece, some 40 µs on average; eight bytes for each take a twentieth of an index.
pub const PIECE_BYTES: u64 = 128 << 10;

/// Digests of the pieces of a span that have passed, and of the one that is passing.
#[derive(Clone, Default)]
pub struct Checks {
    ended: Vec<u64>,
    digest: Xxh3,
    /// Bytes of the open piece.
    open_bytes: u64,
}

impl Checks {
    pub fn add(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = usize::try_from(PIECE_BYTES - self.open_bytes).unwrap_or(usize::MAX);
            let (now, rest) = bytes.split_at(room.min(bytes.len()));
            self.digest.update(now);
            self.open_bytes += now.len() as u64;
            if self.open_bytes == PIECE_BYTES {
                self.end_piece();
            }
            bytes = rest;
        }
    }

    /// The digests of whole pieces so far.
    pub fn ended(&self) -> &[u64] {
        &self.ended
    }

    /// The digests of all pieces, once the span has ended.
    pub fn finish(mut self) -> Vec<u64> {
        if self.open_bytes > 0 {
            self.end_piece();
        }
        self.ended
    }

    fn end_piece(&mut self) {
        self.ended.push(self.digest.digest());
        self.digest.reset();
        self.open_bytes = 0;
    }
}

/// Where the piece ends that `position` lies in, or ends at, of a span from `start` to
/// `end`.
pub fn piece_end(start: u64, position: u64, end: u64) -> u64 {
    end.min(start + (position - start).next_multiple_of(PIECE_BYTES))
}

/// Digests and the window after them, as an index holds them for a point.
pub fn encode(checks: &[u64], window: &[u8]) -> Vec<u8> {
    let numbers = std::iter::once(checks.len() as u64).chain(checks.iter().copied());
    numbers.flat_map(u64::to_le_bytes).chain(window.iter().copied()).collect()
}

/// What [`encode`] was given; `None` where it was not.
pub fn decode(bytes: &[u8]) -> Option<(Vec<u64>, &[u8])> {
    let (count, rest) = bytes.split_first_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*count)).ok()?.checked_mul(size_of::<u64>())?;
    let (checks, window) = rest.split_at_checked(length)?;
    Some((checks.as_chunks().0.iter().map(|number| u64::from_le_bytes(*number)).collect(), window))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_same_however_the_bytes_come() {
        let bytes: Vec<u8> = (0..3 * PIECE_BYTES as usize + 5).map(|place| (place % 251) as u8).collect();
        let (mut at_once, mut in_parts) = (Checks::default(), Checks::default());

        at_once.add(&bytes);
        bytes.chunks(70_001).for_each(|part| in_parts.add(part));

        assert_eq!((at_once.ended().len(), in_parts.ended().len()), (3, 3));
        assert_eq!(at_once.finish(), in_parts.finish());
        assert_eq!(piece_end(10, 10 + PIECE_BYTES, 1 << 30), 10 + PIECE_BYTES);
        assert_eq!(piece_end(10, 11 + PIECE_BYTES, 20 + PIECE_BYTES), 20 + PIECE_BYTES);
    }

    #[test]
    fn digests_and_window_come_back_and_nonsense_does_not() {
        assert_eq!(decode(&encode(&[7, u64::MAX], b"window")), Some((vec![7, u64::MAX], &b"window"[..])));
        for bytes in [&b""[..], &[1, 0, 0], &[2; 8], &[255; 40], &encode(&[7], b"")[..15]] {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
    }
}
