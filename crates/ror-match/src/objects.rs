//! Splits a JSON array into its objects while it is being read.
//!
//! A ROR release is one array of 300 MB. Only one object at a time is held, and
//! it is held whole, so that it can be parsed from a slice, which is several
//! times as fast as from a stream. Knows nothing of what the objects mean.

use std::io::{self, Read};

/// Bytes read at a time.
const READ_BYTES: usize = 256 << 10;
/// Bytes of an object; the largest in ROR has some hundred thousand.
const MAX_OBJECT_BYTES: usize = 16 << 20;

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
    /// The byte after the last one that was looked at may not end a string.
    escaped: bool,
}

impl Scan {
    /// The object's length, where it ends within `bytes`, of which `seen` have
    /// been looked at before.
    fn end(&mut self, bytes: &[u8], seen: usize) -> Option<usize> {
        let mut place = seen;
        while place < bytes.len() {
            if self.escaped {
                self.escaped = false;
                place += 1;
            } else if self.in_string {
                place += memchr::memchr2(b'"', b'\\', &bytes[place..])?;
                self.escaped = bytes[place] == b'\\';
                self.in_string = self.escaped;
                place += 1;
            } else {
                place += memchr::memchr3(b'"', b'{', b'}', &bytes[place..])?;
                match bytes[place] {
                    b'"' => self.in_string = true,
                    b'{' => self.depth += 1,
                    _ => self.depth -= 1,
                }
                place += 1;
                if self.depth == 0 {
                    return Some(place);
                }
            }
        }
        None
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
    fn what_is_no_array_of_objects_is_refused() {
        for text in ["", "[", "{}", "[1]", "[{}] {}", "[{\"a\": \"", "[{"] {
            assert!(objects(text).is_err(), "{text}");
        }
        assert_eq!(objects("[]"), Ok(Vec::new()));
    }
}
