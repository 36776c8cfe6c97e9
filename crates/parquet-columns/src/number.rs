//! Encodes a column of numbers, as `text.rs` does texts.

use arrow::array::{Array, ArrowPrimitiveType, AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Float64Type, TimeUnit, TimestampMicrosecondType};
use arrow::datatypes::{Int16Type, Int32Type, Int64Type};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnDescPtr;

use crate::chunk::Bound;
use crate::limits::{STEP_ROWS, wrong_type};
use crate::number_dictionary::NumberDictionary;
use crate::open_chunk::OpenChunk;
use crate::pages::PageFile;

/// A number as Parquet stores it.
pub(crate) trait Number: Bound + Copy {
    /// Its bits, which are the lowest of these.
    fn bits(self) -> i64;
}

impl Number for i32 {
    fn bits(self) -> i64 {
        self.into()
    }
}

impl Number for i64 {
    fn bits(self) -> i64 {
        self
    }
}

impl Number for f64 {
    fn bits(self) -> i64 {
        self.to_bits().cast_signed()
    }
}

/// Writes the pages of one column chunk.
pub(crate) struct NumberWriter<N> {
    chunk: OpenChunk<N>,
    /// The least and the greatest number of the page.
    bounds: Option<(N, N)>,
    dictionary: Option<NumberDictionary>,
}

impl NumberWriter<i32> {
    /// True if a column of this type has numbers of 32 bits in a file.
    pub fn takes(kind: &DataType) -> bool {
        matches!(kind, DataType::Int16 | DataType::Int32)
    }

    /// Appends the numbers of an array.
    ///
    /// # Errors
    /// An error of the file in which pages wait, or an array of another type.
    pub fn write(&mut self, array: &dyn Array) -> Result<()> {
        match array.data_type() {
            DataType::Int16 => self.write_array::<Int16Type>(array),
            DataType::Int32 => self.write_array::<Int32Type>(array),
            other => Err(wrong_type(other)),
        }
    }
}

impl NumberWriter<i64> {
    /// True if a column of this type has numbers of 64 bits in a file.
    pub fn takes(kind: &DataType) -> bool {
        matches!(kind, DataType::Int64 | DataType::Timestamp(TimeUnit::Microsecond, _))
    }

    /// Appends the numbers of an array.
    ///
    /// # Errors
    /// An error of the file in which pages wait, or an array of another type.
    pub fn write(&mut self, array: &dyn Array) -> Result<()> {
        match array.data_type() {
            DataType::Int64 => self.write_array::<Int64Type>(array),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                self.write_array::<TimestampMicrosecondType>(array)
            }
            other => Err(wrong_type(other)),
        }
    }
}

impl NumberWriter<f64> {
    /// True if a column of this type has fractions of 64 bits in a file.
    pub fn takes(kind: &DataType) -> bool {
        matches!(kind, DataType::Float64)
    }

    /// Appends the numbers of an array.
    ///
    /// # Errors
    /// An error of the file in which pages wait, or an array of another type.
    pub fn write(&mut self, array: &dyn Array) -> Result<()> {
        match array.data_type() {
            DataType::Float64 => self.write_array::<Float64Type>(array),
            other => Err(wrong_type(other)),
        }
    }
}

impl<N: Number> NumberWriter<N> {
    /// Bytes of a number in a file.
    const BYTES: usize = size_of::<N>();

    /// A writer of the column `column`, as `properties` say.
    pub fn new(pages: PageFile, column: usize, descr: ColumnDescPtr, properties: &WriterProperties) -> Self {
        let chunk = OpenChunk::new(pages, column, descr, properties);
        let dictionary = chunk.limits.has_dictionary.then(NumberDictionary::new);
        Self { chunk, bounds: None, dictionary }
    }

    fn write_array<T: ArrowPrimitiveType<Native: Into<N>>>(&mut self, array: &dyn Array) -> Result<()> {
        let array = array.as_primitive::<T>();
        let (values, mut from) = (array.values().as_ref(), 0);
        while from < values.len() {
            let rows = self.chunk.rows_for_page(STEP_ROWS.min(values.len() - from));
            let nulls = array.nulls().map(|nulls| nulls.slice(from, rows));
            self.write_rows(&values[from..from + rows], nulls.filter(|nulls| nulls.null_count() > 0));
            self.end_full()?;
            from += rows;
        }
        Ok(())
    }

    fn write_rows<V: Copy + Into<N>>(&mut self, values: &[V], nulls: Option<NullBuffer>) {
        self.chunk.page.add_rows(nulls.as_ref(), values.len());
        match &nulls {
            None => self.write_values(values.iter().map(|value| (*value).into())),
            Some(nulls) if nulls.null_count() == values.len() => {}
            Some(nulls) => self.write_values(nulls.valid_indices().map(|row| values[row].into())),
        }
    }

    fn write_values(&mut self, values: impl Iterator<Item = N>) {
        let mut bounds = self.bounds;
        let values = values.inspect(|value| widen(&mut bounds, *value));
        match &mut self.dictionary {
            Some(dictionary) => {
                self.chunk.page.numbers.extend(values.map(|value| dictionary.number(value.bits())))
            }
            None => {
                self.chunk.page.make_room(STEP_ROWS * Self::BYTES, self.chunk.limits.page_bytes);
                values.for_each(|value| push::<N>(value.bits(), &mut self.chunk.page.plain));
            }
        }
        self.bounds = bounds;
    }

    /// Ends a page, or the dictionary, that has become large enough.
    fn end_full(&mut self) -> Result<()> {
        let width = self.dictionary.as_ref().map_or(0, NumberDictionary::width);
        if self.chunk.is_page_full(width) {
            self.end_page()?;
        }
        let most_numbers = self.chunk.limits.dictionary_bytes / Self::BYTES;
        if self.dictionary.as_ref().is_some_and(|dictionary| dictionary.is_full(most_numbers)) {
            self.end_page()?;
            self.end_dictionary()?;
        }
        Ok(())
    }

    fn end_page(&mut self) -> Result<()> {
        let width = self.dictionary.as_ref().map(NumberDictionary::width);
        self.chunk.end_page(width, None, self.bounds.take())
    }

    fn end_dictionary(&mut self) -> Result<()> {
        let Some(dictionary) = self.dictionary.take() else { return Ok(()) };
        let numbers = dictionary.numbers();
        let mut page = Vec::with_capacity(numbers.len() * Self::BYTES);
        numbers.iter().for_each(|number| push::<N>(*number, &mut page));
        self.chunk.keep_dictionary(numbers.len(), &page)
    }

    /// Ends the chunk.
    ///
    /// # Errors
    /// An error of the file in which pages wait.
    pub fn close(mut self) -> Result<ColumnCloseResult> {
        self.end_page()?;
        self.end_dictionary()?;
        self.chunk.close(None)
    }

    /// The memory that the writer takes.
    pub fn memory_bytes(&self) -> usize {
        self.chunk.page.memory_bytes() + self.dictionary.as_ref().map_or(0, NumberDictionary::memory_bytes)
    }
}

/// Appends the bytes of a number, the lowest first.
fn push<N: Number>(bits: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(&bits.to_le_bytes()[..size_of::<N>()]);
}

/// Widens the bounds, so that a number lies within them.
fn widen<N: Number>(bounds: &mut Option<(N, N)>, number: N) {
    let (least, greatest) = bounds.unwrap_or((number, number));
    let least = if number < least { number } else { least };
    *bounds = Some((least, if number > greatest { number } else { greatest }));
}
