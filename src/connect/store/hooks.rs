//! Webhooks: one secret address for each connected iD, and marks of changes.

use rusqlite::{OptionalExtension, Row, params};

use super::database::{Durability, Store};
use crate::connect::error::ConnectError;
use crate::connect::seal::{Digest, Sealed, digest};
use orcid_api::Secret;
use orcid_xml::Timestamp;

pub(super) const KIND: &str = "webhook";

/// A webhook of an iD.
#[derive(Debug, Clone)]
pub struct Hook {
    pub orcid: String,
    /// The word at the end of its address.
    pub word: Secret,
    /// `new`, `registered`, `listed` or `gone`.
    pub state: String,
}

/// A webhook as an administrator sees it: without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedHook {
    pub orcid: String,
    pub state: String,
    pub marked: Option<Timestamp>,
    pub calls: u32,
    pub last_call: Option<Timestamp>,
    /// When it got its state; it is registered anew then.
    pub changed: Timestamp,
}

pub(super) fn hook_place(orcid: &str) -> String {
    format!("|{orcid}|{KIND}|")
}

fn read(row: &Row<'_>) -> rusqlite::Result<(String, Sealed, String)> {
    Ok((row.get(0)?, Sealed { key_id: row.get(1)?, bytes: row.get(2)? }, row.get(3)?))
}

impl Store {
    /// The webhook of an iD; a new one with this word where there is none.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn hook(&self, orcid: &str, word: &Secret, now: Timestamp) -> Result<Hook, ConnectError> {
        self.write(Durability::Now, |transaction| {
            let sealed = self.ring().seal(word.reveal().as_bytes(), &hook_place(orcid))?;
            transaction.execute(
                "INSERT INTO hook (orcid, digest, key_id, sealed, state, changed) VALUES (?1, ?2, ?3, ?4, 'new', ?5)
                 ON CONFLICT (orcid) DO NOTHING",
                params![orcid, digest(word.reveal()), sealed.key_id, sealed.bytes, now],
            )?;
            let mut statement =
                transaction.prepare_cached("SELECT orcid, key_id, sealed, state FROM hook WHERE orcid = ?1")?;
            let (orcid, sealed, state) = statement.query_row([orcid], read)?;
            let word = Secret::new(self.unseal_text(&sealed, &hook_place(&orcid))?);
            Ok(Hook { orcid, word, state })
        })
    }

    /// The webhook of an iD that is there.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails or a key is missing.
    pub fn hook_of(&self, orcid: &str) -> Result<Option<Hook>, ConnectError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT orcid, key_id, sealed, state FROM hook WHERE orcid = ?1")?;
            let Some((orcid, sealed, state)) = statement.query_row([orcid], read).optional()? else {
                return Ok(None);
            };
            let word = Secret::new(self.unseal_text(&sealed, &hook_place(&orcid))?);
            Ok(Some(Hook { orcid, word, state }))
        })
    }

    /// Notes what ORCID knows of a webhook.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn set_hook_state(&self, orcid: &str, state: &str, now: Timestamp) -> Result<(), ConnectError> {
        self.write(Durability::Soon, |transaction| {
            transaction.execute(
                "UPDATE hook SET state = ?2, changed = ?3 WHERE orcid = ?1",
                params![orcid, state, now],
            )?;
            Ok(())
        })
    }

    /// Removes a webhook.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn remove_hook(&self, orcid: &str) -> Result<(), ConnectError> {
        self.write(Durability::Soon, |transaction| {
            transaction.execute("DELETE FROM hook WHERE orcid = ?1", [orcid])?;
            Ok(())
        })
    }

    /// Marks the iD of a webhook as changed; false where nobody has this word.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn mark(&self, word: &Digest, now: Timestamp) -> Result<bool, ConnectError> {
        // Strangers' words must not wait for whoever writes.
        let known = self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT 1 FROM hook WHERE digest = ?1")?;
            Ok(statement.exists([word])?)
        })?;
        if !known {
            return Ok(false);
        }
        self.write(Durability::Soon, |transaction| {
            let changed = transaction.execute(
                "UPDATE hook SET marked = coalesce(marked, ?2), calls = calls + 1, last_call = ?2 WHERE digest = ?1",
                params![word, now],
            )?;
            Ok(changed > 0)
        })
    }

    /// The iDs that were marked up to a time, and when.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn marked(&self) -> Result<Vec<(String, Timestamp)>, ConnectError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT orcid, last_call FROM hook WHERE marked IS NOT NULL ORDER BY orcid",
            )?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Clears the mark of an iD that was read, unless a call has come after `read_from`.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn clear_mark(&self, orcid: &str, read_from: Timestamp) -> Result<bool, ConnectError> {
        self.write(Durability::Soon, |transaction| {
            let changed = transaction.execute(
                "UPDATE hook SET marked = NULL WHERE orcid = ?1 AND last_call <= ?2",
                params![orcid, read_from],
            )?;
            Ok(changed > 0)
        })
    }

    /// All webhooks, for an administrator.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn hooks(&self) -> Result<Vec<MarkedHook>, ConnectError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT orcid, state, marked, calls, last_call, changed FROM hook ORDER BY orcid",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(MarkedHook {
                    orcid: row.get(0)?,
                    state: row.get(1)?,
                    marked: row.get(2)?,
                    calls: row.get(3)?,
                    last_call: row.get(4)?,
                    changed: row.get(5)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
