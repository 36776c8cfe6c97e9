//! Reads CSV tables that people make: lists of names, staff, ids and organisations.
//!
//! Knows no columns; says where a table is wrong rather than guess what it means.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::path::{Path, PathBuf};

use memchr::memchr3;

use super::error::RorError;
use super::source::open;

/// Bytes of the first line that tell what stands between cells.
const MAX_HEADER_BYTES: u64 = 64 << 10;
/// Bytes of a cell: far more than a name or an address has. A quote that is not closed would
/// take the rest of the table into one cell.
const MAX_CELL_BYTES: usize = 1 << 20;
/// Lines of a quoted cell, for the same reason.
const MAX_CELL_LINES: u64 = 1_000;
/// Columns of a table; spreadsheets have no more.
const MAX_COLUMNS: usize = 16_384;
/// What stands between cells; the first of those that are equally frequent counts.
const DELIMITERS: [u8; 3] = *b",;\t";
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The first bytes, which have been looked at, and what follows them.
type Input = Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>;

/// A CSV table with a header, in UTF-8, with or without a byte order mark. Commas, semicolons or
/// tabs stand between cells, whichever the header has most of. Lines end as on any system.
pub struct Table {
    path: PathBuf,
    input: BufReader<Input>,
    delimiter: u8,
    /// The line of the next byte, counted from 1.
    line: u64,
    header: Vec<String>,
}

/// A row of a [`Table`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The line that the row begins in, counted from 1.
    pub line: u64,
    /// The cells as they stand, without their quotes. A row may have fewer than the header, never
    /// more.
    pub cells: Vec<String>,
}

/// What follows a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Cell,
    Row,
    Table,
}

impl Table {
    /// Opens a table and reads its header.
    ///
    /// # Errors
    /// [`RorError::Read`] if the file cannot be read, [`RorError::Line`] if the header is wrong.
    pub fn open(path: &Path) -> Result<Self, RorError> {
        Self::of_file(path, open(path)?)
    }

    /// Does the same for a file that is open; `path` is its name for messages.
    ///
    /// # Errors
    /// As [`Table::open`].
    pub fn of_file(path: &Path, file: File) -> Result<Self, RorError> {
        Self::of_input(path, Box::new(file))
    }

    /// Does the same for any input, such as standard input.
    ///
    /// # Errors
    /// As [`Table::open`].
    pub fn of_input(path: &Path, mut input: Box<dyn Read + Send>) -> Result<Self, RorError> {
        let failed = |source| RorError::Read { path: path.to_owned(), source };
        let mut first = Vec::new();
        (&mut input).take(MAX_HEADER_BYTES).read_to_end(&mut first).map_err(failed)?;
        if first.starts_with(BYTE_ORDER_MARK) {
            first.drain(..BYTE_ORDER_MARK.len());
        }
        let delimiter = delimiter_of(&first);
        let input = BufReader::new(Cursor::new(first).chain(input));
        let mut table = Self { path: path.to_owned(), input, delimiter, line: 1, header: Vec::new() };
        table.header = table.cells(MAX_COLUMNS)?.map(|row| row.cells).unwrap_or_default();
        Ok(table)
    }

    /// The file, as messages name it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of the columns, as they stand.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Where the column with a name stands. Case, white space around names, and whether words are
    /// parted by spaces or underscores do not count.
    ///
    /// # Errors
    /// [`RorError::SameName`] if two columns have the name.
    pub fn column(&self, name: &str) -> Result<Option<usize>, RorError> {
        let plain = |name: &str| name.trim().to_lowercase().replace('_', " ");
        let mut found = (0..self.header.len()).filter(|place| plain(&self.header[*place]) == plain(name));
        let (first, second) = (found.next(), found.next());
        if second.is_some() {
            return Err(RorError::SameName { path: self.path.clone(), name: name.trim().to_owned() });
        }
        Ok(first)
    }

    /// The next row; empty lines are passed over. `None` after the last one.
    ///
    /// # Errors
    /// [`RorError::Read`] if the file cannot be read; [`RorError::Line`] if a quote is not
    /// closed, text follows a closing quote, a row has more cells than the header, a cell is too
    /// large, or the text is not UTF-8.
    pub fn row(&mut self) -> Result<Option<Row>, RorError> {
        self.cells(self.header.len())
    }

    /// The next row that has any bytes, with at most `columns` cells; what is beyond must be empty.
    fn cells(&mut self, columns: usize) -> Result<Option<Row>, RorError> {
        loop {
            let line = self.line;
            let (mut cells, mut is_blank) = (Vec::new(), true);
            let end = loop {
                let (cell, is_quoted, end) = self.cell()?;
                is_blank &= cell.is_empty() && !is_quoted && end != End::Cell;
                if cells.len() < columns {
                    cells.push(cell);
                } else if !cell.trim().is_empty() {
                    let what = format!("the row has more cells than the {columns} columns of the table");
                    return Err(self.fault(line, what));
                }
                if end != End::Cell {
                    break end;
                }
            };
            match (is_blank, end) {
                (true, End::Table) => return Ok(None),
                (true, _) => {}
                (false, _) => return Ok(Some(Row { line, cells })),
            }
        }
    }

