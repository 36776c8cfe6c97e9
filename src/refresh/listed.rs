//! When a record says that its items have changed. An item that comes with an earlier
//! date is some cache's, and not the one that the record lists.

use rusqlite::{Transaction, params};

use super::RefreshError;
use super::activities::Held;
use super::dates::believed;
use super::queue::Queue;
use orcid_xml::{ActivitySection, Orcid, Timestamp};

/// An item with its last change, as its record lists it.
pub type ListedItem = (Orcid, ActivitySection, i64, Timestamp);

impl Queue {
    /// The table of items that are asked for, with the date that their record lists;
    /// queues of earlier versions lack it.
    pub(super) fn add_listed(&self) -> Result<(), RefreshError> {
        let sql = "CREATE TABLE IF NOT EXISTS listed (run INTEGER NOT NULL, orcid TEXT NOT NULL,
            kind TEXT NOT NULL, put_code INTEGER NOT NULL, modified INTEGER NOT NULL,
            PRIMARY KEY (run, orcid, kind, put_code)) STRICT, WITHOUT ROWID";
        self.run_sql(sql, []).map(|_| ())
    }

    /// The items of a person with the newest change that is known of each: by the dataset
    /// or by the record as it has come. Dates in the future do not count.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn known_items(&self, run: i64, orcid: Orcid, latest: Timestamp) -> Result<Held, RefreshError> {
        let mut known = self.held(run, orcid)?;
        known.values_mut().for_each(|date| *date = believed(*date, latest));
        let sql = "SELECT kind, put_code, modified FROM listed WHERE run = ?1 AND orcid = ?2";
        self.each_row(sql, params![run, orcid.as_str()], &mut |row| {
            if let Some(section) = ActivitySection::new(row.get_ref(0)?.as_str()?) {
                let date = known.entry((section, row.get(1)?)).or_default();
                *date = (*date).max(believed(row.get(2)?, latest));
            }
            Ok(())
        })?;
        Ok(known)
    }
}

/// Notes when a record says that an item has changed.
pub(super) fn insert_listed(
    change: &Transaction<'_>,
    run: i64,
    (orcid, section, put_code, modified): ListedItem,
) -> rusqlite::Result<()> {
    let sql =
        "INSERT OR REPLACE INTO listed (run, orcid, kind, put_code, modified) VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = params![run, orcid.as_str(), section.kind(), put_code, modified];
    change.prepare_cached(sql)?.execute(values).map(|_| ())
}
