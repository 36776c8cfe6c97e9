//! Puts two witnesses together: what an identifier says, and what name and place
//! say.
//!
//! People pick an institution from a list and overtype its name, so that an id
//! may be wrong; names are ambiguous. Neither is believed without the other
//! being heard, and where they differ the answer says so.

use super::answer::{Answer, Match, Tier};
use super::countries::Country;
use super::crosswalk::{Crosswalk, Resolved, Via};
use super::matcher::Matcher;
use super::places::Verdict;

/// What the two say of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agreement {
    Agree,
    Differ,
    IdOnly,
    NameOnly,
    None,
}

/// Which of them was followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Both,
    Id,
    Name,
}

/// What both come to.
#[derive(Clone, Debug)]
pub struct Finding {
    pub id: Resolved,
    pub name: Option<Match>,
    /// Those that were near by name.
    pub near: Vec<u32>,
    pub agreement: Agreement,
    /// The organisation that is meant, before its successor is asked for.
    pub meant: Option<(u32, By)>,
}

impl Finding {
    /// Hears both. `country` is that of the address.
    ///
    /// Where they differ the id is followed, but for three cases: the name is the
    /// user's own override; the name is exact and in the country of the address
    /// while the id's organisation is in another; the id was only learned, and
    /// the name is exact.
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
    let exact = found.tier <= Tier::Reordered && found.found.country == Verdict::Agree;
    let elsewhere = || {
        let country = Country::of(country.unwrap_or_default());
        matcher.index.places.country(id, country) == Verdict::Differ
    };
    found.tier == Tier::Override || exact && (via == Via::Learned || elsewhere())
}

/// Asks the id of a source, if there is one.
pub fn ask_id(matcher: &Matcher, crosswalk: &Crosswalk, source: Option<&str>, id: Option<&str>) -> Resolved {
    match (source, id) {
        (Some(source), Some(id)) => crosswalk.find(&matcher.index.release, source, id),
        _ => Resolved::Unknown,
    }
}

impl Agreement {
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
    pub fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Id => "id",
            Self::Name => "name",
        }
    }
}
