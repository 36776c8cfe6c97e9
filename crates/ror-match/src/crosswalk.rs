//! From an id of another registry to an organisation.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::error::OrgsError;
use super::id::{NotRor, RorId};
use super::organization::Registry;
use super::release::Release;

/// The registries that ORCID takes ids from, and those that ROR knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    Ror,
    Grid,
    FundRef,
    Isni,
    Wikidata,
    Ringgold,
    Lei,
}

/// How an id was resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// It is a ROR id.
    Ror,
    /// ROR lists it.
    Listed,
    /// The user's table has it.
    Table,
    /// It was learned from the dataset.
    Learned,
}

/// What an id leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// There is no id, or nothing is known of it.
    Unknown,
    /// The number of an organisation.
    One(u32, Via),
    /// Several organisations claim it.
    Several,
    /// A ROR id whose check digits are wrong.
    Mistyped,
}

/// Which organisation has which id.
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
    /// The ids that the organisations of a release have.
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

    /// Adds the rows of a CSV table with the columns `source`, `id` and `ror`,
    /// which win over those of ROR.
    ///
    /// # Errors
    /// [`OrgsError`] where the table cannot be read or names what is not known.
    pub fn add_table(&mut self, path: &Path, release: &Release) -> Result<(), OrgsError> {
        for (line, row) in super::table::rows::<3>(path, ["source", "id", "ror"])? {
            let [source, id, ror] = row;
            let fault = |what: String| OrgsError::Table {
                path: path.to_owned(),
                what: format!("line {line}: {what}"),
            };
            let scheme =
                Scheme::named(&source).ok_or_else(|| fault(format!("\"{source}\" is no known source")))?;
            let value =
                scheme.normalize(&id).ok_or_else(|| fault(format!("\"{id}\" is no id of {source}")))?;
            let known = RorId::parse(&ror).ok().and_then(|ror| release.number(ror));
            let number = known.ok_or_else(|| fault(format!("\"{ror}\" is not in this ROR release")))?;
            self.added.insert((scheme, value), (number, Via::Table));
        }
        Ok(())
    }

    /// Adds an id that was learned; what is known already stays.
    pub fn learn(&mut self, scheme: Scheme, value: String, organization: u32) {
        self.added.entry((scheme, value)).or_insert((organization, Via::Learned));
    }

    /// The organisation that an id of a source leads to.
    pub fn find(&self, release: &Release, source: &str, id: &str) -> Resolved {
        let Some(scheme) = Scheme::named(source) else { return Resolved::Unknown };
        if scheme == Scheme::Ror {
            return match RorId::parse(id) {
                Ok(id) => {
                    release.number(id).map_or(Resolved::Unknown, |number| Resolved::One(number, Via::Ror))
                }
                Err(NotRor::CheckDigits) => Resolved::Mistyped,
                Err(NotRor::Form) => Resolved::Unknown,
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
    fn of(registry: Registry) -> Self {
        match registry {
            Registry::Grid => Self::Grid,
            Registry::FundRef => Self::FundRef,
            Registry::Isni => Self::Isni,
            Registry::Wikidata => Self::Wikidata,
        }
    }

    /// The scheme by the name that ORCID writes, in any case.
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

    /// The name as ORCID writes it.
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

    /// True for ids that ROR does not list, so that they have to be learned.
    pub fn is_to_learn(self) -> bool {
        matches!(self, Self::Ringgold | Self::Lei)
    }

    /// One form for all the forms in which an id is written.
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
    pub fn name(self) -> &'static str {
        match self {
            Self::Ror => "ror",
            Self::Listed => "listed",
            Self::Table => "table",
            Self::Learned => "learned",
        }
    }
}
