//! The state of the portal, in one SQLite file: people, invitations, flows, links to iDs, tokens,
//! history, webhooks, revocations that wait, and sessions.
//!
//! It promises: a token is only ever written encrypted; a `state`, an invitation and a session are
//! kept as digests; every rule about who may have which iD is decided inside one transaction, so
//! that two callbacks at the same moment cannot break it. One connection writes, for the length
//! of a transaction; others read beside it. It knows neither pages nor the network.
//!
//! # The states of a link (`LinkState`)
//!
//! | state | means | next, and by what |
//! |---|---|---|
//! | `connected` | the person has given permission | `permission lost`, by `lose`; `disconnected`, by `disconnect`; `replaced`, by `confirm` of another |
//! | `to confirm` | the person has another iD already; the person or an administrator must confirm | `connected`, by `confirm`; gone, by `reject` |
//! | `permission lost` | ORCID has refused the token | `connected`, by a new permission; `disconnected` |
//! | `disconnected` | the person has taken it back here; no tokens are kept | `connected`, by a new permission |
//! | `replaced` | the person has confirmed another iD | `connected`, by a new permission |

mod database;
mod flows;
mod history;
mod hooks;
mod invitations;
mod link;
mod links;
mod overview;
mod people;
mod permissions;
mod revocations;
mod rotation;
mod schema;
mod sessions;
#[cfg(test)]
mod tests;
mod tokens;

pub use database::Store;
pub use flows::{Flow, NewFlow};
pub use history::{Event, HistoryRow};
pub use hooks::{Hook, MarkedHook};
pub use invitations::{Invitation, InvitationState, Mailed};
pub use link::{Link, LinkState};
pub use overview::{Counts, PersonRow, PersonState};
pub use people::{NewPerson, Person};
pub use permissions::{Kept, NewPermission};
pub use revocations::{PendingRevocation, Revocation};
pub use tokens::Tokens;
