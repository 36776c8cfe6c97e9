//! Passes over the header of a gzip member: RFC 1952, section 2.3.

use std::io::{self, BufRead};

use crc32fast::Hasher;

pub(super) const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// The method of compression: deflate.
const DEFLATE: u8 = 8;
/// Bits of the flags: what follows the ten bytes that each header has.
const HAS_HEADER_CRC: u8 = 1 << 1;
const HAS_EXTRA: u8 = 1 << 2;
const HAS_NAME: u8 = 1 << 3;
const HAS_COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

/// Reads a header, however long its name and its comment are.
///
/// # Errors
/// An I/O error where it is damaged or cut off.
pub(super) fn pass_header(input: &mut impl BufRead) -> io::Result<()> {
    let mut header = Header { input, crc: Hasher::new() };
    let [first, second, method, flags, ..] = header.bytes::<10>()?;
    if [first, second] != MAGIC || method != DEFLATE || flags & RESERVED != 0 {
        return Err(invalid("invalid gzip header"));
    }
    if flags & HAS_EXTRA != 0 {
        let length = u16::from_le_bytes(header.bytes()?);
        for _ in 0..length {
            header.bytes::<1>()?;
        }
    }
    for field in [HAS_NAME, HAS_COMMENT] {
        if flags & field != 0 {
            header.pass_text()?;
        }
    }
    if flags & HAS_HEADER_CRC != 0 {
        // The lower half of the CRC of all that stands before it.
        let expected = header.crc.clone().finalize() as u16;
        if u16::from_le_bytes(header.bytes()?) != expected {
            return Err(invalid("the CRC of a gzip header is not that of its bytes"));
        }
    }
    Ok(())
}

/// A header that is being read, and the CRC of what has been read.
struct Header<'a, R> {
    input: &'a mut R,
    crc: Hasher,
}

impl<R: BufRead> Header<'_, R> {
    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes)?;
        self.crc.update(&bytes);
        Ok(bytes)
    }

    /// Passes over a text and the zero byte that ends it.
    fn pass_text(&mut self) -> io::Result<()> {
        loop {
            let bytes = match self.input.fill_buf() {
                Ok([]) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                bytes => bytes?,
            };
            let end = bytes.iter().position(|byte| *byte == 0);
            let used = end.map_or(bytes.len(), |end| end + 1);
            self.crc.update(&bytes[..used]);
            self.input.consume(used);
            if end.is_some() {
                return Ok(());
            }
        }
    }
}

pub(super) fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read, Write};

    use flate2::{Compression, GzBuilder};

    use super::*;

    /// A gzip of `data` with all fields but the CRC of the header.
    fn packed(name: &[u8]) -> Vec<u8> {
        let builder = GzBuilder::new().filename(name).comment("a comment").extra(vec![0, 1, 2]);
        let mut packed = builder.write(Vec::new(), Compression::fast());
        packed.write_all(b"data").unwrap();
        packed.finish().unwrap()
    }

    /// The same, with the lower half of the CRC of the header behind it.
    fn with_crc(mut packed: Vec<u8>, header_bytes: usize) -> Vec<u8> {
        packed[3] |= HAS_HEADER_CRC;
        let crc = crc32fast::hash(&packed[..header_bytes]) as u16;
        packed.splice(header_bytes..header_bytes, crc.to_le_bytes());
        packed
    }

    /// Bytes behind the header, read with a buffer of a few bytes.
    fn rest(packed: &[u8]) -> io::Result<Vec<u8>> {
        let mut input = BufReader::with_capacity(7, packed);
        pass_header(&mut input)?;
        let mut rest = Vec::new();
        input.read_to_end(&mut rest)?;
        Ok(rest)
    }

    #[test]
    fn headers_of_any_length_are_passed_over() {
        for name in [&b"x"[..], &[b'n'; 200_000]] {
            let packed = packed(name);
            let header_bytes = 10 + 2 + 3 + name.len() + 1 + "a comment".len() + 1;

            assert_eq!(rest(&packed).unwrap(), packed[header_bytes..]);
            let checked = with_crc(packed.clone(), header_bytes);
            assert_eq!(rest(&checked).unwrap(), packed[header_bytes..]);
            for cut in 0..header_bytes.min(40) {
                assert_eq!(rest(&packed[..cut]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "{cut}");
            }
            let mut damaged = checked;
            damaged[5] ^= 1;
            assert_eq!(rest(&damaged).unwrap_err().kind(), io::ErrorKind::InvalidData);
        }
    }

    #[test]
    fn what_is_no_gzip_of_deflate_is_refused() {
        for place in [0, 1, 2] {
            let mut packed = packed(b"x");
            packed[place] ^= 0x40;
            assert_eq!(rest(&packed).unwrap_err().to_string(), "invalid gzip header", "{place}");
        }
        let mut packed = packed(b"x");
        packed[3] |= 0x80;
        assert!(rest(&packed).is_err());
    }
}
