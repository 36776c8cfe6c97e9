//! Learns the organisations of ids that ROR does not list, such as Ringgold's: each occurrence of a
//! name with an id is a vote.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::key::Key;
use crate::tables::organizations::LearnedRow;
use ror_match::{Answer, Crosswalk, Matcher, NameKind, PlaceVerdict, Relation, Scheme, Tier};

/// The least share of the votes to accept an organisation.
const MIN_PURITY: f64 = 0.9;
/// The least number of occurrences, unless the name is exactly the display name.
const MIN_SUPPORT: u64 = 2;

/// The votes on all ids.
#[derive(Default)]
pub struct Votes {
    ids: BTreeMap<(Scheme, String), FxHashMap<u32, Vote>>,
}

/// The votes for one organisation.
#[derive(Clone, Copy, Default)]
struct Vote {
    support: u64,
    keys: u64,
    exact: bool,
}

impl Votes {
    /// Counts the vote of a key's name for the meaning of its id, if the match of the name is
    /// reliable enough.
    pub fn count(&mut self, matcher: &Matcher, key: &Key, answer: &Answer) {
        let (Some(source), Some(identifier), Some(found)) = (key.source(), key.identifier(), &answer.found)
        else {
            return;
        };
        let Some(scheme) = Scheme::named(source).filter(|scheme| scheme.is_to_learn()) else { return };
        let Some(value) = scheme.normalize(identifier) else { return };
        let sure = found.tier <= Tier::Segment && found.relation == Relation::Same;
        if !sure || found.found.country < PlaceVerdict::Near {
            return;
        }
        let meant = matcher.index.release.successor(found.found.organization);
        let vote = self.ids.entry((scheme, value)).or_default().entry(meant).or_default();
        vote.support += key.row().occurrences().unsigned_abs();
        vote.keys += 1;
        vote.exact |= found.tier == Tier::Exact && found.found.kind == NameKind::Display;
    }

    /// Adds the accepted ids to the crosswalk, and gives all ids as rows.
    pub fn learn(&self, matcher: &Matcher, crosswalk: &mut Crosswalk) -> Vec<LearnedRow> {
        let mut rows = Vec::with_capacity(self.ids.len());
        for ((scheme, value), votes) in &self.ids {
            let mut ranked: Vec<(u32, Vote)> = votes.iter().map(|(number, vote)| (*number, *vote)).collect();
            ranked.sort_by_key(|(number, vote)| (std::cmp::Reverse(vote.support), *number));
            let (best, vote) = ranked[0];
            let next = ranked.get(1);
            let total: u64 = ranked.iter().map(|(_, vote)| vote.support).sum();
            let purity = vote.support as f64 / total.max(1) as f64;
            let accepted = purity >= MIN_PURITY && (vote.support >= MIN_SUPPORT || vote.exact);
            if accepted {
                crosswalk.learn(*scheme, value.clone(), best);
            }
            let id = |number: u32| matcher.index.release.organization(number).id.to_string();
            rows.push(LearnedRow {
                source: scheme.name(),
                identifier: value.clone(),
                ror_id: id(best),
                support: vote.support.cast_signed(),
                keys: vote.keys.cast_signed(),
                purity,
                runner_up: next.map(|(number, _)| id(*number)),
                runner_up_support: next.map_or(0, |(_, vote)| vote.support.cast_signed()),
                accepted,
            });
        }
        rows
    }
}
