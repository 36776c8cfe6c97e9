//! Which finished parts of an archive belong together, and whether all of them are there.

use std::collections::{BTreeMap, BTreeSet};

use super::ConvertError;
use super::shard::Shard;
use crate::dataset::{ArchiveEntry, Manifest, WaitingPart};

/// One division of an archive: its name, what identifies it, and the number of its parts.
type Division = (String, String, u64);

/// Orders parts by archive and number, so that a dataset does not depend on the order in which
/// results come.
pub fn sort(parts: &mut [WaitingPart]) {
    parts.sort_by_cached_key(|part| (division(part), shard_of(part).number, part.name.clone()));
}

/// Fails unless all parts of each archive are there: among `parts`, which are sorted, or in the
/// dataset.
///
/// # Errors
/// [`ConvertError::MissingParts`] with the numbers of those that are not, and
/// [`ConvertError::Gap`] or [`ConvertError::OtherContents`] if parts were made with different
/// indexes, or of different archives.
pub fn check(parts: &[WaitingPart], dataset: &Manifest) -> Result<(), ConvertError> {
    for ((name, fingerprint, of), own) in by_division(parts) {
        let mut there: BTreeMap<u64, Option<(u64, u64)>> = BTreeMap::new();
        let of_archive =
            |entry: &&ArchiveEntry| entry.complete && entry.name == name && entry.fingerprint == fingerprint;
        for shard in dataset.archives.iter().filter(of_archive).filter_map(|entry| parse(&entry.shard)) {
            if shard.of == of {
                there.insert(shard.number, None);
            }
        }
        there.extend(own.iter().map(|part| (shard_of(part).number, part.range)));
        // Of a plain .tar the ends do not tell the content.
        let in_dataset = dataset.archives.iter().filter(of_archive).map(|entry| &entry.md5);
        let contents: BTreeSet<&String> = in_dataset.chain(own.iter().map(|part| &part.entry.md5)).collect();
        if contents.len() > 1 {
            return Err(ConvertError::OtherContents { path: name.into() });
        }
        let missing: Vec<u64> = (1..=of).filter(|number| !there.contains_key(number)).collect();
        if !missing.is_empty() {
            return Err(ConvertError::MissingParts { path: name.into(), missing, of });
        }
        // Where names occur more than once, the first part is all of the archive.
        for ((first, before), (second, after)) in there.iter().zip(there.iter().skip(1)) {
            if let (Some((_, end)), Some((start, _))) = (before, after)
                && end != start
            {
                let path = name.into();
                return Err(ConvertError::Gap { path, first: *first, second: *second, of });
            }
        }
    }
    Ok(())
}

/// Leaves out what waits of an archive besides a complete division of it: parts of a plan that was
/// given up. `parts` are sorted.
pub fn complete_ones(parts: Vec<WaitingPart>) -> Vec<WaitingPart> {
    let mut complete: BTreeMap<(String, String), u64> = BTreeMap::new();
    for ((name, fingerprint, of), own) in by_division(&parts) {
        let numbers: BTreeSet<u64> = own.iter().map(|part| shard_of(part).number).collect();
        if numbers.len() as u64 == of {
            // The division with the fewest parts, as the divisions are sorted.
            complete.entry((name, fingerprint)).or_insert(of);
        }
    }
    let belongs = |part: &WaitingPart| {
        let (name, fingerprint, of) = division(part);
        complete.get(&(name, fingerprint)).is_none_or(|complete| *complete == of)
    };
    parts.into_iter().filter(belongs).collect()
}

/// The divisions of archives of which parts are there: the archive's name, the number of parts, and
/// the numbers of those that are there.
pub fn divisions(parts: &[WaitingPart]) -> Vec<(String, u64, BTreeSet<u64>)> {
    let numbers = |own: Vec<&WaitingPart>| own.into_iter().map(|part| shard_of(part).number).collect();
    by_division(parts).into_iter().map(|((name, _, of), own)| (name, of, numbers(own))).collect()
}

fn by_division(parts: &[WaitingPart]) -> BTreeMap<Division, Vec<&WaitingPart>> {
    let mut divisions: BTreeMap<Division, Vec<&WaitingPart>> = BTreeMap::new();
    parts.iter().for_each(|part| divisions.entry(division(part)).or_default().push(part));
    divisions
}

fn division(part: &WaitingPart) -> Division {
    (part.entry.name.clone(), part.entry.fingerprint.clone(), shard_of(part).of)
}

/// The part of the archive; a whole archive is the only one of one.
fn shard_of(part: &WaitingPart) -> Shard {
    parse(&part.entry.shard).unwrap_or(Shard { number: 1, of: 1 })
}

fn parse(shard: &Option<String>) -> Option<Shard> {
    shard.as_deref()?.parse().ok()
}
