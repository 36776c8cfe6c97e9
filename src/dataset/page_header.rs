//! The header of a Parquet page, as far as whoever compresses the page must know it.
//!
//! `PageHeader` of Parquet's `parquet.thrift`, in Thrift's compact protocol.

use std::ops::Range;

/// How a page's header begins each of its first three fields: the next one, a 32-bit
/// integer (Thrift's compact protocol).
const NEXT_I32: u8 = 0x15;
/// How a field after that begins: by the distance of its number in the upper half of a
/// byte, and its kind in the lower; the fourth field is left out by the library, so that the
/// next has a distance of two or more.
const DISTANCE: u8 = 0x10;
/// The first field of the header of a dictionary page, zigzag: `PageType` 2.
const DICTIONARY_PAGE: [u8; 1] = [4];

/// A page's header as the library has written it.
pub(super) struct PageHeader<'h> {
    bytes: &'h [u8],
    /// Where its first and its third field are: the page's kind and its compressed size.
    kind: Range<usize>,
    size: Range<usize>,
}

impl<'h> PageHeader<'h> {
    /// `None` where it does not begin as a header does.
    pub fn new(bytes: &'h [u8]) -> Option<Self> {
        let mut end = 0;
        let mut next = || {
            let start = end + 1;
            let length = bytes.get(start..)?.iter().position(|&byte| byte & 0x80 == 0)? + 1;
            let begins = bytes[end] == NEXT_I32;
            end = start + length;
            begins.then_some(start..end)
        };
        let (kind, _plain_size, size) = (next()?, next()?, next()?);
        // The checksum has a place, and is not there.
        bytes.get(size.end).is_none_or(|next| next / DISTANCE > 1).then_some(())?;
        Some(Self { bytes, kind, size })
    }

    pub fn is_dictionary(&self) -> bool {
        self.bytes[self.kind.clone()] == DICTIONARY_PAGE
    }

    /// The same header of a page that is of this size when compressed, with the checksum
    /// of what is stored: CRC-32 as in gzip, in the fourth field.
    pub fn of_compressed(&self, bytes: i32, checksum: u32) -> Vec<u8> {
        let mut header = self.bytes[..self.size.start].to_vec();
        write_i32(&mut header, bytes);
        header.push(NEXT_I32);
        write_i32(&mut header, checksum.cast_signed());
        let rest = &self.bytes[self.size.end..];
        // What follows is one field nearer to the checksum than it was to the size.
        header.extend(rest.first().map(|next| next - DISTANCE));
        header.extend_from_slice(rest.get(1..).unwrap_or_default());
        header
    }
}

/// An integer as Thrift's compact protocol has it: zigzag, then seven bits a byte, the
/// least first, and the eighth where more follow.
fn write_i32(out: &mut Vec<u8>, value: i32) {
    let mut rest = ((value << 1) ^ (value >> 31)).cast_unsigned();
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_written_as_thrift_has_them() {
        for (value, expected) in [
            (0, &[0][..]),
            (1, &[2]),
            (-1, &[1]),
            (63, &[126]),
            (64, &[0x80, 1]),
            (4 << 20, &[0x80, 0x80, 0x80, 4]),
            (i32::MAX, &[0xfe, 0xff, 0xff, 0xff, 0x0f]),
            (i32::MIN, &[0xff, 0xff, 0xff, 0xff, 0x0f]),
        ] {
            let mut out = Vec::new();
            write_i32(&mut out, value);
            assert_eq!(out, expected, "{value}");
        }
    }

    #[test]
    fn the_size_is_replaced_and_a_checksum_put_behind_it() {
        let header = [0x15, 4, 0x15, 0x80, 1, 0x15, 0x82, 1, 0x5c, 0x15];

        let known = PageHeader::new(&header).unwrap();

        assert!(known.is_dictionary());
        assert_eq!(known.of_compressed(1, 2), [0x15, 4, 0x15, 0x80, 1, 0x15, 2, 0x15, 4, 0x4c, 0x15]);
        let most = known.of_compressed(1, u32::MAX);
        assert_eq!(most, [0x15, 4, 0x15, 0x80, 1, 0x15, 2, 0x15, 1, 0x4c, 0x15]);
        assert!(!PageHeader::new(&[0x15, 0, 0x15, 2, 0x15, 2]).unwrap().is_dictionary());
    }

    #[test]
    fn what_is_no_header_is_told() {
        for bytes in [
            &[0x15, 4, 0x15, 2, 0x15, 2, 0x15, 9][..],
            &[0x15, 4, 0x15, 0x80, 1, 0x15, 0x82],
            &[0x15, 4, 0x25, 2, 0x15, 2],
            &[0x15],
            &[],
        ] {
            assert!(PageHeader::new(bytes).is_none(), "{bytes:x?}");
        }
    }
}
