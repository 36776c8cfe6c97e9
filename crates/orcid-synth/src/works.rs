//! The works of a record: publications, as its sources tell of them.

use super::dates::FuzzyDate;
use super::ledger::Ledger;
use super::model::{ExternalId, Group, Normalized, Title, Work};
use super::people::{correlated, web_page};
use super::publications::{Publication, count, identifier, publication};
use super::random::Random;
use super::work_details::details;
use super::world::World;

pub use super::publications::LANGUAGES;

const SHARE: f64 = 0.215;
/// Half of those who have works have at most nine; the longest list is the
/// 10,000 that the registry allows.
const COUNTS: &[(f64, f64)] = &[
    (0.0, 1.0),
    (0.25, 2.6),
    (0.5, 7.6),
    (0.75, 22.0),
    (0.9, 57.0),
    (0.95, 94.0),
    (0.99, 230.0),
    (0.998, 560.0),
    (0.9998, 2_200.0),
    (1.0, 8_600.0),
];

/// The kinds of external ids that one source gives for one work.
const PATTERNS: &[(&[&str], u32)] = &[
    (&["doi"], 270),
    (&["doi", "eid"], 190),
    (&[], 100),
    (&["other-id", "doi", "arxiv"], 100),
    (&["doi", "wosuid"], 100),
    (&["eid"], 80),
    (&["pmid", "doi"], 40),
    (&["doi", "issn"], 40),
    (&["pmid", "pmc", "doi"], 20),
    (&["source-work-id", "eid", "doi"], 20),
    (&["source-work-id"], 20),
    (&["pmid"], 10),
    (&["wosuid"], 10),
    (&["isbn"], 8),
    (&["other-id"], 6),
    (&["doi", "isbn"], 6),
    (&["doi", "issn", "isbn"], 8),
    (&["issn"], 4),
    (&["handle"], 4),
    (&["doi", "handle", "uri"], 2),
];

/// Makes the works of a record.
pub fn works(
    world: &World,
    owner: u64,
    random: &mut Random,
    ledger: &mut Ledger,
    active: bool,
) -> Vec<Group<Work>> {
    if !random.chance(correlated(SHARE, active)) {
        return Vec::new();
    }
    let publications = count(world);
    let first = random.below(publications);
    (0..random.quantile(COUNTS) as u64)
        .map(|position| {
            let publication = publication(world, (first + position) % publications);
            let copies = random.weighted(&[(1, 880), (2, 95), (3, 20), (4, 4), (9, 1)]);
            (0..copies)
                .map(|_| {
                    let pattern = if copies == 1 {
                        random.weighted(PATTERNS)
                    } else {
                        // The shared DOI holds a group together.
                        *random.pick(&[&["doi"] as &[&str], &["doi", "eid"], &["pmid", "doi"]])
                    };
                    work(world, owner, random, ledger, &publication, pattern)
                })
                .collect()
        })
        .collect()
}

fn work(
    world: &World,
    owner: u64,
    random: &mut Random,
    ledger: &mut Ledger,
    publication: &Publication,
    pattern: &[&'static str],
) -> Work {
    let provenance = ledger.batched_entry(random);
    let external_ids: Vec<ExternalId> =
        pattern.iter().map(|kind| external_id(world, random, publication, kind)).collect();
    let url = random.chance(0.75).then(|| match external_ids.first() {
        Some(id) if id.kind == "doi" => format!("https://doi.org/{}", publication.doi),
        Some(id) => {
            format!("http://www.index.example/inward/record.url?{}={}&partner=X", id.kind, id.value)
        }
        None => web_page(world, random),
    });
    Work {
        provenance,
        title: title(random, publication),
        journal: publication.journal.map(|journal| journal.title.clone()),
        kind: publication.kind,
        published: (!random.chance(0.009)).then(|| date(random, publication)),
        external_ids,
        url,
        details: world.in_full.then(|| details(world, publication, owner, provenance.put_code)),
    }
}

/// Sources differ in capitals and in what they cut off.
fn title(random: &mut Random, publication: &Publication) -> Title {
    let told = &publication.title;
    Title {
        title: match random.below(40) {
            0 => told.title.to_uppercase(),
            1 => format!("{}.", told.title),
            _ => told.title.clone(),
        },
        subtitle: told.subtitle.clone(),
        translated: told.translated.clone(),
    }
}

fn date(random: &mut Random, publication: &Publication) -> FuzzyDate {
    let date = publication.date;
    match random.below(3) {
        0 => FuzzyDate { month: None, day: None, ..date },
        _ => date,
    }
}

fn external_id(
    world: &World,
    random: &mut Random,
    publication: &Publication,
    kind: &'static str,
) -> ExternalId {
    let identifier = identifier(world, publication, kind);
    let normalized = match kind {
        "issn" if random.chance(0.02) => {
            Normalized::Error(format!("Cannot normalize identifier value issn:{identifier}"))
        }
        "isbn" if random.chance(0.15) => {
            Normalized::Error(format!("Cannot normalize identifier value isbn:{identifier}"))
        }
        _ => Normalized::Value(identifier.to_lowercase()),
    };
    let address = format!("https://doi.org/{identifier}");
    // Written in many ways; the normalized form is the same.
    let value = match kind {
        "doi" => match random.below(30) {
            0 => address.clone(),
            1 => format!("doi:{identifier}"),
            2 => identifier.to_uppercase(),
            3 => format!("http://dx.doi.org/{identifier}"),
            _ => identifier,
        },
        _ => identifier,
    };
    let url = match random.below(100) {
        0..56 => None,
        56..60 => Some(String::new()),
        _ if kind == "doi" => Some(address),
        _ => Some(format!("http://www.index.example/{kind}/{value}")),
    };
    let relationship = match kind {
        // A book's ISBN is its own, a chapter's is that of the book.
        "isbn" if publication.number.is_multiple_of(2) => "self",
        "issn" | "isbn" => "part-of",
        _ => random.weighted(&[("self", 990), ("version-of", 7), ("funded-by", 3)]),
    };
    ExternalId { kind, value, normalized, url, relationship: Some(relationship) }
}
