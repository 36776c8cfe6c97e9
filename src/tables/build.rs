//! Entries to Arrow batches, column by column.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBuilder, RecordBatch, StringBuilder};
use arrow::array::{Int16Builder, Int32Builder, Int64Builder, TimestampMicrosecondBuilder};
use arrow::datatypes::{Schema, SchemaRef};

use super::column::{Column, ColumnInfo, Family, Row, Type, Value};
use super::entry::Entry;

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
}

enum Cells {
    Text(StringBuilder),
    Int64(Int64Builder),
    Int32(Int32Builder),
    Int16(Int16Builder),
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
        Box::new(Builder { table: self, schema: self.schema(), cells })
    }
}

impl<F: Family> Rows for Builder<F> {
    fn append(&mut self, entries: &[Entry<'_>]) {
        append(self.table, &mut self.cells, entries);
    }

    fn finish(&mut self) -> RecordBatch {
        let columns = self.cells.iter_mut().map(Cells::finish).collect();
        RecordBatch::try_new(self.schema.clone(), columns).expect("every column got one value for each row")
    }
}

/// Generic over the one lifetime that entries and rows share.
fn append<'a, F: Family>(table: &Table<F>, cells: &mut [Cells], entries: &'a [Entry<'a>]) {
    let mut rows = Vec::new();
    for entry in entries {
        (table.collect)(entry, &mut rows);
    }
    if rows.is_empty() {
        return;
    }
    for (column, cells) in table.columns.iter().zip(cells) {
        cells.append(&column.value, &rows);
    }
}

impl Cells {
    fn new(kind: Type) -> Self {
        match kind {
            Type::Text => Self::Text(StringBuilder::new()),
            Type::Int64 => Self::Int64(Int64Builder::new()),
            Type::Int32 => Self::Int32(Int32Builder::new()),
            Type::Int16 => Self::Int16(Int16Builder::new()),
            Type::Boolean => Self::Boolean(BooleanBuilder::new()),
            Type::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
        }
    }

    fn append<F: Family>(&mut self, value: &Value<F>, rows: &[F::Row<'_>]) {
        match (self, value) {
            (Self::Text(cells), Value::Key(get)) => {
                rows.iter().for_each(|row| cells.append_value(get(&Row(*row))))
            }
            (Self::Text(cells), Value::Label(get) | Value::Text(get)) => {
                rows.iter().for_each(|row| cells.append_option(get(&Row(*row))));
            }
            (Self::Text(cells), Value::Made(get)) => {
                rows.iter().for_each(|row| cells.append_option(get(&Row(*row))))
            }
            (Self::Int64(cells), Value::Int64(get)) => {
                rows.iter().for_each(|row| cells.append_option(get(&Row(*row))))
            }
            (Self::Int32(cells), Value::Int32(get)) => {
                rows.iter().for_each(|row| cells.append_option(get(&Row(*row))))
            }
            (Self::Boolean(cells), Value::Boolean(get)) => {
                rows.iter().for_each(|row| cells.append_option(get(&Row(*row))));
            }
            (Self::Timestamp(cells), Value::Timestamp(get)) => {
                rows.iter().for_each(|row| cells.append_option(get(&Row(*row))));
            }
            (Self::Int16(cells), Value::Year(get)) => {
                rows.iter().for_each(|row| cells.append_option(get(&Row(*row)).year));
            }
            (Self::Int16(cells), Value::Month(get)) => {
                rows.iter().for_each(|row| cells.append_option(get(&Row(*row)).month));
            }
            (Self::Int16(cells), Value::Day(get)) => {
                rows.iter().for_each(|row| cells.append_option(get(&Row(*row)).day))
            }
            _ => unreachable!("cells are made for the column's own type"),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(cells) => Arc::new(cells.finish()),
            Self::Int64(cells) => Arc::new(cells.finish()),
            Self::Int32(cells) => Arc::new(cells.finish()),
            Self::Int16(cells) => Arc::new(cells.finish()),
            Self::Boolean(cells) => Arc::new(cells.finish()),
            Self::Timestamp(cells) => Arc::new(cells.finish()),
        }
    }
}
