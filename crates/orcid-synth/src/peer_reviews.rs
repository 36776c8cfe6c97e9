//! Reviews written for journals: grouped by journal, then by review.

use super::identifiers::uuid;
use super::ledger::{self, Ledger};
use super::model::{ExternalId, Group, Normalized, PeerReview, PeerReviewDetails, Provenance, Title};
use super::people::{correlated, web_page};
use super::random::{Random, Stream};
use super::world::World;

const SHARE: f64 = 0.018;
const JOURNALS: &[(f64, f64)] = &[(0.0, 1.0), (0.5, 3.0), (0.9, 10.0), (1.0, 40.0)];
const REVIEWS: &[(f64, f64)] = &[(0.0, 1.0), (0.5, 2.0), (0.9, 6.0), (1.0, 30.0)];
const ROLES: &[(&str, u32)] =
    &[("reviewer", 960), ("editor", 20), ("member", 8), ("chair", 6), ("organizer", 6)];
const SUBJECT_KINDS: &[&str] =
    &["journal-article", "book", "conference-paper", "grant", "research-resource-proposal"];

/// Makes the peer reviews of a record.
pub fn peer_reviews(
    world: &World,
    random: &mut Random,
    ledger: &mut Ledger,
    active: bool,
) -> Vec<Group<Group<PeerReview>>> {
    if !random.chance(correlated(SHARE, active)) {
        return Vec::new();
    }
    (0..random.quantile(JOURNALS) as u64)
        .map(|_| {
            let journal = world.any_journal(random);
            let group_id = group_id(world, random, journal);
            let organization = random.early(world.organizations.len());
            (0..random.quantile(REVIEWS) as u64)
                .map(|_| {
                    let ids = review_ids(random);
                    let copies = if random.chance(0.02) { 2 } else { 1 };
                    (0..copies)
                        .map(|_| review(world, random, ledger, &group_id, organization, &ids))
                        .collect()
                })
                .collect()
        })
        .collect()
}

fn group_id(world: &World, random: &mut Random, journal: usize) -> String {
    let issn = &world.journal(journal).issn;
    match random.below(50) {
        0 => format!("orcid-generated:{}", journal + 1000),
        1 => format!("publons:{}", journal + 77),
        2 => format!("ringgold:{}", journal + 1000),
        3 => format!("fundref:{}", 501_100_000_000 + journal),
        _ => format!("issn:{issn}"),
    }
}

fn review_ids(random: &mut Random) -> Vec<(&'static str, String)> {
    let kind = random.weighted(&[("source-work-id", 98), ("other-id", 2)]);
    vec![(kind, uuid(random))]
}

fn review(
    world: &World,
    random: &mut Random,
    ledger: &mut Ledger,
    group_id: &str,
    organization: usize,
    ids: &[(&'static str, String)],
) -> PeerReview {
    let source = ledger.source(random, 0.0);
    let provenance = ledger.entry(random, source);
    let registry = random.weighted(&[(None, 70), (Some("GRID"), 18), (Some("ROR"), 12)]);
    let year = provenance.created.year();
    let url = match random.below(10) {
        0 | 1 => None,
        2 => Some(String::new()),
        _ => Some(format!("https://reviews.example/review/{}", &ids[0].1[..8])),
    };
    PeerReview {
        provenance,
        role: random.weighted(ROLES),
        kind: random.weighted(&[("review", 97), ("evaluation", 3)]),
        external_ids: ids
            .iter()
            .map(|(kind, value)| ExternalId {
                kind,
                value: value.clone(),
                normalized: Normalized::Value(value.clone()),
                url: url.clone(),
                relationship: Some("self"),
            })
            .collect(),
        url: url.filter(|url| !url.is_empty()),
        completed: ledger::fuzzy_date(random, year - 2, year, 0.3),
        group_id: group_id.to_owned(),
        organization: world.organizations[organization].used(random, registry),
        details: world.in_full.then(|| details(world, provenance)),
    }
}

/// From a stream of its own: a summary is the same with and without it.
fn details(world: &World, provenance: Provenance) -> PeerReviewDetails {
    let random = &mut world.random(Stream::Details, provenance.put_code ^ 0x0E00_0000_0000);
    let lexicon = world.any_lexicon(random);
    let named = random.chance(0.25);
    let journal = world.journal(world.any_journal(random));
    let doi = format!("{}{}", journal.doi_stem, random.below(100_000));
    PeerReviewDetails {
        subject_id: named.then(|| ExternalId {
            kind: "doi",
            normalized: Normalized::Value(doi.to_lowercase()),
            url: Some(format!("https://doi.org/{doi}")),
            value: doi,
            relationship: random.chance(0.8).then_some("self"),
        }),
        container: random.chance(0.3).then(|| journal.title.clone()),
        subject_kind: random.chance(0.3).then(|| *random.pick(SUBJECT_KINDS)),
        subject: named.then(|| Title {
            title: lexicon.title(random, provenance.put_code),
            subtitle: random.chance(0.2).then(|| lexicon.title(random, provenance.put_code)),
            translated: random.chance(0.1).then(|| (lexicon.title(random, provenance.put_code), "zh_CN")),
        }),
        subject_url: random.chance(0.15).then(|| web_page(world, random)),
    }
}
