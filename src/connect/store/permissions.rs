//! Permissions that have come: which link they make, decided in one transaction.

use rusqlite::{Transaction, params};

use super::database::{Durability, Store};
use super::history::{Event, note};
use super::links::{Link, LinkState, holder, link_by_id, links_of};
use super::revocations::{queue_revocation, queue_revocations};
use super::tokens::add_pair;
use crate::connect::error::ConnectError;
use orcid_api::oauth::TokenAnswer;
use orcid_api::time::SECOND;
use orcid_xml::{Orcid, Timestamp};

/// A permission that a person has just given.
#[derive(Debug, Clone, Copy)]
pub struct NewPermission<'a> {
    pub person: i64,
    pub orcid: Orcid,
    pub answer: &'a TokenAnswer,
    /// The scopes that were asked for: what holds if the answer does not say.
    pub asked_scope: &'a str,
    pub client_id: &'a str,
    pub issuer: &'a str,
}

/// What has become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The person has this iD from now on.
    Connected,
    /// The person had this iD; the new tokens take the place of the old ones, which are revoked.
    Renewed,
    /// The person has another iD, which stays until somebody confirms the change.
    ToConfirm,
    /// The iD belongs to another person of the institution. Nothing is kept.
    Taken,
}

impl Store {
    /// Keeps a permission, or refuses it.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails; nothing is kept then.
    pub fn keep_permission(&self, new: &NewPermission<'_>, now: Timestamp) -> Result<Kept, ConnectError> {
        self.write(Durability::Now, |transaction| {
            let orcid = new.orcid.as_str();
            if let Some(other) = holder(transaction, orcid)?.filter(|link| link.person != new.person) {
                queue_revocation(
                    self,
                    transaction,
                    new.person,
                    new.client_id,
                    orcid,
                    &new.answer.access_token,
                    now,
                )?;
                note(transaction, new.person, Some(orcid), Event::Taken, "", now)?;
                note(
                    transaction,
                    other.person,
                    Some(orcid),
                    Event::Taken,
                    "somebody else signed in with it",
                    now,
                )?;
                return Ok(Kept::Taken);
            }
            let links = links_of(transaction, new.person)?;
            let present =
                links.iter().find(|link| matches!(link.state, LinkState::Connected | LinkState::Lost));
            let (state, kept, event) = match present {
                Some(present) if present.orcid == orcid => {
                    (LinkState::Connected, Kept::Renewed, Event::Renewed)
                }
                Some(_) => (LinkState::ToConfirm, Kept::ToConfirm, Event::ToConfirm),
                None => (LinkState::Connected, Kept::Connected, Event::Connected),
            };
            // One other iD at a time waits for being confirmed.
            for waiting in
                links.iter().filter(|link| link.state == LinkState::ToConfirm && link.orcid != orcid)
            {
                queue_revocations(self, transaction, waiting, now)?;
                transaction.execute("DELETE FROM link WHERE id = ?1", [waiting.id])?;
            }
            if let Some(same) = links.iter().find(|link| link.orcid == orcid) {
                queue_revocations(self, transaction, same, now)?;
            }
            let link = put_link(transaction, new, state, now)?;
            add_pair(self, transaction, &link, new.answer, now)?;
            transaction.execute("UPDATE person SET denied = NULL WHERE id = ?1", [new.person])?;
            note(transaction, new.person, Some(orcid), event, &link.scope, now)?;
            Ok(kept)
        })
    }

    /// Puts tokens in the place of those that they were refreshed from; the old access token is
    /// queued for revocation, so that exactly one pair stays alive.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn keep_refreshed(
        &self,
        link: &Link,
        answer: &TokenAnswer,
        now: Timestamp,
    ) -> Result<(), ConnectError> {
        self.write(Durability::Now, |transaction| {
            queue_revocations(self, transaction, link, now)?;
            let scope = if answer.scope.is_empty() { &link.scope } else { &answer.scope };
            let expires = expiry(answer, now);
            transaction.execute(
                "UPDATE link SET scope = ?2, expires = ?3, changed = ?4 WHERE id = ?1",
                params![link.id, scope, expires, now],
            )?;
            add_pair(self, transaction, &Link { expires, ..link.clone() }, answer, now)?;
            let event = if *scope == link.scope { Event::Renewed } else { Event::Narrowed };
            note(transaction, link.person, Some(&link.orcid), event, scope, now)
        })
    }
}

fn expiry(answer: &TokenAnswer, now: Timestamp) -> Option<Timestamp> {
    answer.expires_in.map(|seconds| now.saturating_add(seconds.saturating_mul(SECOND)))
}

fn put_link(
    transaction: &Transaction<'_>,
    new: &NewPermission<'_>,
    state: LinkState,
    now: Timestamp,
) -> Result<Link, ConnectError> {
    let scope = if new.answer.scope.is_empty() { new.asked_scope } else { &new.answer.scope };
    let id: i64 = transaction.query_row(
        "INSERT INTO link (person, orcid, name, scope, client_id, issuer, state, since, changed, expires)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)
         ON CONFLICT (person, orcid) DO UPDATE SET
            name = excluded.name, scope = excluded.scope, client_id = excluded.client_id, issuer = excluded.issuer,
            since = iif(state = 'connected', since, excluded.since), state = excluded.state,
            changed = excluded.changed, expires = excluded.expires
         RETURNING id",
        params![
            new.person,
            new.orcid.as_str(),
            new.answer.name,
            scope,
            new.client_id,
            new.issuer,
            state.name(),
            now,
            expiry(new.answer, now)
        ],
        |row| row.get(0),
    )?;
    let link = link_by_id(transaction, id)?;
    link.ok_or_else(|| rusqlite::Error::QueryReturnedNoRows.into())
}
