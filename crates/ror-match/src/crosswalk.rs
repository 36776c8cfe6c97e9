//! Leads from ids of other registries to organisations.

use std::fs::File;
use std::path::Path;

use rustc_hash::FxHashMap;

use super::error::RorError;
use super::id::{NotRor, RorId};
use super::organization::Registry;
use super::release::Release;
use super::source::open;

/// A registry of organisations whose ids ORCID or ROR use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Scheme {
    /// The Research Organization Registry, such as `https://ror.org/04ttjf776`.
    Ror,
    /// The Global Research Identifier Database, closed in 2021, such as `grid.1017.7`.
    Grid,
    /// Crossref's Open Funder Registry, such as `http://dx.doi.org/10.13039/501100001780`.
    FundRef,
    /// The International Standard Name Identifier, sixteen characters.
    Isni,
    /// Wikidata, such as `Q1057890`.
    Wikidata,
    /// Ringgold, a number. ORCID took ids from it until 2023; no public list leads from it to ROR.
    Ringgold,
    /// The Legal Entity Identifier, twenty characters.
    Lei,
}

/// The source by which an id was resolved to an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Via {
    /// The id itself is a ROR id.
    Ror,
    /// The release lists the id among the organisation's `external_ids`.
    Listed,
    /// A table of the user has it: [`Crosswalk::add_table`].
    Table,
    /// The caller derived it from its data: [`Crosswalk::learn`].
    Learned,
}

/// What an id leads to.
///
/// The enum is exhaustive on purpose: callers report each outcome differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// There is no id, or no organisation that is known has it.
    Unknown,
    /// The number of the one organisation in the release, and the source.
    One(u32, Via),
    /// Several organisations have the id, and none of them alone as its preferred one.
    Several,
    /// The id has the form of a ROR id, but its check digits are wrong.
    Mistyped,
}

/// Leads from ids of registries to organisations of one release.
pub struct Crosswalk {
    listed: FxHashMap<(Scheme, String), Claim>,
    added: FxHashMap<(Scheme, String), (u32, Via)>,
}

/// Who claims an id.
#[derive(Clone, Copy)]
struct Claim {
    organization: u32,
    preferred: bool,
    several: bool,
}

impl Crosswalk {
    /// A crosswalk of the ids that a release lists.
    pub fn new(release: &Release) -> Self {
        let mut listed: FxHashMap<(Scheme, String), Claim> = FxHashMap::default();
        for (number, organization) in (0..).zip(&release.organizations) {
            for id in &organization.external_ids {
                let scheme = Scheme::of(id.registry);
                let Some(value) = scheme.normalize(&id.value) else { continue };
                let new = Claim { organization: number, preferred: id.preferred, several: false };
                listed
                    .entry((scheme, value))
                    .and_modify(|old| *old = old.against(new, release))
                    .or_insert(new);
            }
        }
        Self { listed, added: FxHashMap::default() }
    }

    /// Adds the rows of a CSV table with the columns `source` (a [`Scheme::name`]), `id` and
    /// `ror`. They win over what the release lists.
    ///
    /// # Errors
    /// [`RorError::Read`] if the table cannot be read, [`RorError::Table`] if it lacks a column
    /// or names a source or an organisation that is not known, or gives one id two organisations;
    /// [`RorError::Line`] and [`RorError::SameName`] as [`Table`](crate::Table) does.
    pub fn add_table(&mut self, path: &Path, release: &Release) -> Result<(), RorError> {
        self.add_table_file(path, open(path)?, release)
    }

    /// Does the same for a file that is open; `path` is its name for messages.
    ///
    /// # Errors
    /// As [`Crosswalk::add_table`].
    pub fn add_table_file(&mut self, path: &Path, file: File, release: &Release) -> Result<(), RorError> {
        let mut lines: FxHashMap<(Scheme, String), u64> = FxHashMap::default();
        for (line, row) in super::table::rows::<3>(path, file, ["source", "id", "ror"])? {
            let [source, id, ror] = row;
            let fault = |what: String| RorError::Table {
                path: path.to_owned(),
                what: format!("line {line}: {what}"),
            };
            let scheme =
                Scheme::named(&source).ok_or_else(|| fault(format!("\"{source}\" is no known source")))?;
            let value =
                scheme.normalize(&id).ok_or_else(|| fault(format!("\"{id}\" is no id of {source}")))?;
            let known = RorId::parse(&ror).ok().and_then(|ror| release.number(ror));
            let number = known.ok_or_else(|| fault(format!("\"{ror}\" is not in this ROR release")))?;
            let before = *lines.entry((scheme, value.clone())).or_insert(line);
            let added = self.added.insert((scheme, value), (number, Via::Table));
            if before != line && added.is_some_and(|(other, _)| other != number) {
                return Err(fault(format!("the {source} id {id} has another organisation in line {before}")));
            }
        }
        Ok(())
    }

