//! Which keys hold in a dataset: columns whose values are unique, and columns whose values are all in
//! another table.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, AsArray};

use super::super::error::ExportError;
use super::super::tables::Source;
use crate::dataset::schema_of;

/// Tables with a column that should be unique.
const PRIMARY: [(&str, &str); 4] = [
    ("summaries/records", "orcid"),
    ("summaries/tombstones", "orcid"),
    ("organizations/organizations", "org_key"),
    ("organizations/ror", "ror_id"),
];
/// Columns that should lead to a primary key, with its table; and the folder of the tables.
const FOREIGN: [(&str, &str, &str, &str); 3] = [
    ("summaries/", "orcid", "summaries/records", "orcid"),
    ("", "org_key", "organizations/organizations", "org_key"),
    ("organizations/", "ror_id", "organizations/ror", "ror_id"),
];

/// The keys that hold.
#[derive(Debug, Default)]
pub struct Keys {
    primary: HashMap<String, &'static str>,
    foreign: HashMap<String, Vec<(&'static str, &'static str, &'static str)>>,
}

/// The values of a column of texts, as digests.
struct Values {
    all: HashSet<u64>,
    is_unique: bool,
}

impl Keys {
    /// Reads the key columns of the tables.
    pub fn of(source: &Source<'_>, tables: &[String]) -> Result<Self, ExportError> {
        let mut keys = Self::default();
        let mut targets: HashMap<&str, HashSet<u64>> = HashMap::new();
        for (table, column) in PRIMARY {
            if !tables.iter().any(|key| key == table) {
                continue;
            }
            let values = Values::of(source, table, column)?;
            if values.is_unique {
                keys.primary.insert(table.to_owned(), column);
                targets.insert(table, values.all);
            }
        }
        for key in tables {
            for (folder, column, target, other) in FOREIGN {
                let Some(known) = targets.get(target).filter(|_| key.starts_with(folder) && key != target)
                else {
                    continue;
                };
                if schema_of(key).is_none_or(|schema| schema.field_with_name(column).is_err()) {
                    continue;
                }
                if Values::of(source, key, column)?.all.is_subset(known) {
                    keys.foreign.entry(key.clone()).or_default().push((column, target, other));
                }
            }
        }
        Ok(keys)
    }

    /// The column that is the primary key of a table.
    pub fn primary(&self, table: &str) -> Option<&'static str> {
        self.primary.get(table).copied()
    }

    /// Columns of a table that lead to others: the column, the other table, its column.
    pub fn foreign(&self, table: &str) -> &[(&'static str, &'static str, &'static str)] {
        self.foreign.get(table).map_or(&[], Vec::as_slice)
    }
}

impl Values {
    fn of(source: &Source<'_>, table: &str, column: &str) -> Result<Self, ExportError> {
        let (mut all, mut is_unique) = (HashSet::new(), true);
        source.each_batch_of(table, &[column], |batch| {
            let values = batch.column(0).as_string::<i32>();
            for row in (0..batch.num_rows()).filter(|row| values.is_valid(*row)) {
                is_unique &= all.insert(xxhash_rust::xxh3::xxh3_64(values.value(row).as_bytes()));
            }
            Ok(())
        })?;
        Ok(Self { all, is_unique })
    }
}
