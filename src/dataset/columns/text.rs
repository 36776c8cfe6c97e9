//! Encodes a column of texts, as the library would, but in fewer steps: levels come from the bits of
//! an array's nulls, a text that is the same as the last one is not looked up, and buffers are used
//! for all pages of a chunk.

use std::cell::RefCell;

use arrow::array::{Array, BooleanBufferBuilder, StringArray, StringViewArray};
use arrow::buffer::NullBuffer;
use parquet::bloom_filter::Sbbf;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnDescPtr;

use super::chunk::ChunkNotes;
use super::dictionary::Dictionary;
use super::hybrid::{push_bits, push_equal_bits, push_numbers};
use crate::dataset::page_header::{PageKind, library_header};
use crate::dataset::pages::PageFile;

/// Rows after which the size of a page is looked at.
const STEP_ROWS: usize = 1_024;

/// Room for a page of plain texts at first.
const FIRST_ROOM_BYTES: usize = 4 << 10;

thread_local! {
    /// A page while it is put together.
    static PAGE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// How a Bloom filter is made.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// Distinct values for which it is made if there are too many for a dictionary.
    pub most_distinct: u64,
    pub false_positives: f64,
}

/// Limits and extras of a column.
struct Limits {
    is_nullable: bool,
    has_bounds: bool,
    page_rows: usize,
    page_bytes: usize,
    dictionary_bytes: usize,
    filter: Option<Filter>,
}

/// Writes the pages of one column chunk.
pub struct TextWriter {
    pages: PageFile,
    column: usize,
    limits: Limits,
    /// The page that is being filled.
    page: Page,
    dictionary: Option<Dictionary>,
    /// The filter, once there is no dictionary.
    filter: Option<Sbbf>,
    notes: ChunkNotes,
}

struct Page {
    rows: usize,
    nulls: usize,
    /// Which rows have a value, if the column may have none.
    present: BooleanBufferBuilder,
    /// Numbers of the dictionary's texts, or the texts behind their lengths.
    numbers: Vec<u32>,
    plain: Vec<u8>,
    text_bytes: usize,
    /// The least and the greatest text, if they are of use.
    bounds: Option<(Vec<u8>, Vec<u8>)>,
}

/// An array of texts.
trait Texts: Array {
    fn text(&self, row: usize) -> &[u8];
    /// Bytes of the texts from one row to another.
    fn size_bytes(&self, from: usize, to: usize) -> usize;
}

impl Texts for StringArray {
    fn text(&self, row: usize) -> &[u8] {
        self.value(row).as_bytes()
    }

    fn size_bytes(&self, from: usize, to: usize) -> usize {
        (self.value_offsets()[to] - self.value_offsets()[from]) as usize
    }
}

impl Texts for StringViewArray {
    fn text(&self, row: usize) -> &[u8] {
        self.value(row).as_bytes()
    }

    fn size_bytes(&self, from: usize, to: usize) -> usize {
        // A view has the length of its text in the lower half of its lower half.
        self.views()[from..to].iter().map(|view| *view as u32 as usize).sum()
    }
}

impl Limits {
    fn new(descr: &ColumnDescPtr, properties: &WriterProperties, filter: Option<Filter>) -> Self {
        let path = descr.path();
        Self {
            is_nullable: descr.max_def_level() > 0,
            has_bounds: properties.statistics_enabled(path) != EnabledStatistics::None,
            page_rows: properties.column_data_page_row_count_limit(path),
            page_bytes: properties.column_data_page_size_limit(path),
            dictionary_bytes: properties.column_dictionary_page_size_limit(path),
            filter,
        }
    }
}

impl TextWriter {
    /// A writer of the column `column`, as `properties` say.
    pub fn new(
        pages: PageFile,
        column: usize,
        descr: ColumnDescPtr,
        properties: &WriterProperties,
        filter: Option<Filter>,
    ) -> Self {
        pages.begin(column);
        let limits = Limits::new(&descr, properties, filter);
        let dictionary = properties.dictionary_enabled(descr.path()).then(Dictionary::new);
        let mut writer = Self {
            pages,
            column,
            page: Page::new(),
            notes: ChunkNotes::new(descr, limits.has_bounds),
            limits,
            dictionary,
            filter: None,
        };
        if writer.dictionary.is_none() {
            writer.filter = writer.new_filter();
        }
        writer
    }