    /// The next cell, whether it is quoted, and what follows it.
    fn cell(&mut self) -> Result<(String, bool, End), RorError> {
        let begin = self.line;
        let is_quoted = self.peek()? == Some(b'"');
        if !is_quoted && let Some(cell) = self.plain_cell() {
            return Ok(cell);
        }
        let mut bytes = Vec::new();
        if is_quoted {
            self.next()?;
            self.quoted(&mut bytes)?;
        }
        let closed_after = bytes.len();
        let end = loop {
            self.take_before(self.delimiter, &mut bytes)?;
            self.check_size(&bytes, begin)?;
            match self.next()? {
                None => break End::Table,
                Some(b'\n') => break End::Row,
                Some(byte) if byte == self.delimiter => break End::Cell,
                Some(byte) => bytes.push(byte),
            }
        };
        if is_quoted && !bytes[closed_after..].trim_ascii().is_empty() {
            let what = "the cell goes on after its closing quote: a quote is not closed, or one inside is not doubled";
            return Err(self.fault(begin, what.to_owned()));
        }
        bytes.truncate(if is_quoted { closed_after } else { bytes.len() });
        let text =
            String::from_utf8(bytes).map_err(|_| self.fault(begin, "the text is not UTF-8".to_owned()))?;
        Ok((text, is_quoted, end))
    }

    /// The next cell, if it has no quote before it and is in the buffer as a whole, as most cells are.
    fn plain_cell(&mut self) -> Option<(String, bool, End)> {
        // The buffer has fewer bytes than a cell may have.
        let read = self.input.buffer();
        let length = memchr3(self.delimiter, b'\n', b'\r', read)?;
        let end = match read[length] {
            b'\r' => return None,
            b'\n' => End::Row,
            _ => End::Cell,
        };
        let text = std::str::from_utf8(&read[..length]).ok()?.to_owned();
        self.input.consume(length + 1);
        self.line += u64::from(end == End::Row);
        Some((text, false, end))
    }

    /// Reads a quoted cell up to its closing quote, which is passed too.
    fn quoted(&mut self, bytes: &mut Vec<u8>) -> Result<(), RorError> {
        let begin = self.line;
        loop {
            self.take_before(b'"', bytes)?;
            self.check_size(bytes, begin)?;
            match self.next()? {
                Some(b'"') if self.peek()? == Some(b'"') => {
                    self.next()?;
                    bytes.push(b'"');
                }
                Some(b'"') => return Ok(()),
                Some(byte) if self.line - begin < MAX_CELL_LINES => bytes.push(byte),
                Some(_) => {
                    let what =
                        format!("a quoted cell begins here and has not ended {MAX_CELL_LINES} lines later");
                    return Err(self.fault(begin, what));
                }
                None => return Err(self.fault(begin, "a quote is not closed".to_owned())),
            }
        }
    }

    /// Appends the bytes that stand before `sign` or the end of a line, as far as they have been read from
    /// the file.
    fn take_before(&mut self, sign: u8, bytes: &mut Vec<u8>) -> Result<(), RorError> {
        self.peek()?;
        let read = self.input.buffer();
        let length = memchr3(sign, b'\n', b'\r', read).unwrap_or(read.len());
        bytes.extend_from_slice(&read[..length]);
        self.input.consume(length);
        Ok(())
    }

    fn check_size(&self, bytes: &[u8], begin: u64) -> Result<(), RorError> {
        if bytes.len() > MAX_CELL_BYTES {
            return Err(
                self.fault(begin, format!("a cell begins here that has more than {MAX_CELL_BYTES} bytes"))
            );
        }
        Ok(())
    }

    /// The next byte; each end of a line is one `\n`.
    fn next(&mut self) -> Result<Option<u8>, RorError> {
        let byte = self.peek()?;
        self.input.consume(usize::from(byte.is_some()));
        if byte == Some(b'\r') && self.peek()? == Some(b'\n') {
            self.input.consume(1);
        }
        let byte = byte.map(|byte| if byte == b'\r' { b'\n' } else { byte });
        self.line += u64::from(byte == Some(b'\n'));
        Ok(byte)
    }

