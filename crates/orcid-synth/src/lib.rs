//! Makes synthetic ORCID data files.
//!
//! Knows nothing about how the files are read, so that a test of a reader finds the reader's mistakes.
//! A record's number gives its iD (`places`) and, through a stream of random numbers of its own, its
//! content as plain data (`record`, `model`). From that the summary and the full activities are
//! written as XML (`summary`, `full`), and packed by one thread an archive (`archive`). Records are
//! made in batches, so that memory does not grow with their number.
#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod affiliations;
mod archive;
mod damage;
mod dates;
mod error;
mod full;
mod fundings;
mod identifiers;
mod ledger;
mod make;
mod model;
pub mod organizations;
mod part;
mod parts;
mod peer_reviews;
mod people;
mod places;
mod publications;
mod random;
mod record;
mod registry;
mod research_resources;
mod stubs;
mod summary;
mod summary_activities;
mod summary_person;
mod syllables;
mod words;
mod work_details;
mod works;
mod world;
mod writers;
mod xml;

pub use error::SynthError;
pub use registry::write_ror;
pub use writers::Written;

use std::path::Path;

use rayon::prelude::*;

use damage::Damage;
use make::make;
use places::Places;
use world::World;
use writers::{Share, with_writers};

/// So many records are made before they are handed to the archives: enough for
/// all threads, and some megabytes of XML.
const BATCH: u64 = 128;

/// The archives into which activities are split: by the last character of the iD.
const ENDINGS: [char; 11] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X'];

/// What to make.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many records.
    pub records: u64,
    /// Each seed gives other people.
    pub seed: u64,
    /// The year of the release, from 2020 to 2100: in names, and the latest in dates.
    pub year: u16,
    /// Whether to make the activities archives too.
    pub activities: bool,
    /// Which of them (`0` to `9`, `X`); all if empty.
    pub activity_archives: Vec<char>,
    /// So many records get a broken summary, and a broken first activity.
    pub damaged: u32,
    /// So many records get an element of no schema, and their first activity too.
    pub novelties: u32,
    /// The gzip level, from 0 (stored) to 9.
    pub compression: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            records: 1000,
            seed: 1,
            year: 2025,
            activities: false,
            activity_archives: Vec::new(),
            damaged: 0,
            novelties: 0,
            compression: 6,
        }
    }
}

/// Writes the archives of a dump into `dir`, which must exist. `progress` is
/// told after every batch how many records are made.
///
/// # Errors
///
/// If the options make no sense, or an archive cannot be written.
pub fn write_dump(options: &Options, dir: &Path, progress: &dyn Fn(u64)) -> Result<Vec<Written>, SynthError> {
    check(options)?;
    let world = &World::new(options.seed, options.records, options.year, options.activities);
    let damage = Damage {
        members: u64::from(options.damaged),
        novelties: u64::from(options.novelties),
        records: options.records,
    };
    let roots = roots(options);
    with_writers(&roots, dir, options.compression, world.snapshot, |writers| {
        for first in (0..options.records).step_by(BATCH as usize) {
            let last = (first + BATCH).min(options.records);
            let made: Vec<Vec<Share>> =
                (first..last).into_par_iter().map(|number| make(world, &roots, damage, number)).collect();
            if writers.hand_over(made).is_err() {
                break;
            }
            progress(last);
        }
    })
}

fn check(options: &Options) -> Result<(), SynthError> {
    if options.records > Places::MOST_RECORDS {
        let (records, most) = (options.records, Places::MOST_RECORDS);
        return Err(SynthError::TooManyRecords { records, most });
    }
    if let Some(ending) = options.activity_archives.iter().find(|c| !ENDINGS.contains(c)) {
        return Err(SynthError::UnknownArchive { ending: *ending });
    }
    if !(2020..=2100).contains(&options.year) {
        return Err(SynthError::Year { year: options.year });
    }
    if options.compression > 9 {
        return Err(SynthError::Compression { level: options.compression });
    }
    Ok(())
}

