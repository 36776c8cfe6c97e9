//! Encodes a column of texts, as the library would, but in fewer steps: levels come from the bits of
//! an array's nulls, a text that is the same as the last one is not looked up, and buffers are used
//! for all pages of a chunk.

use arrow::array::{Array, AsArray, StringArray, StringViewArray};
use arrow::datatypes::DataType;
use parquet::bloom_filter::Sbbf;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnDescPtr;

use crate::dictionary::Dictionary;
use crate::limits::{STEP_ROWS, wrong_type};
use crate::open_chunk::OpenChunk;
use crate::pages::PageFile;

/// How the Bloom filter of a column of texts is made.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Filter {
    /// Distinct values for which it is made if there are too many for a dictionary.
    pub most_distinct: u64,
    /// The part of lookups of absent values that may find one, between 0 and 1.
    pub false_positives: f64,
}

impl Filter {
    /// A filter for at most `most_distinct` values, which says wrongly that it has a value in a part
    /// `false_positives` of lookups.
    pub const fn new(most_distinct: u64, false_positives: f64) -> Self {
        Self { most_distinct, false_positives }
    }
}

/// Writes the pages of one column chunk.
pub(crate) struct TextWriter {
    chunk: OpenChunk<Vec<u8>>,
    filtered: Option<Filter>,
    /// The bytes of the page's texts, and the least and the greatest of them if these are of use.
    text_bytes: usize,
    bounds: Option<(Vec<u8>, Vec<u8>)>,
    dictionary: Option<Dictionary>,
    /// The filter, once there is no dictionary.
    filter: Option<Sbbf>,
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
        // The lowest part of a view is the length of its text.
        self.views()[from..to].iter().map(|view| *view as u32 as usize).sum()
    }
}

impl TextWriter {
    /// A writer of the column `column`, as `properties` say.
    pub fn new(
        pages: PageFile,
        column: usize,
        descr: ColumnDescPtr,
        properties: &WriterProperties,
        filtered: Option<Filter>,
    ) -> Self {
        let chunk = OpenChunk::new(pages, column, descr, properties);
        let dictionary = chunk.limits.has_dictionary.then(Dictionary::new);
        let mut writer = Self { chunk, filtered, text_bytes: 0, bounds: None, dictionary, filter: None };
        if writer.dictionary.is_none() {
            writer.filter = writer.new_filter();
        }
        writer
    }

    /// Appends the texts of an array, either of strings or of views of strings.
    ///
    /// # Errors
    /// An error of the file in which pages wait, or an array of another type.
    pub fn write(&mut self, array: &dyn Array) -> Result<()> {
        match array.data_type() {
            DataType::Utf8 => self.write_texts(array.as_string::<i32>()),
            DataType::Utf8View => self.write_texts(array.as_string_view()),
            other => Err(wrong_type(other)),
        }
    }

