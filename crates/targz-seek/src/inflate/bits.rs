//! Bits that wait to be decoded.

/// Bits of the input, the first one lowest. Between two calls there are less than eight of them, or those of a symbol
/// that has not come to its end.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Bits {
    pub buffer: u64,
    pub count: u32,
}

impl Bits {
    /// The first `count` bits, if the input has them.
    pub fn take(&mut self, count: u32, packed: &mut &[u8]) -> Option<u32> {
        while self.count < count {
            self.pull(packed)?;
        }
        let taken = self.buffer & ((1 << count) - 1);
        self.drop(count);
        Some(taken as u32)
    }

    /// Adds a byte of the input.
    pub fn pull(&mut self, packed: &mut &[u8]) -> Option<()> {
        let (first, rest) = packed.split_first()?;
        self.buffer |= u64::from(*first) << self.count;
        self.count += 8;
        *packed = rest;
        Some(())
    }

    pub fn drop(&mut self, count: u32) {
        self.buffer >>= count;
        self.count -= count;
    }

    /// Drops the rest of a byte.
    pub fn align(&mut self) {
        self.drop(self.count % 8);
    }
}
