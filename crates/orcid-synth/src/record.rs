//! A whole record from its number, or the reason why there is none to show.

use super::affiliations::affiliations;
use super::dates::Moment;
use super::fundings::fundings;
use super::ledger::{Ledger, days_before};
use super::model::{History, Record};
use super::peer_reviews::peer_reviews;
use super::people;
use super::random::{Random, Stream};
use super::research_resources::research_resources;
use super::works::works;
use super::world::World;

/// The share of members that hold no record: 3.9 % in 2025.
const TOMBSTONES: &[(Option<Tombstone>, u32)] = &[
    (None, 961),
    (Some(Tombstone::Deprecated), 14),
    (Some(Tombstone::Locked), 13),
    (Some(Tombstone::Deactivated), 12),
];
/// The share of records that were deactivated so long ago that they are still
/// shown, without their content.
const DEACTIVATED: f64 = 0.001;
/// The share of people who fill in much.
const ACTIVE: f64 = 0.3;

const METHODS: &[(&str, u32)] = &[("Direct", 520), ("Member-referred", 420), ("website", 54), ("API", 6)];

const LOCALES: &[(&str, u32)] = &[
    ("en", 860),
    ("es", 50),
    ("pt", 25),
    ("zh_CN", 15),
    ("ru", 12),
    ("fr", 10),
    ("it", 6),
    ("ja", 5),
    ("ko", 5),
    ("de", 3),
    ("cs", 3),
    ("tr", 2),
    ("pl", 2),
    ("zh_TW", 1),
    ("ar", 1),
    ("xx", 1),
];

/// Why a member holds an error instead of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tombstone {
    /// Merged into another record.
    Deprecated,
    Locked,
    Deactivated,
}

/// Whether the record with this number is gone, and why.
pub fn tombstone(world: &World, number: u64) -> Option<Tombstone> {
    world.random(Stream::Fate, number).weighted(TOMBSTONES)
}

/// The record that a deprecated one was merged into: another one, and alive.
pub fn successor(world: &World, number: u64) -> u64 {
    let random = &mut world.random(Stream::Records, number);
    let records = world.places.records;
    let mut other = random.below(records);
    for _ in 0..records.min(1000) {
        if other != number && tombstone(world, other).is_none() {
            break;
        }
        other = (other + 1) % records;
    }
    other
}

/// Makes the record with this number.
pub fn record(world: &World, number: u64) -> Record {
    let random = &mut world.random(Stream::Records, number);
    let age = random.quantile(&[(0.0, 2.0), (0.5, 1_900.0), (1.0, 4_700.0)]);
    let made = Moment(days_before(world.snapshot, age as i64).0 + random.between(0, 80_000_000));
    let ledger = &mut Ledger::new(world, number, made);
    let active = random.chance(ACTIVE);
    let gone = random.chance(DEACTIVATED);
    let history = history(random, ledger, made, gone);
    let mut record = Record {
        id: world.places.id(number),
        locale: random.weighted(LOCALES),
        history,
        person: people::deactivated(made),
        affiliations: Default::default(),
        fundings: Vec::new(),
        peer_reviews: Vec::new(),
        research_resources: Vec::new(),
        works: Vec::new(),
        quotes_as_entities: random.chance(0.03),
        accents_as_entities: random.chance(0.003),
    };
    if !gone {
        let names = people::names(world, number);
        record.person = people::person(world, random, ledger, names, made, active);
        record.affiliations = affiliations(world, random, ledger, active);
        record.fundings = fundings(world, random, ledger, active);
        record.peer_reviews = peer_reviews(world, random, ledger, active);
        record.research_resources = research_resources(world, random, ledger);
        record.works = works(world, number, random, ledger, active);
    }
    record
}

fn history(random: &mut Random, ledger: &Ledger, made: Moment, gone: bool) -> History {
    let method = random.weighted(METHODS);
    let member_made = matches!(method, "API" | "Member-referred");
    let modified = ledger.some_time(random);
    History {
        method,
        completed: random.chance(0.043).then_some(made),
        submitted: made,
        modified,
        source: (member_made && random.chance(0.3)).then(|| ledger.source(random, 0.0)),
        deactivated: gone.then_some(modified),
        verified_email: random.chance(0.9),
        verified_primary: random.chance(0.88),
    }
}
