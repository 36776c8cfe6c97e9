//! What becomes of links: confirmed, rejected, taken back, lost.

use super::database::{Durability, Store};
use super::history::{Event, note};
use super::link::{Link, LinkState, holder, links_of, set_state};
use super::revocations::queue_revocations;
use crate::connect::error::ConnectError;
use orcid_xml::Timestamp;

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
