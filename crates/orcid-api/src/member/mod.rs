//! The Member API: writes items to the records of people who have permitted it, reads them, and
//! says what each answer means for the item.
//!
//! It neither keeps put codes nor repeats requests: see [`Outcome`] for what a caller has to do.

mod call;
mod http;
mod items;
mod outcome;
mod section;
mod stub;
mod tree;

pub use call::{Call, MAX_BULK, MemberClient, MemberReply, bulk};
pub use http::MemberHttp;
pub use items::{BulkEntry, ListedItem, bulk_entries, item, listed};
pub use outcome::{Again, Outcome};
pub use section::{ACTIVITIES_UPDATE, PERSON_UPDATE, Section};
pub use stub::MemberError;
pub use tree::{Tree, TreeError};
