//! Encrypts all secrets anew with the newest key.

use std::collections::BTreeSet;

use rusqlite::{Transaction, params};

use super::database::{Durability, Store};
use super::hooks::hook_place;
use super::revocations;
use super::sessions::session_place;
use super::tokens::token_place;
use crate::connect::error::ConnectError;
use crate::connect::seal::{Digest, Sealed};

/// A secret with its row, and what it is bound to.
type Row<K> = (K, Sealed, String);

impl Store {
    /// Encrypts all secrets with the newest key, in one transaction; gives their number.
    ///
    /// # Errors
    /// [`ConnectError`] where a secret cannot be decrypted; none is changed then.
    pub fn reseal(&self) -> Result<usize, ConnectError> {
        self.write(Durability::Now, |transaction| {
            let mut count = 0;
            for (id, sealed, place) in tokens(transaction)? {
                count += self.reseal_row(
                    transaction,
                    "UPDATE token SET key_id = ?2, sealed = ?3 WHERE id = ?1",
                    id,
                    &sealed,
                    &place,
                )?;
            }
            for (id, sealed, place) in waiting(transaction)? {
                count += self.reseal_row(
                    transaction,
                    "UPDATE revocation SET key_id = ?2, sealed = ?3 WHERE id = ?1",
                    id,
                    &sealed,
                    &place,
                )?;
            }
            for (id, sealed, place) in hooks(transaction)? {
                count += self.reseal_row(
                    transaction,
                    "UPDATE hook SET key_id = ?2, sealed = ?3 WHERE id = ?1",
                    id,
                    &sealed,
                    &place,
                )?;
            }
            for (digest, sealed, place) in sessions(transaction)? {
                count += self.reseal_row(
                    transaction,
                    "UPDATE session SET key_id = ?2, sealed = ?3 WHERE digest = ?1",
                    digest,
                    &sealed,
                    &place,
                )?;
            }
            Ok(count)
        })
    }

    /// The ids of the keys that secrets need.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn keys_in_use(&self) -> Result<BTreeSet<String>, ConnectError> {
        self.read(|connection| {
            let mut statement = connection.prepare(
                "SELECT key_id FROM token UNION SELECT key_id FROM revocation UNION SELECT key_id FROM hook
                 UNION SELECT key_id FROM session",
            )?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    fn reseal_row(
        &self,
        transaction: &Transaction<'_>,
        update: &str,
        row: impl rusqlite::ToSql,
        sealed: &Sealed,
        place: &str,
    ) -> Result<usize, ConnectError> {
        let fresh = self.ring().seal(&self.ring().unseal(sealed, place)?, place)?;
        Ok(transaction.execute(update, params![row, fresh.key_id, fresh.bytes])?)
    }
}

fn tokens(transaction: &Transaction<'_>) -> Result<Vec<Row<i64>>, ConnectError> {
    let mut statement =
        transaction.prepare("SELECT id, key_id, sealed, client_id, orcid, kind FROM token")?;
    let rows = statement.query_map([], |row| {
        let (client_id, orcid, kind): (String, String, String) = (row.get(3)?, row.get(4)?, row.get(5)?);
        let id = row.get(0)?;
        Ok((
            id,
            Sealed { key_id: row.get(1)?, bytes: row.get(2)? },
            token_place(&client_id, &orcid, &kind, id),
        ))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn waiting(transaction: &Transaction<'_>) -> Result<Vec<Row<i64>>, ConnectError> {
    let mut statement = transaction.prepare("SELECT id, key_id, sealed, client_id, orcid FROM revocation")?;
    let rows = statement.query_map([], |row| {
        let (client_id, orcid): (String, String) = (row.get(3)?, row.get(4)?);
        let id = row.get(0)?;
        let place = token_place(&client_id, &orcid, revocations::KIND, id);
        Ok((id, Sealed { key_id: row.get(1)?, bytes: row.get(2)? }, place))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn hooks(transaction: &Transaction<'_>) -> Result<Vec<Row<i64>>, ConnectError> {
    let mut statement = transaction.prepare("SELECT id, key_id, sealed, orcid FROM hook")?;
    let rows = statement.query_map([], |row| {
        let orcid: String = row.get(3)?;
        Ok((row.get(0)?, Sealed { key_id: row.get(1)?, bytes: row.get(2)? }, hook_place(&orcid)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn sessions(transaction: &Transaction<'_>) -> Result<Vec<Row<Digest>>, ConnectError> {
    let mut statement = transaction.prepare("SELECT digest, key_id, sealed FROM session")?;
    let rows = statement.query_map([], |row| {
        let digest: Digest = row.get(0)?;
        Ok((digest, Sealed { key_id: row.get(1)?, bytes: row.get(2)? }, session_place(&digest)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
