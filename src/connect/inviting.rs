//! Invites people: a link each, which works once.

use serde::Serialize;

use super::error::ConnectError;
use super::seal::{digest, random_word};
use super::settings::{Settings, invitation_life};
use super::store::{LinkState, Mailed, NewPerson, Store};
use orcid_api::time::readable;
use orcid_xml::Timestamp;

/// States of lines: the mail server has taken a mail with a link that is still good; or nobody knows
/// whether it has.
pub const SENT_BEFORE: &str = "sent before";
pub const MAYBE_SENT: &str = "may have been sent";

/// A line of the list of links, for a mail merge. The link is a secret of the person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct InvitationLine {
    pub local_id: String,
    pub name: String,
    pub email: String,
    pub language: String,
    /// `invited`, or why there is no link: `connected`, [`SENT_BEFORE`], [`MAYBE_SENT`].
    pub state: String,
    pub link: String,
    /// The last day.
    pub expires: String,
    #[serde(skip)]
    pub invitation: Option<i64>,
}

/// Who is invited of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invite {
    /// Days until a link expires.
    pub days: u32,
    /// Also people who are connected.
    pub connected_too: bool,
    /// Also people who hold a link that was sent to them by mail, or may have been. A new link takes
    /// its place.
    pub mailed_too: bool,
}

/// Adds people, and makes links for those who are to be invited.
///
/// # Errors
/// [`ConnectError`] where the database fails.
pub fn invite(
    store: &Store,
    settings: &Settings,
    staff: &[NewPerson],
    whom: Invite,
    now: Timestamp,
) -> Result<Vec<InvitationLine>, ConnectError> {
    let expires = now + invitation_life(whom.days);
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
        let mailed = if whom.mailed_too { None } else { store.mailed(person, now)? };
        if is_connected && !whom.connected_too {
            line.state = LinkState::Connected.name().to_owned();
        } else if let Some(mailed) = mailed {
            line.state = match mailed {
                Mailed::Sent(_) => SENT_BEFORE,
                Mailed::Maybe(_) => MAYBE_SENT,
            }
            .to_owned();
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
