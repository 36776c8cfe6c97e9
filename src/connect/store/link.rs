//! A link between a person and an iD, and how it is read.

use rusqlite::{Connection, OptionalExtension, Row, params};

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
    /// True where the link is connected, its permission has not expired, and each of these scopes, with
    /// spaces between, was granted.
    pub fn permits(&self, scope: &str, now: Timestamp) -> bool {
        self.state == LinkState::Connected
            && self.grants(scope)
            && self.expires.is_none_or(|expires| expires > now)
    }

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
