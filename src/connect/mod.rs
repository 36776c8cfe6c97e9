//! Connects people of an institution with their ORCID iDs: all steps on one page.
//!
//! ```text
//! invitation ─ person ─ begin ──▶ ORCID: sign in, permit ──▶ complete ─ link, tokens
//! sign-on ────┘         state,                               code, id_token   │
//!                       nonce                                                 ├─ export: a table of a dataset
//!                                       disconnect, rotate, webhooks ◀────────┘
//! ```
//!
//! [`Connect`] has the steps; [`Store`] keeps the state, and decides who may have which iD;
//! `portal/` shows pages and is the only place with asynchronous code. Calls to ORCID and to the
//! database block. No message, log line or page holds a code, a token or a secret.

mod connecting;
mod disconnecting;
mod error;
mod export;
mod hooking;
mod inviting;
mod languages;
mod mailing;
mod portal;
mod renewing;
mod seal;
mod settings;
mod staff;
mod state_folder;
mod store;

pub use connecting::{Begun, Connect, Outcome, Reply};
pub use disconnecting::Revoked;
pub use error::ConnectError;
pub use export::{AuthenticatedId, csv, export, rows};
pub use hooking::Hooked;
pub use inviting::{InvitationLine, Invite, MAYBE_SENT, SENT_BEFORE, invite};
pub use languages::Language;
pub use mailing::{MailFault, MailSettings, MailTls, Mailer};
pub use portal::{Portal, serve};
pub use renewing::Narrowed;
pub use seal::{KeyRing, digest, random_word};
pub use settings::{
    Choice, INVITATION_DAYS, SCOPES, Settings, SignOn, checked_public_url, checked_scope, invitation_life,
};
pub use staff::read_staff;
pub use state_folder::StateFolder;
pub use store::{
    Counts, Event, HistoryRow, Hook, Invitation, InvitationState, Link, LinkState, MarkedHook, NewPerson,
    PendingRevocation, Person, PersonRow, PersonState, Revocation, Store, Tokens,
};
