//! Names whose organisation the user has given.

use std::fs::File;
use std::path::Path;

use rustc_hash::FxHashMap;

use super::countries::Country;
use super::error::RorError;
use super::id::RorId;
use super::lexicon::Lexicon;
use super::reading::{KeyKind, Reading, Token, hash};
use super::release::Release;
use super::source::open;

/// Names whose organisation the user has given, or has said to be none. They win over all other
/// ways of matching.
#[derive(Default)]
pub struct Overrides {
    names: FxHashMap<(u64, Country), Option<u32>>,
}

impl Overrides {
    /// Reads a CSV table with the columns `name`, `country` and `ror`. A row without a country
    /// holds for all countries; a name without an id is the name of no organisation. `lexicon` is
    /// that of the [`Index`](crate::Index).
    ///
    /// # Errors
    /// [`RorError::Read`] if the table cannot be read, [`RorError::Table`] if it lacks a column
    /// or names a country or an organisation that is not known, or gives one name two organisations;
    /// [`RorError::Line`] and [`RorError::SameName`] as [`Table`](crate::Table) does.
    pub fn read(path: &Path, release: &Release, lexicon: &Lexicon) -> Result<Self, RorError> {
        Self::read_file(path, open(path)?, release, lexicon)
    }

    /// Does the same for a file that is open; `path` is its name for messages.
    ///
    /// # Errors
    /// As [`Overrides::read`].
    pub fn read_file(
        path: &Path,
        file: File,
        release: &Release,
        lexicon: &Lexicon,
    ) -> Result<Self, RorError> {
        let mut names: FxHashMap<(u64, Country), (u64, Option<u32>)> = FxHashMap::default();
        for (line, [name, country, ror]) in super::table::rows(path, file, ["name", "country", "ror"])? {
            let fault = |what: String| RorError::Table {
                path: path.to_owned(),
                what: format!("line {line}: {what}"),
            };
            let of = Country::of(&country);
            if !of.is_listed() && !country.is_empty() {
                return Err(fault(format!("\"{country}\" is no country")));
            }
            let number = match ror.as_str() {
                "" => None,
                id => {
                    let known = RorId::parse(id).ok().and_then(|id| release.number(id));
                    Some(known.ok_or_else(|| fault(format!("\"{id}\" is not in this ROR release")))?)
                }
            };
            let reading = Reading::of(&name, lexicon);
            let (before, other) =
                *names.entry((hash(KeyKind::Row, &reading.tokens), of)).or_insert((line, number));
            if other != number {
                return Err(fault(format!("\"{name}\" has another organisation in line {before}")));
            }
        }
        Ok(Self { names: names.into_iter().map(|(name, (_, number))| (name, number)).collect() })
    }

    /// True if the user has given no names.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What the user has given for a name: `Some(None)` for no organisation, `None` if the user has
    /// given nothing. For the matcher; [`Matcher::find`](crate::Matcher::find) calls it.
    pub fn find(&self, tokens: &[Token], country: Country) -> Option<Option<u32>> {
        if self.names.is_empty() {
            return None;
        }
        let row = hash(KeyKind::Row, tokens);
        self.names.get(&(row, country)).or_else(|| self.names.get(&(row, Country::UNKNOWN))).copied()
    }
}
