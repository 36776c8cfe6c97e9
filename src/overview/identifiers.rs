//! Types of external identifiers: of items, such as DOIs, and of people, such as Scopus ids.

use std::collections::BTreeMap;

use super::columns::{Reader, Texts, key_of};
use super::error::OverviewError;
use super::outcome::IdentifierType;
use super::tally::Tally;

/// The table of the identifiers of items.
pub const OF_ITEMS: &str = "external_ids";
const OF_PEOPLE: &str = "external_identifiers";

/// Types that are told apart. ORCID lists some fifty for items; for people they are free text.
const MAX_TYPES: usize = 10_000;
/// What identifiers stand on that are counted: those of groups repeat those of their items.
const ITEM: &str = "item";
/// How an identifier relates to the item that it identifies.
const SELF: &str = "self";

#[derive(Default)]
struct Counts {
    identifiers: u64,
    own: u64,
    by_kind: BTreeMap<Box<str>, u64>,
}

/// Counts the identifiers of items.
pub fn of_items(reader: Reader<'_>) -> Result<Vec<IdentifierType>, OverviewError> {
    let Some(key) = key_of(reader.dataset, OF_ITEMS) else { return Ok(Vec::new()) };
    let mut types: Tally<Counts> = Tally::new(MAX_TYPES);
    let columns = ["kind", "level", "external_id_type", "external_id_relationship"];
    reader.read(&key, &columns, |batch| {
        let [kinds, levels, names, relations] = columns.map(|column| Texts::of(batch, column));
        for row in (0..batch.num_rows()).filter(|row| levels.get(*row) == Some(ITEM)) {
            let counts = types.of(names.get(row).unwrap_or_default());
            counts.identifiers += 1;
            counts.own += u64::from(relations.get(row).is_some_and(|own| own.eq_ignore_ascii_case(SELF)));
            let kind = kinds.get(row).unwrap_or_default();
            match counts.by_kind.get_mut(kind) {
                Some(count) => *count += 1,
                None => drop(counts.by_kind.insert(kind.into(), 1)),
            }
        }
        Ok(())
    })?;
    Ok(in_order(types, true))
}

/// Counts the identifiers of people.
pub fn of_people(reader: Reader<'_>) -> Result<Vec<IdentifierType>, OverviewError> {
    let Some(key) = key_of(reader.dataset, OF_PEOPLE) else { return Ok(Vec::new()) };
    let mut types: Tally<Counts> = Tally::new(MAX_TYPES);
    reader.read(&key, &["external_id_type"], |batch| {
        let names = Texts::of(batch, "external_id_type");
        (0..batch.num_rows()).for_each(|row| types.of(names.get(row).unwrap_or_default()).identifiers += 1);
        Ok(())
    })?;
    Ok(in_order(types, false))
}

/// The most frequent type first.
fn in_order(types: Tally<Counts>, are_of_items: bool) -> Vec<IdentifierType> {
    let named = types.end_named().map(|(name, counts)| IdentifierType {
        name,
        identifiers: counts.identifiers,
        own: are_of_items.then_some(counts.own),
        by_kind: counts.by_kind.into_iter().map(|(kind, count)| (kind.into_string(), count)).collect(),
    });
    let mut types: Vec<IdentifierType> = named.collect();
    types.sort_by(|one, other| {
        other.identifiers.cmp(&one.identifiers).then_with(|| one.name.cmp(&other.name))
    });
    types
}
