//! The tables of `organizations/`: what was matched, and to what.
//!
//! Their rows come from matching, not from members of an archive.

mod ancestors;
mod crosswalk;
mod disagreements;
mod keys;
mod ror;
mod unmatched;

pub use ancestors::AncestorRow;
pub use crosswalk::LearnedRow;
pub use disagreements::DisagreementRow;
pub use keys::{KeyRow, Named, OrganizationRow};
pub use ror::RorRow;
pub use unmatched::UnmatchedRow;

use std::sync::LazyLock;

use super::build::{AnyTable, Table};

/// The folder of these tables.
pub const FOLDER: &str = "organizations";

/// One row for each organization as it was written.
pub static ORGANIZATIONS: LazyLock<Table<keys::Organizations>> = LazyLock::new(keys::table);
/// The organisations of ROR.
pub static ROR: LazyLock<Table<ror::Ror>> = LazyLock::new(ror::table);
/// Which organisation belongs to which.
pub static ROR_ANCESTORS: LazyLock<Table<ancestors::Ancestors>> = LazyLock::new(ancestors::table);
/// What other ids were found to mean.
pub static LEARNED_CROSSWALK: LazyLock<Table<crosswalk::Learned>> = LazyLock::new(crosswalk::table);
/// What was not matched.
pub static UNMATCHED: LazyLock<Table<unmatched::Unmatched>> = LazyLock::new(unmatched::table);
/// Where id and name say different things.
pub static DISAGREEMENTS: LazyLock<Table<disagreements::Disagreements>> = LazyLock::new(disagreements::table);

/// All of them, in a fixed order.
pub fn all() -> [&'static dyn AnyTable; 6] {
    [&*ORGANIZATIONS, &*ROR, &*ROR_ANCESTORS, &*LEARNED_CROSSWALK, &*UNMATCHED, &*DISAGREEMENTS]
}
