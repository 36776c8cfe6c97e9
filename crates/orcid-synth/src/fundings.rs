//! Grants, contracts, awards and salary awards.

use super::ledger::{self, Ledger};
use super::model::{Contributor, ExternalId, Funding, FundingDetails, Group, Normalized, Provenance, Title};
use super::organizations;
use super::people::{self, correlated, web_page};
use super::random::{Random, Stream};
use super::words::Lexicon;
use super::world::World;

const SHARE: f64 = 0.024;
const COUNTS: &[(f64, f64)] = &[(0.0, 1.0), (0.5, 2.0), (0.9, 8.0), (1.0, 30.0)];
const KINDS: &[(&str, u32)] = &[("grant", 75), ("award", 18), ("contract", 5), ("salary-award", 2)];
const REGISTRIES: &[(Option<&str>, u32)] = &[
    (None, 20),
    (Some("FUNDREF"), 56),
    (Some("GRID"), 12),
    (Some("ROR"), 11),
    (Some("RINGGOLD"), 3),
    (Some("LEI"), 1),
];
const CURRENCIES: &[&str] = &["USD", "EUR", "GBP", "BRL", "CNY", "JPY", "AUD", "ZAR"];
const ROLES: &[&str] = &["lead", "co-lead", "supported-by", "other-contribution"];

/// Makes the fundings of a record.
pub fn fundings(
    world: &World,
    random: &mut Random,
    ledger: &mut Ledger,
    active: bool,
) -> Vec<Group<Funding>> {
    if !random.chance(correlated(SHARE, active)) {
        return Vec::new();
    }
    let lexicon = world.any_lexicon(random);
    (0..random.quantile(COUNTS) as u64)
        .map(|_| {
            let number = random.chance(0.7).then(|| organizations::grant_number(random));
            let copies = if number.is_some() && random.chance(0.06) { 2 } else { 1 };
            (0..copies).map(|_| funding(world, random, ledger, lexicon, number.as_deref())).collect()
        })
        .collect()
}

fn funding(
    world: &World,
    random: &mut Random,
    ledger: &mut Ledger,
    lexicon: &Lexicon,
    number: Option<&str>,
) -> Funding {
    let source = ledger.source(random, 0.45);
    let provenance = ledger.entry(random, source);
    let (start, end) = ledger::period(random, world, 5);
    let registry = random.weighted(REGISTRIES);
    let known = match registry {
        Some("FUNDREF") => organizations::funder(&world.organizations, random),
        _ => organizations::any(&world.organizations, random),
    };
    Funding {
        provenance,
        title: Title {
            title: lexicon.title(random, provenance.put_code),
            subtitle: None,
            translated: random
                .chance(0.25)
                .then(|| (lexicon.title(random, provenance.put_code), *random.pick(super::works::LANGUAGES))),
        },
        kind: random.weighted(KINDS),
        external_ids: number.map(|number| grant_ids(random, number)),
        url: random.chance(0.5).then(|| web_page(world, random)),
        start,
        end,
        organization: known.used(random, registry),
        details: world.in_full.then(|| details(world, lexicon, provenance)),
    }
}

fn grant_ids(random: &mut Random, number: &str) -> Vec<ExternalId> {
    let mut ids = vec![ExternalId {
        kind: "grant_number",
        value: number.to_owned(),
        normalized: Normalized::Absent,
        url: match random.below(8) {
            0 | 1 => None,
            2 => Some(String::new()),
            _ => Some(format!("http://grants.example/show?AWD_ID={number}&all=1")),
        },
        relationship: Some("self"),
    }];
    if random.chance(0.08) {
        ids.push(ExternalId {
            kind: "proposal-id",
            value: organizations::grant_number(random),
            normalized: Normalized::Absent,
            url: None,
            relationship: Some("part-of"),
        });
    }
    ids
}

/// From a stream of its own: a summary is the same with and without it.
fn details(world: &World, lexicon: &Lexicon, provenance: Provenance) -> FundingDetails {
    let random = &mut world.random(Stream::Details, provenance.put_code ^ 0x0F00_0000_0000);
    let contributors = if random.chance(0.3) { random.between(1, 4) } else { 0 };
    FundingDetails {
        own_kind: random.chance(0.2).then(|| lexicon.phrase(random, 2)),
        description: random.chance(0.4).then(|| {
            let sentences = random.between(1, 8);
            lexicon.paragraph(random, sentences)
        }),
        amount: random.chance(0.4).then(|| {
            let thousands = random.between(1, 5_000);
            let amount = match random.below(3) {
                0 => format!("{thousands}000"),
                1 => format!("{thousands},000.00"),
                _ => format!("{thousands}123.5"),
            };
            (amount, *random.pick(CURRENCIES))
        }),
        contributors: (0..contributors).map(|_| contributor(world, random)).collect(),
    }
}

fn contributor(world: &World, random: &mut Random) -> Contributor {
    let known = random.chance(0.3).then(|| random.below(world.places.records));
    let name = known.and_then(|number| people::names(world, number)?.display());
    Contributor {
        orcid: known.map(|number| world.places.id(number)),
        credit_name: name.or_else(|| Some(people::stranger(world, random.next()))),
        email: random.chance(0.01).then(|| "office@grants.example".to_owned()),
        attributes: random
            .chance(0.8)
            .then(|| (None, random.chance(0.95).then(|| (*random.pick(ROLES)).to_owned()))),
    }
}
