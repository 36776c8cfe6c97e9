//! Entries to Arrow batches, column by column.

use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, ArrowPrimitiveType, BooleanBuilder, PrimitiveBuilder, RecordBatch, StringBuilder,
};
use arrow::array::{Float64Builder, Int16Builder, Int32Builder, Int64Builder, TimestampMicrosecondBuilder};
use arrow::datatypes::{Schema, SchemaRef};

use super::column::{Column, ColumnInfo, Family, Row, Type, Value};
use super::entry::Entry;
use super::org_key::OrgKeyText;

/// A table: its rows' source, and its columns.
pub struct Table<F: Family> {
    pub name: &'static str,
    pub doc: &'static str,
    /// The elements that make a row each.
    pub xpaths: &'static [&'static str],
    pub columns: Vec<Column<F>>,
    pub collect: Collect<F>,
}

/// Appends the rows that an entry gives, in document order.
pub type Collect<F> = for<'a> fn(&'a Entry<'a>, &mut Vec<<F as Family>::Row<'a>>);

/// Any table, whatever its rows are made from.
pub trait AnyTable: Send + Sync {
    fn name(&self) -> &'static str;
    /// What a row is.
    fn doc(&self) -> &'static str;
    /// The elements that make a row each; empty for what is not in the XML.
    fn xpaths(&self) -> &'static [&'static str];
    fn columns(&self) -> Vec<ColumnInfo>;
    /// The Arrow schema, with meanings in the metadata of its fields.
    fn schema(&self) -> SchemaRef;
    /// An empty batch to append to.
    fn rows(&'static self) -> Box<dyn Rows>;
}

/// Rows of one table as they come together.
pub trait Rows: Send {
    /// Appends the rows of `entries`.
    fn append(&mut self, entries: &[Entry<'_>]);
    /// What has been appended, as one batch.
    fn finish(&mut self) -> RecordBatch;
}

struct Builder<F: Family> {
    table: &'static Table<F>,
    schema: SchemaRef,
    cells: Vec<Cells>,
    /// The most rows that entries have given together, to make room for as many.
    most_rows: usize,
}

enum Cells {
    Text(StringBuilder),
    Int64(Int64Builder),
    Int32(Int32Builder),
    Int16(Int16Builder),
    Float64(Float64Builder),
    Boolean(BooleanBuilder),
    Timestamp(TimestampMicrosecondBuilder),
}

impl<F: Family> AnyTable for Table<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn doc(&self) -> &'static str {
        self.doc
    }

    fn xpaths(&self) -> &'static [&'static str] {
        self.xpaths
    }

    fn columns(&self) -> Vec<ColumnInfo> {
        self.columns.iter().map(Column::info).collect()
    }

    fn schema(&self) -> SchemaRef {
        let fields: Vec<_> = self.columns.iter().map(|column| column.info().field()).collect();
        Arc::new(Schema::new(fields))
    }

    fn rows(&'static self) -> Box<dyn Rows> {
        let cells = self.columns.iter().map(|column| Cells::new(column.info().kind)).collect();
        Box::new(Builder { table: self, schema: self.schema(), cells, most_rows: 0 })
    }
}

impl<F: Family> Table<F> {
    /// A batch of rows that come from elsewhere than members.
    pub fn batch(&self, rows: &[F::Row<'_>]) -> RecordBatch {
        let mut columns = Vec::with_capacity(self.columns.len());
        let rows: Vec<Row<'_, F>> = rows.iter().map(|row| Row(*row)).collect();
        for column in &self.columns {
            let mut cells = Cells::new(column.info().kind);
            cells.append(&column.value, &rows);
            columns.push(cells.finish());
        }
        RecordBatch::try_new(self.schema(), columns).expect("every column got one value for each row")
    }
}

impl<F: Family> Rows for Builder<F> {
    fn append(&mut self, entries: &[Entry<'_>]) {
        let rows = append(self.table, &mut self.cells, entries, self.most_rows);
        self.most_rows = self.most_rows.max(rows);
    }

    fn finish(&mut self) -> RecordBatch {
        let columns = self.cells.iter_mut().map(Cells::finish).collect();
        RecordBatch::try_new(self.schema.clone(), columns).expect("every column got one value for each row")
    }
}

/// Generic over the one lifetime that entries and rows share; returns the number of rows.
fn append<'a, F: Family>(
    table: &Table<F>,
    cells: &mut [Cells],
    entries: &'a [Entry<'a>],
    most_rows: usize,
) -> usize {
    let mut rows = Vec::with_capacity(most_rows);
    for entry in entries {
        (table.collect)(entry, &mut rows);
    }
    if rows.is_empty() {
        return 0;
    }
    // In the same memory: a getter takes a row by reference, and a row may have a hundred bytes.
    let rows: Vec<Row<'a, F>> = rows.into_iter().map(Row).collect();
    for (column, cells) in table.columns.iter().zip(cells) {
        cells.append(&column.value, &rows);
    }
    rows.len()
}

impl Cells {
    fn new(kind: Type) -> Self {
        match kind {
            Type::Text => Self::Text(StringBuilder::new()),
            Type::Int64 => Self::Int64(Int64Builder::new()),
            Type::Int32 => Self::Int32(Int32Builder::new()),
            Type::Int16 => Self::Int16(Int16Builder::new()),
            Type::Float64 => Self::Float64(Float64Builder::new()),
            Type::Boolean => Self::Boolean(BooleanBuilder::new()),
            Type::Timestamp => Self::Timestamp(timestamps(0)),
        }
    }

