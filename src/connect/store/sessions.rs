//! Sessions of browsers: kept under the digest of their id, encrypted, until they expire.

use rusqlite::{OptionalExtension, params};

use super::database::{Durability, Store};
use crate::connect::error::ConnectError;
use crate::connect::seal::{Digest, Sealed, hex};
use orcid_xml::Timestamp;

pub(super) fn session_place(digest: &Digest) -> String {
    format!("||session|{}", hex(digest))
}

impl Store {
    /// Keeps a session.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn put_session(
        &self,
        digest: &Digest,
        content: &[u8],
        expires: Timestamp,
    ) -> Result<(), ConnectError> {
        self.write(Durability::Soon, |transaction| {
            let sealed = self.ring().seal(content, &session_place(digest))?;
            transaction.execute(
                "INSERT INTO session (digest, key_id, sealed, expires) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (digest) DO UPDATE SET
                    key_id = excluded.key_id, sealed = excluded.sealed, expires = excluded.expires",
                params![digest, sealed.key_id, sealed.bytes, expires],
            )?;
            Ok(())
        })
    }

    /// The content of a session, and when it expires; `None` where it is unknown or has expired.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails or its key is missing.
    pub fn session(
        &self,
        digest: &Digest,
        now: Timestamp,
    ) -> Result<Option<(Vec<u8>, Timestamp)>, ConnectError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT key_id, sealed, expires FROM session WHERE digest = ?1 AND expires > ?2",
            )?;
            let row = statement.query_row(params![digest, now], |row| {
                Ok((Sealed { key_id: row.get(0)?, bytes: row.get(1)? }, row.get(2)?))
            });
            let Some((sealed, expires)) = row.optional()? else { return Ok(None) };
            Ok(Some((self.ring().unseal(&sealed, &session_place(digest))?, expires)))
        })
    }

    /// Removes a session.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn remove_session(&self, digest: &Digest) -> Result<(), ConnectError> {
        self.write(Durability::Soon, |transaction| {
            transaction.execute("DELETE FROM session WHERE digest = ?1", params![digest])?;
            Ok(())
        })
    }
}
