//! A short description of a dataset's archives and refreshes, by which the queue notices that the
//! dataset has changed.

use serde::{Deserialize, Serialize};

use crate::dataset::{EntryKind, Manifest};

/// The state of a dataset at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Name and fingerprint of each archive, in order.
    archives: Vec<String>,
    tables: Vec<String>,
    /// The last refresh.
    refresh: Option<String>,
}

/// The changes of a dataset since a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatasetChange {
    Same,
    /// It has only been refreshed.
    Refreshed,
    /// Further archives have been added.
    Grown,
    /// It has been replaced.
    Remade,
}

impl Mark {
    pub fn of(manifest: &Manifest) -> Self {
        let entries = |kind| manifest.archives.iter().filter(move |entry| entry.kind == kind);
        Self {
            archives: entries(EntryKind::Archive)
                .map(|entry| format!("{} {}", entry.name, entry.fingerprint))
                .collect(),
            tables: manifest.tables.iter().cloned().collect(),
            refresh: entries(EntryKind::Refresh).next_back().map(|entry| entry.name.clone()),
        }
    }

    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("strings can be written as JSON")
    }

    /// From this mark, as it was written, to `now`.
    pub fn change_since(text: &str, now: &Self) -> DatasetChange {
        let Ok(then) = serde_json::from_str::<Self>(text) else { return DatasetChange::Remade };
        let refreshes_left = then.refresh.is_some() && now.refresh.is_none();
        if !now.archives.starts_with(&then.archives) || then.tables != now.tables || refreshes_left {
            DatasetChange::Remade
        } else if now.archives.len() > then.archives.len() {
            DatasetChange::Grown
        } else if now.refresh != then.refresh {
            DatasetChange::Refreshed
        } else {
            DatasetChange::Same
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(archives: &[&str], refresh: Option<&str>) -> Mark {
        let archives = archives.iter().map(|name| (*name).to_owned()).collect();
        Mark { archives, tables: Vec::new(), refresh: refresh.map(str::to_owned) }
    }

    #[test]
    fn it_shows_what_has_become_of_a_dataset() {
        let then = mark(&["a 1"], Some("api-1"));
        for (now, expected) in [
            (then.clone(), DatasetChange::Same),
            (mark(&["a 1"], Some("api-2")), DatasetChange::Refreshed),
            (mark(&["a 1", "b 2"], Some("api-1")), DatasetChange::Grown),
            (mark(&["a 1"], None), DatasetChange::Remade),
            (mark(&["b 2"], Some("api-1")), DatasetChange::Remade),
        ] {
            let found = Mark::change_since(&then.to_text(), &now);

            assert_eq!(found, expected, "{now:?}");
        }
    }
}
