//! Numbers in as few bytes as they need: seven bits a byte, the least first, as
//! Protocol Buffers and Thrift have them.

/// Bits of a number in one byte; the eighth says that more follow.
const VARINT_BITS: u32 = 7;

/// A difference of either sign as a number that is small where the difference is.
pub fn zigzag(difference: u64) -> u64 {
    (difference << 1) ^ ((difference.cast_signed() >> 63).cast_unsigned())
}

/// The difference that [`zigzag`] gave this number for.
pub fn unzigzag(number: u64) -> u64 {
    (number >> 1) ^ (number & 1).wrapping_neg()
}

/// Appends a number.
pub fn put_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 1 << VARINT_BITS {
        bytes.push(number as u8 | 1 << VARINT_BITS);
        number >>= VARINT_BITS;
    }
    bytes.push(number as u8);
}

/// Takes a number from the front; `None` where there is no whole one.
pub fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in 0..=u64::BITS / VARINT_BITS {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & !(1 << VARINT_BITS)) << (place * VARINT_BITS);
        if byte < 1 << VARINT_BITS {
            return Some(number);
        }
    }
    None
}
