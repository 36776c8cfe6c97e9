//! Parses the header of a Parquet page, as far as needed to compress the page.
//!
//! `PageHeader` of Parquet's `parquet.thrift`, in Thrift's compact protocol.

use std::num::TryFromIntError;
use std::ops::Range;

use integer_encoding::VarInt;

/// How a page's header begins each of its first three fields: the next one, a 32-bit
/// integer (Thrift's compact protocol).
const NEXT_I32: u8 = 0x15;
/// How a field after that begins: by the distance of its number in the upper half of a
/// byte, and its kind in the lower; the fourth field is left out by the library, so that the
/// next has a distance of two or more.
const DISTANCE: u8 = 0x10;
/// Kinds of fields: a struct, and a Boolean that is false.
const STRUCT: u8 = 12;
const FALSE: u8 = 2;
/// Parquet's encodings.
const PLAIN: i32 = 0;
const RLE: i32 = 3;
const RLE_DICTIONARY: i32 = 8;
/// The first field of the header of a dictionary page, zigzag: `PageType` 2.
const DICTIONARY_PAGE: [u8; 1] = [4];

/// Bytes of the longest header that our files have: those of their kind, without statistics,
/// take less than half of it.
pub(super) const MOST_HEADER_BYTES: usize = 128;
/// The number of the field with a page's compressed size.
const SIZE_FIELD: u64 = 3;
/// Structs within a header's struct; the format has two levels.
const MOST_DEPTH: u32 = 4;

/// How long a header is, and the page behind it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    pub header: usize,
    pub page: u64,
}

/// Reads a header at the start of `bytes`, as far as needed to find its end; `None` if it is not a
/// header of our files.
pub(super) fn sizes(bytes: &[u8]) -> Option<Sizes> {
    let mut rest = bytes;
    // No page is empty when compressed, so a run of zeros is not a sequence of headers.
    let page = struct_end(&mut rest, MOST_DEPTH).filter(|size| *size > 0)?;
    Some(Sizes { header: bytes.len() - rest.len(), page })
}

/// Skips a struct of Thrift's compact protocol; returns its integer [`SIZE_FIELD`].
fn struct_end(rest: &mut &[u8], depth: u32) -> Option<u64> {
    let (mut number, mut size) = (0, 0);
    loop {
        let (&begins, after) = rest.split_first()?;
        *rest = after;
        if begins == 0 {
            return Some(size);
        }
        number = match begins / DISTANCE {
            0 => take::<i64>(rest)?.cast_unsigned(),
            distance => number.checked_add(u64::from(distance))?,
        };
        // Booleans, a byte, integers of any width, bytes, and structs.
        match begins % DISTANCE {
            1 | 2 => {}
            3 => *rest = rest.get(1..)?,
            4..=6 => {
                let value = take::<i64>(rest)?.cast_unsigned();
                if number == SIZE_FIELD {
                    size = value;
                }
            }
            8 => *rest = rest.get(usize::try_from(take::<u64>(rest)?).ok()?..)?,
            12 if depth > 0 => drop(struct_end(rest, depth - 1)?),
            _ => return None,
        }
    }
}

/// What a page has.
#[derive(Debug, Clone, Copy)]
pub(super) enum PageKind {
    /// Values, each behind the last, or the numbers of a dictionary's values.
    Data {
        is_plain: bool,
    },
    Dictionary,
}

/// The header that the library would write for a page of so many values that it has not compressed.
///
/// # Errors
/// [`TryFromIntError`] if the page is larger than the format allows.
pub(super) fn library_header(
    kind: PageKind,
    plain_bytes: usize,
    values: usize,
) -> Result<Vec<u8>, TryFromIntError> {
    let (page, values) = (i32::try_from(plain_bytes)?, i32::try_from(values)?);
    let mut header = Vec::with_capacity(MOST_HEADER_BYTES);
    let (number, distance) = match kind {
        PageKind::Data { .. } => (0, 2),
        PageKind::Dictionary => (2, 4),
    };
    write_fields(&mut header, &[number, page, page]);
    header.push((distance * DISTANCE) | STRUCT);
    match kind {
        PageKind::Data { is_plain: true } => write_fields(&mut header, &[values, PLAIN, RLE, RLE]),
        PageKind::Data { is_plain: false } => write_fields(&mut header, &[values, RLE_DICTIONARY, RLE, RLE]),
        PageKind::Dictionary => {
            write_fields(&mut header, &[values, PLAIN]);
            header.push(DISTANCE | FALSE);
        }
    }
    header.extend([0, 0]);
    Ok(header)
}

