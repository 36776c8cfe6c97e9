//! What a comparison found, in numbers.

use std::collections::BTreeMap;

use serde::Serialize;

/// All counts of a comparison.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Compared {
    /// People with a record, in the old and in the new dataset.
    pub records: [u64; 2],
    /// People by change and status, such as `gone: locked`.
    pub people: BTreeMap<String, u64>,
    /// Changed names by column.
    pub names: BTreeMap<String, u64>,
    /// By table, such as `affiliations`: rows by change.
    pub sections: BTreeMap<String, SectionCounts>,
    /// Tables that one of the datasets does not have, so that they were not compared.
    pub not_compared: Vec<String>,
    /// Moves, the largest first.
    pub flows: Vec<Flow>,
    /// The year of each dataset, if it is known.
    pub releases: [Option<u16>; 2],
}

/// Rows by change.
pub type SectionCounts = BTreeMap<String, u64>;

/// People who left one place and joined another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Flow {
    /// `organisation` or `country`.
    pub level: &'static str,
    pub from: String,
    pub from_name: Option<String>,
    pub to: String,
    pub to_name: Option<String>,
    pub people: u64,
}
