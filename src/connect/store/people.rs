//! The people of the institution.

use rusqlite::{OptionalExtension, Row, params};

use super::database::{Durability, Store};
use crate::connect::error::ConnectError;
use orcid_xml::Timestamp;

/// A person, as a list of staff or a sign-on says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPerson {
    /// The institution's own id.
    pub local_id: String,
    pub name: String,
    pub given_names: String,
    pub family_names: String,
    pub email: String,
    /// A language of the pages; empty where nobody knows.
    pub language: String,
    /// The iD that a list names; only a hint.
    pub listed_orcid: Option<String>,
}

/// A person of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: i64,
    pub details: NewPerson,
    /// When the person last denied permission, if no permission came after.
    pub denied: Option<Timestamp>,
}

pub(super) const COLUMNS: &str =
    "id, local_id, name, given_names, family_names, email, language, listed_orcid, denied";

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Person> {
    let details = NewPerson {
        local_id: row.get(1)?,
        name: row.get(2)?,
        given_names: row.get(3)?,
        family_names: row.get(4)?,
        email: row.get(5)?,
        language: row.get(6)?,
        listed_orcid: row.get(7)?,
    };
    Ok(Person { id: row.get(0)?, details, denied: row.get(8)? })
}

impl Person {
    /// The name that pages greet the person with.
    pub fn shown_name(&self) -> &str {
        let details = &self.details;
        [&details.name, &details.given_names, &details.local_id]
            .into_iter()
            .find(|name| !name.is_empty())
            .map_or("", |name| name)
    }
}

impl Store {
    /// Adds a person, or updates the person with this local id; empty fields change nothing.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn put_person(&self, person: &NewPerson, now: Timestamp) -> Result<i64, ConnectError> {
        self.write(Durability::Soon, |transaction| {
            let id = transaction.query_row(
                "INSERT INTO person (local_id, name, given_names, family_names, email, language, listed_orcid, created)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (local_id) DO UPDATE SET
                    name = iif(excluded.name = '', name, excluded.name),
                    given_names = iif(excluded.given_names = '', given_names, excluded.given_names),
                    family_names = iif(excluded.family_names = '', family_names, excluded.family_names),
                    email = iif(excluded.email = '', email, excluded.email),
                    language = iif(excluded.language = '', language, excluded.language),
                    listed_orcid = coalesce(excluded.listed_orcid, listed_orcid)
                 RETURNING id",
                params![
                    person.local_id,
                    person.name,
                    person.given_names,
                    person.family_names,
                    person.email,
                    person.language,
                    person.listed_orcid,
                    now
                ],
                |row| row.get(0),
            )?;
            Ok(id)
        })
    }

    /// A person.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn person(&self, id: i64) -> Result<Option<Person>, ConnectError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("SELECT {COLUMNS} FROM person WHERE id = ?1"))?;
            Ok(statement.query_row([id], read).optional()?)
        })
    }

    /// The person with a local id.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn person_by_local_id(&self, local_id: &str) -> Result<Option<Person>, ConnectError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("SELECT {COLUMNS} FROM person WHERE local_id = ?1"))?;
            Ok(statement.query_row([local_id], read).optional()?)
        })
    }
}
