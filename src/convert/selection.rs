//! Which tables are written.

use std::collections::BTreeSet;

use super::ConvertError;
use crate::dataset::table_key;
use crate::tables::{self, DumpKind};

/// Tables that are always written: without them data would be lost silently.
const ALWAYS: [&str; 3] = ["/rejects", "/tombstones", "/unmapped_values"];

/// Which tables to write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection(Option<BTreeSet<String>>);

impl Selection {
    /// Reads names such as `works` (of both kinds of dump) or `summaries/works`; none
    /// means all tables. Rejects, tombstones and unmapped values are always kept.
    ///
    /// # Errors
    /// [`ConvertError::UnknownTable`] for a name that no table has.
    pub fn new(names: &[String]) -> Result<Self, ConvertError> {
        if names.is_empty() {
            return Ok(Self(None));
        }
        let all = Self(None).keys();
        let mut keys: BTreeSet<String> =
            all.iter().filter(|key| ALWAYS.iter().any(|table| key.ends_with(table))).cloned().collect();
        for name in names {
            let named = all
                .iter()
                .filter(|key| *key == name || key.split_once('/').is_some_and(|(_, table)| table == name));
            let named: Vec<String> = named.cloned().collect();
            if named.is_empty() {
                return Err(ConvertError::UnknownTable { name: name.clone() });
            }
            keys.extend(named);
        }
        Ok(Self(Some(keys)))
    }

    /// True if other tables are selected than `tables`.
    pub(super) fn is_other_than(&self, tables: &BTreeSet<String>) -> bool {
        self.0.as_ref().is_some_and(|keys| keys != tables)
    }

    /// The selected tables, as `summaries/works`.
    pub(super) fn keys(&self) -> BTreeSet<String> {
        let all = || {
            DumpKind::ALL
                .iter()
                .flat_map(|&dump| tables::of(dump).iter().map(move |table| table_key(dump, table.name())))
        };
        self.0.clone().unwrap_or_else(|| all().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_keeps_what_accounts_for_members() {
        let selection = Selection::new(&["works".to_owned(), "summaries/records".to_owned()]).unwrap();

        let keys: Vec<String> = selection.keys().into_iter().collect();

        assert_eq!(
            keys,
            [
                "activities/rejects",
                "activities/tombstones",
                "activities/unmapped_values",
                "activities/works",
                "summaries/records",
                "summaries/rejects",
                "summaries/tombstones",
                "summaries/unmapped_values",
                "summaries/works",
            ]
        );
        assert!(matches!(Selection::new(&["wroks".to_owned()]), Err(ConvertError::UnknownTable { .. })));
    }
}
