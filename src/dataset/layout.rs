//! Names of files and folders in a dataset.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;

use crate::tables::{self, AnyTable, DumpKind};
use orcid_xml::ActivitySection;

/// The manifest's file name; a folder with it is a dataset.
pub const MANIFEST_NAME: &str = "orcidlake.json";

/// The tables with one row for each activity, by kind of activity; affiliations have a column for
/// the kind.
pub const ACTIVITY_TABLES: [(&str, Option<ActivitySection>); 5] = [
    ("activities/affiliations", None),
    ("activities/fundings", Some(ActivitySection::Fundings)),
    ("activities/peer_reviews", Some(ActivitySection::PeerReviews)),
    ("activities/research_resources", Some(ActivitySection::ResearchResources)),
    ("activities/works", Some(ActivitySection::Works)),
];

/// A table's name across both kinds of dump, as `summaries/works`.
pub fn table_key(dump: DumpKind, table: &str) -> String {
    format!("{dump}/{table}")
}

/// The table of a key, and its kind of dump; `None` if no table has this key.
pub fn table_of(key: &str) -> Option<(DumpKind, &'static dyn AnyTable)> {
    let (folder, name) = key.split_once('/')?;
    let dump = DumpKind::ALL.into_iter().find(|dump| dump.folder() == folder)?;
    let table = tables::of(dump).iter().find(|table| table.name() == name)?;
    Some((dump, table.as_ref()))
}

/// The columns of the table of a key, whatever its folder; `None` if no table has this key.
pub fn schema_of(key: &str) -> Option<SchemaRef> {
    any_table_of(key).map(|table| table.schema())
}

/// The table of a key, whatever its folder.
pub(super) fn any_table_of(key: &str) -> Option<&'static dyn AnyTable> {
    let (folder, name) = key.split_once('/')?;
    tables::all().find(|(own, table)| *own == folder && table.name() == name).map(|(_, table)| table)
}

/// The folders of all tables.
pub(super) fn folders() -> impl Iterator<Item = &'static str> {
    tables::all().map(|(folder, _)| folder).collect::<BTreeSet<_>>().into_iter()
}

/// The key of the table that a file lies in, such as `summaries/works` of
/// `summaries/works/part-00000.parquet`; `None` for a file that is not directly in a table's folder.
pub(super) fn table_with_file(name: &str) -> Option<&str> {
    let (key, _) = name.rsplit_once('/')?;
    any_table_of(key).map(|_| key)
}

/// The key of the table whose Delta Lake log a file belongs to; `None` for all other files.
pub(super) fn table_with_log(name: &str) -> Option<&str> {
    let (key, _) = name.split_once("/_delta_log/")?;
    any_table_of(key).map(|_| key)
}

/// The folder of a table below `root`.
pub(super) fn table_folder(root: &Path, key: &str) -> PathBuf {
    root.join(key)
}

/// The name of a table's part, such as `part-00012.parquet`, or `part-00012-v7-1f.parquet` with
/// the suffix `-v7-1f`.
pub(super) fn part_name(number: usize, suffix: &str) -> String {
    format!("part-{number:05}{suffix}.parquet")
}

/// The number in a part's name.
pub(super) fn part_number(name: &str) -> Option<usize> {
    let name = name.strip_prefix("part-")?.strip_suffix(".parquet")?;
    name.split('-').next()?.parse().ok()
}

/// The folder beside a dataset in which its next state is built.
pub(super) fn staging_folder(dataset: &Path) -> PathBuf {
    let name = dataset.file_name().unwrap_or_default().to_string_lossy();
    dataset.with_file_name(format!(".{name}.orcidlake"))
}

/// The name under which a dataset's state waits between two renames.
pub(super) fn old_state(dataset: &Path) -> PathBuf {
    staging_folder(dataset).join("old")
}

/// The absolute path, with links resolved, of a file or folder that need not exist.
pub(super) fn behind_links(path: &Path) -> PathBuf {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        found => return found.unwrap_or_else(|_| path.to_owned()),
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let parent = absolute.parent().unwrap_or(&absolute);
    match fs::read_link(&absolute) {
        Ok(target) => behind_links(&parent.join(target)),
        Err(_) => absolute,
    }
}

/// The folder beside a dataset in which archives wait to replace it.
pub(super) fn finished_folder(dataset: &Path) -> PathBuf {
    let name = dataset.file_name().unwrap_or_default().to_string_lossy();
    dataset.with_file_name(format!(".{name}.orcidlake-replace"))
}

/// The folder beside a dataset in which finished parts wait for their commit.
pub(super) fn parts_folder(dataset: &Path) -> PathBuf {
    let name = dataset.file_name().unwrap_or_default().to_string_lossy();
    dataset.with_file_name(format!(".{name}.orcidlake-parts"))
}

/// A word that no other process chooses.
pub fn random_word() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// A file that has been written to a scratch folder, and its destination.
#[derive(Debug)]
pub struct NewFile {
    pub from: PathBuf,
    pub key: String,
    pub name: String,
}

impl NewFile {
    /// Its name in the dataset.
    pub fn in_dataset(&self) -> String {
        format!("{}/{}", self.key, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_known_tables_belong_to_one() {
        for (name, file, log) in [
            ("summaries/works/part-00000.parquet", Some("summaries/works"), None),
            ("summaries/works/_delta_log/00.json", None, Some("summaries/works")),
            ("summaries/summaries/works/part-00000-v1-00.parquet", None, None),
            ("summaries/mine/part-00000-v1-00.parquet", None, None),
            ("summaries/mine/_delta_log/00.json", None, None),
            ("summaries/works/sub/_delta_log/00.json", None, None),
            ("orcidlake.json", None, None),
        ] {
            assert_eq!((table_with_file(name), table_with_log(name)), (file, log), "{name}");
        }
    }
}
