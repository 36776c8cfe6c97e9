//! Links between people and iDs.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::database::{Durability, Store};
use super::history::{Event, note};
use super::revocations::queue_revocations;
use crate::connect::error::ConnectError;
use orcid_xml::Timestamp;

/// The state of a link. The words are part of the file's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    Connected,
    ToConfirm,
    Lost,
    Disconnected,
    Replaced,
}

impl LinkState {
    /// The state's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::ToConfirm => "to confirm",
            Self::Lost => "permission lost",
            Self::Disconnected => "disconnected",
            Self::Replaced => "replaced",
        }
    }

    fn of(name: &str) -> Self {
        let all = [Self::Connected, Self::ToConfirm, Self::Lost, Self::Disconnected];
        all.into_iter().find(|state| state.name() == name).unwrap_or(Self::Replaced)
    }
}

/// A link between a person and an iD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub id: i64,
    pub person: i64,
    pub orcid: String,
    /// The name that the person shows to everybody at ORCID.
    pub name: Option<String>,
    /// The scopes that were granted.
    pub scope: String,
    pub client_id: String,
    /// The authorization server that gave the permission.
    pub issuer: String,
    pub state: LinkState,
    pub since: Timestamp,
    pub expires: Option<Timestamp>,
}

const COLUMNS: &str = "id, person, orcid, name, scope, client_id, issuer, state, since, expires";

fn read(row: &Row<'_>) -> rusqlite::Result<Link> {
    Ok(Link {
        id: row.get(0)?,
        person: row.get(1)?,
        orcid: row.get(2)?,
        name: row.get(3)?,
        scope: row.get(4)?,
        client_id: row.get(5)?,
        issuer: row.get(6)?,
        state: LinkState::of(&row.get::<_, String>(7)?),
        since: row.get(8)?,
        expires: row.get(9)?,
    })
}

impl Link {
    /// True where each of these scopes, with spaces between, was granted.
    pub fn grants(&self, scope: &str) -> bool {
        let granted: Vec<&str> = self.scope.split(' ').collect();
        scope.split(' ').filter(|wanted| !wanted.is_empty()).all(|wanted| {
            // openid gives what /authenticate gives.
            granted.contains(&wanted) || wanted == "/authenticate" && granted.contains(&"openid")
        })
    }
}

/// The links of a person, the newest change first.
pub(super) fn links_of(connection: &Connection, person: i64) -> Result<Vec<Link>, ConnectError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM link WHERE person = ?1 ORDER BY changed DESC, id DESC"
    ))?;
    let rows = statement.query_map([person], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn link_by_id(connection: &Connection, id: i64) -> Result<Option<Link>, ConnectError> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM link WHERE id = ?1"))?;
    Ok(statement.query_row([id], read).optional()?)
}

/// The link that holds an iD now, whoever the person is.
pub(super) fn holder(connection: &Connection, orcid: &str) -> Result<Option<Link>, ConnectError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM link WHERE orcid = ?1 AND state IN ('connected', 'permission lost', 'to confirm')"
    ))?;
    Ok(statement.query_row([orcid], read).optional()?)
}

pub(super) fn set_state(
    connection: &Connection,
    link: i64,
    state: LinkState,
    now: Timestamp,
) -> Result<(), ConnectError> {
    let mut statement =
        connection.prepare_cached("UPDATE link SET state = ?2, changed = ?3 WHERE id = ?1")?;
    statement.execute(params![link, state.name(), now])?;
    Ok(())
}

impl Store {
    /// The links of a person, the newest change first.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn links(&self, person: i64) -> Result<Vec<Link>, ConnectError> {
        self.read(|connection| links_of(connection, person))
    }

    /// The iDs that are connected now.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn connected_orcids(&self) -> Result<Vec<String>, ConnectError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT orcid FROM link WHERE state = 'connected' ORDER BY orcid")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The link that an iD has now.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn link_of_orcid(&self, orcid: &str) -> Result<Option<Link>, ConnectError> {
        self.read(|connection| holder(connection, orcid))
    }

    /// Confirms that a person's other iD is the right one: it takes the place of the present iD,
    /// whose tokens are revoked. False where there is nothing to confirm.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn confirm(&self, person: i64, by: &str, now: Timestamp) -> Result<bool, ConnectError> {
        self.write(Durability::Now, |transaction| {
            let links = links_of(transaction, person)?;
            let Some(other) = links.iter().find(|link| link.state == LinkState::ToConfirm) else {
                return Ok(false);
            };
            let is_present = |link: &&Link| matches!(link.state, LinkState::Connected | LinkState::Lost);
            for present in links.iter().filter(is_present) {
                queue_revocations(self, transaction, present, now)?;
                set_state(transaction, present.id, LinkState::Replaced, now)?;
            }
            set_state(transaction, other.id, LinkState::Connected, now)?;
            note(transaction, person, Some(&other.orcid), Event::Confirmed, by, now)?;
            Ok(true)
        })
    }

    /// Forgets a person's other iD that was to be confirmed; its tokens are revoked. False where
    /// there is none.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn reject(&self, person: i64, by: &str, now: Timestamp) -> Result<bool, ConnectError> {
        self.write(Durability::Now, |transaction| {
            let links = links_of(transaction, person)?;
            let Some(other) = links.iter().find(|link| link.state == LinkState::ToConfirm) else {
                return Ok(false);
            };
            queue_revocations(self, transaction, other, now)?;
            transaction.execute("DELETE FROM link WHERE id = ?1", [other.id])?;
            note(transaction, person, Some(&other.orcid), Event::Rejected, by, now)?;
            Ok(true)
        })
    }

    /// Takes a person's permissions back: tokens are erased here and queued for revocation at
    /// ORCID; the iD stays if `keeps_orcid`. Gives the iDs.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn disconnect(
        &self,
        person: i64,
        keeps_orcid: bool,
        by: &str,
        now: Timestamp,
    ) -> Result<Vec<String>, ConnectError> {
        self.write(Durability::Now, |transaction| {
            let links = links_of(transaction, person)?;
            let mut orcids = Vec::new();
            for link in links
                .iter()
                .filter(|link| !matches!(link.state, LinkState::Disconnected | LinkState::Replaced))
            {
                queue_revocations(self, transaction, link, now)?;
                if keeps_orcid && link.state != LinkState::ToConfirm {
                    set_state(transaction, link.id, LinkState::Disconnected, now)?;
                } else {
                    transaction.execute("DELETE FROM link WHERE id = ?1", [link.id])?;
                }
                note(transaction, person, Some(&link.orcid), Event::Disconnected, by, now)?;
                orcids.push(link.orcid.clone());
            }
            Ok(orcids)
        })
    }

    /// Notes that ORCID has refused the token of an iD: nothing more is asked with it, and the
    /// person may connect again. Its tokens stay, since a deletion may still be allowed.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn lose(&self, orcid: &str, now: Timestamp) -> Result<bool, ConnectError> {
        self.write(Durability::Now, |transaction| {
            let Some(link) = holder(transaction, orcid)?.filter(|link| link.state == LinkState::Connected)
            else {
                return Ok(false);
            };
            set_state(transaction, link.id, LinkState::Lost, now)?;
            note(transaction, link.person, Some(orcid), Event::Lost, "", now)?;
            Ok(true)
        })
    }
}
