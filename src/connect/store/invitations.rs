//! Invitations: links that open the portal for one person, once.

use rusqlite::{OptionalExtension, Row, params};

use super::database::{Durability, Store};
use super::history::{Event, note};
use crate::connect::error::ConnectError;
use crate::connect::seal::Digest;
use orcid_xml::Timestamp;

/// An invitation that somebody holds the link of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub person: i64,
    pub state: InvitationState,
}

/// What an invitation is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationState {
    Open,
    /// It was used, on purpose and not by a mail scanner: a look does not use it.
    Used,
    Expired,
    /// A later invitation of the person has taken its place.
    Withdrawn,
}

/// What is known of a mail with an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mailed {
    /// The mail server has taken it at this time.
    Sent(Timestamp),
    /// It was tried at this time, and nobody knows whether the mail server has taken it.
    Maybe(Timestamp),
}

fn read(row: &Row<'_>, now: Timestamp) -> rusqlite::Result<Invitation> {
    let (expires, used, withdrawn): (i64, Option<i64>, Option<i64>) = (row.get(1)?, row.get(2)?, row.get(3)?);
    let state = match (used, withdrawn) {
        (Some(_), _) => InvitationState::Used,
        (None, Some(_)) => InvitationState::Withdrawn,
        (None, None) if expires <= now => InvitationState::Expired,
        (None, None) => InvitationState::Open,
    };
    Ok(Invitation { person: row.get(0)?, state })
}

const SELECT: &str = "SELECT person, expires, used, withdrawn FROM invitation WHERE digest = ?1";

impl Store {
    /// Adds an invitation; those of the person that were not used are withdrawn. Gives its id.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn invite(
        &self,
        person: i64,
        digest: &Digest,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<i64, ConnectError> {
        self.write(Durability::Soon, |transaction| {
            transaction.execute(
                "UPDATE invitation SET withdrawn = ?2 WHERE person = ?1 AND used IS NULL AND withdrawn IS NULL",
                params![person, now],
            )?;
            transaction.execute(
                "INSERT INTO invitation (person, digest, created, expires) VALUES (?1, ?2, ?3, ?4)",
                params![person, digest, now, expires],
            )?;
            let id = transaction.last_insert_rowid();
            note(transaction, person, None, Event::Invited, "", now)?;
            Ok(id)
        })
    }

    /// Notes before an invitation is sent by mail that it may be sent from now on, so that nobody
    /// gets a second mail if this process ends meanwhile.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn begin_sending(&self, invitation: i64, now: Timestamp) -> Result<(), ConnectError> {
        self.note_mail("sending = ?2", invitation, Some(now))
    }

    /// Notes that an invitation was sent by mail.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn note_sent(&self, invitation: i64, now: Timestamp) -> Result<(), ConnectError> {
        self.note_mail("sent = ?2", invitation, Some(now))
    }

    /// Notes that an invitation was certainly not sent.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn note_not_sent(&self, invitation: i64) -> Result<(), ConnectError> {
        self.note_mail("sending = ?2", invitation, None)
    }

    fn note_mail(
        &self,
        change: &'static str,
        invitation: i64,
        at: Option<Timestamp>,
    ) -> Result<(), ConnectError> {
        self.write(Durability::Now, |transaction| {
            let sql = format!("UPDATE invitation SET {change} WHERE id = ?1");
            transaction.execute(&sql, params![invitation, at])?;
            Ok(())
        })
    }

    /// What is known of a mail with the open invitation of a person; `None` where there is no
    /// invitation, or none that anybody has tried to send.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn mailed(&self, person: i64, now: Timestamp) -> Result<Option<Mailed>, ConnectError> {
        self.read(|connection| {
            let row = connection.query_row(
                "SELECT sending, sent FROM invitation
                 WHERE person = ?1 AND used IS NULL AND withdrawn IS NULL AND expires > ?2
                 AND coalesce(sent, sending) IS NOT NULL",
                params![person, now],
                |row| Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?)),
            );
            Ok(row.optional()?.map(|(sending, sent)| match (sent, sending) {
                (Some(at), _) => Mailed::Sent(at),
                (None, at) => Mailed::Maybe(at.unwrap_or_default()),
            }))
        })
    }

    /// Looks at an invitation, and leaves it as it is.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn invitation(&self, digest: &Digest, now: Timestamp) -> Result<Option<Invitation>, ConnectError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(SELECT)?;
            Ok(statement.query_row([digest], |row| read(row, now)).optional()?)
        })
    }

    /// Uses an invitation; gives the person if it was open until now.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn use_invitation(&self, digest: &Digest, now: Timestamp) -> Result<Option<i64>, ConnectError> {
        self.write(Durability::Now, |transaction| {
            let person: Option<i64> = transaction
                .query_row(
                    "UPDATE invitation SET used = ?2
                     WHERE digest = ?1 AND used IS NULL AND withdrawn IS NULL AND expires > ?2 RETURNING person",
                    params![digest, now],
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(person) = person {
                note(transaction, person, None, Event::Entered, "", now)?;
            }
            Ok(person)
        })
    }
}