    /// Appends the texts of an array, either of strings or of views of strings.
    ///
    /// # Errors
    /// An error of the file in which pages wait.
    pub fn write(&mut self, array: &dyn Array) -> Result<()> {
        match array.as_any().downcast_ref::<StringArray>() {
            Some(texts) => self.write_texts(texts),
            None => self.write_texts(
                array.as_any().downcast_ref::<StringViewArray>().expect("a column of texts has texts"),
            ),
        }
    }

    fn write_texts(&mut self, texts: &impl Texts) -> Result<()> {
        let mut from = 0;
        while from < texts.len() {
            let rows = STEP_ROWS.min(texts.len() - from).min(self.limits.page_rows - self.page.rows);
            let mut to = from + rows;
            let room = match &self.dictionary {
                Some(dictionary) => self.limits.dictionary_bytes.saturating_sub(dictionary.page().len()),
                None => self.limits.page_bytes,
            };
            while to - from > 1 && texts.size_bytes(from, to) > room {
                to = from + (to - from) / 2;
            }
            self.write_rows(texts, from, to);
            self.end_full()?;
            from = to;
        }
        Ok(())
    }

    fn write_rows(&mut self, texts: &impl Texts, from: usize, to: usize) {
        let nulls = texts.nulls().map(|nulls| nulls.slice(from, to - from));
        let nulls = nulls.filter(|nulls| nulls.null_count() > 0);
        self.page.add_rows(nulls.as_ref(), to - from, self.limits.is_nullable);
        self.page.text_bytes += texts.size_bytes(from, to);
        match &nulls {
            None => self.write_values(texts, || from..to),
            Some(nulls) if nulls.null_count() == to - from => {}
            Some(nulls) => self.write_values(texts, || nulls.valid_indices().map(|row| from + row)),
        }
    }

    /// Appends the texts of rows that have one.
    fn write_values<R: Iterator<Item = usize>>(&mut self, texts: &impl Texts, rows: impl Fn() -> R) {
        let (page, has_bounds) = (&mut self.page, self.limits.has_bounds);
        let texts = || rows().map(|row| texts.text(row));
        let Some(dictionary) = &mut self.dictionary else {
            if let Some(filter) = &mut self.filter {
                texts().for_each(|text| filter.insert(text));
            }
            if has_bounds {
                texts().for_each(|text| page.note_bounds(text));
            }
            return texts().for_each(|text| page.push_plain(text, self.limits.page_bytes));
        };
        if !has_bounds {
            return page.numbers.extend(texts().map(|text| dictionary.number(text)));
        }
        for text in texts() {
            let number = dictionary.number(text);
            // What is the same as before has the same bounds.
            if page.numbers.last() != Some(&number) {
                page.note_bounds(text);
            }
            page.numbers.push(number);
        }
    }

    /// Ends a page, or the dictionary, that has become large enough.
    fn end_full(&mut self) -> Result<()> {
        let width = self.dictionary.as_ref().map_or(0, |dictionary| dictionary.width() as usize);
        let bytes = self.page.plain.len() + self.page.numbers.len() * width / 8;
        if self.page.rows >= self.limits.page_rows || bytes >= self.limits.page_bytes {
            self.end_page()?;
        }
        if self.dictionary.as_ref().is_some_and(|dictionary| dictionary.is_full(self.limits.dictionary_bytes))
        {
            self.end_page()?;
            self.end_dictionary()?;
        }
        Ok(())
    }

    fn end_page(&mut self) -> Result<()> {
        if self.page.rows == 0 {
            return Ok(());
        }
        PAGE.with_borrow_mut(|out| {
            out.clear();
            if self.limits.is_nullable {
                self.page.push_levels(out);
            }
            let is_plain = self.dictionary.is_none();
            if let Some(dictionary) = &self.dictionary {
                out.push(dictionary.width() as u8);
                push_numbers(out, &self.page.numbers, dictionary.width());
            }
            // What stands alone need not be copied.
            let body = if is_plain && out.is_empty() {
                &self.page.plain
            } else {
                out.extend_from_slice(&self.page.plain);
                out
            };
            let header = library_header(PageKind::Data { is_plain }, body.len(), self.page.rows)?;
            self.pages.keep(self.column, &header, body)?;
            self.notes.end_page(
                is_plain,
                self.page.rows,
                self.page.nulls,
                self.page.text_bytes,
                self.page.bounds.take(),
            );
            self.page.clear();
            Ok(())
        })
    }

