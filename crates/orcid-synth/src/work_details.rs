//! What only the full form of a work shows: abstract, citation, contributors.
//!
//! Made from a stream of its own, so a summary is the same with and without it.

use super::model::{Contributor, WorkDetails};
use super::organizations::COUNTRIES;
use super::people;
use super::publications::Publication;
use super::random::{Random, Stream};
use super::world::World;

const CITATION_KINDS: &[(&str, u32)] = &[
    ("bibtex", 700),
    ("formatted-unspecified", 200),
    ("formatted-apa", 40),
    ("ris", 20),
    ("formatted-harvard", 10),
    ("formatted-ieee", 10),
    ("formatted-mla", 8),
    ("formatted-vancouver", 8),
    ("formatted-chicago", 4),
];

const ROLES: &[&str] = &[
    "author",
    "assignee",
    "editor",
    "chair-or-translator",
    "co-investigator",
    "co-inventor",
    "graduate-student",
    "other-inventor",
    "principal-investigator",
    "postdoctoral-researcher",
    "support-staff",
];

const CREDIT_ROLES: &[&str] = &[
    "conceptualization",
    "data-curation",
    "formal-analysis",
    "funding-acquisition",
    "investigation",
    "methodology",
    "project-administration",
    "resources",
    "software",
    "supervision",
    "validation",
    "visualization",
    "writing-original-draft",
    "writing-review-editing",
];

/// Authors of a work: a few, or the hundreds of a collaboration, which make the
/// full activities four times as large as the summaries.
const AUTHORS: &[(f64, f64)] =
    &[(0.0, 1.0), (0.5, 6.0), (0.9, 25.0), (0.97, 90.0), (0.995, 400.0), (1.0, 2000.0)];

/// So many authors publish on one topic.
const COLLEAGUES: u64 = 25;

/// One of the authors of a work.
#[derive(Clone, Copy)]
enum Author {
    /// Has a record in the dump, with this number.
    Record(u64),
    Stranger(u64),
}

/// The details that the source with this put code gives in the owner's record.
pub fn details(world: &World, publication: &Publication, owner: u64, put_code: u64) -> WorkDetails {
    let random = &mut world.random(Stream::Details, publication.number << 32 ^ put_code);
    let lexicon = world.lexicon(publication.script);
    let contributors: Option<Vec<Contributor>> = random.chance(0.8).then(|| {
        let authors = random.quantile(AUTHORS) as u64;
        let place = random.chance(0.7).then(|| random.below(authors));
        (0..authors)
            .map(|rank| {
                let who = match place {
                    Some(place) if place == rank => Author::Record(owner),
                    _ => author(world, random, publication.topic, authors),
                };
                contributor(world, random, who, rank)
            })
            .collect()
    });
    WorkDetails {
        description: random.chance(0.2).then(|| {
            let sentences = random.between(1, 14);
            cut(lexicon.paragraph(random, sentences), 5000)
        }),
        citation: random.chance(0.6).then(|| {
            let kind = random.weighted(CITATION_KINDS);
            (kind, citation(publication, contributors.as_deref().unwrap_or_default(), kind))
        }),
        contributors,
        language: random.chance(0.12).then(|| publication.script.language()),
        country: random.chance(0.04).then(|| random.weighted(COUNTRIES)),
    }
}

/// Somebody who publishes on the topic.
fn author(world: &World, random: &mut Random, topic: u64, authors: u64) -> Author {
    let colleague = topic * COLLEAGUES + random.below(authors.max(COLLEAGUES));
    if random.chance(0.06) {
        return Author::Record(colleague % world.places.records);
    }
    Author::Stranger(colleague)
}

fn contributor(world: &World, random: &mut Random, author: Author, rank: u64) -> Contributor {
    let (orcid, name) = match author {
        Author::Record(number) => {
            (Some(world.places.id(number)), people::names(world, number).and_then(|names| names.display()))
        }
        Author::Stranger(number) => (None, Some(people::stranger(world, number))),
    };
    let sequence = if rank == 0 { "first" } else { "additional" };
    let role = match random.below(100) {
        0..80 => Some("author".to_owned()),
        80..92 => {
            let role = random.pick(CREDIT_ROLES);
            Some(format!("http://credit.niso.org/contributor-roles/{role}/"))
        }
        92..97 => Some((*random.pick(ROLES)).to_owned()),
        _ => None,
    };
    Contributor {
        orcid,
        credit_name: name.filter(|_| !random.chance(0.01)),
        email: random.chance(0.001).then(|| "author@journals.example".to_owned()),
        attributes: random.chance(0.7).then(|| (random.chance(0.97).then_some(sequence), role)),
    }
}

fn citation(publication: &Publication, contributors: &[Contributor], kind: &str) -> String {
    let authors: Vec<&str> =
        contributors.iter().filter_map(|contributor| contributor.credit_name.as_deref()).take(40).collect();
    let title = &publication.title.title;
    let journal = publication.journal.map_or("", |journal| journal.title.as_str());
    let (year, doi) = (publication.date.year, &publication.doi);
    match kind {
        "bibtex" => format!(
            "@article{{Key{year},title = {{{title}}},journal = {{{journal}}},year = {{{year}}},\
             volume = {{{}}},author = {{{}}}}}",
            publication.number % 90,
            authors.join(" and ")
        ),
        "ris" => format!("TY  - JOUR\nTI  - {title}\nJO  - {journal}\nPY  - {year}\nDO  - {doi}\nER  - \n"),
        _ => format!("{} ({year}). {title} {journal}. {doi}", authors.join("; ")),
    }
}

/// The text, no longer than so many characters.
fn cut(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}
