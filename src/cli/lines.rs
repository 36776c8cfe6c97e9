//! Files of tasks or results, one a line.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::failure::Failure;
use crate::convert::LineFault;

/// A line that is not empty.
pub struct Line {
    /// Its number in the file, from 1 on, as editors count.
    pub number: usize,
    /// What stands in it, if it is text.
    pub text: Result<String, LineFault>,
}

impl Line {
    /// The text of some bytes.
    pub fn of_bytes(bytes: Vec<u8>) -> Result<String, LineFault> {
        String::from_utf8(bytes).map_err(|_| LineFault::NotText)
    }
}

/// The lines of a file that are not empty; `hint` says which file to give.
///
/// # Errors
/// [`Failure`] if it cannot be read.
pub fn read_lines(path: &Path, hint: &str) -> Result<Vec<Line>, Failure> {
    let bytes = File::open(path).and_then(read_all);
    let bytes =
        bytes.map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display()), hint))?;
    Ok(lines_of(&bytes))
}

/// The lines of a text that are not empty.
pub fn lines_of(bytes: &[u8]) -> Vec<Line> {
    let lines = bytes.split(|&byte| byte == b'\n').zip(1..);
    let lines = lines.filter(|(line, _)| !line.trim_ascii().is_empty());
    lines.map(|(line, number)| Line { number, text: Line::of_bytes(line.to_vec()) }).collect()
}

/// All bytes of a file or of standard input.
///
/// # Errors
/// An I/O error if they cannot be read.
pub fn read_all(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes)?;
    Ok(bytes)
}
