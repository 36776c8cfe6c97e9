//! Sparse files: the pieces that an archive stores, put back between zeros.
//!
//! Knows GNU's old format (`S`, with further headers for the map) and its three pax
//! formats: 0.0 and 0.1 with the map in pax records, 1.0 with the map before the data.

use super::header::{BLOCK, Header, number};
use super::values::{decimal, text};

/// Pieces that a map may have; a file of 512 MiB with a hole after each block of
/// 4 KiB has 65,536.
const MAX_PIECES: usize = 1 << 20;
/// A piece in a header: offset and length, each of 12 bytes.
const PIECE_BYTES: usize = 24;
/// What is wrong with a map that contradicts itself or the data.
const WRONG_MAP: &str = "a sparse file whose map does not fit its data";
/// Why a map is not read.
const TOO_MANY_PIECES: &str = "a sparse file of too many pieces";

/// Where a piece stands in the file, and its length.
pub type Piece = (u64, u64);

/// What GNU's old format says of a file.
pub struct OldSparse {
    pub real_bytes: u64,
    pub pieces: Vec<Piece>,
    /// Blocks with the rest of the map, between header and data.
    pub map_blocks: usize,
}

/// What pax records say of a sparse file.
#[derive(Default)]
pub struct PaxSparse {
    pub name: Option<String>,
    major: Option<u64>,
    real_bytes: Option<u64>,
    /// Offsets and lengths in turn.
    numbers: Vec<u64>,
    is_sparse: bool,
}

impl OldSparse {
    /// Reads a header and the blocks of the map after it, as far as `bytes` reach;
    /// `Ok(None)` where the map goes on beyond them.
    ///
    /// # Errors
    /// What is wrong with the map.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, &'static str> {
        let header = Header::of(&bytes[..BLOCK])?.bytes();
        let real_bytes = number(&header[483..495]).ok_or(WRONG_MAP)?;
        let mut found = Self { real_bytes, pieces: Vec::new(), map_blocks: 0 };
        found.add(&header[386..482])?;
        let mut goes_on = header[482] != 0;
        while goes_on {
            found.map_blocks += 1;
            if found.pieces.len() > MAX_PIECES || found.map_blocks > MAX_PIECES {
                return Err(TOO_MANY_PIECES);
            }
            let start = found.map_blocks * BLOCK;
            let Some(block) = bytes.get(start..start + BLOCK) else { return Ok(None) };
            found.add(&block[..504])?;
            goes_on = block[504] != 0;
        }
        Ok(Some(found))
    }

    fn add(&mut self, pieces: &[u8]) -> Result<(), &'static str> {
        for piece in pieces.chunks_exact(PIECE_BYTES) {
            let (offset, length) = piece.split_at(PIECE_BYTES / 2);
            if length[0] == 0 {
                break;
            }
            self.pieces.push((number(offset).ok_or(WRONG_MAP)?, number(length).ok_or(WRONG_MAP)?));
        }
        Ok(())
    }
}

