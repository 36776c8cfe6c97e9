//! Access to infrastructures, collections, equipment and services. Rare.

use super::ledger::{self, Ledger};
use super::model::{ExternalId, Group, Normalized, Organization, ResearchResource, ResourceItem, Title};
use super::organizations;
use super::random::Random;
use super::words::Lexicon;
use super::world::World;

const SHARE: f64 = 0.002;
const KINDS: &[&str] = &["infrastructures", "collections", "equipment", "services"];

/// Makes the research resources of a record.
pub fn research_resources(
    world: &World,
    random: &mut Random,
    ledger: &mut Ledger,
) -> Vec<Group<ResearchResource>> {
    if !random.chance(SHARE) {
        return Vec::new();
    }
    let lexicon = world.any_lexicon(random);
    (0..random.between(1, 3)).map(|_| vec![research_resource(world, random, ledger, lexicon)]).collect()
}

fn research_resource(
    world: &World,
    random: &mut Random,
    ledger: &mut Ledger,
    lexicon: &Lexicon,
) -> ResearchResource {
    let source = ledger.source(random, 0.1);
    let provenance = ledger.entry(random, source);
    let (start, end) = ledger::period(random, world, 4);
    let request = format!("https://allocations.example/requests/{}", organizations::grant_number(random));
    ResearchResource {
        provenance,
        title: Title {
            title: lexicon.title(random, provenance.put_code),
            subtitle: None,
            translated: random.chance(0.2).then(|| (lexicon.title(random, provenance.put_code), "en")),
        },
        hosts: hosts(world, random),
        external_ids: vec![uri(&request)],
        start,
        end,
        url: random.chance(0.8).then_some(request),
        items: (0..random.between(1, 4)).map(|_| item(world, random, lexicon)).collect(),
    }
}

fn item(world: &World, random: &mut Random, lexicon: &Lexicon) -> ResourceItem {
    let request = format!("https://resources.example/{}", organizations::grant_number(random));
    ResourceItem {
        name: lexicon.proper_name(random, 3),
        kind: random.pick::<&str>(KINDS),
        hosts: hosts(world, random),
        external_ids: vec![uri(&request)],
        url: random.chance(0.5).then_some(request),
    }
}

/// From one to ten institutions, mostly one.
fn hosts(world: &World, random: &mut Random) -> Vec<Organization> {
    let hosts = random.quantile(&[(0.0, 1.0), (0.8, 2.0), (0.97, 4.0), (1.0, 10.0)]) as u64;
    (0..hosts)
        .map(|_| {
            let registry = random.weighted(&[(None, 1), (Some("GRID"), 5), (Some("ROR"), 4)]);
            organizations::any(&world.organizations, random).used(random, registry)
        })
        .collect()
}

fn uri(value: &str) -> ExternalId {
    ExternalId {
        kind: "uri",
        value: value.to_owned(),
        normalized: Normalized::Value(value.to_owned()),
        url: None,
        relationship: Some("self"),
    }
}
