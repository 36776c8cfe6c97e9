//! Entries to Arrow batches, column by column.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};

use super::cells::Cells;
use super::column::{Column, ColumnInfo};
use super::entry::Entry;
use super::value::{Family, Row};

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
        let cells = self.columns.iter().map(|column| Cells::new(column.value.kind)).collect();
        Box::new(Builder { table: self, schema: self.schema(), cells, most_rows: 0 })
    }
}

impl<F: Family> Table<F> {
    /// A batch of rows that come from elsewhere than members.
    pub fn batch(&self, rows: &[F::Row<'_>]) -> RecordBatch {
        let mut columns = Vec::with_capacity(self.columns.len());
        let rows: Vec<Row<'_, F>> = rows.iter().map(|row| Row(*row)).collect();
        for column in &self.columns {
            let mut cells = Cells::new(column.value.kind);
            column.value.append(&rows, &mut cells);
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
        column.value.append(&rows, cells);
    }
    rows.len()
}
