//! Finds the organisation in ROR that a name, a place and an id mean.
#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod answer;
mod choose;
mod clean;
mod codes;
mod countries;
mod country_names;
mod crosswalk;
mod edges;
mod error;
mod evidence;
mod exact;
mod fold;
mod full_text;
mod hash;
mod id;
mod index;
mod layout;
mod lexicon;
mod matcher;
mod normal;
mod objects;
mod organization;
mod overrides;
mod parts;
mod places;
mod preset;
mod query;
mod raw;
mod reading;
mod regions;
mod release;
mod scratch;
mod script;
mod similar;
mod source;
mod table;
mod text;
mod tree;
mod typos;
mod vocabulary;
mod whole;
mod windows;
mod words;

pub use answer::{Answer, Candidate, Match, Relation, Tier};
pub use countries::Country;
pub use crosswalk::{Crosswalk, Resolved, Scheme, Via};
pub use error::RorError;
pub use evidence::{Agreement, By, Finding, ask_id, meant_by_id_alone};
pub use full_text::{Mention, Mentions};
pub use id::{NotRor, RorId};
pub use index::Index;
pub use matcher::Matcher;
pub use normal::plain_words;
pub use organization::{ExternalId, Name, NameKind, Organization, Place, Registry, Status};
pub use overrides::Overrides;
pub use places::PlaceVerdict;
pub use preset::Preset;
pub use query::Query;
pub use release::Release;
pub use scratch::Scratch;
pub use table::{Row, Table};
pub use text::Address;
pub use tree::Tree;
