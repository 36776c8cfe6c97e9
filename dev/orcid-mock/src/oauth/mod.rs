//! The authorization server: clients, people who sign in, codes and tokens.

mod clients;
mod clock;
pub(crate) mod exchange;
mod grants;
mod random;
mod scopes;
mod state;

pub use clients::{Client, ClientKind, Clients};
pub use clock::Clock;
pub use grants::{Grant, GrantState, Grants, Pair};
pub use state::{CLIENT_ID, CLIENT_SECRET, Oauth};