    fn peek(&mut self) -> Result<Option<u8>, RorError> {
        loop {
            match self.input.fill_buf() {
                Ok(bytes) => return Ok(bytes.first().copied()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(RorError::Read { path: self.path.clone(), source }),
            }
        }
    }

    fn fault(&self, line: u64, what: String) -> RorError {
        RorError::Line { path: self.path.clone(), line, what }
    }
}

/// The delimiter that the first line has most of, outside of quotes.
fn delimiter_of(text: &[u8]) -> u8 {
    let mut counts = [0_u32; DELIMITERS.len()];
    let mut is_inside = false;
    for byte in text {
        match byte {
            b'"' => is_inside = !is_inside,
            b'\n' | b'\r' if !is_inside => break,
            byte if !is_inside => {
                if let Some(place) = DELIMITERS.iter().position(|delimiter| delimiter == byte) {
                    counts[place] += 1;
                }
            }
            _ => {}
        }
    }
    // Of equals, `max_by_key` takes the last.
    let most = (0..DELIMITERS.len()).rev().max_by_key(|place| counts[*place]).unwrap_or(0);
    DELIMITERS[most]
}

/// The named columns of each row, trimmed, with the number of its line. A column that
/// the table does not have is a fault.
pub(super) fn rows<const N: usize>(
    path: &Path,
    file: File,
    columns: [&str; N],
) -> Result<Vec<(u64, [String; N])>, RorError> {
    let mut table = Table::of_file(path, file)?;
    let mut places = [0; N];
    for (place, name) in places.iter_mut().zip(columns) {
        let missing =
            || RorError::Table { path: path.to_owned(), what: format!("there is no column {name}") };
        *place = table.column(name)?.ok_or_else(missing)?;
    }
    let mut rows = Vec::new();
    while let Some(row) = table.row()? {
        let cell = |place: usize| row.cells.get(place).map(|cell| cell.trim().to_owned()).unwrap_or_default();
        rows.push((row.line, places.map(cell)));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Vec<(u64, String)>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        std::fs::write(&path, text).unwrap();
        let told = |error: RorError| error.to_string().replace(&format!("{}", path.display()), "T");
        let mut table = Table::open(&path).map_err(told)?;
        let mut rows = vec![(1, table.header().join("|"))];
        while let Some(row) = table.row().map_err(told)? {
            rows.push((row.line, row.cells.join("|")));
        }
        Ok(rows)
    }

    #[test]
    fn tables_of_all_programs_are_read_with_their_lines() {
        for (text, expected) in [
            ("a,b\n1,2\n", &[(1, "a|b"), (2, "1|2")][..]),
            ("a,b\r\n1,2\r\n\r\n3,4", &[(1, "a|b"), (2, "1|2"), (4, "3|4")]),
            ("a,b\r1,2\r", &[(1, "a|b"), (2, "1|2")]),
            ("\u{feff}a;b\n1;\"2;\n3\"\n4;5", &[(1, "a|b"), (2, "1|2;\n3"), (4, "4|5")]),
            ("\u{feff}\"a, x\";b\n1;2", &[(1, "a, x|b"), (2, "1|2")]),
            ("a\tb,c\td\n1\t2\t3\n", &[(1, "a|b,c|d"), (2, "1|2|3")]),
            ("a,b\n\"say \"\"yes\"\"\" ,x\"y\n", &[(1, "a|b"), (2, "say \"yes\"|x\"y")]),
            ("a,b\n1\n,\n1,2,,\n", &[(1, "a|b"), (2, "1"), (3, "|"), (4, "1|2")]),
            ("a\n\"\"\n", &[(1, "a"), (2, "")]),
            ("", &[(1, "")]),
        ] {
            let found = read(text.as_bytes()).unwrap();
            let expected: Vec<(u64, String)> =
                expected.iter().map(|(line, cells)| (*line, (*cells).to_owned())).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn a_table_that_is_wrong_is_told_with_the_line() {
        let long = format!("a,b\n1,\"x{}\n", "\n".repeat(1_001));
        let large = format!("a,b\n1,2\n{},4\n", "x".repeat(MAX_CELL_BYTES + 1));
        for (text, expected) in [
            ("a,b\n1,2\n\"3,4\n5,6\n", "T, line 3: a quote is not closed"),
            ("a,b\n\n1,\"2\n", "T, line 3: a quote is not closed"),
            ("a,\"b\n1,2\n", "T, line 1: a quote is not closed"),
            ("a,b\n\"1,2\n\"3\",4\n", "T, line 2: the cell goes on after its closing quote"),
            ("a,b\n1,2\n1,2,3\n", "T, line 3: the row has more cells than the 2 columns"),
            (&long, "T, line 2: a quoted cell begins here and has not ended 1000 lines later"),
            (&large, "T, line 3: a cell begins here that has more than 1048576 bytes"),
        ] {
            let told = read(text.as_bytes()).unwrap_err();
            assert!(told.starts_with(expected), "{told}");
        }
        let told = read(b"a,b\n1,\xe9\n").unwrap_err();
        assert_eq!(told, "T, line 2: the text is not UTF-8");
    }

    #[test]
    fn a_name_of_two_columns_is_refused_where_it_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        std::fs::write(&path, "Full_Name,city,full name\n").unwrap();
        let table = Table::open(&path).unwrap();

        assert_eq!(table.column("City").unwrap(), Some(1));
        assert_eq!(table.column("town").unwrap(), None);
        assert!(matches!(table.column("full name"), Err(RorError::SameName { .. })));
    }
}
