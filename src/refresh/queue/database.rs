//! The open database, and the helpers with which this folder runs SQL on it.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction};

use super::error::QueueError;

/// The queue of a dataset.
#[derive(Debug)]
pub struct Queue {
    pub(super) db: Connection,
    pub(super) path: PathBuf,
}

impl Queue {
    /// Turns SQLite's error into the queue's.
    pub(super) fn fault(&self) -> impl FnOnce(rusqlite::Error) -> QueueError + use<> {
        let path = self.path.clone();
        move |source| QueueError::Unusable { path, source }
    }

    /// Runs one statement; returns the number of rows that it has changed.
    pub(super) fn execute(&self, sql: &str, values: impl Params) -> Result<usize, QueueError> {
        let execute = || self.db.prepare_cached(sql)?.execute(values);
        execute().map_err(self.fault())
    }

    /// Calls `visit` with each row of a query.
    pub(super) fn each_row(
        &self,
        sql: &str,
        values: impl Params,
        visit: &mut dyn FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), QueueError> {
        let all = || -> rusqlite::Result<()> {
            let mut rows = self.db.prepare_cached(sql)?;
            let mut rows = rows.query(values)?;
            while let Some(row) = rows.next()? {
                visit(row)?;
            }
            Ok(())
        };
        all().map_err(self.fault())
    }

    /// The values of a query's rows, in order.
    pub(super) fn rows<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, QueueError> {
        let all = || self.db.prepare_cached(sql)?.query_map(values, read)?.collect::<Result<Vec<_>, _>>();
        all().map_err(self.fault())
    }

    /// The value of a query's only row.
    pub(super) fn row<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, QueueError> {
        let find = || self.db.prepare_cached(sql)?.query_row(values, read);
        find().map_err(self.fault())
    }

    /// The value of a query's first row, if there is one.
    pub(super) fn row_if_any<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, QueueError> {
        let find = || self.db.prepare_cached(sql)?.query_row(values, read).optional();
        find().map_err(self.fault())
    }

    /// Does several changes in one transaction.
    pub(super) fn change<T>(
        &mut self,
        act: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, QueueError> {
        let fault = self.fault();
        let all = |db: &mut Connection| -> rusqlite::Result<T> {
            let change = db.transaction()?;
            let value = act(&change)?;
            change.commit()?;
            Ok(value)
        };
        all(&mut self.db).map_err(fault)
    }
}