/// A page's header as the library has written it.
pub(super) struct PageHeader<'h> {
    bytes: &'h [u8],
    /// The positions of its first and its third field: the page's kind and its compressed size.
    kind: Range<usize>,
    size: Range<usize>,
}

impl<'h> PageHeader<'h> {
    /// `None` if the bytes do not begin like a header.
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
        // The format has a field for the checksum, but the library does not write it.
        bytes.get(size.end).is_none_or(|next| next / DISTANCE > 1).then_some(())?;
        Some(Self { bytes, kind, size })
    }

    pub fn is_dictionary(&self) -> bool {
        self.bytes[self.kind.clone()] == DICTIONARY_PAGE
    }

    /// The same header, with this compressed size of the page and with the checksum of the stored
    /// bytes: CRC-32 as in gzip, in the fourth field.
    pub fn of_compressed(&self, bytes: i32, checksum: u32) -> Vec<u8> {
        let mut header = self.bytes[..self.size.start].to_vec();
        write_i32(&mut header, bytes);
        header.push(NEXT_I32);
        write_i32(&mut header, checksum.cast_signed());
        let rest = &self.bytes[self.size.end..];
        // The distance of the next field is now counted from the checksum's field, one less than
        // from the size's field.
        header.extend(rest.first().map(|next| next - DISTANCE));
        header.extend_from_slice(rest.get(1..).unwrap_or_default());
        header
    }
}

/// Takes an integer of Thrift's compact protocol from the front; `None` if it is incomplete.
fn take<V: VarInt>(rest: &mut &[u8]) -> Option<V> {
    let (value, length) = V::decode_var(rest)?;
    *rest = rest.get(length..)?;
    Some(value)
}

/// Appends the first fields of a struct, all integers.
fn write_fields(out: &mut Vec<u8>, values: &[i32]) {
    for value in values {
        out.push(NEXT_I32);
        write_i32(out, *value);
    }
}

/// Appends an integer as Thrift's compact protocol has it.
fn write_i32(out: &mut Vec<u8>, value: i32) {
    out.extend(value.encode_var_vec());
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
    fn a_header_tells_where_it_and_its_page_end() {
        // A data page of 300 bytes with a checksum and a struct of four integers, then the page.
        let header =
            [0x15, 0, 0x15, 8, 0x15, 0xd8, 4, 0x15, 5, 0x1c, 0x15, 6, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0];
        let bytes = [&header[..], &[0x28, 0xb5, 0x2f]].concat();

        assert_eq!(sizes(&bytes), Some(Sizes { header: header.len(), page: 300 }));
        assert!((0..header.len()).all(|length| sizes(&bytes[..length]).is_none()));
        let deep = [0x1c; MOST_HEADER_BYTES];
        assert_eq!((sizes(&deep), sizes(&[0; 8])), (None, None));
    }

    #[test]
    fn a_header_of_ours_is_one_of_the_library() {
        for (kind, page, expected) in [
            (PageKind::Data { is_plain: true }, 4, &[0x15, 0, 0x15, 8, 0x15, 8, 0x2c, 0x15, 6, 0x15, 0][..]),
            (PageKind::Data { is_plain: false }, 4, &[0x15, 0, 0x15, 8, 0x15, 8, 0x2c, 0x15, 6, 0x15, 16]),
            (PageKind::Dictionary, 4, &[0x15, 4, 0x15, 8, 0x15, 8, 0x4c, 0x15, 6, 0x15, 0, 0x12, 0, 0]),
        ] {
            let header = library_header(kind, page, 3).unwrap();

            assert!(header.starts_with(expected), "{header:x?}");
            assert_eq!(sizes(&header), Some(Sizes { header: header.len(), page: 4 }));
            let compressed = PageHeader::new(&header).unwrap().of_compressed(9, 7);
            assert_eq!(sizes(&compressed), Some(Sizes { header: compressed.len(), page: 9 }));
        }
        assert!(library_header(PageKind::Dictionary, 1 << 31, 0).is_err());
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
