//! What all records of a dump share: words, institutions, journals, members.
//!
//! Built once, then only read, by all threads.

use super::dates::Moment;
use super::identifiers::{CAPITALS, DIGITS, grouped, issn};

use super::organizations::{self, KnownOrganization};
use super::places::Places;
use super::random::{Random, Stream};
use super::syllables::Script;
use super::words::Lexicon;

const CLIENTS: u64 = 300;
const JOURNALS: u64 = 6_000;

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
    lexicons: Vec<Lexicon>,
    pub organizations: Vec<KnownOrganization>,
    pub clients: Vec<Client>,
    pub journals: Vec<Journal>,
}

impl World {
    pub fn new(seed: u64, records: u64, year: u16, in_full: bool) -> World {
        let lexicons: Vec<Lexicon> = Script::ALL.into_iter().map(Lexicon::new).collect();
        World {
            seed,
            places: Places { records },
            snapshot: Moment::midnight(i64::from(year), 9, 23),
            year,
            in_full,
            organizations: organizations::table(&lexicons),
            clients: (0..CLIENTS).map(|number| client(number, &lexicons)).collect(),
            journals: (0..JOURNALS).map(|number| journal(number, &lexicons)).collect(),
            lexicons,
        }
    }

    /// The random numbers of one thing in this dump.
    pub fn random(&self, stream: Stream, number: u64) -> Random {
        Random::new(self.seed, stream, number)
    }

    pub fn lexicon(&self, script: Script) -> &Lexicon {
        &self.lexicons[script as usize]
    }

    /// The words of some script, by how often scripts are met.
    pub fn any_lexicon(&self, random: &mut Random) -> &Lexicon {
        self.lexicon(random.weighted(&Script::SHARES))
    }
}

fn client(number: u64, lexicons: &[Lexicon]) -> Client {
    let mut random = Random::new(0, Stream::Clients, number);
    let lexicon = &lexicons[random.weighted(&[(Script::Latin, 9), (Script::Accented, 1)]) as usize];
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

fn journal(number: u64, lexicons: &[Lexicon]) -> Journal {
    let mut random = Random::new(0, Stream::Journals, number);
    let lexicon = &lexicons[random.weighted(&Script::SHARES) as usize];
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
