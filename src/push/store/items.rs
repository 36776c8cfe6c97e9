//! The rows of the store, and their changes.

use rusqlite::{OptionalExtension, Row, params};

use orcid_api::member::Section;
use orcid_xml::{Orcid, Timestamp};

use crate::push::state::State;

use super::open::{Store, StoreError};

/// What a row is found by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub client: String,
    pub orcid: Orcid,
    pub section: Section,
    pub row: String,
}

/// A request that adds, changes or deletes an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Add,
    Change,
    Delete,
}

/// A row as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub key: Key,
    pub state: State,
    pub put_code: Option<i64>,
    /// The content at ORCID as it was sent last; `None` if it is not known.
    pub sent: Option<String>,
    /// The content of the last request.
    pub tried: Option<String>,
    /// The request that has gone and whose outcome is not known, and since when.
    pub act: Option<(Act, Timestamp)>,
    pub status: Option<u16>,
    pub code: Option<i32>,
    pub reason: String,
    /// The file and line that it came from last.
    pub origin: String,
}

/// How a row is after a request, or where it cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub state: State,
    /// The put code from now on.
    pub put_code: Option<i64>,
    /// The content at ORCID from now on.
    pub sent: Option<String>,
    /// True where the outcome of the last request is still not known; it and its content stay.
    pub keeps_act: bool,
    pub status: Option<u16>,
    pub code: Option<i32>,
    pub reason: String,
}

const COLUMNS: &str =
    "client, orcid, section, row, state, put_code, sent, tried, act, acted, status, code, reason, origin";

impl Act {
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Change => "change",
            Self::Delete => "delete",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Add, Self::Change, Self::Delete].into_iter().find(|act| act.name() == name)
    }
}

impl Store {
    /// A row, if it is known.
    ///
    /// # Errors
    /// [`StoreError`] if the file cannot be read.
    pub fn find(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM item WHERE client = ? AND orcid = ? AND section = ? AND row = ?");
        let values = params![key.client, key.orcid.as_str(), key.section.element(), key.row];
        let find = || self.db.prepare_cached(&sql)?.query_row(values, stored).optional();
        Ok(find().map_err(self.fault())?.flatten())
    }

    /// The rows of a client that have this id of their own, of whomever.
    ///
    /// # Errors
    /// [`StoreError`] if the file cannot be read.
    pub fn with_row(&self, client: &str, row: &str) -> Result<Vec<Stored>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM item WHERE client = ? AND row = ? ORDER BY orcid, section");
        self.rows(&sql, params![client, row])
    }

    /// All rows, in order.
    ///
    /// # Errors
    /// [`StoreError`] if the file cannot be read.
    pub fn all(&self) -> Result<Vec<Stored>, StoreError> {
        self.rows(&format!("SELECT {COLUMNS} FROM item ORDER BY client, orcid, section, row"), [])
    }

    /// The row that has a put code.
    ///
    /// # Errors
    /// [`StoreError`] if the file cannot be read.
    pub fn owner(&self, key: &Key, put_code: i64) -> Result<Option<String>, StoreError> {
        let sql = "SELECT row FROM item WHERE client = ? AND orcid = ? AND section = ? AND put_code = ?";
        let values = params![key.client, key.orcid.as_str(), key.section.element(), put_code];
        self.db
            .prepare_cached(sql)
            .and_then(|mut find| find.query_row(values, |row| row.get(0)).optional())
            .map_err(self.fault())
    }

    /// When a request was noted last.
    ///
    /// # Errors
    /// [`StoreError`] if the file cannot be read.
    pub fn last_change(&self) -> Result<Option<Timestamp>, StoreError> {
        self.db.query_row("SELECT max(changed) FROM item", [], |row| row.get(0)).map_err(self.fault())
    }

    /// Notes, before they go, requests of one kind: each with its content.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be written; then nothing may be sent.
    pub fn intend(
        &mut self,
        act: Act,
        rows: &[(&Key, &str, &str)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "INSERT INTO item (client, orcid, section, row, state, tried, act, acted, origin, changed)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?8)
            ON CONFLICT (client, orcid, section, row) DO UPDATE SET state = ?5, tried = ?6, act = ?7, acted = ?8, origin = ?9, changed = ?8,
            reason = '', status = NULL, code = NULL";
        let fault = self.fault();
        let mut all = || -> rusqlite::Result<()> {
            let change = self.db.transaction()?;
            for (key, body, origin) in rows {
                let state = State::Sending.name();
                let (orcid, section) = (key.orcid.as_str(), key.section.element());
                let values =
                    params![key.client, orcid, section, key.row, state, body, act.name(), now, origin];
                change.prepare_cached(SQL)?.execute(values)?;
            }
            change.commit()
        };
        all().map_err(fault)
    }

    /// Notes how rows are now, each with the file and line and the content that it has.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be written.
    pub fn settle(&mut self, rows: &[(&Key, &Change, &str, &str)], now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO item (client, orcid, section, row, state, put_code, sent, status, code, reason,
            origin, changed, tried)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?14)
            ON CONFLICT (client, orcid, section, row) DO UPDATE SET state = ?5, put_code = ?6, sent = ?7, status = ?8, code = ?9, reason = ?10,
            origin = ?11, changed = ?12, act = iif(?13, act, NULL), acted = iif(?13, acted, NULL),
            tried = iif(?13, tried, ?14)";
        let fault = self.fault();
        let mut all = || -> rusqlite::Result<()> {
            let write = self.db.transaction()?;
            for (key, change, origin, body) in rows {
                let (orcid, section) = (key.orcid.as_str(), key.section.element());
                write.prepare_cached(SQL)?.execute(params![
                    key.client,
                    orcid,
                    section,
                    key.row,
                    change.state.name(),
                    change.put_code,
                    change.sent,
                    change.status,
                    change.code,
                    change.reason,
                    origin,
                    now,
                    change.keeps_act,
                    body
                ])?;
            }
            write.commit()
        };
        all().map_err(fault)
    }

    fn rows(&self, sql: &str, values: impl rusqlite::Params) -> Result<Vec<Stored>, StoreError> {
        let all = || self.db.prepare_cached(sql)?.query_map(values, stored)?.collect::<Result<Vec<_>, _>>();
        Ok(all().map_err(self.fault())?.into_iter().flatten().collect())
    }
}

