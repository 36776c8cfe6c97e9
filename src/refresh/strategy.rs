//! Strategies to find changed records, compared by the number of requests.

use super::paging::PAGE_ROWS;
use super::search::BATCH_IDS;
use orcid_api::time::DAY;
use orcid_xml::Timestamp;

/// Records of the registry, to compare strategies; 2025.
const REGISTRY_RECORDS: f64 = 26e6;
/// The share of all records that have changed after a number of days; measured in the dumps of 2018
/// and 2019.
const CHANGED: [(f64, f64); 8] = [
    (1.0, 0.015),
    (3.0, 0.038),
    (7.0, 0.068),
    (14.0, 0.097),
    (30.0, 0.15),
    (90.0, 0.31),
    (180.0, 0.42),
    (365.0, 0.60),
];

/// How a refresh finds changed records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// Every record of the scope is read.
    Each,
    /// Searches that name a hundred iDs each.
    Batches,
    /// Searches for all changed records of the registry.
    Windows,
    /// The scope's own query.
    Query,
    /// A file of last changes.
    File,
    /// The marks of ORCID's webhooks.
    Marks,
}

impl Strategy {
    pub const ALL: [Self; 6] =
        [Self::Each, Self::Batches, Self::Windows, Self::Query, Self::File, Self::Marks];

    pub fn name(self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::Batches => "batches",
            Self::Windows => "windows",
            Self::Query => "query",
            Self::File => "file",
            Self::Marks => "marks",
        }
    }

    pub fn new(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strategy| strategy.name() == name)
    }

    /// What the strategy does, in words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Each => "every record of the scope is read",
            Self::Batches => "searches that name 100 iDs each tell who changed and who is gone",
            Self::Windows => "searches for all that changed in the registry tell who changed",
            Self::Query => "searches tell who belongs to the scope and who changed",
            Self::File => "the file of changes tells who changed",
            Self::Marks => "ORCID's webhooks have told who changed",
        }
    }

    /// The strategy with the fewest requests for `count` records and changes since some days ago.
    pub fn cheapest(count: u64, elapsed: Timestamp, changes_only: bool) -> Self {
        let share = changed_share(elapsed);
        let batches = count.div_ceil(BATCH_IDS as u64) as f64;
        let changed = count as f64 * share;
        let presence = if changes_only { 0.0 } else { batches };
        let costs = [
            (Self::Each, count as f64),
            (Self::Batches, batches + presence + changed),
            // Halving a window costs about as many requests as reading it.
            (Self::Windows, 2.0 * REGISTRY_RECORDS * share / PAGE_ROWS as f64 + presence + changed),
        ];
        let cheapest = costs.into_iter().min_by(|one, other| one.1.total_cmp(&other.1));
        cheapest.map_or(Self::Each, |(strategy, _)| strategy)
    }
}

fn changed_share(elapsed: Timestamp) -> f64 {
    let days = (elapsed as f64 / DAY as f64).max(0.0);
    let mut before = (0.0, 0.0);
    for point in CHANGED {
        if days <= point.0 {
            return before.1 + (point.1 - before.1) * (days - before.0) / (point.0 - before.0);
        }
        before = point;
    }
    (before.1 + 0.15 * (days - before.0) / 365.0).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strategy_with_the_fewest_requests_is_chosen() {
        for (count, days, changes_only, expected) in [
            (3, 1, false, Strategy::Batches),
            (2, 1, false, Strategy::Each),
            (3, 365, false, Strategy::Each),
            (100, 1, false, Strategy::Batches),
            (100_000, 30, false, Strategy::Batches),
            (1_000_000, 1, false, Strategy::Windows),
            (1_000_000, 1, true, Strategy::Windows),
            (1_000_000, 3650, false, Strategy::Each),
        ] {
            let found = Strategy::cheapest(count, days * DAY, changes_only);

            assert_eq!(found, expected, "{count} records after {days} days");
        }
    }

    #[test]
    fn more_change_in_more_time() {
        let shares: Vec<f64> = (0..500).map(|days| changed_share(days * DAY)).collect();

        assert!(shares.windows(2).all(|pair| pair[0] < pair[1]));
        assert!((changed_share(30 * DAY) - 0.15).abs() < 1e-9);
    }
}
