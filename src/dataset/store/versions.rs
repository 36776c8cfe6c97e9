//! The names and the manifests of versions in a store without renames.

use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::notes::Notes;
use super::{Files, Objects, StoredFile, Version, VersionId, read_manifest};
use crate::dataset::error::DatasetError;
use crate::dataset::layout::{MANIFEST_NAME, random_word};
use crate::dataset::manifest::Manifest;

/// The folder of the versions' manifests.
pub(super) const VERSIONS: &str = "orcidlake-versions";
/// The beginning of the name of an object that is put twice to see whether a store keeps the first;
/// it is removed at once.
pub(super) const CHECK: &str = "orcidlake-versions/check-";
/// Versions beyond the known ones that are looked for at once; a server that has them all has a
/// page for any name.
const MAX_STEP: u64 = 1 << 32;
/// Digits of a version's number in its name.
const DIGITS: usize = 20;

/// The number of the newest version by a listing.
pub(super) fn newest(files: &dyn Files) -> Result<Option<u64>, DatasetError> {
    Ok(files.list(VERSIONS)?.iter().filter_map(|name| number_of(name)).max())
}

/// The number of the newest version, if files cannot be listed. The numbers have no gaps, so the
/// greatest is found by steps that double, and then by halves.
pub(super) fn newest_by_probes(files: &dyn Files) -> Result<Option<u64>, DatasetError> {
    let is_there = |number: u64| match files.open(&version_name(number)) {
        Ok(_) => Ok(true),
        // Without the right to list its names, a store refuses those that it lacks.
        Err(error) if error.is_missing() || error.is_denied() => Ok(false),
        Err(error) => Err(error),
    };
    let (mut there, mut step) = (0, 1);
    while step < MAX_STEP && is_there(there + step)? {
        there += step;
        step *= 2;
    }
    // `there + step` is not there.
    while step > 1 {
        step /= 2;
        if is_there(there + step)? {
            there += step;
        }
    }
    Ok((there > 0).then_some(there))
}

/// The manifest of a version that is there.
pub(super) fn manifest_of(files: &dyn Files, number: u64) -> Result<Manifest, DatasetError> {
    let name = version_name(number);
    // Manifests are never removed, so a listed manifest exists.
    let gone = || DatasetError::NoDataset { path: files.place().join(&name) };
    read_manifest(files, &name)?.ok_or_else(gone)
}

/// The number and the manifest of the newest version.
pub(super) fn newest_version(files: &dyn Files) -> Result<Option<(u64, Manifest)>, DatasetError> {
    let Some(number) = newest(files)? else { return Ok(None) };
    Ok(Some((number, manifest_of(files, number)?)))
}

/// A version as readers get it.
pub(super) fn version(files: Arc<dyn Files>, number: u64) -> Result<Version, DatasetError> {
    let manifest = manifest_of(files.as_ref(), number)?;
    Ok(Version { id: VersionId(number.to_string()), manifest, files, is_alone: false })
}

/// The dataset of a local folder that was copied here; `None` if there is none.
pub(super) fn copied_folder(files: Arc<dyn Files>) -> Result<Option<Version>, DatasetError> {
    let text = match StoredFile::open(files.as_ref(), MANIFEST_NAME) {
        Ok(file) => file.read_all()?,
        Err(error) if error.is_missing() => return Ok(None),
        Err(error) => return Err(error),
    };
    let manifest = Manifest::parse(&files.place().join(MANIFEST_NAME), &text)?;
    let id = VersionId(format!("{:016x}", xxh3_64(&text)));
    Ok(Some(Version { id, manifest, files, is_alone: true }))
}

/// Checks that the store keeps an object that is put again only if its name is free. A store that
/// does not know this condition, and ignores it, would let two changes mix.
pub(super) fn check_conditions(
    objects: &dyn Objects,
    newest: Option<u64>,
    notes: &Notes,
) -> Result<(), DatasetError> {
    let replaces = match newest {
        // The same content, so that nothing is lost.
        Some(number) => {
            let name = version_name(number);
            let text = StoredFile::open(objects, &name)?.read_all()?;
            objects.put_if_absent(&name, &text)?
        }
        None => {
            let name = format!("{CHECK}{}", random_word());
            notes.file(&name)?;
            let put = || objects.put_if_absent(&name, CHECK.as_bytes());
            let replaces = put().and_then(|_| put());
            if let Err(error) = objects.remove(std::slice::from_ref(&name)) {
                // The next run on this machine removes it.
                notes.leave();
                return Err(error);
            }
            replaces?
        }
    };
    if replaces { Err(DatasetError::NoConditions { path: objects.place().to_owned() }) } else { Ok(()) }
}

/// True if there is no later version; false also if that cannot be found out.
pub(super) fn is_newest(files: &dyn Files, number: u64) -> bool {
    newest(files).is_ok_and(|newest| newest == Some(number))
}

pub(super) fn version_name(number: u64) -> String {
    format!("{VERSIONS}/{number:0DIGITS$}.json")
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix(VERSIONS)?.strip_prefix('/')?.strip_suffix(".json")?.parse().ok()
}

/// The suffix of the names of files that are put for a version.
pub(super) fn suffix(number: u64, random: &str) -> String {
    format!("-v{number}-{random}")
}

/// True for the object of a check of the store.
pub(super) fn is_check(name: &str) -> bool {
    name.starts_with(CHECK)
}

/// The version that a file was put for, from its name, such as `part-00012-v7-9f2c.parquet`;
/// `None` for files that were sent before anybody knew the version.
pub(super) fn put_for(name: &str) -> Option<u64> {
    let file = name.rsplit('/').next()?.strip_prefix("part-")?;
    file.split('-').nth(1)?.strip_prefix('v')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::Path;

    use super::*;
    use crate::dataset::store::Ranges;

    /// A web server with so many versions.
    #[derive(Debug)]
    struct Numbered(u64);

    impl Files for Numbered {
        fn place(&self) -> &Path {
            Path::new("https://host/orcid")
        }

        fn list(&self, _folder: &str) -> Result<Vec<String>, DatasetError> {
            panic!("a web server cannot list")
        }

        fn open(&self, name: &str) -> Result<Arc<dyn Ranges>, DatasetError> {
            let is_there = number_of(name).is_some_and(|number| (1..=self.0).contains(&number));
            let missing = DatasetError::io("open", self.place());
            let file = tempfile::tempfile().map_err(DatasetError::io("make", self.place()))?;
            if is_there { Ok(Arc::new(file)) } else { Err(missing(io::ErrorKind::NotFound.into())) }
        }
    }

    #[test]
    fn the_newest_version_is_found_without_a_listing() {
        for count in (0..70).chain([1_000, 1_023, 1_024, 1_025]) {
            let found = newest_by_probes(&Numbered(count)).unwrap();

            assert_eq!(found, (count > 0).then_some(count));
        }
    }

    #[test]
    fn a_file_tells_the_version_that_it_was_put_for() {
        let name = format!("summaries/works/part-00012{}.parquet", suffix(7, "9f2c"));

        assert_eq!(put_for(&name), Some(7));
        assert_eq!(put_for("summaries/works/part-00012-9f2c.parquet"), None);
        assert_eq!(put_for("summaries/works/_delta_log/00000000000000000007.json"), None);
        assert_eq!(number_of(&version_name(7)), Some(7));
    }
}
