//! Whether an organization as it was written means an institution, by its ids and its names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashSet;

use super::error::SliceError;
use super::facts::Written;
use super::selection::RorSelection;
use ror_match::{
    Crosswalk, Finding, Matcher, NameKind, Query, Resolved, RorId, Scheme, Scratch, Status, ask_id,
    meant_by_id_alone,
};

/// Levels of child organisations: all.
const ALL_LEVELS: u8 = u8::MAX;

/// Of which files and ids an institution was made, besides the release.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct MadeWith {
    /// XXH3-64 of the user's tables of names and of ids, in hexadecimal.
    pub overrides: Option<String>,
    pub crosswalk: Option<String>,
    /// Ids that a matching has learned; [`Scheme::normalize`] has given their values.
    pub learned: Vec<(Scheme, String, RorId)>,
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
        mut crosswalk: Crosswalk,
        ids: &[RorId],
        children: bool,
        made_with: MadeWith,
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
        let mut learned = BTreeMap::new();
        for (scheme, value, ror) in made_with.learned {
            let Some(number) = release.number(ror) else { continue };
            if counted.contains(&release.successor(number)) {
                learned.insert(format!("{}:{value}", scheme.name()), ror.to_string());
            }
            crosswalk.learn(scheme, value, number);
        }
        let selection = RorSelection {
            ids: ids.iter().map(ToString::to_string).collect(),
            children,
            release: release.name.clone(),
            preset: matcher.preset.name().to_owned(),
            overrides: made_with.overrides,
            crosswalk: made_with.crosswalk,
            learned,
        };
        Ok(Self { matcher, crosswalk, counted, selection, scratch: Mutex::default() })
    }

    /// The number of organisations in its release of ROR.
    pub fn release_size(&self) -> usize {
        self.matcher.index.release.organizations.len()
    }

    /// What a manifest says of it.
    pub fn selection(&self) -> &RorSelection {
        &self.selection
    }

    /// All ids of the institution: those of ROR, those that the release lists, and those of tables
    /// and learned ones. Values are as [`Scheme::normalize`] gives them.
    pub fn ids(&self) -> BTreeSet<(Scheme, String)> {
        let release = &self.matcher.index.release;
        let mut ids = BTreeSet::new();
        for organization in self.organizations() {
            ids.insert((Scheme::Ror, organization.id.to_string()));
            for id in &organization.external_ids {
                let scheme = Scheme::of(id.registry);
                ids.extend(scheme.normalize(&id.value).map(|value| (scheme, value)));
            }
        }
        let added = self.crosswalk.added().filter(|(_, _, number)| self.counts(release.successor(*number)));
        ids.extend(added.map(|(scheme, value, _)| (scheme, value.to_owned())));
        ids
    }

    /// The names that the release has for the institution, without acronyms.
    pub fn names(&self) -> BTreeSet<String> {
        let of = |organization: &ror_match::Organization| {
            let names = organization.names.iter().filter(|name| name.kind != NameKind::Acronym);
            names.map(|name| name.value.clone()).collect::<Vec<_>>()
        };
        self.organizations().flat_map(of).collect()
    }

    /// The organisations that count, and those that they have replaced.
    fn organizations(&self) -> impl Iterator<Item = &ror_match::Organization> {
        let release = &self.matcher.index.release;
        let numbered = (0..).zip(&release.organizations);
        numbered.filter(|(number, _)| self.counts(release.successor(*number))).map(|(_, own)| own)
    }

    fn counts(&self, number: u32) -> bool {
        self.counted.contains(&number)
    }

    /// True if the organization means the institution, as `match` decides it.
    pub fn is_meant(&self, written: &Written<'_>) -> bool {
        let id = ask_id(&self.matcher, &self.crosswalk, written.source, written.identifier);
        let meant = meant_by_id_alone(&self.matcher, id, written.country)
            .or_else(|| self.meant_by_id_and_name(id, written));
        meant.is_some_and(|number| self.counts(self.matcher.index.release.successor(number)))
    }

    /// The number of the organisation that id and name lead to together.
    fn meant_by_id_and_name(&self, id: Resolved, written: &Written<'_>) -> Option<u32> {
        let pool = || self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = pool().pop().unwrap_or_default();
        let Written { name, city, country, .. } = *written;
        let answer =
            self.matcher.find(&Query { name: name.unwrap_or_default(), city, country }, &mut scratch);
        pool().push(scratch);
        Finding::of(&self.matcher, id, answer, country).meant.map(|(number, _)| number)
    }
}

impl std::fmt::Debug for Institution {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.selection.fmt(formatter)
    }
}