    /// Adds an id that the caller has derived from its data. `value` is as
    /// [`Scheme::normalize`] gives it. An id that was added before stays.
    pub fn learn(&mut self, scheme: Scheme, value: String, organization: u32) {
        self.added.entry((scheme, value)).or_insert((organization, Via::Learned));
    }

    /// The ids of [`Crosswalk::add_table`] and [`Crosswalk::learn`], as [`Scheme::normalize`] gives
    /// them, each with the number of its organisation; in no particular order.
    pub fn added(&self) -> impl Iterator<Item = (Scheme, &str, u32)> {
        self.added.iter().map(|((scheme, value), (number, _))| (*scheme, value.as_str(), *number))
    }

    /// The organisation that an id leads to. `source` is the name of a registry as ORCID writes
    /// it, in any case; an unknown one gives [`Resolved::Unknown`].
    pub fn find(&self, release: &Release, source: &str, id: &str) -> Resolved {
        let Some(scheme) = Scheme::named(source) else { return Resolved::Unknown };
        if scheme == Scheme::Ror {
            return match RorId::parse(id) {
                Ok(id) => {
                    release.number(id).map_or(Resolved::Unknown, |number| Resolved::One(number, Via::Ror))
                }
                Err(NotRor::CheckDigits) => Resolved::Mistyped,
                Err(NotRor::Malformed) => Resolved::Unknown,
            };
        }
        let Some(value) = scheme.normalize(id) else { return Resolved::Unknown };
        let key = (scheme, value);
        if let Some((number, via)) = self.added.get(&key) {
            return Resolved::One(*number, *via);
        }
        match self.listed.get(&key) {
            None => Resolved::Unknown,
            Some(claim) if claim.several => Resolved::Several,
            Some(claim) => Resolved::One(claim.organization, Via::Listed),
        }
    }
}

impl Claim {
    /// The better of two claims to one id: that of whom it is the preferred id.
    fn against(self, new: Self, release: &Release) -> Self {
        match (self.preferred, new.preferred) {
            (true, false) => self,
            (false, true) => new,
            _ if release.successor(self.organization) == release.successor(new.organization) => self,
            _ => Self { several: true, ..self },
        }
    }
}

impl Scheme {
    /// The scheme of a registry whose ids ROR lists.
    pub fn of(registry: Registry) -> Self {
        match registry {
            Registry::Grid => Self::Grid,
            Registry::FundRef => Self::FundRef,
            Registry::Isni => Self::Isni,
            Registry::Wikidata => Self::Wikidata,
        }
    }

    /// The scheme with this [`name`](Self::name), in any case; `None` for any other text.
    pub fn named(name: &str) -> Option<Self> {
        let all = [
            ("ROR", Self::Ror),
            ("GRID", Self::Grid),
            ("FUNDREF", Self::FundRef),
            ("ISNI", Self::Isni),
            ("WIKIDATA", Self::Wikidata),
            ("RINGGOLD", Self::Ringgold),
            ("LEI", Self::Lei),
        ];
        let name = name.trim();
        all.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, scheme)| scheme)
    }

    /// The name as ORCID writes it, such as `FUNDREF`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ror => "ROR",
            Self::Grid => "GRID",
            Self::FundRef => "FUNDREF",
            Self::Isni => "ISNI",
            Self::Wikidata => "WIKIDATA",
            Self::Ringgold => "RINGGOLD",
            Self::Lei => "LEI",
        }
    }

    /// True for registries whose ids ROR does not list: Ringgold and LEI.
    pub fn is_to_learn(self) -> bool {
        matches!(self, Self::Ringgold | Self::Lei)
    }

    /// Brings an id to the one form in which ids are compared: without address, GRID ids in
    /// lower case, FundRef and Ringgold ids as digits. `None` if nothing is left.
    pub fn normalize(self, id: &str) -> Option<String> {
        let id = id.trim().trim_end_matches('/');
        let last = id.rsplit('/').next().unwrap_or(id);
        let value: String = match self {
            Self::Grid => last.to_ascii_lowercase(),
            Self::FundRef | Self::Ringgold => last.chars().filter(char::is_ascii_digit).collect(),
            Self::Isni => last.chars().filter(char::is_ascii_alphanumeric).collect(),
            Self::Wikidata | Self::Lei | Self::Ror => last.to_ascii_uppercase(),
        };
        (!value.is_empty()).then_some(value)
    }
}

impl Via {
    /// A stable name: `ror`, `listed`, `table` or `learned`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ror => "ror",
            Self::Listed => "listed",
            Self::Table => "table",
            Self::Learned => "learned",
        }
    }
}
