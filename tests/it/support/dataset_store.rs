//! A dataset in a store of objects: conversions into it, and whether it is sound.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::memory_store::Memory;
use super::{ONE, OTHER, gzip, record, tar, work};
use orcidlake::convert::{ConvertError, Options, Outcome, Unobserved, convert_in};
use orcidlake::dataset::store::{Objects, Versioned};
use orcidlake::dataset::{DESCRIPTION_NAMES, DatasetError, Store, verify_in};

pub fn options() -> Options {
    Options { threads: 2, ..Options::default() }
}

/// Archives of two people's summaries and of one work.
pub fn small(folder: &Path) -> [PathBuf; 2] {
    let (one, other) = (record(ONE, "One", ""), record(OTHER, "Other", ""));
    let summaries = tar(&[
        (&format!("ORCID_2025_10_summaries/097/{ONE}.xml"), one.as_bytes()),
        (&format!("ORCID_2025_10_summaries/700/{OTHER}.xml"), other.as_bytes()),
    ]);
    let path = format!("ORCID_2025_10_activities_7/097/{ONE}/works/{ONE}_works_5.xml");
    let activities = tar(&[(&path, work(5, "Title").as_bytes())]);
    [("ORCID_2025_10_summaries.tar.gz", summaries), ("ORCID_2025_10_activities_7.tar.gz", activities)].map(
        |(name, bytes)| {
            let path = folder.join(name);
            std::fs::write(&path, gzip(&bytes)).unwrap();
            path
        },
    )
}

pub fn versioned(memory: Memory, folder: &Path) -> (Arc<Memory>, Versioned) {
    let memory = Arc::new(memory);
    let objects: Arc<dyn Objects> = memory.clone();
    (memory, Versioned::new(objects, &folder.join("scratch")))
}

pub fn convert_one(archive: &Path, store: &dyn Store) -> Result<Outcome, ConvertError> {
    let archives = [archive.to_owned()];
    let outcomes = convert_in(&archives, store, &options(), &Unobserved, &AtomicBool::new(false))?;
    Ok(outcomes.into_iter().next().unwrap())
}

/// Fails unless the current version is sound and nothing lies beside it.
pub fn assert_sound_and_alone(memory: &Memory, store: &dyn Store) {
    let (dataset, problems) = verify_in(store, &|_| ()).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let named: BTreeSet<String> = dataset.manifest.file_names().collect();
    let is_other =
        |name: &&String| !name.contains("/_delta_log/") && !name.starts_with("orcidlake-versions/");
    let mut there: BTreeSet<String> = memory.names().iter().filter(is_other).cloned().collect();
    for name in DESCRIPTION_NAMES {
        assert!(there.remove(name), "{name} is missing");
    }
    assert_eq!(there, named);
}

pub fn is_overtaken(error: &ConvertError) -> bool {
    matches!(error, ConvertError::Dataset(DatasetError::Overtaken { .. }))
}

/// One more archive, of another work.
pub fn small_other(folder: &Path) -> PathBuf {
    let path = format!("ORCID_2025_10_activities_0/700/{OTHER}/works/{OTHER}_works_6.xml");
    let archive = folder.join("ORCID_2025_10_activities_0.tar.gz");
    std::fs::write(&archive, gzip(&tar(&[(&path, work(6, "Other title").as_bytes())]))).unwrap();
    archive
}

/// Runs the tests with objects in memory, and in a server on loopback.
macro_rules! with_each_store {
    ($($test:ident),+ $(,)?) => {
        mod in_memory {
            $( #[test] fn $test() { super::$test(crate::support::memory_store::Memory::default()) } )+
        }
        mod in_s3 {
            $( #[test] fn $test() { super::$test(crate::support::memory_store::Memory::in_s3()) } )+
        }
    };
}

pub(crate) use with_each_store;
