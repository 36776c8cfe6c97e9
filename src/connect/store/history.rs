//! What happened to a person's connection, in the order of time.

use rusqlite::{Connection, Row, params};

use super::database::Store;
use crate::connect::error::ConnectError;
use orcid_xml::Timestamp;

/// What happened. The words are part of the file's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Invited,
    Entered,
    Asked,
    Denied,
    Failed,
    Connected,
    Renewed,
    ToConfirm,
    Confirmed,
    Rejected,
    Taken,
    Lost,
    Disconnected,
    Revoked,
    Narrowed,
    Webhook,
}

impl Event {
    /// All events.
    #[cfg(test)]
    pub const ALL: [Self; 16] = [
        Self::Invited,
        Self::Entered,
        Self::Asked,
        Self::Denied,
        Self::Failed,
        Self::Connected,
        Self::Renewed,
        Self::ToConfirm,
        Self::Confirmed,
        Self::Rejected,
        Self::Taken,
        Self::Lost,
        Self::Disconnected,
        Self::Revoked,
        Self::Narrowed,
        Self::Webhook,
    ];

    /// The event's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Entered => "invitation used",
            Self::Asked => "asked",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Connected => "connected",
            Self::Renewed => "renewed",
            Self::ToConfirm => "another iD",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
            Self::Taken => "iD of another person",
            Self::Lost => "permission lost",
            Self::Disconnected => "disconnected",
            Self::Revoked => "revoked",
            Self::Narrowed => "fewer scopes",
            Self::Webhook => "webhook",
        }
    }
}

/// A line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    pub at: Timestamp,
    pub local_id: String,
    pub orcid: Option<String>,
    pub event: String,
    pub detail: String,
}

/// Adds a line, in the transaction of what happened.
pub(super) fn note(
    connection: &Connection,
    person: i64,
    orcid: Option<&str>,
    event: Event,
    detail: &str,
    now: Timestamp,
) -> Result<(), ConnectError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO history (at, person, orcid, event, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    statement.execute(params![now, person, orcid, event.name(), detail])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<HistoryRow> {
    Ok(HistoryRow {
        at: row.get(0)?,
        local_id: row.get(1)?,
        orcid: row.get(2)?,
        event: row.get(3)?,
        detail: row.get(4)?,
    })
}

impl Store {
    /// The newest lines, of one person or of all, the newest first.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn history(&self, person: Option<i64>, limit: u32) -> Result<Vec<HistoryRow>, ConnectError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT history.at, person.local_id, history.orcid, history.event, history.detail
                 FROM history JOIN person ON person.id = history.person
                 WHERE ?1 IS NULL OR history.person = ?1 ORDER BY history.id DESC LIMIT ?2",
            )?;
            let rows = statement.query_map(params![person, limit], read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
