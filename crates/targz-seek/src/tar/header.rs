//! One block as a tar header: its checksum, its numbers, its name and kind.
//!
//! Reads what GNU tar and Python's tarfile read: sums of signed or unsigned bytes,
//! octal numbers with spaces or NULs around them, and numbers in base 256.

use std::borrow::Cow;
use std::ffi::CStr;
use std::ops::Range;

/// tar's unit: headers are one block, data are padded to whole blocks.
pub const BLOCK: usize = 512;

const NAME: Range<usize> = 0..100;
const SIZE: Range<usize> = 124..136;
const SUM: Range<usize> = 148..156;
const KIND: usize = 156;
const MAGIC: Range<usize> = 257..263;
const PREFIX: Range<usize> = 345..500;

/// Octal digits that fit 64 bits whatever they are.
const MAX_SURE_DIGITS: usize = 21;
/// Bytes whose sum fits 16 bits whatever they are.
const SUMMED_BYTES: usize = 256;

/// A header whose checksum fits.
#[derive(Clone, Copy)]
pub struct Header<'b>(&'b [u8]);

impl<'b> Header<'b> {
    /// The header in `block`; else why there is none.
    pub fn of(block: &'b [u8]) -> Result<Self, &'static str> {
        if block.len() != BLOCK {
            return Err("a header that is cut off");
        }
        let stated = number(&block[SUM]).ok_or("what should be a header has no checksum")?;
        let found = unsigned_sum(block);
        if stated == found || found.checked_sub(stated).is_some_and(|excess| excess == signed_excess(block)) {
            Ok(Self(block))
        } else {
            Err("a header whose checksum does not fit")
        }
    }

    /// The type flag.
    pub fn kind(self) -> u8 {
        self.0[KIND]
    }

    /// Bytes of data that the header speaks of; `None` where that is no number, or a
    /// negative one.
    pub fn size(self) -> Option<u64> {
        number(&self.0[SIZE])
    }

    /// The path of the entry, as far as the header holds it.
    pub fn name(self) -> Cow<'b, str> {
        let name = lossy(text(&self.0[NAME]));
        let prefix = text(&self.0[PREFIX]);
        // GNU's own format has other things in the place of the prefix.
        if self.0[MAGIC] != *b"ustar\0" || prefix.is_empty() {
            return name;
        }
        format!("{}/{name}", lossy(prefix)).into()
    }

    /// The bytes of the header.
    pub fn bytes(self) -> &'b [u8] {
        self.0
    }
}

/// True where `bytes` begin with a header whose checksum fits.
pub fn is_header(bytes: &[u8]) -> bool {
    bytes.get(..BLOCK).is_some_and(|block| Header::of(block).is_ok())
}

/// True where `bytes` begin with what is, or was, a header: its magic stands there, or its
/// checksum fits.
pub fn looks_like_header(bytes: &[u8]) -> bool {
    const WORD: &[u8] = b"ustar";
    bytes.get(MAGIC.start..).is_some_and(|rest| rest.starts_with(WORD)) || is_header(bytes)
}

/// True where a block is of zeros, as those of the end mark are.
pub fn is_zero(block: &[u8]) -> bool {
    block.iter().all(|&byte| byte == 0)
}

/// The number in a header's field: octal digits between spaces and NULs, or base 256
/// where the first bit is set. A blank field is 0.
pub fn number(field: &[u8]) -> Option<u64> {
    let (&first, rest) = field.split_first()?;
    if first & 0x80 != 0 {
        // The next bit is the sign.
        let first = u64::from(first & 0x7f);
        return if first & 0x40 == 0 {
            digits(first, 256, rest.iter().map(|&byte| byte.into()))
        } else {
            None
        };
    }
    let text = field.strip_prefix(b"\0").unwrap_or(field).trim_ascii_start();
    let length = text.iter().take_while(|byte| (b'0'..=b'7').contains(byte)).count();
    let is_whole = text.get(length).is_none_or(|byte| matches!(byte, 0 | b' '));
    let octal = text[..length].iter().map(|&byte| u64::from(byte - b'0'));
    match length {
        _ if !is_whole => None,
        ..=MAX_SURE_DIGITS => Some(octal.fold(0, |value, digit| value << 3 | digit)),
        _ => digits(0, 8, octal),
    }
}

fn digits(first: u64, base: u64, mut digits: impl Iterator<Item = u64>) -> Option<u64> {
    digits.try_fold(first, |value, digit| value.checked_mul(base)?.checked_add(digit))
}

/// What stands in a field before the first NUL.
fn text(field: &[u8]) -> &[u8] {
    CStr::from_bytes_until_nul(field).map_or(field, CStr::to_bytes)
}

/// A name as text. The library's lossy reading goes byte by byte, its strict reading does not, and
/// nearly every name is sound.
fn lossy(name: &[u8]) -> Cow<'_, str> {
    str::from_utf8(name).map_or_else(|_| String::from_utf8_lossy(name), Cow::Borrowed)
}

/// The sum of a header's bytes, its own field for the sum taken as spaces.
fn unsigned_sum(block: &[u8]) -> u64 {
    // The processor adds eight numbers of sixteen bits at once.
    let short_sum = |bytes: &[u8]| bytes.iter().fold(0u16, |sum, &byte| sum.wrapping_add(byte.into()));
    let sum = |bytes: &[u8]| bytes.chunks(SUMMED_BYTES).map(|part| u32::from(short_sum(part))).sum::<u32>();
    u64::from(sum(block) - sum(&block[SUM]) + SUM.len() as u32 * u32::from(b' '))
}

/// By how much the sum is larger than that of signed bytes, which some old programs wrote.
fn signed_excess(block: &[u8]) -> u64 {
    let negative = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte >= 0x80).count() as u64;
    256 * (negative(block) - negative(&block[SUM]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_whatever_their_bytes() {
        for name in [&b"a/0000-0001-5000-1007.xml"[..], "Zürich/ß".as_bytes(), b"a\xff\xc3b", b""] {
            assert_eq!(lossy(name), String::from_utf8_lossy(name));
        }
    }

    #[test]
    fn numbers_are_read_in_all_their_forms() {
        for (field, expected) in [
            (&b"00000001750\0"[..], Some(1000)),
            (b"        1750", Some(1000)),
            (b"   1750 \0\0\0\0", Some(1000)),
            (b"\x00001750\0\0\0\0\0\0\0", Some(1000)),
            (b"777777777777", Some(0o777_777_777_777)),
            (&[0; 12], Some(0)),
            (b"            ", Some(0)),
            (b"\x80\0\0\0\0\0\0\0\0\0\x03\xe8", Some(1000)),
            (b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", Some(u64::MAX)),
            (b"\x80\0\0\x01\0\0\0\0\0\0\0\0", None),
            (&[0xff; 12], None),
            (b"-0000000001\0", None),
            (b"00000000009\0", None),
            (b"1750xxxxxxx\0", None),
        ] {
            assert_eq!(number(field), expected, "{}", field.escape_ascii());
        }
    }

    #[test]
    fn both_sums_fit_and_no_other() {
        let mut block = [0; BLOCK];
        block[..6].copy_from_slice("Größe".as_bytes().get(..6).unwrap());
        for (offset, fits) in [(0, true), (4 * 256, true), (256, false), (1, false), (5, false)] {
            let sum = unsigned_sum(&block) - offset.min(unsigned_sum(&block));
            block[SUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            assert_eq!(is_header(&block), fits, "{offset}");
        }
    }
}
