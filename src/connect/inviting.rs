//! Invites people: a link each, which works once.

use serde::Serialize;

use super::error::ConnectError;
use super::seal::{digest, random_word};
use super::settings::{Settings, invitation_life};
use super::store::{LinkState, NewPerson, Store};
use orcid_api::time::readable;
use orcid_xml::Timestamp;

/// A line of the list of links, for a mail merge. The link is a secret of the person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct InvitationLine {
    pub local_id: String,
    pub name: String,
    pub email: String,
    pub language: String,
    /// `invited`, or the state of who is not: `connected`.
    pub state: String,
    pub link: String,
    /// The last day.
    pub expires: String,
    #[serde(skip)]
    pub invitation: Option<i64>,
}

/// Adds people and invites those who are not connected; with `again` also those who are.
///
/// # Errors
/// [`ConnectError`] where the database fails.
pub fn invite(
    store: &Store,
    settings: &Settings,
    staff: &[NewPerson],
    days: u32,
    again: bool,
    now: Timestamp,
) -> Result<Vec<InvitationLine>, ConnectError> {
    let expires = now + invitation_life(days);
    let mut lines = Vec::with_capacity(staff.len());
    for one in staff {
        let person = store.put_person(one, now)?;
        let is_connected = store.links(person)?.iter().any(|link| link.state == LinkState::Connected);
        let mut line = InvitationLine {
            local_id: one.local_id.clone(),
            name: one.name.clone(),
            email: one.email.clone(),
            language: one.language.clone(),
            ..InvitationLine::default()
        };
        if is_connected && !again {
            line.state = LinkState::Connected.name().to_owned();
        } else {
            let word = random_word()?;
            line.invitation = Some(store.invite(person, &digest(&word), expires, now)?);
            line.state = "invited".to_owned();
            line.link = settings.invitation_url(&word);
            line.expires = readable(expires).chars().take(10).collect();
        }
        lines.push(line);
    }
    Ok(lines)
}
