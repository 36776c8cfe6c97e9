//! Updates of a dataset through the library: members as an archive has them, and changes to apply.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::{convert, record, tar};
use orcid_xml::Orcid;
use orcidlake::convert::{ConvertError, Observer, Options, Outcome, Update, Updated, update};
use orcidlake::dataset::{Dataset, Targets, verify};
use orcidlake::report::Report;
use targz_seek::{Meter, OwnedMember};

pub struct Quiet;

impl Observer for Quiet {
    fn begun(&self, _: &Path, _: Option<u64>, _: &Meter) {}
    fn progressed(&self, _: &Path, _: &Report) {}
    fn ended(&self, _: &Path, _: &Outcome) {}
}

pub fn options(threads: usize) -> Options {
    Options { threads, ..Options::default() }
}

pub fn member(name: &str, data: &str) -> OwnedMember {
    OwnedMember { name: name.to_owned(), data: data.as_bytes().to_vec() }
}

pub fn summary(orcid: &str, given_names: &str) -> OwnedMember {
    member(&format!("{orcid}.xml"), &record(orcid, given_names, ""))
}

pub fn apply(dataset: &Path, change: Update, members: Vec<OwnedMember>) -> Result<Updated, ConvertError> {
    let stop = AtomicBool::new(false);
    update(dataset, change, &mut members.into_iter().map(Ok), &options(2), &Quiet, &stop)
}

/// A change under the name of its source.
pub fn named(source: &str) -> Update {
    Update { source: source.to_owned(), ..Update::default() }
}

/// All rows of some people.
pub fn gone(orcids: &[&str]) -> Targets {
    let orcids = || orcids.iter().map(|orcid| Orcid::new(orcid).unwrap());
    Targets { records: orcids().collect(), people: orcids().collect(), ..Targets::default() }
}

/// A dataset of the given members.
pub fn dataset(folder: &Path, members: &[OwnedMember]) -> PathBuf {
    let archive = folder.join("before.tar");
    let named: Vec<(&str, &[u8])> =
        members.iter().map(|member| (member.name.as_str(), member.data.as_slice())).collect();
    fs::write(&archive, tar(&named)).unwrap();
    let out = folder.join("dataset");
    assert!(convert(&[&archive], &out, &[]).0 < 2);
    out
}

pub fn assert_sound(dataset: &Path) {
    let problems = verify(&Dataset::open(dataset).unwrap(), &|_| {}).unwrap();
    assert!(problems.is_empty(), "{problems:#?}");
}
