//! What is published, whoever lists it.
//!
//! A publication follows from its number alone. Records take runs of neighbouring
//! numbers, so two records may list the same publication, as co-authors do.

use super::dates::FuzzyDate;
use super::identifiers::{CAPITALS, DIGITS, isbn};
use super::ledger::fuzzy_date;
use super::model::Title;
use super::random::{Random, Stream};
use super::syllables::Script;
use super::world::{Journal, World};

/// Publications for each record of the dump: with some seven works a record,
/// each publication is listed two to three times.
const PER_RECORD: u64 = 3;
/// More than the works of the longest record, so that none lists one twice.
const FEWEST: u64 = 20_011;

/// Neighbouring publications, as one author lists them, are on one topic: they
/// share words, journals and authors.
const ON_ONE_TOPIC: u64 = 40;
const TOPIC_JOURNALS: u64 = 5;

/// The facts of one publication.
pub struct Publication<'w> {
    pub number: u64,
    pub topic: u64,
    pub script: Script,
    pub title: Title,
    pub journal: Option<&'w Journal>,
    pub kind: &'static str,
    pub date: FuzzyDate,
    pub doi: String,
}

/// How many publications there are in a dump.
pub fn count(world: &World) -> u64 {
    (world.places.records * PER_RECORD).max(FEWEST)
}

/// The publication with this number.
pub fn publication(world: &World, number: u64) -> Publication<'_> {
    let random = &mut world.random(Stream::Publications, number);
    let topic = number / ON_ONE_TOPIC;
    let lexicon = world.any_lexicon(random);
    let journal = world.journal(match random.below(3) {
        0 => world.any_journal(random),
        _ => topic_journal(world, topic, random.below(TOPIC_JOURNALS)),
    });
    let age = random.quantile(&[(0.0, 0.0), (0.5, 7.0), (0.9, 19.0), (0.99, 38.0), (1.0, 84.0)]);
    let year = i64::from(world.year) - age as i64;
    let title = Title {
        title: lexicon.title(random, topic),
        subtitle: random.chance(0.01).then(|| lexicon.title(random, topic)),
        translated: random
            .chance(0.01)
            .then(|| (world.lexicon(Script::Latin).title(random, topic), *random.pick(LANGUAGES))),
    };
    Publication {
        number,
        topic,
        script: lexicon.script,
        title,
        journal: random.chance(0.95).then_some(journal),
        kind: random.weighted(KINDS),
        date: fuzzy_date(random, year, year, 0.6),
        doi: doi(random, journal, year),
    }
}

fn topic_journal(world: &World, topic: u64, rank: u64) -> usize {
    let journal = topic * TOPIC_JOURNALS + rank;
    world.any_journal(&mut world.random(Stream::Journals, journal))
}

fn doi(random: &mut Random, journal: &Journal, year: i64) -> String {
    let item = random.code(DIGITS, 5);
    match random.below(40) {
        // DOIs may hold nearly everything.
        0 => format!("{}{item}<{}:ab>2.0.CO;2-#", journal.doi_stem, random.below(100)),
        1 => format!("{}({year}){item}&{}", journal.doi_stem, random.below(100)),
        _ => format!("{}{year}.{item}", journal.doi_stem),
    }
}

/// The other identifiers of a publication, by kind; the same at every call.
pub fn identifier(world: &World, publication: &Publication, kind: &str) -> String {
    let salt =
        kind.bytes().fold(0u64, |sum, letter| sum.wrapping_mul(31).wrapping_add(u64::from(letter))) << 40;
    let random = &mut world.random(Stream::Publications, publication.number ^ salt);
    match kind {
        "doi" => publication.doi.clone(),
        "eid" => format!("2-s2.0-8{}", random.code(DIGITS, 10)),
        "wosuid" => format!("WOS:000{}", random.code(DIGITS, 12)),
        "arxiv" => format!("{:02}{:02}.{}", publication.date.year % 100, 7, random.code(DIGITS, 5)),
        "pmid" => (10_000_000 + random.below(29_000_000)).to_string(),
        "pmc" => format!("PMC{}", random.code(DIGITS, 7)),
        "isbn" => isbn(random),
        "issn" => publication.journal.map_or("0000-0000".to_owned(), |journal| journal.issn.clone()),
        "source-work-id" => super::identifiers::uuid(random),
        "uri" => format!("https://repository.example/item?id={}&x=1", random.below(999_999)),
        "handle" => format!("20.500.{}/{}", random.code(DIGITS, 5), random.below(99_999)),
        _ => random.code(CAPITALS, 10),
    }
}

/// Codes of translated titles, among them the old ones of Java.
pub const LANGUAGES: &[&str] = &["en", "en", "en", "es", "pt", "fr", "de", "zh_CN", "iw", "in", "cs", "ru"];

/// Types by how often they are met; each type of the schema is.
const KINDS: &[(&str, u32)] = &[
    ("journal-article", 3968),
    ("conference-paper", 308),
    ("other", 268),
    ("book-chapter", 180),
    ("book", 135),
    ("preprint", 60),
    ("dissertation-thesis", 50),
    ("report", 40),
    ("data-set", 40),
    ("conference-abstract", 20),
    ("conference-poster", 20),
    ("working-paper", 15),
    ("patent", 15),
    ("review", 10),
    ("software", 10),
    ("edited-book", 8),
    ("book-review", 8),
    ("lecture-speech", 6),
    ("website", 5),
    ("online-resource", 5),
    ("magazine-article", 5),
    ("newspaper-article", 5),
    ("supervised-student-publication", 5),
    ("annotation", 1),
    ("artistic-performance", 1),
    ("blog-post", 2),
    ("cartographic-material", 1),
    ("clinical-study", 1),
    ("conference-output", 1),
    ("conference-presentation", 2),
    ("conference-proceedings", 2),
    ("data-management-plan", 1),
    ("design", 1),
    ("dictionary-entry", 1),
    ("disclosure", 1),
    ("encyclopedia-entry", 1),
    ("image", 1),
    ("invention", 1),
    ("journal-issue", 1),
    ("learning-object", 1),
    ("license", 1),
    ("manual", 1),
    ("moving-image", 1),
    ("musical-composition", 1),
    ("newsletter-article", 1),
    ("physical-object", 1),
    ("public-speech", 1),
    ("registered-copyright", 1),
    ("research-technique", 1),
    ("research-tool", 1),
    ("sound", 1),
    ("spin-off-company", 1),
    ("standards-and-policy", 1),
    ("technical-standard", 1),
    ("test", 1),
    ("trademark", 1),
    ("transcription", 1),
    ("translation", 1),
];
