//! All people with their states, and counts of them.

use rusqlite::{Row, params};

use super::database::Store;
use crate::connect::error::ConnectError;
use orcid_xml::Timestamp;

/// Where a person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PersonState {
    Connected,
    ToConfirm,
    Lost,
    Denied,
    Disconnected,
    Invited,
    New,
}

impl PersonState {
    /// All states, in the order of pages.
    pub const ALL: [Self; 7] = [
        Self::Connected,
        Self::ToConfirm,
        Self::Lost,
        Self::Denied,
        Self::Disconnected,
        Self::Invited,
        Self::New,
    ];

    /// The state's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::ToConfirm => "to confirm",
            Self::Lost => "permission lost",
            Self::Denied => "denied",
            Self::Disconnected => "disconnected",
            Self::Invited => "invited",
            Self::New => "new",
        }
    }
}

/// A person with the link that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    pub id: i64,
    pub local_id: String,
    pub name: String,
    pub email: String,
    pub state: PersonState,
    pub orcid: Option<String>,
    /// Another iD that waits for being confirmed.
    pub other_orcid: Option<String>,
    pub scope: String,
    pub since: Option<Timestamp>,
    pub changed: Option<Timestamp>,
}

/// How many people are in each state.
pub type Counts = Vec<(PersonState, u64)>;

/// The link that counts is the present one, else the last that was disconnected.
const SELECT: &str = "
SELECT person.id, person.local_id, person.name, person.email, person.denied, link.state, link.orcid, link.scope,
    link.since, link.changed,
    (SELECT other.orcid FROM link AS other WHERE other.person = person.id AND other.state = 'to confirm'),
    EXISTS (SELECT 1 FROM invitation WHERE invitation.person = person.id)
FROM person LEFT JOIN link ON link.id = (
    SELECT id FROM link AS one WHERE one.person = person.id AND one.state != 'to confirm' AND one.state != 'replaced'
    ORDER BY one.state IN ('connected', 'permission lost') DESC, one.changed DESC, one.id DESC LIMIT 1)
";

fn read(row: &Row<'_>) -> rusqlite::Result<PersonRow> {
    let (denied, link): (Option<i64>, Option<String>) = (row.get(4)?, row.get(5)?);
    let (other_orcid, is_invited): (Option<String>, bool) = (row.get(10)?, row.get(11)?);
    let state = match (&other_orcid, link.as_deref(), denied) {
        (Some(_), ..) => PersonState::ToConfirm,
        (None, Some("connected"), _) => PersonState::Connected,
        (None, Some("permission lost"), _) => PersonState::Lost,
        (None, _, Some(_)) => PersonState::Denied,
        (None, Some(_), _) => PersonState::Disconnected,
        (None, None, _) if is_invited => PersonState::Invited,
        (None, None, _) => PersonState::New,
    };
    Ok(PersonRow {
        id: row.get(0)?,
        local_id: row.get(1)?,
        name: row.get(2)?,
        email: row.get(3)?,
        state,
        orcid: row.get(6)?,
        other_orcid,
        scope: row.get::<_, Option<String>>(7)?.unwrap_or_default(),
        since: row.get(8)?,
        changed: row.get(9)?,
    })
}

impl Store {
    /// All people, by their local ids.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn people(&self) -> Result<Vec<PersonRow>, ConnectError> {
        self.people_from("", u32::MAX)
    }

    /// A page of people whose local ids come after `after`.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn people_from(&self, after: &str, limit: u32) -> Result<Vec<PersonRow>, ConnectError> {
        self.read(|connection| {
            let sql = format!("{SELECT} WHERE person.local_id > ?1 ORDER BY person.local_id LIMIT ?2");
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![after, limit], read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One person with the link that counts.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn person_row(&self, id: i64) -> Result<Option<PersonRow>, ConnectError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE person.id = ?1"))?;
            let mut rows = statement.query_map([id], read)?;
            Ok(rows.next().transpose()?)
        })
    }

    /// How many people are in each state.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn counts(&self) -> Result<Counts, ConnectError> {
        let people = self.people()?;
        let count = |state| people.iter().filter(|person| person.state == state).count() as u64;
        Ok(PersonState::ALL.map(|state| (state, count(state))).into())
    }
}
