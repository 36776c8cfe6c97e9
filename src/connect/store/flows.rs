//! Flows: requests for permission that are under way at ORCID.

use rusqlite::{OptionalExtension, Row, params};

use super::database::{Durability, Store};
use super::history::{Event, note};
use crate::connect::error::ConnectError;
use crate::connect::seal::Digest;
use orcid_xml::Timestamp;

/// What is kept of a request for permission until its answer comes.
#[derive(Debug, Clone)]
pub struct NewFlow<'a> {
    pub state_digest: &'a Digest,
    pub session_digest: &'a Digest,
    pub person: i64,
    pub nonce: &'a str,
    pub scope: &'a str,
    pub expires: Timestamp,
}

/// A request whose answer has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub person: i64,
    pub nonce: String,
    pub scope: String,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Flow> {
    Ok(Flow { person: row.get(0)?, nonce: row.get(1)?, scope: row.get(2)? })
}

impl Store {
    /// Keeps a request for permission.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn begin_flow(&self, flow: &NewFlow<'_>, now: Timestamp) -> Result<(), ConnectError> {
        self.write(Durability::Soon, |transaction| {
            transaction.execute(
                "INSERT INTO flow (state_digest, session_digest, person, nonce, scope, created, expires)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    flow.state_digest,
                    flow.session_digest,
                    flow.person,
                    flow.nonce,
                    flow.scope,
                    now,
                    flow.expires
                ],
            )?;
            Ok(())
        })
    }

    /// Takes the request that an answer belongs to, so that nobody else can take it. `None` where
    /// the state is unknown, was taken before, has expired, or belongs to another session.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn take_flow(
        &self,
        state: &Digest,
        session: &Digest,
        now: Timestamp,
    ) -> Result<Option<Flow>, ConnectError> {
        self.write(Durability::Soon, |transaction| {
            let flow = transaction.query_row(
                "UPDATE flow SET used = ?3
                 WHERE state_digest = ?1 AND session_digest = ?2 AND used IS NULL AND expires > ?3
                 RETURNING person, nonce, scope",
                params![state, session, now],
                read,
            );
            Ok(flow.optional()?)
        })
    }

    /// Takes the newest open request of a session: for answers in the fragment, which bear no
    /// state and can only say that there is no permission.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn take_newest_flow(&self, session: &Digest, now: Timestamp) -> Result<Option<Flow>, ConnectError> {
        self.write(Durability::Soon, |transaction| {
            let flow = transaction.query_row(
                "UPDATE flow SET used = ?2
                 WHERE id = (SELECT max(id) FROM flow WHERE session_digest = ?1 AND used IS NULL AND expires > ?2)
                 RETURNING person, nonce, scope",
                params![session, now],
                read,
            );
            Ok(flow.optional()?)
        })
    }

    /// Notes that a person has not given permission. Links stay as they are.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn note_denied(
        &self,
        person: i64,
        event: Event,
        detail: &str,
        now: Timestamp,
    ) -> Result<(), ConnectError> {
        self.write(Durability::Soon, |transaction| {
            if event == Event::Denied {
                transaction.execute("UPDATE person SET denied = ?2 WHERE id = ?1", params![person, now])?;
            }
            note(transaction, person, None, event, detail, now)
        })
    }

    /// Removes flows and sessions that have expired; gives their number. Flows stay for a while,
    /// so that the history of a support case can be followed.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn purge(&self, flows_before: Timestamp, now: Timestamp) -> Result<usize, ConnectError> {
        self.write(Durability::Soon, |transaction| {
            let flows = transaction.execute("DELETE FROM flow WHERE expires < ?1", [flows_before])?;
            let sessions = transaction.execute("DELETE FROM session WHERE expires < ?1", [now])?;
            Ok(flows + sessions)
        })
    }
}
