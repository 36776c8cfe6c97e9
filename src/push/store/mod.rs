//! The state folder's file `push.sqlite3`: for each row its state, its put code, what was sent last,
//! and what is about to be sent.
//!
//! It promises that a kill at any moment loses nothing: before a request goes, what it wants is in
//! the file; and what came of it is written in one transaction. All SQL of a push is in this folder.

mod items;
mod open;

pub use items::{Act, Change, Key, Stored};
pub use open::{Store, StoreError, StoreFault};
