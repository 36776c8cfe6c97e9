//! The authorization server: clients, people who sign in, codes and tokens.
//!
//! It answers as ORCID's is known to, and has a switch for each thing that is not known.

mod accounts;
mod asked;
mod authorize;
mod client_auth;
mod clients;
mod clock;
mod code_grant;
mod codes;
pub(crate) mod control;
mod exchange;
mod grants;
mod id_token;
mod keys;
mod leaks;
mod log;
mod openid;
mod other_grants;
mod page;
mod pages;
mod random;
mod redirect;
mod refresh_grant;
mod refusal;
mod request;
mod revoke;
mod route;
mod scopes;
mod sign_in;
mod state;
mod switches;
mod token_answer;

pub use accounts::{Account, Session, Sessions};
pub use asked::{Asked, COOKIE};
pub use clients::{Client, ClientKind, Clients};
pub use clock::Clock;
pub use codes::{Code, Codes};
pub use grants::{Grant, GrantState, Grants, Pair};
pub use id_token::IdTokenFault;
pub use keys::Keys;
pub use leaks::note as note_leaks;
pub use log::{TokenLog, TokenRequest};
pub use route::answer;
pub use state::{CLIENT_ID, CLIENT_SECRET, MEMBER_ID, MEMBER_SECRET, Oauth};
pub use switches::{
    Amr, Claims, ClientScopes, CodeForm, ErrorPlace, Errors, LoginRequired, Missing, RedirectMatch,
    RefreshOptions, Switches,
};
