//! Keeps the pages of open row groups in a file rather than in memory.
//!
//! A row group is written when it is full; until then each column's compressed
//! pages wait here, in one file for each table that has no name and goes with
//! the program. So memory does not grow with the row groups of all tables.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use bytes::Bytes;
use parquet::arrow::arrow_writer::{PageKey, PageStore, PageStoreArgs, PageStoreFactory};
use parquet::errors::{ParquetError, Result};

/// The file in which a table's pages wait.
#[derive(Debug, Clone)]
pub struct Spill(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    file: File,
    end: AtomicU64,
    columns: AtomicUsize,
}

/// The pages of one column.
struct SpilledPages {
    shared: Arc<Shared>,
    /// Where each page begins, and its bytes.
    pages: Vec<(u64, usize)>,
}

impl Spill {
    /// A file without a name on the file system of the file `beside`.
    ///
    /// # Errors
    /// An I/O error where it cannot be made.
    pub fn new(beside: &Path) -> io::Result<Self> {
        let path = beside.with_extension("pages");
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
        std::fs::remove_file(&path)?;
        Ok(Self(Arc::new(Shared { file, end: AtomicU64::new(0), columns: AtomicUsize::new(0) })))
    }

    /// Forgets all pages: the row group has been written.
    pub fn clear(&self) {
        self.0.end.store(0, Ordering::Relaxed);
        self.0.columns.store(0, Ordering::Relaxed);
    }

    /// Columns that have a page here.
    pub fn columns(&self) -> usize {
        self.0.columns.load(Ordering::Relaxed)
    }
}

impl PageStoreFactory for Spill {
    fn create(&self, _args: &PageStoreArgs<'_>) -> Result<Box<dyn PageStore>> {
        Ok(Box::new(SpilledPages { shared: self.0.clone(), pages: Vec::new() }))
    }
}

impl PageStore for SpilledPages {
    fn put(&mut self, page: Bytes) -> Result<PageKey> {
        // Columns are encoded side by side; each takes its place and writes there.
        let place = self.shared.end.fetch_add(page.len() as u64, Ordering::Relaxed);
        self.shared.file.write_all_at(&page, place).map_err(external)?;
        if self.pages.is_empty() {
            self.shared.columns.fetch_add(1, Ordering::Relaxed);
        }
        self.pages.push((place, page.len()));
        Ok(PageKey::new(self.pages.len() as u64 - 1))
    }

    fn take(&mut self, key: PageKey) -> Result<Bytes> {
        let page = usize::try_from(key.get()).ok().and_then(|page| self.pages.get(page));
        let &(place, length) =
            page.ok_or_else(|| ParquetError::General("a page that was never put".to_owned()))?;
        let mut bytes = vec![0; length];
        self.shared.file.read_exact_at(&mut bytes, place).map_err(external)?;
        Ok(bytes.into())
    }
}

fn external(error: io::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}