impl PaxSparse {
    /// Takes in the record `GNU.sparse.<key>`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn add(&mut self, key: &[u8], value: &[u8]) -> Result<(), &'static str> {
        self.is_sparse = true;
        let number = || decimal(value).ok_or("a sparse file with a wrong number in its pax records");
        match key {
            b"name" => self.name = text(value),
            b"major" => self.major = Some(number()?),
            b"size" | b"realsize" => self.real_bytes = Some(number()?),
            b"offset" | b"numbytes" => self.numbers.push(number()?),
            b"map" => {
                let numbers = value.split(|&byte| byte == b',').map(decimal);
                self.numbers = numbers.collect::<Option<_>>().ok_or(WRONG_MAP)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The size of the file, where it is a sparse one.
    pub fn real_bytes(&self) -> Option<u64> {
        self.real_bytes.filter(|_| self.is_sparse)
    }

    /// The map, and what of `data` are the pieces.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn split<'d>(&self, data: &'d [u8]) -> Result<(Vec<Piece>, &'d [u8]), &'static str> {
        if self.major.is_none_or(|major| major == 0) {
            return Ok((pieces(&self.numbers)?, data));
        }
        if self.major != Some(1) {
            return Err("a sparse file of a format that is not known");
        }
        let mut lines = data.split(|&byte| byte == b'\n');
        let mut text_bytes = 0;
        let mut next = || {
            let line = lines.next()?;
            text_bytes += line.len() + 1;
            decimal(line).and_then(|number| usize::try_from(number).ok())
        };
        let count = next().ok_or(WRONG_MAP)?;
        if count > MAX_PIECES {
            return Err(TOO_MANY_PIECES);
        }
        let mut numbers = Vec::new();
        for _ in 0..2 * count {
            numbers.push(next().ok_or(WRONG_MAP)? as u64);
        }
        let rest = data.get(text_bytes.next_multiple_of(BLOCK)..).ok_or(WRONG_MAP)?;
        Ok((pieces(&numbers)?, rest))
    }
}

fn pieces(numbers: &[u64]) -> Result<Vec<Piece>, &'static str> {
    let (pairs, rest) = numbers.as_chunks::<2>();
    if rest.is_empty() {
        Ok(pairs.iter().map(|&[offset, length]| (offset, length)).collect())
    } else {
        Err(WRONG_MAP)
    }
}

/// Appends a file of `real_bytes` to `out`: its pieces, which `stored` holds one after
/// the other, with zeros between them.
///
/// # Errors
/// Why the pieces do not make the file; `out` is then as it was.
pub fn expand(
    pieces: &[Piece],
    stored: &[u8],
    real_bytes: usize,
    out: &mut Vec<u8>,
) -> Result<(), &'static str> {
    let start = out.len();
    let mut put = || -> Option<()> {
        let mut rest = stored;
        for &(offset, length) in pieces {
            let (offset, length) = (usize::try_from(offset).ok()?, usize::try_from(length).ok()?);
            let ends = offset.checked_add(length).is_some_and(|end| end <= real_bytes);
            let hole = offset.checked_sub(out.len() - start).filter(|_| ends)?;
            let (piece, after) = rest.split_at_checked(length)?;
            out.resize(out.len() + hole, 0);
            out.extend_from_slice(piece);
            rest = after;
        }
        out.resize(start + real_bytes, 0);
        rest.is_empty().then_some(())
    };
    let fits = put().is_some();
    if !fits {
        out.truncate(start);
    }
    if fits { Ok(()) } else { Err(WRONG_MAP) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_stand_between_zeros() {
        for (pieces, stored, real_bytes, expected) in [
            (&[(0, 2), (4, 1)][..], &b"abc"[..], 6, Some(&b"ab\0\0c\0"[..])),
            (&[(0, 3)], b"abc", 3, Some(b"abc")),
            (&[(3, 0)], b"", 3, Some(b"\0\0\0")),
            (&[], b"", 0, Some(b"")),
            (&[(0, 2)], b"abc", 6, None),
            (&[(0, 4)], b"abc", 6, None),
            (&[(2, 1), (0, 2)], b"abc", 6, None),
            (&[(4, 3)], b"abc", 6, None),
            (&[(u64::MAX, 3)], b"abc", 6, None),
        ] {
            let mut out = b"before".to_vec();
            let result = expand(pieces, stored, real_bytes, &mut out);
            assert_eq!(result.ok().map(|()| &out[6..]), expected, "{pieces:?}");
            assert!(expected.is_some() || out == b"before");
        }
    }

    #[test]
    fn a_map_before_the_data_is_read_or_told() {
        let mut sparse = PaxSparse::default();
        sparse.add(b"major", b"1").unwrap();
        let mut data = b"1\n4\n2\n".to_vec();
        data.resize(BLOCK, 0);
        data.extend_from_slice(b"ab");
        assert_eq!(sparse.split(&data), Ok((vec![(4, 2)], &b"ab"[..])));
        for wrong in [&b""[..], b"x\n", b"1\n4\n", b"-1\n", b"18446744073709551615\n0\n"] {
            assert!(sparse.split(wrong).is_err(), "{}", wrong.escape_ascii());
        }
    }
}
