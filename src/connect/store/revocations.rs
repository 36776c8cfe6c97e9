//! Tokens that are to be revoked at ORCID: erased from their links at once, and kept here until
//! ORCID has said yes.

use rusqlite::{Row, Transaction, params};

use super::database::{Durability, Store};
use super::history::{Event, note};
use super::links::Link;
use super::tokens::{ACCESS, token_place, tokens_of};
use crate::connect::error::ConnectError;
use crate::connect::seal::Sealed;
use orcid_api::Secret;
use orcid_xml::Timestamp;

pub(super) const KIND: &str = "revocation";

/// A token that waits for being revoked.
#[derive(Debug, Clone)]
pub struct Revocation {
    pub id: i64,
    pub person: i64,
    pub orcid: String,
    pub client_id: String,
    pub token: Secret,
    pub tries: u32,
}

/// Queues a token.
pub(super) fn queue_revocation(
    store: &Store,
    transaction: &Transaction<'_>,
    person: i64,
    client_id: &str,
    orcid: &str,
    token: &Secret,
    now: Timestamp,
) -> Result<(), ConnectError> {
    transaction.execute(
        "INSERT INTO revocation (person, client_id, orcid, key_id, sealed, created, next_try)
         VALUES (?1, ?2, ?3, '', x'', ?4, ?4)",
        params![person, client_id, orcid, now],
    )?;
    let row = transaction.last_insert_rowid();
    let sealed = store.ring().seal(token.reveal().as_bytes(), &token_place(client_id, orcid, KIND, row))?;
    transaction.execute(
        "UPDATE revocation SET key_id = ?2, sealed = ?3 WHERE id = ?1",
        params![row, sealed.key_id, sealed.bytes],
    )?;
    Ok(())
}

/// Queues the access tokens of a link, and erases all its tokens. The refresh token dies with the
/// access token of its pair.
pub(super) fn queue_revocations(
    store: &Store,
    transaction: &Transaction<'_>,
    link: &Link,
    now: Timestamp,
) -> Result<(), ConnectError> {
    for token in tokens_of(store, transaction, link, ACCESS)? {
        queue_revocation(store, transaction, link.person, &link.client_id, &link.orcid, &token, now)?;
    }
    transaction.execute("DELETE FROM token WHERE link = ?1", [link.id])?;
    Ok(())
}

type SealedRow = (i64, i64, String, String, Sealed, u32);

fn read(row: &Row<'_>) -> rusqlite::Result<SealedRow> {
    let sealed = Sealed { key_id: row.get(4)?, bytes: row.get(5)? };
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, sealed, row.get(6)?))
}

impl Store {
    /// Takes revocations of this client that are due; until `next_try` no other process takes them.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails or a key is missing.
    pub fn take_revocations(
        &self,
        client_id: &str,
        limit: u32,
        next_try: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Revocation>, ConnectError> {
        self.write(Durability::Soon, |transaction| {
            let mut statement = transaction.prepare_cached(
                "UPDATE revocation SET next_try = ?4, tries = tries + 1
                 WHERE id IN (SELECT id FROM revocation WHERE client_id = ?1 AND next_try <= ?2 ORDER BY id LIMIT ?3)
                 RETURNING id, person, client_id, orcid, key_id, sealed, tries",
            )?;
            let rows: Vec<SealedRow> =
                statement.query_map(params![client_id, now, limit, next_try], read)?.collect::<Result<_, _>>()?;
            let unsealed = rows.into_iter().map(|(id, person, client_id, orcid, sealed, tries)| {
                let place = token_place(&client_id, &orcid, KIND, id);
                let token = Secret::new(self.unseal_text(&sealed, &place)?);
                Ok(Revocation { id, person, orcid, client_id, token, tries })
            });
            unsealed.collect()
        })
    }

    /// Notes that ORCID has revoked a token; it is erased here.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn revoked(&self, revocation: &Revocation, now: Timestamp) -> Result<(), ConnectError> {
        self.write(Durability::Soon, |transaction| {
            transaction.execute("DELETE FROM revocation WHERE id = ?1", [revocation.id])?;
            note(transaction, revocation.person, Some(&revocation.orcid), Event::Revoked, "", now)
        })
    }

    /// Notes why a token could not be revoked yet, and when to try again.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn revocation_failed(&self, id: i64, fault: &str, next_try: Timestamp) -> Result<(), ConnectError> {
        self.write(Durability::Soon, |transaction| {
            transaction.execute(
                "UPDATE revocation SET fault = ?2, next_try = ?3 WHERE id = ?1",
                params![id, fault, next_try],
            )?;
            Ok(())
        })
    }

    /// How many tokens wait for being revoked.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn pending_revocations(&self) -> Result<Vec<PendingRevocation>, ConnectError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT person.local_id, revocation.orcid, revocation.created, tries, next_try, fault
                 FROM revocation JOIN person ON person.id = revocation.person ORDER BY revocation.id",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(PendingRevocation {
                    local_id: row.get(0)?,
                    orcid: row.get(1)?,
                    since: row.get(2)?,
                    tries: row.get(3)?,
                    next_try: row.get(4)?,
                    fault: row.get(5)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// A revocation that waits, as an administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingRevocation {
    pub local_id: String,
    pub orcid: String,
    pub since: Timestamp,
    pub tries: u32,
    pub next_try: Timestamp,
    pub fault: String,
}
