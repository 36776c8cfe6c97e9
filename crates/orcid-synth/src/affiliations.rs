//! Educations, employments and the five other kinds of affiliation.

use super::ledger::{self, Ledger};
use super::model::{Affiliation, AffiliationKind, ExternalId, Group, Normalized, Organization};
use super::organizations;
use super::people::{correlated, web_page};
use super::random::Random;
use super::words::Lexicon;
use super::world::World;

/// One kind: how many records have any, and how many they have then.
struct Habit {
    kind: AffiliationKind,
    share: f64,
    counts: &'static [(f64, f64)],
    /// Whether the organisation may be missing (since August 2025).
    professional: bool,
}

const HABITS: [Habit; 7] = [
    habit(AffiliationKind::Distinction, 0.003, FEW, true),
    habit(AffiliationKind::Education, 0.229, &[(0.0, 1.0), (0.5, 1.9), (0.9, 4.0), (1.0, 7.0)], false),
    habit(AffiliationKind::Employment, 0.221, &[(0.0, 1.0), (0.6, 1.9), (0.9, 4.0), (1.0, 12.0)], false),
    habit(AffiliationKind::InvitedPosition, 0.006, FEW, true),
    habit(AffiliationKind::Membership, 0.010, FEW, true),
    habit(AffiliationKind::Qualification, 0.026, FEW, false),
    habit(AffiliationKind::Service, 0.008, FEW, true),
];

const FEW: &[(f64, f64)] = &[(0.0, 1.0), (0.6, 2.0), (0.95, 6.0), (1.0, 20.0)];

const fn habit(
    kind: AffiliationKind,
    share: f64,
    counts: &'static [(f64, f64)],
    professional: bool,
) -> Habit {
    Habit { kind, share, counts, professional }
}

/// Registries from which an affiliation's organisation may be identified.
const REGISTRIES: &[(Option<&str>, u32)] = &[
    (None, 195),
    (Some("RINGGOLD"), 430),
    (Some("ROR"), 250),
    (Some("GRID"), 110),
    (Some("FUNDREF"), 12),
    (Some("LEI"), 3),
];

/// Makes all affiliations of a record, by the number of the kind.
pub fn affiliations(
    world: &World,
    random: &mut Random,
    ledger: &mut Ledger,
    active: bool,
) -> [Vec<Group<Affiliation>>; 7] {
    let lexicon = world.any_lexicon(random);
    let mut kinds: [Vec<Group<Affiliation>>; 7] = Default::default();
    for habit in &HABITS {
        if !random.chance(correlated(habit.share, active)) {
            continue;
        }
        let groups = &mut kinds[habit.kind as usize];
        for _ in 0..random.quantile(habit.counts) as u64 {
            let first = affiliation(world, random, ledger, lexicon, habit);
            let mut group = vec![first];
            // Two sources that tell the same share an external id.
            if random.chance(0.01) {
                let mut second = affiliation(world, random, ledger, lexicon, habit);
                let value = organizations::grant_number(random);
                group[0].external_ids = Some(vec![award_id(value.clone(), true)]);
                second.external_ids = Some(vec![award_id(value, false)]);
                group.push(second);
            }
            groups.push(group);
        }
    }
    kinds
}

fn affiliation(
    world: &World,
    random: &mut Random,
    ledger: &mut Ledger,
    lexicon: &Lexicon,
    habit: &Habit,
) -> Affiliation {
    let source = ledger.source(random, 0.93);
    let provenance = ledger.entry(random, source);
    let (start, end) = ledger::period(random, world, 7);
    let lacks_organization = habit.professional && random.chance(0.05);
    Affiliation {
        provenance,
        department: random.chance(0.74).then(|| department(random, lexicon)),
        role: random.chance(0.9).then(|| role(random, lexicon)),
        start,
        end,
        organization: (!lacks_organization).then(|| organization(world, random)),
        url: random.chance(0.055).then(|| web_page(world, random)),
        external_ids: match random.below(60) {
            0 => Some(vec![award_id(organizations::grant_number(random), random.chance(0.5))]),
            1 => Some(Vec::new()),
            _ => None,
        },
    }
}

fn organization(world: &World, random: &mut Random) -> Organization {
    let registry = random.weighted(REGISTRIES);
    let known = match registry {
        Some("FUNDREF") => organizations::funder(&world.organizations, random),
        _ => organizations::any(&world.organizations, random),
    };
    known.used(random, registry)
}

fn department(random: &mut Random, lexicon: &Lexicon) -> String {
    let words = random.between(1, 3);
    let subject = lexicon.proper_name(random, words);
    match random.below(5) {
        0 | 1 => format!("Department of {subject}"),
        2 => format!("Faculty of {subject} & {}", lexicon.word(random)),
        _ => subject,
    }
}

fn role(random: &mut Random, lexicon: &Lexicon) -> String {
    let words = random.between(1, 3);
    match random.below(6) {
        0 | 1 => "PhD".to_owned(),
        2 => "Professor".to_owned(),
        3 => format!("Bachelor's in {}", lexicon.word(random)),
        _ => lexicon.phrase(random, words),
    }
}

fn award_id(value: String, with_url: bool) -> ExternalId {
    ExternalId {
        kind: "other-id",
        normalized: Normalized::Value(value.to_lowercase()),
        url: with_url.then(|| format!("https://awards.example/{value}")),
        value,
        relationship: Some("self"),
    }
}
