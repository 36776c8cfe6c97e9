//! Finds bytes in XML, sixteen at a look.
//!
//! Most names and texts of a record have less than thirty bytes; calling a
//! search made for long ones costs more than the search itself.

use wide::u8x16;

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 16;
/// The apostrophe: neither it nor what stands before it in ASCII can be in a name. A quotation
/// mark there would hide the end of the tag.
const LAST_NO_NAME: u8 = b'\'';

/// The place of the first byte, from `start` on, that `stops` marks; `stops`
/// sets all bits of the bytes that it means, and none of the others.
#[inline]
pub(super) fn find(bytes: &[u8], start: usize, stops: impl Fn(u8x16) -> u8x16) -> Option<usize> {
    let (blocks, rest) = bytes.get(start..)?.as_chunks::<BLOCK>();
    let mut place = start;
    for block in blocks {
        let found = stops(u8x16::new(*block)).to_bitmask();
        if found != 0 {
            return Some(place + found.trailing_zeros() as usize);
        }
        place += BLOCK;
    }
    let found = stops(padded(rest)).to_bitmask() & ((1 << rest.len()) - 1);
    (found != 0).then(|| place + found.trailing_zeros() as usize)
}

/// The place of the first byte from `start` on that is no space.
#[inline]
pub(super) fn past_spaces(bytes: &[u8], start: usize) -> usize {
    let space = u8x16::splat(b' ');
    find(bytes, start, |block| !block.simd_eq(space)).unwrap_or(bytes.len())
}

/// Sixteen bytes to look at together.
#[inline]
pub(super) fn block_of(bytes: &[u8; BLOCK]) -> u8x16 {
    u8x16::new(*bytes)
}

/// Marks all bytes that equal `byte`.
#[inline]
pub(super) fn is(block: u8x16, byte: u8) -> u8x16 {
    block.simd_eq(u8x16::splat(byte))
}

/// Marks all bytes up to `byte`, and it.
#[inline]
pub(super) fn is_up_to(block: u8x16, byte: u8) -> u8x16 {
    block.min(u8x16::splat(byte)).simd_eq(block)
}

/// Where a name that `rest` begins with has its prefix's end, colon included, and
/// its own: before the first `>`, `/`, white space or quotation mark, or a sign that no name
/// has. `None` where it has no end.
#[inline]
pub(super) fn name_lengths(rest: &[u8]) -> Option<(usize, usize)> {
    let ends = |block| is(block, b'>') | is(block, b'/') | is_up_to(block, LAST_NO_NAME);
    let mut prefix = 0;
    for (number, block) in rest.as_chunks::<BLOCK>().0.iter().enumerate() {
        let block = u8x16::new(*block);
        let end = ends(block).to_bitmask();
        // Bits at the end and beyond it are not the name's.
        let colon = is(block, b':').to_bitmask() & (end.wrapping_sub(1) & !end);
        if colon != 0 && prefix == 0 {
            prefix = number * BLOCK + colon.trailing_zeros() as usize + 1;
        }
        if end != 0 {
            return Some((prefix, number * BLOCK + end.trailing_zeros() as usize));
        }
    }
    let end = find(rest, rest.len() / BLOCK * BLOCK, ends)?;
    let colon = || rest[..end].iter().position(|&byte| byte == b':').map_or(0, |colon| colon + 1);
    Some((if prefix == 0 { colon() } else { prefix }, end))
}

/// True where both hold the same bytes, for names: long ones are compared in two
/// looks that may overlap.
#[inline]
pub(super) fn are_equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    if one.len() > 2 * BLOCK {
        return one == other;
    }
    ends_are_equal::<BLOCK>(one, other)
        .or_else(|| ends_are_equal::<8>(one, other))
        .or_else(|| ends_are_equal::<4>(one, other))
        .unwrap_or_else(|| one.iter().eq(other))
}

/// Compares the first and the last `N` bytes; `None` where there are fewer.
#[inline]
fn ends_are_equal<const N: usize>(one: &[u8], other: &[u8]) -> Option<bool> {
    let first = one.first_chunk::<N>()? == other.first_chunk::<N>()?;
    Some(first & (one.last_chunk::<N>()? == other.last_chunk::<N>()?))
}

/// Up to fifteen bytes, and zeros.
fn padded(rest: &[u8]) -> u8x16 {
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    u8x16::new(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_stops_is_found_wherever_it_stands() {
        for length in 0..70 {
            for place in 0..length {
                let mut bytes = vec![b'a'; length];
                bytes[place..].fill(b'<');

                for start in 0..length {
                    let expected = Some(place.max(start));
                    assert_eq!(find(&bytes, start, |block| is(block, b'<')), expected, "{length} {start}");
                }
            }
            assert_eq!(find(&vec![b'a'; length], 0, |block| is(block, b'<')), None);
        }
        assert_eq!(find(b"abc", 4, |block| is(block, b'a')), None);
    }

    #[test]
    fn a_zero_beyond_the_end_is_not_found() {
        assert_eq!(find(b"abc", 0, |block| is_up_to(block, b' ')), None);
        assert_eq!(find(b"ab\0", 0, |block| is_up_to(block, b' ')), Some(2));
    }

    #[test]
    fn a_name_ends_before_white_space_or_its_tags_end() {
        for (rest, expected) in [
            ("a>", Some((0, 1))),
            ("work:type>x:y", Some((5, 9))),
            ("common:external-id-relationship>x:y</common:e", Some((7, 31))),
            ("research-resource:research-resource-title />", Some((18, 41))),
            ("abcdefghijklmnop:q\n", Some((17, 18))),
            ("abcdefghijklmno:q\t", Some((16, 17))),
            ("abcdefghijklmno>:q", Some((0, 15))),
            ("a:b:c>", Some((2, 5))),
            (">a:b", Some((0, 0))),
            ("a\"b>c\"", Some((0, 1))),
            ("abcdefghijklmnop:q'>", Some((17, 18))),
            ("a&b>", Some((0, 1))),
            ("abc", None),
            ("", None),
        ] {
            assert_eq!(name_lengths(rest.as_bytes()), expected, "{rest}");
        }
    }

    #[test]
    fn names_are_equal_in_every_byte() {
        for length in 0..50 {
            let name = vec![b'a'; length];
            assert!(are_equal(&name, &name.clone()));
            for place in 0..length {
                let mut other = name.clone();
                other[place] = b'b';
                assert!(!are_equal(&name, &other), "{place} of {length}");
            }
            assert!(!are_equal(&name, &[name.as_slice(), b"a"].concat()));
        }
    }
}
