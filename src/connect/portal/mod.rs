//! The portal: pages for people and for the administrator, and the addresses of webhooks.
//!
//! Requests are answered by asynchronous code, which is in this folder only; whatever asks ORCID
//! or the database runs beside it ([`state::blocking`]). Pages work without scripts, except where
//! ORCID answers in the fragment of an address, which no server sees.

mod acts;
mod admin;
mod admin_pages;
mod assets;
mod background;
mod callback;
mod fault;
mod headers;
mod health;
mod home;
mod pages;
mod serving;
mod session_store;
mod signing_on;
mod state;
mod visitor;
mod webhooks;

pub use serving::serve;
pub use state::Portal;
