//! What all records of a dump share: words, institutions, journals, members.
//!
//! Built once, then only read, by all threads.

use std::sync::{Arc, OnceLock};

use super::dates::Moment;
use super::identifiers::{CAPITALS, DIGITS, grouped, issn};

use super::organizations::{ORGANIZATIONS, Organizations};
use super::places::Places;
use super::random::{Random, Stream};
use super::syllables::Script;
use super::words::{Lexicon, Lexicons};

const CLIENTS: u64 = 300;
const JOURNALS: usize = 6_000;

/// A member's system that writes to records.
pub struct Client {
    /// `APP-…`, or sixteen digits for those from before 2013.
    pub id: String,
    pub name: String,
}

impl Client {
    /// Whether its id looks like that of a person.
    pub fn is_legacy(&self) -> bool {
        !self.id.starts_with("APP-")
    }
}

pub struct Journal {
    pub title: String,
    pub issn: String,
    /// The publisher's DOI prefix and the journal's short form in DOIs.
    pub doi_stem: String,
}

pub struct World {
    pub seed: u64,
    pub places: Places,
    /// When the dump was taken; nothing is younger.
    pub snapshot: Moment,
    pub year: u16,
    /// Whether the full activities are needed.
    pub in_full: bool,
    lexicons: Arc<Lexicons>,
    pub organizations: Organizations,
    pub clients: Vec<Client>,
    /// Each is made when it is first asked for.
    journals: Vec<OnceLock<Journal>>,
}

impl World {
    pub fn new(seed: u64, records: u64, year: u16, in_full: bool) -> World {
        let lexicons: Arc<Lexicons> = Arc::default();
        World {
            seed,
            places: Places { records },
            snapshot: Moment::midnight(i64::from(year), 9, 23),
            year,
            in_full,
            organizations: Organizations::first(ORGANIZATIONS, lexicons.clone()),
            clients: (0..CLIENTS).map(|number| client(number, &lexicons)).collect(),
            journals: (0..JOURNALS).map(|_| OnceLock::new()).collect(),
            lexicons,
        }
    }

    /// The number of any journal; the first ones more often.
    pub fn any_journal(&self, random: &mut Random) -> usize {
        random.early(JOURNALS)
    }

    pub fn journal(&self, number: usize) -> &Journal {
        self.journals[number].get_or_init(|| journal(number as u64, &self.lexicons))
    }

    /// The random numbers of one thing in this dump.
    pub fn random(&self, stream: Stream, number: u64) -> Random {
        Random::new(self.seed, stream, number)
    }

    pub fn lexicon(&self, script: Script) -> &Lexicon {
        self.lexicons.of(script)
    }

    /// The words of some script, by how often scripts are met.
    pub fn any_lexicon(&self, random: &mut Random) -> &Lexicon {
        self.lexicon(random.weighted(&Script::SHARES))
    }
}

fn client(number: u64, lexicons: &Lexicons) -> Client {
    let mut random = Random::new(0, Stream::Clients, number);
    let lexicon = lexicons.of(random.weighted(&[(Script::Latin, 9), (Script::Accented, 1)]));
    let id = if random.chance(0.45) {
        grouped(&format!("00000002{}", random.code(DIGITS, 7)))
    } else {
        format!("APP-{}", random.code(CAPITALS, 16))
    };
    let name = match random.below(4) {
        0 => lexicon.proper_name(&mut random, 1),
        1 => format!("{} - PURE", lexicon.proper_name(&mut random, 2)),
        2 => format!("{} & {}", lexicon.proper_name(&mut random, 1), lexicon.word(&mut random)),
        _ => lexicon.proper_name(&mut random, 3),
    };
    Client { id, name }
}

fn journal(number: u64, lexicons: &Lexicons) -> Journal {
    let mut random = Random::new(0, Stream::Journals, number);
    let lexicon = lexicons.of(random.weighted(&Script::SHARES));
    let words = random.between(1, 4);
    let title = match random.below(3) {
        0 => format!("Journal of {}", lexicon.proper_name(&mut random, words)),
        1 => format!("{} Letters", lexicon.proper_name(&mut random, words)),
        _ => lexicon.proper_name(&mut random, words + 1),
    };
    let registrant = random.between(1000, 9999);
    let letters = random.code(b"abcdefghijklmnopqrstuvwxyz", 4);
    let doi_stem = match random.below(3) {
        0 => format!("10.{registrant}/j.{letters}."),
        1 => format!("10.{registrant}/{}-", letters.to_uppercase()),
        _ => format!("10.{registrant}/s"),
    };
    Journal { title, issn: issn(&mut random), doi_stem }
}
