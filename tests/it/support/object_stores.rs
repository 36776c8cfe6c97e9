//! The program with datasets in a bucket of the small S3.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use super::s3::{BUCKET, S3};
use super::{ONE, OTHER, folder, orcidlake};
use orcidlake::dataset::{DESCRIPTION_NAMES, Dataset, read_dataset_in, record_batches, verify_in};
use orcidlake::storage::open_store;

/// The program with a store, and a scratch folder of its own.
pub struct World {
    pub s3: S3,
    pub folder: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        Self { s3: S3::start(), folder: folder() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = orcidlake(arguments);
        command.envs(self.s3.environment()).env("ORCIDLAKE_SCRATCH", self.path("scratch"));
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Converts archives into a dataset of the bucket; gives status and messages.
    pub fn convert(&self, archives: &[&Path], name: &str, more: &[&str]) -> (i32, String) {
        let mut command = self.command(&["convert", "--out", &url(name)]);
        let output = command.args(archives).args(more).output().unwrap();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    pub fn store(&self, name: &str) -> Arc<dyn orcidlake::dataset::Store> {
        open_store(Path::new(&url(name)), &self.s3.options(), &self.path("scratch")).unwrap()
    }

    pub fn dataset(&self, name: &str) -> Dataset {
        Dataset::open_in(self.store(name).as_ref()).unwrap()
    }

    /// The rows of the people of [`small`](super::dataset_store::small), by table.
    pub fn rows(&self, name: &str) -> String {
        let orcids = [ONE, OTHER].map(|orcid| orcid_xml::Orcid::new(orcid).unwrap());
        let read = |dataset: &Dataset| record_batches(dataset, &orcids);
        format!("{:?}", read_dataset_in(self.store(name).as_ref(), read).unwrap().1)
    }

    /// Fails unless the dataset is sound and nothing else is there: no file of another version, no
    /// open upload, no scratch.
    pub fn assert_sound_and_alone(&self, name: &str) {
        let (dataset, problems) = verify_in(self.store(name).as_ref(), &|_| ()).unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        let named: BTreeSet<String> = dataset.manifest.file_names().collect();
        let is_own = |key: &String| !key.contains("/_delta_log/") && !key.starts_with("orcidlake-versions/");
        let mut there: BTreeSet<String> = self.s3.names(name).into_iter().filter(is_own).collect();
        for description in DESCRIPTION_NAMES {
            assert!(there.remove(description), "{description} is missing");
        }
        assert_eq!(there, named);
        assert_eq!(self.s3.open_uploads(), Vec::<String>::new());
        let scratch = self.path("scratch").read_dir().map_or(0, Iterator::count);
        assert_eq!(scratch, 0, "files are left in the scratch folder");
    }
}

pub fn url(name: &str) -> String {
    format!("s3://{BUCKET}/{name}")
}
