//! Items of people: those that the dataset had when the run was planned, the dates that their
//! records list, and those that leave the dataset.

use std::collections::HashMap;

use rusqlite::{Transaction, params};

use super::super::dates::believed;
use super::database::Queue;
use super::error::QueueError;
use super::runs::Run;
use super::state::Kind::Record;
use orcid_xml::{ActivitySection, Orcid, Timestamp};

/// Identifies an item of a person: its section and its put code.
pub type ItemKey = (ActivitySection, i64);

/// Items of one person, with their last change.
pub type ItemDates = HashMap<ItemKey, Option<Timestamp>>;

/// An item and its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemOf {
    pub orcid: Orcid,
    pub section: ActivitySection,
    pub put_code: i64,
}

impl Queue {
    /// Notes items that the dataset has, with their last change, as `each_item` gives them; its
    /// own error comes second.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn note_dataset_items<E>(
        &mut self,
        run: i64,
        each_item: impl FnOnce(&mut dyn FnMut(ItemOf, Option<Timestamp>)) -> Result<(), E>,
    ) -> Result<Result<(), E>, QueueError> {
        let sql =
            "INSERT OR IGNORE INTO held (run, orcid, kind, put_code, modified) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.change(|change| {
            let mut insert = change.prepare(sql)?;
            let mut fault = Ok(());
            let result = each_item(&mut |item, modified| {
                let values = params![run, item.orcid.as_str(), item.section.kind(), item.put_code, modified];
                if let Err(error) = insert.execute(values) {
                    fault = Err(error);
                }
            });
            fault.map(|()| result)
        })
    }

    /// The items that the dataset has of one person.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn dataset_items(&self, run: i64, orcid: Orcid) -> Result<ItemDates, QueueError> {
        let sql = "SELECT kind, put_code, modified FROM held WHERE run = ?1 AND orcid = ?2";
        let mut items = ItemDates::new();
        self.each_row(sql, params![run, orcid.as_str()], &mut |row| {
            if let Some(section) = ActivitySection::new(row.get_ref(0)?.as_str()?) {
                items.insert((section, row.get(1)?), row.get(2)?);
            }
            Ok(())
        })?;
        Ok(items)
    }

    /// The items of a person, each with its newest known change, from the dataset or from the
    /// fetched record. Dates after `latest` do not count. An item with an earlier date comes from a
    /// cache, and is not the one that the record lists.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn newest_item_dates(
        &self,
        run: i64,
        orcid: Orcid,
        latest: Timestamp,
    ) -> Result<ItemDates, QueueError> {
        let mut items = self.dataset_items(run, orcid)?;
        items.values_mut().for_each(|date| *date = believed(*date, latest));
        let sql = "SELECT kind, put_code, modified FROM listed WHERE run = ?1 AND orcid = ?2";
        self.each_row(sql, params![run, orcid.as_str()], &mut |row| {
            if let Some(section) = ActivitySection::new(row.get_ref(0)?.as_str()?) {
                let date = items.entry((section, row.get(1)?)).or_default();
                *date = (*date).max(believed(row.get(2)?, latest));
            }
            Ok(())
        })?;
        Ok(items)
    }

    /// Calls `visit` with each item that leaves the dataset with a run's next commit.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn each_removed_item(&self, run: &Run, visit: &mut dyn FnMut(ItemOf)) -> Result<(), QueueError> {
        let sql = format!(
            "SELECT orcid, kind, put_code FROM leaving WHERE run = ?1
            AND orcid IN (SELECT orcid FROM task WHERE run = ?1 AND part = ?2 AND kind = {Record})"
        );
        self.each_row(&sql, params![run.id, run.part], &mut |row| {
            let (orcid, kind) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
            if let (Some(orcid), Some(section)) = (Orcid::new(orcid), ActivitySection::new(kind)) {
                visit(ItemOf { orcid, section, put_code: row.get(2)? });
            }
            Ok(())
        })
    }
}

/// Notes an item that leaves the dataset.
pub(super) fn insert_removed(change: &Transaction<'_>, run: i64, item: &ItemOf) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO leaving (run, orcid, kind, put_code) VALUES (?1, ?2, ?3, ?4)";
    let values = params![run, item.orcid.as_str(), item.section.kind(), item.put_code];
    change.prepare_cached(sql)?.execute(values).map(|_| ())
}

/// Notes when a record says that an item has changed.
pub(super) fn insert_date(
    change: &Transaction<'_>,
    run: i64,
    item: &ItemOf,
    modified: Timestamp,
) -> rusqlite::Result<()> {
    let sql =
        "INSERT OR REPLACE INTO listed (run, orcid, kind, put_code, modified) VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = params![run, item.orcid.as_str(), item.section.kind(), item.put_code, modified];
    change.prepare_cached(sql)?.execute(values).map(|_| ())
}
