//! What a dataset's manifest says about the people that it was made of.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

/// Which people a dataset has: those for whom all conditions hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Selection {
    /// People of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<IdList>,
    /// People with an address or an affiliation in one of these countries, in two letters.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub countries: BTreeSet<String>,
    /// People with an affiliation that has one of these ids, such as `GRID:grid.1017.7`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub organization_ids: BTreeSet<String>,
    /// People with an affiliation that means an institution, by its ids and its names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ror: Option<RorSelection>,
    /// Only affiliations that have not ended count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub current: bool,
    /// The day before which they had not ended, such as `2026-11-26`, if only current ones count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_on: Option<String>,
}

impl Selection {
    /// True if both select the same people of the same records, on the same day.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let of_no_day = |selection: &Self| Self { current_on: None, ..selection.clone() };
        of_no_day(self) == of_no_day(other)
    }

    /// True if only a list of iDs selects, whatever is in the records.
    pub fn is_list(&self) -> bool {
        *self == Self { ids: self.ids.clone(), ..Self::default() }
    }
}

/// Somebody whose rows a dataset had, and who is no longer one of the selected people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaver {
    /// `not-selected` if the record no longer meets the conditions; else what has become of the record:
    /// `deprecated`, `locked`, `deactivated` or `not-found`.
    pub reason: String,
    /// When a refresh noticed it, such as `2026-11-26T10:00:00Z`.
    pub noticed: String,
}

/// A list of iDs; the manifest does not repeat them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdList {
    /// Different iDs.
    pub count: u64,
    /// XXH3-64 of the iDs, ascending, each with a line end, in hexadecimal.
    pub xxh3: String,
}

/// An institution, and how it is found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RorSelection {
    /// The ROR ids that were asked for.
    pub ids: BTreeSet<String>,
    /// Their child organisations count too.
    pub children: bool,
    /// The release of ROR with the names and ids.
    pub release: String,
    /// strict, balanced or recall.
    pub preset: String,
    /// XXH3-64 of the user's table of names, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrides: Option<String>,
    /// XXH3-64 of the user's table of ids, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crosswalk: Option<String>,
    /// Ids that mean the institution because a matching has learned so, such as `RINGGOLD:5376`,
    /// with the organisation of ROR that each leads to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub learned: BTreeMap<String, String>,
}

impl fmt::Display for Selection {
    /// The conditions for people, such as `countries ES, PT and current affiliations`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |values: &BTreeSet<String>| values.iter().cloned().collect::<Vec<_>>().join(", ");
        let mut parts = Vec::new();
        if let Some(ids) = &self.ids {
            parts.push(format!("a list of {} iDs", ids.count));
        }
        if !self.countries.is_empty() {
            parts.push(format!("countries {}", list(&self.countries)));
        }
        if !self.organization_ids.is_empty() {
            parts.push(format!("organizations {}", list(&self.organization_ids)));
        }
        if let Some(ror) = &self.ror {
            let children = if ror.children { " with their children" } else { "" };
            parts.push(format!("{}{children} by ROR {}", list(&ror.ids), ror.release));
        }
        if self.current {
            parts.push("current affiliations".to_owned());
        }
        formatter.write_str(&parts.join(" and "))
    }
}
