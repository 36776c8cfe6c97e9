//! Splits a JSON array into its objects while it is being read.
//!
//! A ROR release is one array of 300 MB. Only one object at a time is held, and
//! it is held whole, so that it can be parsed from a slice, which is several
//! times as fast as from a stream. Knows nothing of what the objects mean.

use std::io::{self, Read};

use wide::u8x16;

/// Bytes read at a time.
const READ_BYTES: usize = 256 << 10;
/// Bytes of an object; the largest in ROR has some hundred thousand.
const MAX_OBJECT_BYTES: usize = 16 << 20;
/// Bytes that are looked at together. A search for the next sign would be called for each of the short
/// strings of JSON, which takes ten times as many instructions.
const BLOCK: usize = 64;

/// The objects of an array, one after another.
pub struct Objects<R> {
    input: R,
    buffer: Vec<u8>,
    /// What has been handed out already.
    start: usize,
    /// Where what has been read ends in the buffer.
    end: usize,
    begun: bool,
    ended: bool,
}

/// Why there is no next object.
#[derive(Debug)]
pub enum NoObject {
    Io(io::Error),
    Malformed(&'static str),
}

impl<R: Read> Objects<R> {
    pub fn new(input: R) -> Self {
        Self { input, buffer: Vec::new(), start: 0, end: 0, begun: false, ended: false }
    }

    /// The next object, or nothing behind the array's end.
    ///
    /// # Errors
    /// [`NoObject`] where the input fails, or is not an array of objects.
    pub fn next_object(&mut self) -> Result<Option<&[u8]>, NoObject> {
        loop {
            match self.byte()? {
                None if self.ended => return Ok(None),
                None => return Err(NoObject::Malformed("it ends before its array does")),
                Some(byte) if byte.is_ascii_whitespace() => self.start += 1,
                Some(0xEF | 0xBB | 0xBF) if !self.begun => self.start += 1,
                Some(_) if self.ended => return Err(NoObject::Malformed("something follows its array")),
                Some(b'[') if !self.begun => (self.begun, self.start) = (true, self.start + 1),
                Some(_) if !self.begun => return Err(NoObject::Malformed("it is not a JSON array")),
                Some(b',') => self.start += 1,
                Some(b']') => (self.ended, self.start) = (true, self.start + 1),
                Some(b'{') => return self.object().map(Some),
                Some(_) => return Err(NoObject::Malformed("its array holds something else than objects")),
            }
        }
    }

    /// The byte at the present place.
    fn byte(&mut self) -> Result<Option<u8>, NoObject> {
        if self.start == self.end && !self.fill()? {
            return Ok(None);
        }
        Ok(Some(self.buffer[self.start]))
    }

    /// The object that begins at the present place.
    fn object(&mut self) -> Result<&[u8], NoObject> {
        let mut scan = Scan::default();
        let mut seen = 0;
        loop {
            if let Some(length) = scan.end(&self.buffer[self.start..self.end], seen) {
                let start = self.start;
                self.start += length;
                return Ok(&self.buffer[start..start + length]);
            }
            seen = self.end - self.start;
            if seen > MAX_OBJECT_BYTES {
                return Err(NoObject::Malformed("one of its objects does not end"));
            }
            if !self.fill()? {
                return Err(NoObject::Malformed("it ends within an organisation"));
            }
        }
    }

    /// Reads on; false at the end of the input.
    fn fill(&mut self) -> Result<bool, NoObject> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        // What is there already need not be made zero again.
        let length = self.buffer.len().max(self.end + READ_BYTES);
        self.buffer.resize(length, 0);
        let read = loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result.map_err(NoObject::Io)?,
            }
        };
        self.end += read;
        Ok(read > 0)
    }
}

/// Where in an object a scan stands.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    /// The next byte stands behind a backslash, so that it ends no string.
    escaped: bool,
}

