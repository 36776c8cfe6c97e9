//! A part of the people: those of some iDs, of some countries, of an institution.
//!
//! A record is kept whole or not at all. Conditions of different kinds must all hold; of one kind,
//! any value does. Whether a record is kept is decided on the parsed record ([`Slice::has_record`]);
//! a look at its bytes before saves parsing those that cannot be kept ([`Slice::may_have`]). This
//! folder knows neither archives nor tables.

mod answers;
mod day;
mod error;
mod facts;
mod inputs;
mod institution;
mod list;
mod people;
mod selection;
mod tags;
mod whole;

pub use day::Day;
pub use error::SliceError;
pub use facts::{Found, OrganizationId, Written};
pub use inputs::Inputs;
pub use institution::{Institution, MadeWith};
pub use list::{LineFaults, read_list};
pub use people::People;
pub use selection::{IdList, Leaver, RorSelection, Selection};
pub use whole::{Conditions, Slice};
