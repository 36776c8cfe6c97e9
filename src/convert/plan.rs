//! What is to be done: which archives, into which tables, and whether they
//! belong together.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::pipeline::Converted;
use super::{ConvertError, Options};
use crate::dataset::{ArchiveEntry, Dataset, EntryKind, Manifest, Part, table_key};
use crate::tables::{self, Side};
use orcid_xml::Orcid;
use targz_seek::{ArchiveError, Fingerprint, ends_tell_all, fingerprint, md5_of};

/// What files of tables are called.
const TABLE_ENDING: &str = "parquet";
/// Folders above the tables of a dataset without its manifest.
const TABLE_DEPTH: usize = 2;
/// Paths that are looked at to tell a folder of tables.
const LOOKED_AT: usize = 1_000;

/// Tables that are written whatever is selected: without them something would be lost in
/// silence.
const ALWAYS: [&str; 3] = ["/rejects", "/tombstones", "/unmapped_values"];

/// Which tables to write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection(Option<BTreeSet<String>>);

/// The archives in their order, and the manifest to begin with.
pub struct Plan {
    pub manifest: Manifest,
    pub steps: Vec<Step>,
}

/// One archive's turn.
pub struct Step {
    pub number: usize,
    pub path: PathBuf,
    /// File name.
    pub name: String,
    pub release: Option<u16>,
    /// `None` for a stream.
    fingerprint: Option<Fingerprint>,
    /// Which part of it, as `2/5`.
    pub shard: Option<String>,
    pub already_done: bool,
}

impl Selection {
    /// Reads names such as `works` (of both sides) or `summaries/works`; none
    /// means all tables. Rejects, tombstones and unmapped values are always kept.
    ///
    /// # Errors
    /// [`ConvertError::UnknownTable`] for a name that no table has.
    pub fn new(names: &[String]) -> Result<Self, ConvertError> {
        if names.is_empty() {
            return Ok(Self(None));
        }
        let all = Self(None).keys();
        let mut keys: BTreeSet<String> =
            all.iter().filter(|key| ALWAYS.iter().any(|table| key.ends_with(table))).cloned().collect();
        for name in names {
            let named = all
                .iter()
                .filter(|key| *key == name || key.split_once('/').is_some_and(|(_, table)| table == name));
            let named: Vec<String> = named.cloned().collect();
            if named.is_empty() {
                return Err(ConvertError::UnknownTable { name: name.clone() });
            }
            keys.extend(named);
        }
        Ok(Self(Some(keys)))
    }

    /// The selected tables, as `summaries/works`.
    fn keys(&self) -> BTreeSet<String> {
        let all = || {
            Side::ALL
                .iter()
                .flat_map(|&side| tables::of(side).iter().map(move |table| table_key(side, table.name())))
        };
        self.0.clone().unwrap_or_else(|| all().collect())
    }
}

impl Plan {
    pub fn new(
        archives: &[PathBuf],
        manifest: Option<Manifest>,
        options: &Options,
    ) -> Result<Self, ConvertError> {
        let manifest = match manifest {
            Some(manifest) if options.tables.0.as_ref().is_some_and(|keys| *keys != manifest.tables) => {
                return Err(ConvertError::OtherTables);
            }
            Some(manifest) => manifest,
            None => Manifest::new(options.tables.keys()),
        };
        let steps =
            archives.iter().enumerate().map(|(number, path)| Step::new(number, path, &manifest, options));
        let steps: Vec<Step> = steps.collect::<Result<_, _>>()?;
        let mut names = HashSet::new();
        if let Some(twice) = steps.iter().find(|step| !names.insert(&step.name)) {
            return Err(ConvertError::Twice { path: twice.path.clone() });
        }
        let refreshed = manifest.archives.iter().any(|archive| archive.kind == EntryKind::Refresh);
        if let Some(waiting) = steps.iter().find(|step| refreshed && !step.already_done) {
            return Err(ConvertError::Refreshed { path: waiting.path.clone() });
        }
        let waiting = || steps.iter().filter(|step| !step.already_done);
        let mut release = manifest.release;
        for step in waiting() {
            release = agree(&step.path, release, step.release)?;
        }
        Ok(Self { manifest, steps })
    }
}

