//! How many organizations of a matched dataset have been found in ROR, and which have the most
//! affiliations.

use std::collections::BTreeMap;

use super::columns::{Numbers, Reader, Texts};
use super::error::OverviewError;
use super::outcome::{Organisation, Organisations};
use super::tally::Tally;

/// One row for each distinct organization, with its items.
const TABLE: &str = "organizations/organizations";
/// Organisations that are told apart: ROR has some 120,000.
const MAX_ORGANISATIONS: usize = 1_000_000;
/// Organisations that are named.
const MOST: usize = 100;
/// The columns with numbers of items.
const ITEMS: [&str; 4] = ["affiliations", "fundings", "peer_reviews", "research_resources"];

#[derive(Default)]
struct Own {
    name: Option<Box<str>>,
    items: [u64; 4],
}

/// The counts of a matched dataset. `None` if it is not matched, or if only its public part is to
/// be counted: the table's numbers are of all items.
pub fn organisations(reader: Reader<'_>) -> Result<Option<Organisations>, OverviewError> {
    let dataset = reader.dataset;
    let Some(matched) = dataset.manifest.organizations.as_ref().filter(|_| !dataset.hides()) else {
        return Ok(None);
    };
    let mut counts = Organisations {
        ror_release: matched.ror_release.clone(),
        is_current: matched.source == dataset.manifest.source(),
        ..Organisations::default()
    };
    let mut found: Tally<Own> = Tally::new(MAX_ORGANISATIONS);
    let columns = [&ITEMS[..], &["ror_id", "ror_name", "decided_by"]].concat();
    reader.read(TABLE, &columns, |batch| {
        let numbers = ITEMS.map(|column| Numbers::of(batch, column));
        let [ids, names, deciding] = ["ror_id", "ror_name", "decided_by"].map(|name| Texts::of(batch, name));
        for row in 0..batch.num_rows() {
            let items = numbers.each_ref().map(|numbers| numbers.get(row).map_or(0, |own| own.max(0) as u64));
            counts.written += 1;
            add(&mut counts.items, &items);
            let Some(id) = ids.get(row) else { continue };
            counts.written_found += 1;
            add(&mut counts.items_found, &items);
            let evidence = deciding.get(row).unwrap_or_default();
            *counts.decided_by.entry(evidence.to_owned()).or_default() += items.iter().sum::<u64>();
            let own = found.of(id);
            own.items.iter_mut().zip(items).for_each(|(sum, items)| *sum += items);
            if own.name.is_none() {
                own.name = names.get(row).map(Into::into);
            }
        }
        Ok(())
    })?;
    counts.most = most(found);
    Ok(Some(counts))
}

fn add(sums: &mut BTreeMap<String, u64>, items: &[u64; 4]) {
    for (column, items) in ITEMS.iter().zip(items) {
        *sums.entry((*column).to_owned()).or_default() += items;
    }
}

/// Those with the most affiliations, the one with the most first.
fn most(found: Tally<Own>) -> Vec<Organisation> {
    let (found, _) = found.end();
    let named = found.map(|(ror_id, Own { name, items })| {
        let [affiliations, fundings, peer_reviews, research_resources] = items;
        Organisation {
            ror_id,
            name: name.map(Into::into),
            affiliations,
            fundings,
            peer_reviews,
            research_resources,
        }
    });
    let mut most: Vec<Organisation> = named.collect();
    most.sort_by(|one, other| {
        other.affiliations.cmp(&one.affiliations).then_with(|| one.ror_id.cmp(&other.ror_id))
    });
    most.truncate(MOST);
    most
}
