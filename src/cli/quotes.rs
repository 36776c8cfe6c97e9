//! CSV in which a quotation mark is not closed: all lines after it would be one cell.

use std::io::{self, Read};

/// Reads CSV and fails at its end where a cell is still quoted.
pub struct Quotes<R> {
    input: R,
    delimiter: u8,
    state: State,
    /// The line that is being read, and the one in which the last quoted cell begins.
    line: u64,
    begun: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    CellStart,
    Plain,
    Quoted,
    /// After a quotation mark within a quoted cell: its end, or half of an escaped mark.
    MarkSeen,
}

impl<R: Read> Quotes<R> {
    pub fn new(input: R, delimiter: u8) -> Self {
        Self { input, delimiter, state: State::CellStart, line: 1, begun: 0 }
    }

    fn take(&mut self, byte: u8) {
        let ends_cell = byte == self.delimiter || matches!(byte, b'\n' | b'\r');
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::MarkSeen,
            (State::Quoted, _) => State::Quoted,
            (State::MarkSeen, b'"') => State::Quoted,
            (State::CellStart, b'"') => {
                self.begun = self.line;
                State::Quoted
            }
            // A byte order mark is not part of the first cell.
            (State::CellStart, 0xef | 0xbb | 0xbf) if self.line == 1 => State::CellStart,
            _ if ends_cell => State::CellStart,
            _ => State::Plain,
        };
        self.line += u64::from(byte == b'\n');
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(out)?;
        out[..length].iter().for_each(|byte| self.take(*byte));
        if length == 0 && !out.is_empty() && self.state == State::Quoted {
            let what = format!("the quotation mark that begins a cell in line {} is not closed", self.begun);
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_that_is_not_closed_is_told_with_its_line() {
        for (text, line) in [
            ("a,b\n1,2\n", None),
            ("a,b\n\"1\",\"2, and\nmore\"\n", None),
            ("\u{feff}\"a\",b\n1,\"say \"\"no\"\"\"\n", None),
            ("a,b\nit's 5\" long,2\n", None),
            ("a,b\n1,2\n\"3,4\n5,6\n", Some(3)),
            ("a,b\n1,\"", Some(2)),
            ("\"a,b\n1,2\n", Some(1)),
            ("a,b\n\"1\n\"\"2\",\"3\n", Some(3)),
        ] {
            let mut read = String::new();

            let result = Quotes::new(text.as_bytes(), b',').read_to_string(&mut read);

            let told = result.err().map(|error| error.to_string());
            let expected = line
                .map(|line| format!("the quotation mark that begins a cell in line {line} is not closed"));
            assert_eq!(told, expected, "{text:?}");
        }
    }
}