    fn end_dictionary(&mut self) -> Result<()> {
        let Some(dictionary) = self.dictionary.take() else { return Ok(()) };
        let header = library_header(PageKind::Dictionary, dictionary.page().len(), dictionary.len())?;
        self.pages.keep(self.column, &header, dictionary.page())?;
        self.notes.has_dictionary = true;
        self.filter = self.new_filter();
        if let Some(filter) = &mut self.filter {
            dictionary.texts().for_each(|text| filter.insert(text));
        }
        Ok(())
    }

    /// A filter for so many values as a dictionary does not have.
    fn new_filter(&self) -> Option<Sbbf> {
        let filter = self.limits.filter?;
        Sbbf::new_with_ndv_fpp(filter.most_distinct, filter.false_positives).ok()
    }

    /// Ends the chunk.
    ///
    /// # Errors
    /// An error of the file in which pages wait.
    pub fn close(mut self) -> Result<ColumnCloseResult> {
        self.end_page()?;
        let distinct = self.dictionary.as_ref().map(|dictionary| dictionary.len() as u64);
        if let (Some(filter), Some(distinct)) = (&mut self.limits.filter, distinct) {
            filter.most_distinct = distinct.max(1);
        }
        self.end_dictionary()?;
        let filter = self.filter.take().zip(self.limits.filter).map(|(mut bits, filter)| {
            bits.fold_to_target_fpp(filter.false_positives);
            bits
        });
        self.notes.close(filter)
    }

    /// The memory that the writer takes.
    pub fn memory_bytes(&self) -> usize {
        let filter = self.filter.as_ref().map_or(0, |filter| filter.num_blocks() * 32);
        let dictionary = self.dictionary.as_ref().map_or(0, Dictionary::memory_bytes);
        filter + dictionary + self.page.memory_bytes()
    }
}

impl Page {
    fn new() -> Self {
        Self {
            rows: 0,
            nulls: 0,
            present: BooleanBufferBuilder::new(0),
            numbers: Vec::new(),
            plain: Vec::new(),
            text_bytes: 0,
            bounds: None,
        }
    }

    fn clear(&mut self) {
        (self.rows, self.nulls, self.text_bytes) = (0, 0, 0);
        self.present.truncate(0);
        self.numbers.clear();
        self.plain.clear();
    }

    fn add_rows(&mut self, nulls: Option<&NullBuffer>, rows: usize, is_nullable: bool) {
        if is_nullable {
            match nulls {
                None => self.present.append_n(rows, true),
                Some(nulls) => self.present.append_buffer(nulls.inner()),
            }
        }
        self.rows += rows;
        self.nulls += nulls.map_or(0, NullBuffer::null_count);
    }

    /// Appends a text behind its length.
    fn push_plain(&mut self, text: &[u8], page_bytes: usize) {
        let needed = self.plain.len() + size_of::<u32>() + text.len();
        if needed > self.plain.capacity() {
            self.make_room(needed, page_bytes);
        }
        self.plain.extend_from_slice(&(text.len() as u32).to_le_bytes());
        self.plain.extend_from_slice(text);
    }

    /// Makes twice the room, but not more than a page takes.
    #[cold]
    fn make_room(&mut self, needed: usize, page_bytes: usize) {
        let twice = (self.plain.capacity() * 2).max(FIRST_ROOM_BYTES);
        let room = needed.max(twice.min(page_bytes + page_bytes / 16));
        self.plain.reserve_exact(room - self.plain.len());
    }

    fn note_bounds(&mut self, text: &[u8]) {
        match &mut self.bounds {
            None => self.bounds = Some((text.to_vec(), text.to_vec())),
            Some((least, greatest)) => {
                if text > greatest.as_slice() {
                    text.clone_into(greatest);
                } else if text < least.as_slice() {
                    text.clone_into(least);
                }
            }
        }
    }

    /// Appends which rows have a value, behind the size of that.
    fn push_levels(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&[0; size_of::<u32>()]);
        match self.nulls {
            0 => push_equal_bits(out, true, self.rows),
            nulls if nulls == self.rows => push_equal_bits(out, false, self.rows),
            _ => push_bits(out, self.present.as_slice(), self.rows),
        }
        let size = (out.len() - start - size_of::<u32>()) as u32;
        out[start..start + size_of::<u32>()].copy_from_slice(&size.to_le_bytes());
    }

    fn memory_bytes(&self) -> usize {
        self.plain.capacity() + self.numbers.capacity() * size_of::<u32>() + self.present.capacity() / 8
    }
}
