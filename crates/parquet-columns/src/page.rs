//! The page of a column that is being filled.

use std::cell::RefCell;

use arrow::array::BooleanBufferBuilder;
use arrow::buffer::NullBuffer;
use parquet::errors::Result;

use crate::hybrid::{push_bits, push_equal_bits, push_numbers};
use crate::page_header::PageKind;
use crate::pages::PageFile;

/// The capacity that a new page reserves for plain values. The system gives memory only to the part that values
/// fill.
const FIRST_ROOM_BYTES: usize = 256 << 10;

thread_local! {
    /// A page while it is put together.
    static BODY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Bytes that the levels of a page take at most: their size, and two for eight rows.
fn most_level_bytes(rows: usize) -> usize {
    size_of::<u32>() + 2 * rows.div_ceil(8)
}

/// Rows of a page and their values.
pub(crate) struct Page {
    pub rows: usize,
    pub nulls: usize,
    is_nullable: bool,
    /// Which rows have a value, if some may have none.
    present: BooleanBufferBuilder,
    /// Numbers of the dictionary's values, or plain values; these stand behind room for the levels.
    pub numbers: Vec<u32>,
    pub plain: Vec<u8>,
    level_room: usize,
    /// Bytes of values of the largest page so far.
    largest_bytes: usize,
}

impl Page {
    /// A page of at most so many rows.
    pub fn new(is_nullable: bool, most_rows: usize) -> Self {
        Self {
            rows: 0,
            nulls: 0,
            is_nullable,
            present: BooleanBufferBuilder::new(0),
            numbers: Vec::new(),
            plain: Vec::new(),
            level_room: if is_nullable { most_level_bytes(most_rows) } else { 0 },
            largest_bytes: 0,
        }
    }

    /// Adds rows, without their values.
    pub fn add_rows(&mut self, nulls: Option<&NullBuffer>, rows: usize) {
        if self.is_nullable {
            match nulls {
                None => self.present.append_n(rows, true),
                Some(nulls) => self.present.append_buffer(nulls.inner()),
            }
        }
        self.rows += rows;
        self.nulls += nulls.map_or(0, NullBuffer::null_count);
    }

    /// Makes room for plain values: four times as much as there was, but not more than a page takes.
    pub fn make_room(&mut self, bytes: usize, page_bytes: usize) {
        let needed = self.plain.len().max(self.level_room) + bytes;
        if needed > self.plain.capacity() {
            let more = (self.plain.capacity() * 4).max(self.level_room + FIRST_ROOM_BYTES);
            let room = needed.max(more.min(page_bytes + page_bytes / 16));
            self.plain.reserve_exact(room - self.plain.len());
        }
        if self.plain.is_empty() {
            self.plain.resize(self.level_room, 0);
        }
    }

    /// Bytes of the values, if the dictionary's numbers have `width` bits.
    pub fn size_bytes(&self, width: u32) -> usize {
        self.plain.len().saturating_sub(self.level_room) + self.numbers.len() * width as usize / 8
    }

    /// Gives the page away and begins the next. With `width`, values are numbers of so many bits.
    ///
    /// # Errors
    /// An error of the file in which pages wait.
    pub fn end(&mut self, width: Option<u32>, pages: &PageFile, column: usize) -> Result<()> {
        BODY.with_borrow_mut(|body| {
            body.clear();
            if self.is_nullable {
                self.push_levels(body);
            }
            let body: &[u8] = match width {
                Some(width) => {
                    body.push(width as u8);
                    push_numbers(body, &self.numbers, width);
                    body
                }
                None if self.plain.is_empty() => body,
                // The levels move before the values, which take more bytes.
                None => {
                    let start = self.level_room - body.len();
                    self.plain[start..self.level_room].copy_from_slice(body);
                    &self.plain[start..]
                }
            };
            let kind = PageKind::Data { is_plain: width.is_none() };
            pages.keep(column, kind, self.rows, body)
        })?;
        self.largest_bytes = self.taken_bytes();
        (self.rows, self.nulls) = (0, 0);
        self.present.truncate(0);
        self.numbers.clear();
        self.plain.truncate(self.level_room);
        Ok(())
    }

    /// Appends which rows have a value, behind the size of that.
    fn push_levels(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[0; size_of::<u32>()]);
        match self.nulls {
            0 => push_equal_bits(out, true, self.rows),
            nulls if nulls == self.rows => push_equal_bits(out, false, self.rows),
            _ => push_bits(out, self.present.as_slice(), self.rows),
        }
        let size = (out.len() - size_of::<u32>()) as u32;
        out[..size_of::<u32>()].copy_from_slice(&size.to_le_bytes());
    }

    /// The memory that the page takes. Room that no page has used yet takes none.
    pub fn memory_bytes(&self) -> usize {
        self.taken_bytes() + self.present.capacity() / 8
    }

    /// Bytes of the values, or of those of the largest page before.
    fn taken_bytes(&self) -> usize {
        self.largest_bytes.max(self.plain.len() + self.numbers.len() * size_of::<u32>())
    }
}
