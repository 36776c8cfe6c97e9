//! Whether an organization as it was written means an institution, by its ids and its names.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashSet;

use super::facts::Written;
use super::selection::RorSelection;
use ror_match::{Crosswalk, Finding, Matcher, Query, RorId, Scratch, Status, ask_id};

/// Levels of child organisations: all.
const ALL_LEVELS: u8 = u8::MAX;

/// Why people cannot be selected so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SliceError {
    #[error("the release {release} of ROR has no organisation {id}")]
    NotInRelease { id: String, release: String },
}

/// An institution: organisations of ROR, all ids by which the release knows them, and all names
/// that the matcher takes for them.
pub struct Institution {
    matcher: Matcher,
    crosswalk: Crosswalk,
    /// The numbers of the organisations that count.
    counted: FxHashSet<u32>,
    selection: RorSelection,
    /// Memory for one query each, for as many threads as ask at a time.
    scratch: Mutex<Vec<Scratch>>,
}

impl Institution {
    /// The institution with these ids, and with `children` all active organisations below them.
    ///
    /// # Errors
    /// [`SliceError::NotInRelease`] for an id that the release does not have.
    pub fn new(
        matcher: Matcher,
        crosswalk: Crosswalk,
        ids: &[RorId],
        children: bool,
    ) -> Result<Self, SliceError> {
        let release = &matcher.index.release;
        let mut counted = FxHashSet::default();
        for id in ids {
            let missing = || SliceError::NotInRelease { id: id.to_string(), release: release.name.clone() };
            let number = release.number(*id).ok_or_else(missing)?;
            counted.insert(number);
            if children {
                let below = matcher.tree.descendants(number, ALL_LEVELS).into_iter().map(|(below, _)| below);
                counted.extend(below.filter(|below| release.organization(*below).status == Status::Active));
            }
        }
        let selection = RorSelection {
            ids: ids.iter().map(ToString::to_string).collect(),
            children,
            release: release.name.clone(),
            preset: matcher.preset.name().to_owned(),
        };
        Ok(Self { matcher, crosswalk, counted, selection, scratch: Mutex::default() })
    }

    /// What a manifest says of it.
    pub fn selection(&self) -> &RorSelection {
        &self.selection
    }

    /// True if the organization means the institution, as `match` decides it.
    pub fn is_meant(&self, written: &Written<'_>) -> bool {
        let pool = || self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = pool().pop().unwrap_or_default();
        let query =
            Query { name: written.name.unwrap_or_default(), city: written.city, country: written.country };
        let answer = self.matcher.find(&query, &mut scratch);
        pool().push(scratch);
        let id = ask_id(&self.matcher, &self.crosswalk, written.source, written.identifier);
        let finding = Finding::of(&self.matcher, id, answer, written.country);
        let release = &self.matcher.index.release;
        finding.meant.is_some_and(|(number, _)| self.counted.contains(&release.successor(number)))
    }
}

impl std::fmt::Debug for Institution {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.selection.fmt(formatter)
    }
}
