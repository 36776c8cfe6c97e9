//! The header of a Parquet page: writes it, and finds its end.
//!
//! `PageHeader` of Parquet's `parquet.thrift`, in Thrift's compact protocol.

use std::num::TryFromIntError;

use integer_encoding::VarInt;

/// How a field begins that is the next one, and a 32-bit integer.
const NEXT_I32: u8 = 0x15;
/// How any field begins: by the distance of its number in the upper half of a byte, and its kind in
/// the lower.
const DISTANCE: u8 = 0x10;
/// Kinds of fields: a struct, and a Boolean that is false.
const STRUCT: u8 = 12;
const FALSE: u8 = 2;
/// Parquet's encodings.
const PLAIN: i32 = 0;
const RLE: i32 = 3;
const RLE_DICTIONARY: i32 = 8;
/// Parquet's types of pages.
const DATA_PAGE: i32 = 0;
const DICTIONARY_PAGE: i32 = 2;

/// Bytes of the longest header: those that this crate writes, without statistics, take less than half of it.
pub const MOST_HEADER_BYTES: usize = 128;
/// The number of the field with a page's compressed size.
const SIZE_FIELD: u64 = 3;
/// Structs within a header's struct; the format has two levels.
const MOST_DEPTH: u32 = 4;

/// How long a header is, and the page behind it.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sizes {
    /// Bytes of the header.
    pub header: usize,
    /// Bytes of the page as it is stored, without its header.
    pub page: u64,
}

/// Reads a header at the start of `bytes`, as far as needed to find its end; `None` if it is not a
/// header of a compressed page.
pub fn sizes(bytes: &[u8]) -> Option<Sizes> {
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
pub(crate) enum PageKind {
    /// Values, each behind the last, or the numbers of a dictionary's values.
    Data {
        is_plain: bool,
    },
    Dictionary,
}

/// The header of a page with so many values, which takes `plain_bytes` before it was compressed. It has
/// the checksum of the stored bytes, CRC-32 as in gzip.
///
/// # Errors
/// [`TryFromIntError`] if the page is larger than the format allows.
pub(crate) fn header(
    kind: PageKind,
    values: usize,
    plain_bytes: usize,
    compressed: &[u8],
) -> Result<Vec<u8>, TryFromIntError> {
    let (values, plain_bytes) = (i32::try_from(values)?, i32::try_from(plain_bytes)?);
    let stored_bytes = i32::try_from(compressed.len())?;
    let checksum = crc32fast::hash(compressed).cast_signed();
    let mut header = Vec::with_capacity(MOST_HEADER_BYTES);
    // The number of the struct with the rest, counted from the field of the checksum.
    let (page_type, distance) = match kind {
        PageKind::Data { .. } => (DATA_PAGE, 1),
        PageKind::Dictionary => (DICTIONARY_PAGE, 3),
    };
    write_fields(&mut header, &[page_type, plain_bytes, stored_bytes, checksum]);
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
    fn a_header_has_sizes_checksum_and_encodings() {
        // The checksum of "123456789", zigzag.
        let start = |page_type: u8| [0x15, page_type, 0x15, 80, 0x15, 18, 0x15, 0xb3, 0x9b, 0xde, 0xc0, 0x06];
        for (kind, page_type, rest) in [
            (PageKind::Data { is_plain: true }, 0, &[0x1c, 0x15, 6, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0][..]),
            (PageKind::Data { is_plain: false }, 0, &[0x1c, 0x15, 6, 0x15, 16, 0x15, 6, 0x15, 6, 0, 0]),
            (PageKind::Dictionary, 4, &[0x3c, 0x15, 6, 0x15, 0, 0x12, 0, 0]),
        ] {
            let header = header(kind, 3, 40, b"123456789").unwrap();

            assert_eq!(header, [&start(page_type)[..], rest].concat());
            assert_eq!(sizes(&header), Some(Sizes { header: header.len(), page: 9 }));
        }
        assert!(header(PageKind::Dictionary, 1 << 31, 0, b"").is_err());
    }
}