/// A row of the file; `None` if another program has written what this one does not know.
fn stored(row: &Row<'_>) -> rusqlite::Result<Option<Stored>> {
    let text = |place: usize| row.get::<_, String>(place);
    let (orcid, section, state) = (Orcid::new(&text(1)?), Section::named(&text(2)?), State::named(&text(4)?));
    let (Some(orcid), Some(section), Some(state)) = (orcid, section, state) else { return Ok(None) };
    let act: Option<String> = row.get(8)?;
    let acted: Option<Timestamp> = row.get(9)?;
    Ok(Some(Stored {
        key: Key { client: text(0)?, orcid, section, row: text(3)? },
        state,
        put_code: row.get(5)?,
        sent: row.get(6)?,
        tried: row.get(7)?,
        act: act.and_then(|act| Act::named(&act)).zip(acted),
        status: row.get(10)?,
        code: row.get(11)?,
        reason: text(12)?,
        origin: text(13)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(section: Section, row: &str) -> Key {
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        Key { client: "APP-A".to_owned(), orcid, section, row: row.to_owned() }
    }

    fn change(put_code: Option<i64>) -> Change {
        let sent = Some("<a/>".to_owned());
        Change {
            state: State::InOrcid,
            put_code,
            sent,
            keeps_act: false,
            status: Some(201),
            code: None,
            reason: String::new(),
        }
    }

    #[test]
    fn what_is_about_to_be_sent_stays_until_its_outcome_is_known() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("state");
        let mut store = Store::open(&folder, "a").unwrap();
        let key = key(Section::Employment, "1");
        store.intend(Act::Add, &[(&key, "<a/>", "f:2")], 5).unwrap();
        drop(store);

        let mut store = Store::open(&folder, "a").unwrap();

        let found = store.find(&key).unwrap().unwrap();
        assert_eq!(
            (found.state, found.act, found.tried.as_deref()),
            (State::Sending, Some((Act::Add, 5)), Some("<a/>"))
        );
        store.settle(&[(&key, &change(Some(7)), "f:2", "<a/>")], 6).unwrap();
        let found = store.find(&key).unwrap().unwrap();
        assert_eq!((found.state, found.act, found.put_code), (State::InOrcid, None, Some(7)));
        assert_eq!(store.owner(&key, 7).unwrap().as_deref(), Some("1"));
    }

    #[test]
    fn a_put_code_belongs_to_one_row_of_a_section() {
        let parent = tempfile::tempdir().unwrap();
        let mut store = Store::open(&parent.path().join("state"), "a").unwrap();
        let (one, other) = (key(Section::Employment, "1"), key(Section::Employment, "2"));
        store.settle(&[(&one, &change(Some(7)), "", "")], 1).unwrap();

        assert!(store.settle(&[(&other, &change(Some(7)), "", "")], 1).is_err());
        // The same number in another section is another item.
        store.settle(&[(&key(Section::Education, "1"), &change(Some(7)), "", "")], 1).unwrap();
        assert_eq!(store.with_row("APP-A", "1").unwrap().len(), 2);
        assert_eq!(store.all().unwrap().len(), 2);
    }
}
