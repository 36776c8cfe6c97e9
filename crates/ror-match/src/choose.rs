//! Of several organisations with one name, the one that is meant, if it can be
//! told.

use super::answer::Candidate;
use super::index::Index;
use super::names::Entry;
use super::organization::{NameKind, Status};
use super::places::PlaceVerdict;
use super::query::QueryPlace;

/// Candidates that are listed where none can be chosen.
pub const MAX_LISTED: usize = 5;

/// What a lookup comes to.
pub enum Choice {
    Nothing,
    One(Candidate, Option<Candidate>),
    /// None is better than the others.
    Tie,
}

/// What speaks for a candidate, the weightiest first.
type Rank = (PlaceVerdict, PlaceVerdict, u8, bool);

/// Chooses among `entries`. The place counts most, then the kind of name, then
/// whether the organisation is active. Those of another country are not asked.
pub fn choose(
    index: &Index,
    entries: &[Entry],
    place: &QueryPlace,
    score: f32,
    listed: &mut Vec<Candidate>,
    accept: impl Fn(&Entry, &Candidate) -> bool,
) -> Choice {
    let mut ranked: Vec<(Rank, Candidate)> = Vec::new();
    for entry in entries {
        let candidate = candidate(index, entry, place, score);
        if candidate.country == PlaceVerdict::Differ || !accept(entry, &candidate) {
            continue;
        }
        let rank = rank(index, &candidate);
        match ranked.iter_mut().find(|(_, known)| known.organization == entry.organization) {
            Some(known) if known.0 < rank => *known = (rank, candidate),
            Some(_) => {}
            None => ranked.push((rank, candidate)),
        }
    }
    ranked.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.organization.cmp(&other.1.organization)));
    match ranked.as_slice() {
        [] => Choice::Nothing,
        [(_, only)] => Choice::One(*only, None),
        [(first, best), (second, next), ..] => {
            let one_became_the_other = index.release.successor(best.organization)
                == index.release.successor(next.organization)
                && ranked.len() == 2;
            if first > second || one_became_the_other {
                Choice::One(*best, Some(*next))
            } else {
                list(listed, ranked.iter().map(|(_, candidate)| *candidate));
                Choice::Tie
            }
        }
    }
}

/// Appends candidates that are not listed yet.
pub fn list(listed: &mut Vec<Candidate>, candidates: impl Iterator<Item = Candidate>) {
    for candidate in candidates {
        if listed.len() < MAX_LISTED
            && !listed.iter().any(|known| known.organization == candidate.organization)
        {
            listed.push(candidate);
        }
    }
}

fn candidate(index: &Index, entry: &Entry, place: &QueryPlace, score: f32) -> Candidate {
    Candidate {
        organization: entry.organization,
        name: entry.name,
        kind: entry.kind,
        score,
        country: index.places.country(entry.organization, place.country),
        city: index.places.city(entry.organization, &place.city),
    }
}

fn rank(index: &Index, candidate: &Candidate) -> Rank {
    let kind = match candidate.kind {
        NameKind::Display | NameKind::Label => 2,
        NameKind::Alias => 1,
        NameKind::Acronym => 0,
    };
    let active = index.release.organization(candidate.organization).status == Status::Active;
    (candidate.country, candidate.city, kind, active)
}