    fn write_texts(&mut self, texts: &impl Texts) -> Result<()> {
        let mut from = 0;
        while from < texts.len() {
            let rows = self.chunk.rows_for_page(STEP_ROWS.min(texts.len() - from));
            let mut to = from + rows;
            let room = match &self.dictionary {
                Some(dictionary) => {
                    self.chunk.limits.dictionary_bytes.saturating_sub(dictionary.page().len())
                }
                None => self.chunk.limits.page_bytes,
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
        self.chunk.page.add_rows(nulls.as_ref(), to - from);
        let bytes = texts.size_bytes(from, to);
        self.text_bytes += bytes;
        if self.dictionary.is_none() {
            self.chunk.page.make_room(bytes + (to - from) * size_of::<u32>(), self.chunk.limits.page_bytes);
        }
        match &nulls {
            None => self.write_values(texts, || from..to),
            Some(nulls) if nulls.null_count() == to - from => {}
            Some(nulls) => self.write_values(texts, || nulls.valid_indices().map(|row| from + row)),
        }
    }

    /// Appends the texts of rows that have one.
    fn write_values<R: Iterator<Item = usize>>(&mut self, texts: &impl Texts, rows: impl Fn() -> R) {
        let (page, bounds) = (&mut self.chunk.page, &mut self.bounds);
        let texts = || rows().map(|row| texts.text(row));
        let Some(dictionary) = &mut self.dictionary else {
            if let Some(filter) = &mut self.filter {
                texts().for_each(|text| filter.insert(text));
            }
            if self.chunk.limits.has_bounds {
                texts().for_each(|text| widen(bounds, text));
            }
            for text in texts() {
                page.plain.extend_from_slice(&(text.len() as u32).to_le_bytes());
                page.plain.extend_from_slice(text);
            }
            return;
        };
        if page.numbers.capacity() == 0 {
            // For a whole page: room that is not used takes no memory.
            page.numbers.reserve_exact(self.chunk.limits.page_rows);
        }
        if !self.chunk.limits.has_bounds {
            return page.numbers.extend(texts().map(|text| dictionary.number(text)));
        }
        for text in texts() {
            let number = dictionary.number(text);
            // What is the same as before has the same bounds.
            if page.numbers.last() != Some(&number) {
                widen(bounds, text);
            }
            page.numbers.push(number);
        }
    }

    /// Ends a page, or the dictionary, that has become large enough.
    fn end_full(&mut self) -> Result<()> {
        let width = self.dictionary.as_ref().map_or(0, Dictionary::width);
        if self.chunk.is_page_full(width) {
            self.end_page()?;
        }
        let most_bytes = self.chunk.limits.dictionary_bytes;
        if self.dictionary.as_ref().is_some_and(|dictionary| dictionary.is_full(most_bytes)) {
            self.end_page()?;
            self.end_dictionary()?;
        }
        Ok(())
    }

    fn end_page(&mut self) -> Result<()> {
        let width = self.dictionary.as_ref().map(Dictionary::width);
        let text_bytes = std::mem::take(&mut self.text_bytes);
        self.chunk.end_page(width, Some(text_bytes), self.bounds.take())
    }

    fn end_dictionary(&mut self) -> Result<()> {
        let Some(dictionary) = self.dictionary.take() else { return Ok(()) };
        self.chunk.keep_dictionary(dictionary.len(), dictionary.page())?;
        self.filter = self.new_filter();
        if let Some(filter) = &mut self.filter {
            dictionary.texts().for_each(|text| filter.insert(text));
        }
        Ok(())
    }

    fn new_filter(&self) -> Option<Sbbf> {
        let filter = self.filtered?;
        Sbbf::new_with_ndv_fpp(filter.most_distinct, filter.false_positives).ok()
    }

    /// Ends the chunk.
    ///
    /// # Errors
    /// An error of the file in which pages wait.
    pub fn close(mut self) -> Result<ColumnCloseResult> {
        self.end_page()?;
        // A filter for the texts that there are, if they are known.
        if let (Some(filter), Some(dictionary)) = (&mut self.filtered, &self.dictionary) {
            filter.most_distinct = dictionary.len().max(1) as u64;
        }
        self.end_dictionary()?;
        if let (Some(bits), Some(filter)) = (&mut self.filter, self.filtered) {
            bits.fold_to_target_fpp(filter.false_positives);
        }
        self.chunk.close(self.filter)
    }

    /// The memory that the writer takes.
    pub fn memory_bytes(&self) -> usize {
        let filter = self.filter.as_ref().map_or(0, |filter| filter.num_blocks() * 32);
        let dictionary = self.dictionary.as_ref().map_or(0, Dictionary::memory_bytes);
        filter + dictionary + self.chunk.page.memory_bytes()
    }
}

/// Widens the bounds, so that a text lies within them.
fn widen(bounds: &mut Option<(Vec<u8>, Vec<u8>)>, text: &[u8]) {
    match bounds {
        None => *bounds = Some((text.to_vec(), text.to_vec())),
        Some((_, greatest)) if text > greatest.as_slice() => text.clone_into(greatest),
        Some((least, _)) if text < least.as_slice() => text.clone_into(least),
        Some(_) => {}
    }
}
