//! Who a record is about: the names and the person section.
//!
//! The names of a record follow from its number alone, so that co-authors can be
//! named rightly without making their records.

use super::dates::Moment;
use super::identifiers::{CAPITALS, DIGITS, grouped};
use super::ledger::Ledger;
use super::model::{ExternalId, Names, Normalized, Person, PersonItem};
use super::organizations::COUNTRIES;
use super::random::{Random, Stream};
use super::syllables::Script;
use super::world::World;

/// The public names of the record with this number; none if they are hidden.
pub fn names(world: &World, number: u64) -> Option<Names> {
    let random = &mut world.random(Stream::Names, number);
    let lexicon = world.any_lexicon(random);
    let mut given = lexicon.given_name(random).to_owned();
    let mut family = lexicon.family_name(random).to_owned();
    if random.chance(0.3) {
        given = format!("{given} {}", lexicon.given_name(random));
    }
    if lexicon.script == Script::Accented && random.chance(0.4) {
        family = format!("{family} {}", lexicon.family_name(random));
    }
    match random.below(100) {
        0..6 => (given, family) = (given.to_uppercase(), family.to_uppercase()),
        6..10 => (given, family) = (given.to_lowercase(), family.to_lowercase()),
        10 => given = format!("Dr. {given}"),
        11 => family = format!("O'{family}"),
        12 => given = format!("{given} "),
        _ => {}
    }
    if random.chance(0.008) {
        return None;
    }
    Some(Names {
        credit: random.chance(0.028).then(|| short_form(&given, &family)),
        family: random.chance(0.979).then_some(family),
        given: Some(given),
    })
}

/// As names stand in lists of authors: `Family, G.`
pub fn short_form(given: &str, family: &str) -> String {
    let initials: String =
        given.split_whitespace().filter_map(|name| name.chars().next()).map(|i| format!("{i}.")).collect();
    format!("{family}, {initials}")
}

/// The name of somebody who has no record; the same for the same number.
pub fn stranger(world: &World, number: u64) -> String {
    let random = &mut world.random(Stream::Strangers, number);
    let lexicon = world.any_lexicon(random);
    short_form(lexicon.given_name(random), lexicon.family_name(random))
}

/// Makes the person section. `active` people fill in more.
pub fn person(
    world: &World,
    random: &mut Random,
    ledger: &mut Ledger,
    names: Option<Names>,
    made: Moment,
    active: bool,
) -> Person {
    let lexicon = world.any_lexicon(random);
    let has = |random: &mut Random, share: f64| random.chance(correlated(share, active));
    let name_changed = ledger.some_time(random);
    let name_dates =
        ((!random.chance(0.01)).then_some(made), if random.chance(0.6) { made } else { name_changed });
    let mut person = Person { names, name_dates, ..Person::default() };
    if has(random, 0.031) {
        let sentences = random.between(1, 12);
        let text = lexicon.paragraph(random, sentences);
        person.biography = Some((text, made, ledger.some_time(random)));
    }
    if has(random, 0.043) {
        person.other_names = items(random, ledger, 3, |random| {
            let name = format!("{} {}", lexicon.given_name(random), lexicon.family_name(random));
            // Empty values do occur.
            (if random.chance(0.01) { String::new() } else { name }, None)
        });
    }
    if has(random, 0.067) {
        person.urls = items(random, ledger, 4, |random| {
            let label = random.chance(0.9).then(|| lexicon.phrase(random, 2));
            (web_page(world, random), label)
        });
    }
    if has(random, 0.017) {
        person.emails = items(random, ledger, 2, |random| (email(world, random), None))
            .into_iter()
            .enumerate()
            .map(|(rank, item)| (item, !random.chance(0.1), rank == 0))
            .collect();
    }
    if has(random, 0.129) {
        person.countries = items(random, ledger, 2, |random| {
            let country = if random.chance(0.005) { "" } else { random.weighted(COUNTRIES) };
            (country.to_owned(), None)
        });
    }
    if has(random, 0.056) {
        person.keywords = items(random, ledger, 7, |random| {
            let words = random.between(1, 3);
            let keyword = lexicon.phrase(random, words);
            (if random.chance(0.005) { String::new() } else { keyword }, None)
        });
    }
    if has(random, 0.129) {
        for _ in 0..random.between(1, 3) {
            let source = ledger.source(random, 0.05);
            person.external_ids.push((ledger.entry(random, source), external_id(random)));
        }
    }
    person
}

/// The share among active or among other people, if three in ten are active.
pub fn correlated(share: f64, active: bool) -> f64 {
    if active { (share * 2.98).min(0.98) } else { share * 0.15 }
}

/// A page on some server that does not exist.
pub fn web_page(world: &World, random: &mut Random) -> String {
    let lexicon = world.lexicon(Script::Latin);
    let server = lexicon.word(random).to_owned();
    match random.below(3) {
        0 => format!("https://www.{server}.example/"),
        1 => format!("http://{server}.example/people/{}.html", random.below(100_000)),
        _ => format!("https://{server}.example/view?id={}&lang=en", random.below(1_000_000)),
    }
}

fn email(world: &World, random: &mut Random) -> String {
    let lexicon = world.lexicon(Script::Latin);
    let person = lexicon.given_name(random).to_lowercase();
    format!("{person}.{}@{}.example", lexicon.word(random), lexicon.word(random))
}

/// From one to `most` items, written by the owner in nearly all cases.
fn items(
    random: &mut Random,
    ledger: &mut Ledger,
    most: i64,
    mut text: impl FnMut(&mut Random) -> (String, Option<String>),
) -> Vec<PersonItem> {
    (0..random.between(1, most))
        .map(|_| {
            let source = ledger.source(random, 0.94);
            let provenance = ledger.entry(random, source);
            let (text, label) = text(random);
            PersonItem { provenance, text, label }
        })
        .collect()
}

/// Kinds are free text: people and systems write what they like.
fn external_id(random: &mut Random) -> ExternalId {
    let (kind, value) = match random.below(10) {
        0..4 => ("Scopus Author ID", random.code(DIGITS, 11)),
        4 | 5 => ("ResearcherID", researcher_id(random)),
        6 => ("Researcher ID", researcher_id(random)),
        7 => ("Loop profile", random.code(DIGITS, 6)),
        8 => ("ISNI", grouped(&format!("0000000{}", random.code(DIGITS, 8))).replace('-', "")),
        _ => {
            let kind = *random.pick(&["GitHub", "中国科学家在线", "Public Key", "Ciência ID"]);
            (kind, random.code(CAPITALS, 8))
        }
    };
    let url = match random.below(20) {
        0 => None,
        1 => Some(String::new()),
        _ => Some(format!("http://www.ids.example/id?kind={}&id={value}", kind.len())),
    };
    ExternalId { kind, value, normalized: Normalized::Absent, url, relationship: Some("self") }
}

fn researcher_id(random: &mut Random) -> String {
    let (letter, number) = (random.code(&CAPITALS[10..], 1), random.between(1000, 9999));
    format!("{letter}-{number}-{}", random.between(2008, 2024))
}

/// The person section of a record that was deactivated long ago.
pub fn deactivated(made: Moment) -> Person {
    Person {
        names: Some(Names {
            given: Some("Given Names Deactivated".to_owned()),
            family: Some("Family Name Deactivated".to_owned()),
            credit: None,
        }),
        name_dates: (Some(made), made),
        ..Person::default()
    }
}