/// The name of each archive, which is also the name of its root folder, with the last character of
/// its iDs; the summaries come first.
fn roots(options: &Options) -> Vec<(String, Option<char>)> {
    let year = options.year;
    let is_selected = |ending: &char| {
        options.activities
            && (options.activity_archives.is_empty() || options.activity_archives.contains(ending))
    };
    let activities = ENDINGS
        .into_iter()
        .filter(is_selected)
        .map(|ending| (format!("ORCID_{year}_10_activities_{ending}"), Some(ending)));
    [(format!("ORCID_{year}_10_summaries"), None)].into_iter().chain(activities).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs::File;
    use std::io::Read;

    use super::*;

    /// The members of an archive by their paths.
    fn members(path: &Path) -> BTreeMap<String, String> {
        let gzip = flate2::read::GzDecoder::new(File::open(path).unwrap());
        let mut members = BTreeMap::new();
        for entry in tar::Archive::new(gzip).entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            members.insert(entry.path().unwrap().display().to_string(), text);
        }
        members.retain(|path, _| path.ends_with(".xml"));
        members
    }

    fn dump(options: &Options) -> (tempfile::TempDir, Vec<Written>) {
        let dir = tempfile::tempdir().unwrap();
        let written = write_dump(options, dir.path(), &|_| ()).unwrap();
        (dir, written)
    }

    #[test]
    fn the_same_options_give_the_same_bytes_on_any_number_of_threads() {
        let options = Options { records: 300, ..Options::default() };

        let (_dir, one) = dump(&options);
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let (_dir2, other) = alone.install(|| dump(&options));

        assert_eq!(std::fs::read(&one[0].path).unwrap(), std::fs::read(&other[0].path).unwrap());
    }

    #[test]
    fn a_summary_is_the_same_with_and_without_the_full_activities() {
        let short = Options { records: 200, ..Options::default() };
        let full = Options { activities: true, activity_archives: vec!['X'], ..short.clone() };

        let (_dir, short) = dump(&short);
        let (_dir2, full) = dump(&full);

        assert_eq!(full.len(), 2);
        assert_eq!(members(&short[0].path), members(&full[0].path));
    }

    #[test]
    fn every_activity_of_a_summary_has_its_full_file() {
        let (_dir, written) = dump(&Options { records: 400, activities: true, ..Options::default() });

        let in_full: u64 = written[1..].iter().map(|archive| archive.activities).sum();

        assert_eq!(written[0].activities, in_full);
        let summaries = members(&written[0].path);
        for path in members(&written[3].path).into_keys() {
            let parts: Vec<&str> = path.split('/').collect();
            let summary = &summaries[&format!("ORCID_2025_10_summaries/{}/{}.xml", parts[1], parts[2])];
            let code = path.trim_end_matches(".xml").rsplit('_').next().unwrap();
            assert!(summary.contains(&format!("put-code=\"{code}\"")), "{path}");
        }
    }

    #[test]
    fn a_dump_cannot_hold_more_records_than_there_are_ids() {
        let options = Options { records: u64::MAX, ..Options::default() };

        let error = write_dump(&options, Path::new("nowhere"), &|_| ()).unwrap_err();

        assert!(matches!(error, SynthError::TooManyRecords { .. }));
    }

    #[test]
    fn what_cannot_be_written_whole_has_no_final_name() {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { records: 40, activities: true, ..Options::default() };
        // One of the twelve archives cannot be made.
        std::fs::create_dir(dir.path().join("ORCID_2025_10_activities_4.tar.gz.part")).unwrap();

        write_dump(&options, dir.path(), &|_| ()).unwrap_err();

        let names = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["ORCID_2025_10_activities_4.tar.gz.part"]);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = write_dump(&Options::default(), Path::new("no/such/folder"), &|_| ()).unwrap_err();

        assert!(error.to_string().contains("no/such/folder/ORCID_2025_10_summaries.tar.gz"));
    }
}