    fn append<F: Family>(&mut self, value: &Value<F>, rows: &[Row<'_, F>]) {
        match (self, value) {
            (Self::Text(cells), Value::Key(get)) => fill_same(cells, rows.iter().map(|row| Some(get(row)))),
            (Self::Text(cells), Value::Label(get)) => fill_same(cells, rows.iter().map(|row| get(row))),
            (Self::Text(cells), Value::Code(get) | Value::Text(get)) => {
                fill(cells, rows.iter().map(|row| get(row)))
            }
            (Self::Text(cells), Value::Made(get)) => fill(cells, rows.iter().map(|row| get(row))),
            (Self::Text(cells), Value::OrgKey(get)) => {
                fill(cells, rows.iter().map(|row| get(row).map(OrgKeyText::of)))
            }
            (Self::Int64(cells), Value::Int64(get) | Value::Ordinal(get)) => {
                fill(cells, rows.iter().map(|row| get(row)))
            }
            (Self::Int32(cells), Value::Int32(get)) => fill(cells, rows.iter().map(|row| get(row))),
            (Self::Float64(cells), Value::Float64(get)) => fill(cells, rows.iter().map(|row| get(row))),
            (Self::Boolean(cells), Value::Boolean(get)) => fill(cells, rows.iter().map(|row| get(row))),
            (Self::Timestamp(cells), Value::Timestamp(get)) => fill(cells, rows.iter().map(|row| get(row))),
            (Self::Int16(cells), Value::Year(get)) => fill(cells, rows.iter().map(|row| get(row).year)),
            (Self::Int16(cells), Value::Month(get)) => fill(cells, rows.iter().map(|row| get(row).month)),
            (Self::Int16(cells), Value::Day(get)) => fill(cells, rows.iter().map(|row| get(row).day)),
            _ => unreachable!("cells are made for the column's own type"),
        }
    }

    /// Gives the cells as an array, and makes room for somewhat more.
    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(cells) => {
                let next = StringBuilder::with_capacity(room(cells.len()), room(cells.values_slice().len()));
                Arc::new(std::mem::replace(cells, next).finish())
            }
            Self::Int64(cells) => {
                let next = Int64Builder::with_capacity(room(cells.len()));
                Arc::new(std::mem::replace(cells, next).finish())
            }
            Self::Int32(cells) => {
                let next = Int32Builder::with_capacity(room(cells.len()));
                Arc::new(std::mem::replace(cells, next).finish())
            }
            Self::Int16(cells) => {
                let next = Int16Builder::with_capacity(room(cells.len()));
                Arc::new(std::mem::replace(cells, next).finish())
            }
            Self::Float64(cells) => Arc::new(cells.finish()),
            Self::Boolean(cells) => Arc::new(cells.finish()),
            Self::Timestamp(cells) => {
                let next = timestamps(room(cells.len()));
                Arc::new(std::mem::replace(cells, next).finish())
            }
        }
    }
}

/// Room for the next batch after one of this size. Batches differ, and one that is a little larger
/// than its room is copied to twice the room.
fn room(size: usize) -> usize {
    size + size / 8
}

fn timestamps(capacity: usize) -> TimestampMicrosecondBuilder {
    TimestampMicrosecondBuilder::with_capacity(capacity).with_timezone("UTC")
}

/// A builder of optional values.
trait Fill<V> {
    fn value(&mut self, value: V);
    fn nulls(&mut self, count: usize);
}

/// Appends values one by one and runs of nulls at once: many columns are all
/// but empty.
fn fill<V, B: Fill<V>>(cells: &mut B, values: impl Iterator<Item = Option<V>>) {
    let mut nulls = 0;
    for value in values {
        match value {
            None => nulls += 1,
            Some(value) => {
                if nulls > 0 {
                    cells.nulls(std::mem::take(&mut nulls));
                }
                cells.value(value);
            }
        }
    }
    if nulls > 0 {
        cells.nulls(nulls);
    }
}

/// Appends texts. Rows often share one text in memory, such as a record's iD: a run of rows with the same
/// text, or of nulls, is appended at once.
fn fill_same<'a>(cells: &mut StringBuilder, mut texts: impl Iterator<Item = Option<&'a str>>) {
    let is_same = |text: Option<&str>, last: Option<&str>| match (text, last) {
        (Some(text), Some(last)) => std::ptr::eq(text, last),
        (text, last) => text.is_none() && last.is_none(),
    };
    let append = |cells: &mut StringBuilder, text, count| match (text, count) {
        (None, count) => cells.append_nulls(count),
        (Some(text), 1) => cells.append_value(text),
        (Some(text), count) => cells.append_value_n(text, count),
    };
    let Some(mut last) = texts.next() else { return };
    let mut count = 1;
    for text in texts {
        if is_same(text, last) {
            count += 1;
        } else {
            append(cells, last, count);
            (last, count) = (text, 1);
        }
    }
    append(cells, last, count);
}

impl<V: AsRef<str>> Fill<V> for StringBuilder {
    fn value(&mut self, value: V) {
        self.append_value(value);
    }

    fn nulls(&mut self, count: usize) {
        self.append_nulls(count);
    }
}

impl<P: ArrowPrimitiveType> Fill<P::Native> for PrimitiveBuilder<P> {
    fn value(&mut self, value: P::Native) {
        self.append_value(value);
    }

    fn nulls(&mut self, count: usize) {
        self.append_nulls(count);
    }
}

impl Fill<bool> for BooleanBuilder {
    fn value(&mut self, value: bool) {
        self.append_value(value);
    }

    fn nulls(&mut self, count: usize) {
        self.append_nulls(count);
    }
}