impl Scan {
    /// The object's length, where it ends within `bytes`, of which `seen` have
    /// been looked at before.
    fn end(&mut self, bytes: &[u8], seen: usize) -> Option<usize> {
        let (blocks, rest) = bytes[seen..].as_chunks::<BLOCK>();
        for (number, block) in blocks.iter().enumerate() {
            if let Some(length) = self.end_in(block, BLOCK) {
                return Some(seen + number * BLOCK + length);
            }
        }
        let mut block = [0; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        Some(seen + blocks.len() * BLOCK + self.end_in(&block, rest.len())?)
    }

    /// Looks for the end of the object in the first `length` bytes of a block, after which the block is
    /// filled with zeros; gives the number of bytes up to the end. In all masks, bit 0 is the first byte.
    fn end_in(&mut self, block: &[u8; BLOCK], length: usize) -> Option<usize> {
        let Signs { quotes, backslashes, opening, closing } = Signs::of(block);
        let quotes = quotes & !self.escapes(backslashes, length);
        // Each byte gets the parity of the quotes up to it: bytes of strings are within an odd number.
        let mut inside = quotes;
        for shift in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << shift;
        }
        inside ^= if self.in_string { u64::MAX } else { 0 };
        self.in_string = inside >> (BLOCK - 1) == 1;
        let mut braces = (opening | closing) & !inside;
        while braces != 0 {
            let place = braces.trailing_zeros();
            if opening >> place & 1 == 1 {
                self.depth += 1;
            } else {
                self.depth -= 1;
                if self.depth == 0 {
                    return Some(place as usize + 1);
                }
            }
            braces &= braces - 1;
        }
        None
    }

    /// The bytes that stand behind backslashes which are not escaped themselves.
    fn escapes(&mut self, mut backslashes: u64, length: usize) -> u64 {
        let mut escapes = u64::from(self.escaped);
        backslashes &= !escapes;
        self.escaped &= length == 0;
        while backslashes != 0 {
            let next = backslashes.trailing_zeros() as usize + 1;
            if next == length {
                self.escaped = true;
                break;
            }
            escapes |= 1 << next;
            // What is escaped escapes nothing.
            backslashes &= u64::MAX << next << 1;
        }
        escapes
    }
}

/// The signs of JSON in a block, a mask for each.
struct Signs {
    quotes: u64,
    backslashes: u64,
    opening: u64,
    closing: u64,
}

impl Signs {
    #[inline]
    fn of(block: &[u8; BLOCK]) -> Self {
        let mut signs = Self { quotes: 0, backslashes: 0, opening: 0, closing: 0 };
        for (number, bytes) in block.as_chunks::<16>().0.iter().enumerate() {
            let bytes = u8x16::new(*bytes);
            let mask = |sign: u8| u64::from(bytes.simd_eq(u8x16::splat(sign)).to_bitmask()) << (16 * number);
            signs.quotes |= mask(b'"');
            signs.backslashes |= mask(b'\\');
            signs.opening |= mask(b'{');
            signs.closing |= mask(b'}');
        }
        signs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, as the worst of inputs may.
    struct Dribble<'a>(&'a [u8]);

    impl Read for Dribble<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut buffer[..1])
        }
    }

    fn objects(text: &str) -> Result<Vec<String>, &'static str> {
        let mut objects = Objects::new(Dribble(text.as_bytes()));
        let mut found = Vec::new();
        loop {
            match objects.next_object() {
                Ok(Some(object)) => found.push(String::from_utf8(object.to_vec()).unwrap()),
                Ok(None) => return Ok(found),
                Err(NoObject::Malformed(what)) => return Err(what),
                Err(NoObject::Io(error)) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn objects_end_at_their_own_brace() {
        let text = "\u{feff}[ {\"a\": \"}\\\"}\"} ,\n{\"b\": {\"c\": {}}}]\n";

        let found = objects(text).unwrap();

        assert_eq!(found, ["{\"a\": \"}\\\"}\"}", "{\"b\": {\"c\": {}}}"]);
    }

    #[test]
    fn an_object_ends_at_its_brace_wherever_its_signs_stand() {
        for blanks in 0..2 * BLOCK {
            let object = format!("{{\"a\":{:blanks$}\"}}\\\\\", \"\\\"{{\": {{\"\\\\\\\"{{\": {{}}}}}}", "");
            let text = format!("[{object},{object}]");

            assert_eq!(objects(&text).unwrap(), [object.as_str(); 2]);
            let mut whole = Objects::new(text.as_bytes());
            assert_eq!(whole.next_object().unwrap(), Some(object.as_bytes()));
        }
    }

    #[test]
    fn what_is_no_array_of_objects_is_refused() {
        for text in ["", "[", "{}", "[1]", "[{}] {}", "[{\"a\": \"", "[{"] {
            assert!(objects(text).is_err(), "{text}");
        }
        assert_eq!(objects("[]"), Ok(Vec::new()));
    }
}