impl Step {
    fn new(number: usize, path: &Path, manifest: &Manifest, options: &Options) -> Result<Self, ConvertError> {
        refuse_tables(path)?;
        // Of a pipe, such as a shell's `<(…)`, nothing is known before it is read either.
        let is_pipe = path.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
        let stream = path == Path::new("-") || is_pipe;
        if stream && options.write_index {
            return Err(ConvertError::NoPlaceForIndex { path: path.to_owned() });
        }
        let fingerprint = if stream { None } else { Some(fingerprint(path)?) };
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let name = if stream { path } else { Path::new(absolute.file_name().unwrap_or(path.as_os_str())) };
        let name = name.to_string_lossy().into_owned();
        let archives = manifest.archives.iter().filter(|archive| archive.kind == EntryKind::Archive);
        let shard = options.shard.map(|shard| shard.to_string());
        let known = archives.filter(|archive| archive.name == name && archive.shard == shard && !stream);
        let known = known.max_by_key(|archive| archive.is_whole());
        let same = |archive: &ArchiveEntry| {
            fingerprint.as_ref().is_some_and(|own| own.digest == archive.fingerprint)
        };
        let already_done = match known.filter(|archive| same(archive)) {
            Some(archive) => is_still(path, archive, options.salvage)?,
            None => false,
        };
        let other_parts = |archive: &ArchiveEntry| {
            part_count(archive.shard.as_deref()) != part_count(shard.as_deref()) && same(archive)
        };
        if manifest.archives.iter().any(other_parts) {
            return Err(ConvertError::OtherParts { path: path.to_owned() });
        }
        if known.is_some_and(ArchiveEntry::is_whole) && !already_done {
            return Err(ConvertError::OtherContent { path: path.to_owned() });
        }
        Ok(Self {
            number,
            path: path.to_owned(),
            release: release_of(&name),
            name,
            fingerprint,
            shard,
            already_done,
        })
    }

    /// True where the manifest's `archive` bears the same name; of a stream nobody knows
    /// whether it is the same again.
    pub fn is_of(&self, archive: &ArchiveEntry) -> bool {
        self.fingerprint.is_some() && archive.name == self.name && archive.shard == self.shard
    }

    /// True where `archive` was an archive of the same name, the same size and the same ends.
    pub fn looks_like(&self, archive: &ArchiveEntry) -> bool {
        let fingerprint = self.fingerprint.as_ref();
        self.is_of(archive) && fingerprint.is_some_and(|own| own.digest == archive.fingerprint)
    }

    /// True where what was made of `archive`, which looks the same, still holds.
    pub fn is_still(&self, archive: &ArchiveEntry, salvage: bool) -> Result<bool, ArchiveError> {
        is_still(&self.path, archive, salvage)
    }

    /// Bytes that are to be read.
    pub fn size_bytes(&self) -> Option<u64> {
        self.fingerprint.as_ref().map(|fingerprint| fingerprint.size_bytes)
    }

    /// What the manifest says of the archive once it is converted.
    pub fn entry(&self, converted: &Converted, parts: BTreeMap<String, Vec<Part>>) -> ArchiveEntry {
        let fingerprint = self.fingerprint.as_ref().map(|fingerprint| fingerprint.digest.clone());
        ArchiveEntry {
            kind: EntryKind::Archive,
            name: self.name.clone(),
            shard: self.shard.clone(),
            size_bytes: converted.totals.size_bytes,
            md5: converted.totals.md5.clone(),
            release: self.release.or(converted.release),
            fingerprint: fingerprint.unwrap_or_default(),
            complete: converted.complete,
            watermark: converted.watermark,
            report: converted.report.clone(),
            parts,
            ..ArchiveEntry::default()
        }
    }
}

/// Fails for a dataset, for what belongs to one, and for folders of tables.
fn refuse_tables(path: &Path) -> Result<(), ConvertError> {
    let own = path.to_owned();
    if Dataset::is_at(path) {
        return Err(ConvertError::IsDataset { path: own });
    }
    if path.is_dir() || path.extension().is_some_and(|extension| extension == TABLE_ENDING) {
        let real = path.canonicalize().unwrap_or_default();
        if let Some(dataset) = real.ancestors().find(|above| Dataset::is_at(above)) {
            return Err(ConvertError::InDataset { path: own, dataset: dataset.to_owned() });
        }
    }
    if path.is_dir() && holds_tables(path) { Err(ConvertError::HoldsTables { path: own }) } else { Ok(()) }
}

