//! The column chunk that a writer fills: its open page, and what is known of the pages before.

use parquet::bloom_filter::Sbbf;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnDescPtr;

use crate::chunk::{Bound, ChunkNotes};
use crate::limits::Limits;
use crate::page::Page;
use crate::page_header::PageKind;
use crate::pages::PageFile;

/// What the writers of all types have.
pub(crate) struct OpenChunk<B> {
    pages: PageFile,
    column: usize,
    pub limits: Limits,
    pub page: Page,
    notes: ChunkNotes<B>,
}

impl<B: Bound> OpenChunk<B> {
    /// The chunk of the column `column`, as `properties` say.
    pub fn new(pages: PageFile, column: usize, descr: ColumnDescPtr, properties: &WriterProperties) -> Self {
        pages.begin(column);
        let limits = Limits::new(&descr, properties);
        Self {
            pages,
            column,
            page: Page::new(limits.is_nullable, limits.page_rows),
            notes: ChunkNotes::new(descr, limits.has_bounds),
            limits,
        }
    }

    /// How many of `rows` the open page still takes.
    pub fn rows_for_page(&self, rows: usize) -> usize {
        rows.min(self.limits.page_rows - self.page.rows)
    }

    /// True if the open page is large enough, whose dictionary numbers have `width` bits.
    pub fn is_page_full(&self, width: u32) -> bool {
        self.limits.is_full(&self.page, width)
    }

    /// Ends the open page if it has rows. With `width`, its values are numbers of so many bits.
    ///
    /// # Errors
    /// An error of the file in which pages wait.
    pub fn end_page(
        &mut self,
        width: Option<u32>,
        text_bytes: Option<usize>,
        bounds: Option<(B, B)>,
    ) -> Result<()> {
        let (rows, nulls) = (self.page.rows, self.page.nulls);
        if rows == 0 {
            return Ok(());
        }
        self.page.end(width, &self.pages, self.column)?;
        self.notes.end_page(width.is_none(), rows, nulls, text_bytes, bounds);
        Ok(())
    }

    /// Keeps the page of a dictionary of so many values.
    ///
    /// # Errors
    /// An error of the file in which pages wait.
    pub fn keep_dictionary(&mut self, values: usize, page: &[u8]) -> Result<()> {
        self.notes.has_dictionary = true;
        self.pages.keep(self.column, PageKind::Dictionary, values, page)
    }

    /// The metadata of the chunk, whose last page has ended.
    ///
    /// # Errors
    /// None in practice: the parts agree.
    pub fn close(self, bloom_filter: Option<Sbbf>) -> Result<ColumnCloseResult> {
        self.notes.close(bloom_filter)
    }
}
