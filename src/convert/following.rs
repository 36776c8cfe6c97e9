//! Activities of people whom only the content of their records tells: they are converted when the
//! records are in the dataset.

use std::path::{Path, PathBuf};

use arrow::array::AsArray;

use super::observer::Outcome;
use super::{ConvertError, Options};
use crate::dataset::{Dataset, Manifest, Store};
use crate::slice::People;
use crate::storage::file_name;
use orcid_xml::Orcid;
use xxhash_rust::xxh3::Xxh3;

/// The table with everybody whose record the dataset has.
const RECORDS: &str = "summaries/records";
/// What the names of archives of activities have; those of 2019 have `activites`.
const ACTIVITIES: &str = "activit";

/// Converts archives by `convert`: all at once, or those with activities after the others, if
/// activities follow records. The outcomes are in the order of the archives.
pub fn in_steps(
    archives: &[PathBuf],
    options: &Options,
    convert: impl Fn(&[PathBuf]) -> Result<Vec<Outcome>, ConvertError>,
) -> Result<Vec<Outcome>, ConvertError> {
    let follows = follows(options);
    let (later, first): (Vec<usize>, Vec<usize>) =
        (0..archives.len()).partition(|&place| follows && has_activities(&archives[place]));
    if later.is_empty() || first.is_empty() || options.replace {
        return convert(archives);
    }
    let mut outcomes: Vec<Option<Outcome>> = archives.iter().map(|_| None).collect();
    for places in [first, later] {
        let own: Vec<PathBuf> = places.iter().map(|&place| archives[place].clone()).collect();
        for (place, outcome) in places.into_iter().zip(convert(&own)?) {
            outcomes[place] = Some(outcome);
        }
    }
    Ok(outcomes.into_iter().flatten().collect())
}

/// True if activities follow records.
pub fn follows(options: &Options) -> bool {
    options.only.as_ref().is_some_and(|only| only.asks_for_content())
}

/// True if the dataset has records that activities can follow, or if its summaries have been read and
/// nobody in them was selected: only summaries can be left out where there are no records.
pub fn has_records(manifest: &Manifest) -> bool {
    let selected_nobody = || manifest.archives.iter().any(|archive| archive.report.members.left_out > 0);
    manifest.parts().any(|(key, _)| key == RECORDS) || manifest.tables.contains(RECORDS) && selected_nobody()
}

/// A digest of the dataset's records.
pub fn digest(manifest: &Manifest) -> String {
    let mut digest = Xxh3::new();
    for (_, part) in manifest.parts().filter(|(key, _)| *key == RECORDS) {
        digest.update(part.xxh3.as_bytes());
    }
    format!("{:016x}", digest.digest())
}

/// True for the name of an archive of activities.
pub fn has_activities(archive: &Path) -> bool {
    file_name(archive).to_ascii_lowercase().contains(ACTIVITIES)
}

/// Everybody whose record the dataset has, if activities follow records; `None` if it has no
/// records, or nobody asks.
pub fn records(
    store: &dyn Store,
    manifest: &Manifest,
    options: &Options,
) -> Result<Option<People>, ConvertError> {
    if !follows(options) || options.replace || !has_records(manifest) {
        return Ok(None);
    }
    let dataset = Dataset::open_in(store)?;
    let mut people = People::default();
    for batch in dataset.rows(RECORDS, &["orcid"]) {
        let batch = batch?;
        let orcids = batch.column(0).as_string::<i32>();
        people.extend(orcids.iter().flatten().filter_map(Orcid::new));
    }
    Ok(Some(people))
}