/// True where the first files of a folder and of those in it are tables, and none is a
/// document.
fn holds_tables(path: &Path) -> bool {
    let (mut pending, mut found) = (vec![(path.to_owned(), 0)], false);
    for _ in 0..LOOKED_AT {
        let Some((path, depth)) = pending.pop() else { break };
        if path.is_dir() && depth <= TABLE_DEPTH {
            let children = path.read_dir().into_iter().flatten().flatten().take(LOOKED_AT);
            pending.extend(children.map(|child| (child.path(), depth + 1)));
            continue;
        }
        let ending = path.extension().unwrap_or_default();
        if ending.eq_ignore_ascii_case("xml") {
            return false;
        }
        found |= ending == TABLE_ENDING;
    }
    found
}

/// True where the archive at `path` is the one of the entry, which has its fingerprint. What
/// was salvaged holds only for who would salvage.
fn is_still(path: &Path, archive: &ArchiveEntry, salvage: bool) -> Result<bool, ArchiveError> {
    match archive.complete {
        true => Ok(ends_tell_all(path)? || md5_of(path)? == archive.md5),
        // Of damage in the middle both ends say nothing.
        false => Ok(salvage && md5_of(path)? == archive.md5),
    }
}

/// Of how many parts a part such as `2/5` is one.
fn part_count(shard: Option<&str>) -> Option<&str> {
    shard?.split_once('/').map(|(_, count)| count)
}

/// The year of a dump by the name of its archive or of its root folder, such as
/// `ORCID_2023_10_activities_1`; an iD in it tells no year.
pub fn release_of(name: &str) -> Option<u16> {
    let (mut others, mut end) = (String::new(), 0);
    for (start, _) in Orcid::find_all(name) {
        if start >= end {
            others += &name[end..start];
            others.push('/');
            end = start + Orcid::LENGTH;
        }
    }
    others += &name[end..];
    let runs = others.split(|character: char| !character.is_ascii_digit());
    runs.filter(|run| run.len() == 4)
        .find_map(|run| run.parse().ok().filter(|year| (2013..2100).contains(year)))
}

/// The year of a dataset that takes in an archive of the year `found`.
pub fn agree(path: &Path, dataset: Option<u16>, found: Option<u16>) -> Result<Option<u16>, ConvertError> {
    match (dataset, found) {
        (Some(dataset), Some(found)) if dataset != found => {
            Err(ConvertError::OtherRelease { path: path.to_owned(), found, dataset })
        }
        (dataset, found) => Ok(dataset.or(found)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_comes_from_the_name() {
        for (name, year) in [
            ("ORCID_2025_10_summaries.tar.gz", Some(2025)),
            ("ORCID-API-2.0_activities_xml_10_2018.tar.gz", Some(2018)),
            ("ORCID_2019_activites_X.tar.gz", Some(2019)),
            ("summaries", None),
            ("0000-0002-1825-0097.xml", None),
            ("0000-0001-2024-0018.xml", None),
            ("2025/0000-0001-2024-0018-0000-0002-2019-001x", Some(2025)),
            ("dump-20251010.tar.gz", None),
        ] {
            assert_eq!(release_of(name), year, "{name}");
        }
    }

    #[test]
    fn a_selection_keeps_what_accounts_for_members() {
        let selection = Selection::new(&["works".to_owned(), "summaries/records".to_owned()]).unwrap();

        let keys: Vec<String> = selection.keys().into_iter().collect();

        assert_eq!(
            keys,
            [
                "activities/rejects",
                "activities/tombstones",
                "activities/unmapped_values",
                "activities/works",
                "summaries/records",
                "summaries/rejects",
                "summaries/tombstones",
                "summaries/unmapped_values",
                "summaries/works",
            ]
        );
        assert!(matches!(Selection::new(&["wroks".to_owned()]), Err(ConvertError::UnknownTable { .. })));
    }
}
