//! The result of a matching, in numbers.

use std::collections::BTreeMap;

use crate::tables::organizations::OrganizationRow;

/// The counts of a matching.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Distinct organizations as they were written.
    pub keys: u64,
    pub matched_keys: u64,
    /// Keys whose names were matched; the answers to the others are those of the last matching.
    pub new_keys: u64,
    /// How often they occur.
    pub occurrences: u64,
    pub matched_occurrences: u64,
    /// Keys by the agreement of id and name.
    pub agreement: BTreeMap<String, u64>,
    /// Keys by the tier of the name.
    pub tiers: BTreeMap<String, u64>,
    /// Ids that were learned and used.
    pub learned: u64,
}

impl Summary {
    pub(super) fn count(&mut self, row: &OrganizationRow<'_>) {
        let occurrences = row.key.occurrences().unsigned_abs();
        self.keys += 1;
        self.occurrences += occurrences;
        if row.ror_id.is_some() {
            self.matched_keys += 1;
            self.matched_occurrences += occurrences;
        }
        *self.agreement.entry(row.agreement.to_owned()).or_default() += 1;
        if let Some(tier) = row.tier {
            *self.tiers.entry(tier.to_owned()).or_default() += 1;
        }
    }
}
