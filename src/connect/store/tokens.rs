//! Tokens, encrypted.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::database::{Durability, Store};
use super::link::{Link, LinkState, holder};
use crate::connect::error::ConnectError;
use crate::connect::seal::Sealed;
use orcid_api::Secret;
use orcid_api::oauth::TokenAnswer;
use orcid_xml::Timestamp;

pub(super) const ACCESS: &str = "access";
pub(super) const REFRESH: &str = "refresh";

/// The tokens of a link.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub link: Link,
    pub access: Secret,
    pub refresh: Option<Secret>,
}

/// What a token is bound to: it can be decrypted nowhere else.
pub fn token_place(client_id: &str, orcid: &str, kind: &str, row: i64) -> String {
    format!("{client_id}|{orcid}|{kind}|{row}")
}

/// A token to be kept.
pub(super) struct NewToken<'a> {
    pub link: Option<i64>,
    pub client_id: &'a str,
    pub orcid: &'a str,
    pub kind: &'a str,
    pub secret: &'a Secret,
    pub expires: Option<Timestamp>,
}

/// Adds a token.
pub(super) fn add_token(
    store: &Store,
    transaction: &Transaction<'_>,
    token: &NewToken<'_>,
    now: Timestamp,
) -> Result<(), ConnectError> {
    // The row's number is part of what the token is bound to, so the row comes first.
    transaction.execute(
        "INSERT INTO token (link, client_id, orcid, kind, key_id, sealed, created, expires)
         VALUES (?1, ?2, ?3, ?4, '', x'', ?5, ?6)",
        params![token.link, token.client_id, token.orcid, token.kind, now, token.expires],
    )?;
    let row = transaction.last_insert_rowid();
    let place = token_place(token.client_id, token.orcid, token.kind, row);
    let sealed = store.ring().seal(token.secret.reveal().as_bytes(), &place)?;
    transaction.execute(
        "UPDATE token SET key_id = ?2, sealed = ?3 WHERE id = ?1",
        params![row, sealed.key_id, sealed.bytes],
    )?;
    Ok(())
}

/// Adds both tokens of an answer to a link.
pub(super) fn add_pair(
    store: &Store,
    transaction: &Transaction<'_>,
    link: &Link,
    answer: &TokenAnswer,
    now: Timestamp,
) -> Result<(), ConnectError> {
    let pair = [(ACCESS, Some(&answer.access_token)), (REFRESH, answer.refresh_token.as_ref())];
    for (kind, secret) in pair {
        if let Some(secret) = secret {
            let (client_id, orcid) = (link.client_id.as_str(), link.orcid.as_str());
            let token =
                NewToken { link: Some(link.id), client_id, orcid, kind, secret, expires: link.expires };
            add_token(store, transaction, &token, now)?;
        }
    }
    Ok(())
}

/// The tokens of a link of one kind, the newest last.
pub(super) fn tokens_of(
    store: &Store,
    connection: &Connection,
    link: &Link,
    kind: &str,
) -> Result<Vec<Secret>, ConnectError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, client_id, key_id, sealed FROM token WHERE link = ?1 AND kind = ?2 ORDER BY id",
    )?;
    let rows = statement.query_map(params![link.id, kind], |row| {
        let sealed = Sealed { key_id: row.get(2)?, bytes: row.get(3)? };
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, sealed))
    })?;
    let mut secrets = Vec::new();
    for row in rows {
        let (id, client_id, sealed) = row?;
        let place = token_place(&client_id, &link.orcid, kind, id);
        secrets.push(Secret::new(store.unseal_text(&sealed, &place)?));
    }
    Ok(secrets)
}

impl Store {
    /// The tokens of an iD that is connected, of this client; `None` where it is not, or where
    /// ORCID has refused them.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails or the key is missing.
    pub fn tokens(&self, orcid: &str, client_id: &str) -> Result<Option<Tokens>, ConnectError> {
        self.tokens_in(orcid, client_id, &[LinkState::Connected])
    }

    /// The access token to use for an iD and a scope; `None` where the person has not granted the scope,
    /// has taken it back, or must connect again.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails or the key is missing.
    pub fn token_for(
        &self,
        orcid: &str,
        client_id: &str,
        scope: &str,
        now: Timestamp,
    ) -> Result<Option<Secret>, ConnectError> {
        let tokens = self.tokens(orcid, client_id)?.filter(|tokens| tokens.link.permits(scope, now));
        Ok(tokens.map(|tokens| tokens.access))
    }

    /// The tokens with which items of ours may be deleted: also those that ORCID has refused, since a
    /// permission that the person has withdrawn is still good for this.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails or the key is missing.
    pub fn tokens_to_delete(&self, orcid: &str, client_id: &str) -> Result<Option<Tokens>, ConnectError> {
        self.tokens_in(orcid, client_id, &[LinkState::Connected, LinkState::Lost])
    }

    fn tokens_in(
        &self,
        orcid: &str,
        client_id: &str,
        states: &[LinkState],
    ) -> Result<Option<Tokens>, ConnectError> {
        self.read(|connection| {
            let link = holder(connection, orcid)?
                .filter(|link| states.contains(&link.state) && link.client_id == client_id);
            let Some(link) = link else { return Ok(None) };
            let access = tokens_of(self, connection, &link, ACCESS)?.pop();
            let refresh = tokens_of(self, connection, &link, REFRESH)?.pop();
            Ok(access.map(|access| Tokens { link, access, refresh }))
        })
    }

    /// A token of the client itself for a scope, if one is kept that is good until `until`.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails or the key is missing.
    pub fn client_token(
        &self,
        client_id: &str,
        scope: &str,
        until: Timestamp,
    ) -> Result<Option<Secret>, ConnectError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, key_id, sealed FROM token WHERE link IS NULL AND client_id = ?1 AND kind = ?2
                 AND (expires IS NULL OR expires > ?3) ORDER BY id DESC",
            )?;
            let row = statement.query_row(params![client_id, scope, until], |row| {
                Ok((row.get::<_, i64>(0)?, Sealed { key_id: row.get(1)?, bytes: row.get(2)? }))
            });
            let Some((id, sealed)) = row.optional()? else { return Ok(None) };
            let place = token_place(client_id, "", scope, id);
            Ok(Some(Secret::new(self.unseal_text(&sealed, &place)?)))
        })
    }

    /// Keeps a token of the client itself in the place of an older one.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn keep_client_token(
        &self,
        client_id: &str,
        scope: &str,
        secret: &Secret,
        expires: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), ConnectError> {
        self.write(Durability::Soon, |transaction| {
            transaction.execute(
                "DELETE FROM token WHERE link IS NULL AND client_id = ?1 AND kind = ?2",
                params![client_id, scope],
            )?;
            let token = NewToken { link: None, client_id, orcid: "", kind: scope, secret, expires };
            add_token(self, transaction, &token, now)
        })
    }

    /// Removes a token of the client itself that ORCID has refused.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn forget_client_token(&self, client_id: &str, scope: &str) -> Result<(), ConnectError> {
        self.write(Durability::Soon, |transaction| {
            transaction.execute(
                "DELETE FROM token WHERE link IS NULL AND client_id = ?1 AND kind = ?2",
                params![client_id, scope],
            )?;
            Ok(())
        })
    }
}
