//! Weighs two kinds of evidence: what an id says, and what name and place say.
//!
//! People pick an institution from a list and overtype its name, so that an id may be wrong; and
//! names are ambiguous. So both are looked up, and where they differ the result says so.

use super::answer::{Answer, Match, Tier};
use super::countries::Country;
use super::crosswalk::{Crosswalk, Resolved, Via};
use super::matcher::Matcher;
use super::places::PlaceVerdict;

/// Whether id and name lead to the same organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agreement {
    /// Both lead to the same organisation, or to one and its successor.
    Agree,
    /// They lead to different organisations.
    Differ,
    /// Only the id leads to an organisation.
    IdOnly,
    /// Only the name leads to an organisation.
    NameOnly,
    /// Neither leads to an organisation.
    None,
}

/// The evidence that was followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Id and name, which agree.
    Both,
    /// The id.
    Id,
    /// The name.
    Name,
}

/// The result of weighing an id against a name.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What the id leads to.
    pub id: Resolved,
    /// The organisation that the name leads to; `None` if it leads to none.
    pub name: Option<Match>,
    /// The numbers of organisations that were near by name, the best first, if the name led to
    /// none.
    pub near: Vec<u32>,
    /// Whether the two agree.
    pub agreement: Agreement,
    /// The number of the organisation that is meant, and the evidence for it; `None` if neither
    /// led to one. It may be inactive: [`Release::successor`](crate::Release::successor) leads on.
    pub meant: Option<(u32, By)>,
}

impl Finding {
    /// Weighs what an id leads to against the answer by name. `country` is that of the address.
    ///
    /// If they differ, the id is followed, except in three cases: the name is an override of the
    /// user; the name is exact and in the country of the address while the id's organisation is
    /// in another; the id was only learned and the name is exact. Exact are [`Tier::Exact`] and
    /// [`Tier::Reordered`].
    pub fn of(matcher: &Matcher, id: Resolved, answer: Answer, country: Option<&str>) -> Self {
        let near = answer.candidates.iter().map(|near| near.organization).collect();
        let release = &matcher.index.release;
        let Answer { found: name, .. } = answer;
        let (agreement, meant) = match (id, &name) {
            (Resolved::One(id, via), Some(found)) => {
                let named = found.found.organization;
                if release.successor(id) == release.successor(named) {
                    (Agreement::Agree, Some((id, By::Both)))
                } else if name_wins(matcher, id, via, found, country) {
                    (Agreement::Differ, Some((named, By::Name)))
                } else {
                    (Agreement::Differ, Some((id, By::Id)))
                }
            }
            (Resolved::One(id, _), None) => (Agreement::IdOnly, Some((id, By::Id))),
            (_, Some(found)) => (Agreement::NameOnly, Some((found.found.organization, By::Name))),
            (_, None) => (Agreement::None, None),
        };
        Self { id, name, near, agreement, meant }
    }
}

/// The rule for a disagreement.
fn name_wins(matcher: &Matcher, id: u32, via: Via, found: &Match, country: Option<&str>) -> bool {
    let exact = found.tier <= Tier::Reordered && found.found.country == PlaceVerdict::Agree;
    found.tier == Tier::Override || exact && yields_to_exact(matcher, id, via, country)
}

/// True if an exact name wins against the id.
fn yields_to_exact(matcher: &Matcher, id: u32, via: Via, country: Option<&str>) -> bool {
    let country = Country::of(country.unwrap_or_default());
    via == Via::Learned || matcher.index.places.country(id, country) == PlaceVerdict::Differ
}

/// The number of the organisation that [`Finding::of`] takes for what is meant, whatever the name
/// leads to; `None` if the name must be looked up.
pub fn meant_by_id_alone(matcher: &Matcher, id: Resolved, country: Option<&str>) -> Option<u32> {
    match id {
        Resolved::One(id, via) => {
            let no_name_wins = matcher.overrides.is_empty() && !yields_to_exact(matcher, id, via, country);
            no_name_wins.then_some(id)
        }
        _ => None,
    }
}

/// Looks up an id of a registry, with [`Crosswalk::find`]; [`Resolved::Unknown`] if either is
/// `None`.
pub fn ask_id(matcher: &Matcher, crosswalk: &Crosswalk, source: Option<&str>, id: Option<&str>) -> Resolved {
    match (source, id) {
        (Some(source), Some(id)) => crosswalk.find(&matcher.index.release, source, id),
        _ => Resolved::Unknown,
    }
}

impl Agreement {
    /// A stable name: `agree`, `differ`, `id_only`, `name_only` or `none`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::Differ => "differ",
            Self::IdOnly => "id_only",
            Self::NameOnly => "name_only",
            Self::None => "none",
        }
    }
}

impl By {
    /// A stable name: `both`, `id` or `name`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Id => "id",
            Self::Name => "name",
        }
    }
}
