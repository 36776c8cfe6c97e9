//! Put codes, dates and sources for the items of one record.
//!
//! Put codes rise within a record, and no other record has them, as in the
//! registry; only in dumps of more than about 170,000 records may the longest
//! records reach into the next one's. Nothing is older than the record or younger than the snapshot.

use super::dates::{FuzzyDate, Moment};
use super::model::{Provenance, Source};
use super::random::Random;
use super::world::World;

const DAY: i64 = 86_400_000;
/// Put codes set aside for each record: more than any record has items.
const PUT_CODES_PER_RECORD: u64 = 12_000;
/// Where the put codes of small dumps end: codes have been there since 2023.
const USUAL_PUT_CODE: u64 = 225_000_000;
/// The schema gives put codes 31 bits.
const MAX_PUT_CODE: u64 = 0x7FFF_0000;

/// Gives out the items of one record, one after the other.
pub struct Ledger<'w> {
    world: &'w World,
    since: Moment,
    put_code: u64,
    /// The items that one system writes at one go.
    batch: (Source, Moment, u64),
}

impl<'w> Ledger<'w> {
    /// A ledger for the record of this number, made at `since`.
    pub fn new(world: &'w World, number: u64, since: Moment) -> Ledger<'w> {
        let records = world.places.records.max(1);
        let span = PUT_CODES_PER_RECORD.min(MAX_PUT_CODE / records);
        let first = USUAL_PUT_CODE.saturating_sub(records * span);
        let put_code = first + number * span;
        Ledger { world, since, put_code, batch: (Source::Owner, since, 0) }
    }

    /// An item that was added alone.
    pub fn entry(&mut self, random: &mut Random, source: Source) -> Provenance {
        let created = self.some_time(random);
        self.provenance(random, source, created)
    }

    /// An item that probably came together with others from the same source.
    pub fn batched_entry(&mut self, random: &mut Random) -> Provenance {
        let (mut source, mut created, left) = self.batch;
        let left = if left == 0 {
            source = self.source(random, 0.42);
            created = self.some_time(random);
            random.quantile(&[(0.0, 1.0), (0.5, 4.0), (0.9, 40.0), (1.0, 200.0)]) as u64
        } else {
            left - 1
        };
        created = Moment((created.0 + random.between(1, 90)).min(self.world.snapshot.0 - 1));
        self.batch = (source, created, left);
        self.provenance(random, source, created)
    }

    /// Who may have written an item, the owner with the given share.
    pub fn source(&self, random: &mut Random, owner: f64) -> Source {
        if random.chance(owner) {
            return Source::Owner;
        }
        let clients = self.world.clients.len();
        let client = random.early(clients);
        match random.below(100) {
            0..60 => Source::Client(client),
            60..96 => Source::ClientForOwner(client),
            96 => Source::ClientForClient(client, random.early(clients)),
            97 | 98 if self.world.clients[client].is_legacy() => Source::ClientAsPerson(client),
            _ => Source::Empty,
        }
    }

    /// Any moment since the record was made.
    pub fn some_time(&self, random: &mut Random) -> Moment {
        Moment(random.between(self.since.0, self.world.snapshot.0 - 1))
    }

    fn provenance(&mut self, random: &mut Random, source: Source, created: Moment) -> Provenance {
        self.put_code += 1;
        let later = Moment(random.between(created.0, self.world.snapshot.0 - 1));
        Provenance {
            put_code: self.put_code,
            display_index: u32::from(random.chance(0.4)),
            created,
            modified: if random.chance(0.72) { created } else { later },
            source,
        }
    }
}

/// A date within the years, as exact as people are.
pub fn fuzzy_date(random: &mut Random, first: i64, last: i64, with_month: f64) -> FuzzyDate {
    let month = random.chance(with_month).then(|| random.between(1, 12) as u8);
    FuzzyDate {
        year: random.between(first, last.max(first)).clamp(1900, 2100),
        month,
        // Nobody checks whether the month has such a day.
        day: month.filter(|_| random.chance(0.65)).map(|_| random.between(1, 31) as u8),
    }
}

/// When a period began and ended; open ends are frequent.
pub fn period(random: &mut Random, world: &World, longest: i64) -> (Option<FuzzyDate>, Option<FuzzyDate>) {
    let this_year = i64::from(world.year);
    let back = random.quantile(&[(0.0, 0.0), (0.5, 9.0), (0.9, 28.0), (1.0, 70.0)]) as i64;
    let start = fuzzy_date(random, this_year - back, this_year - back, 0.8);
    let end_year = start.year + random.between(0, longest);
    let end = random.chance(0.72).then(|| fuzzy_date(random, end_year, end_year, 0.8));
    (random.chance(0.92).then_some(start), end)
}

/// A moment some days before another one.
pub fn days_before(moment: Moment, days: i64) -> Moment {
    Moment(moment.0 - days * DAY)
}
