//! Every change that `convert`, `refresh` and `match` make on the disk is broken, one after the
//! other: the process dies before it or in the middle of it, the call fails, the disk is full.
//! The dataset must then be the old one or the new one, whole, and the next run must finish.
//!
//! A library written in C (`support/faults/shim.c`) counts the calls and breaks one; so those
//! of SQLite, of the Parquet writer and of the Delta kernel are broken too. As a rule a few
//! calls of each command are tried; `ORCIDLAKE_FAULTS=all` tries every one in every way, a
//! number so many of each command; `.ci/run` tries four times as many as usual.

#![cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::support::scenario::Scenario;
use crate::support::{ONE, OTHER, gzip, record, tar, work};
use orcid_mock::{Limits, LocalOrcid, World};
use orcidlake::convert::{Options, PartTask, Selection, Shard, Task, Unobserved, index, plan, write_part};
use targz_seek::index::{SPACING_BYTES, index_path};

/// Summaries of two people, and works of one.
fn archives(folder: &Path) -> Option<LocalOrcid> {
    let (one, other) = (record(ONE, "One", ""), record(OTHER, "Other", ""));
    let summaries = tar(&[
        (&format!("ORCID_2025_10_summaries/097/{ONE}.xml"), one.as_bytes()),
        (&format!("ORCID_2025_10_summaries/700/{OTHER}.xml"), other.as_bytes()),
    ]);
    let works = work(5, "A title");
    let path = format!("ORCID_2025_10_activities_7/097/{ONE}/works/{ONE}_works_5.xml");
    let activities = tar(&[(&path, works.as_bytes())]);
    fs::write(folder.join("summaries.tar.gz"), gzip(&summaries)).unwrap();
    fs::write(folder.join("activities.tar.gz"), gzip(&activities)).unwrap();
    None
}

const TABLES: &str = "summaries/records,activities/works";
const SUMMARIES: &[&str] =
    &["convert", "{}/summaries.tar.gz", "--out", "{out}", "--tables", TABLES, "--threads", "1"];
const ACTIVITIES: &[&str] = &["convert", "{}/activities.tar.gz", "--out", "{out}", "--threads", "1"];
const BOTH_ANEW: &[&str] = &[
    "convert",
    "{}/activities.tar.gz",
    "{}/summaries.tar.gz",
    "--out",
    "{out}",
    "--threads",
    "1",
    "--tables",
    TABLES,
    "--replace",
];

#[test]
fn a_first_archive_is_in_the_dataset_or_not() {
    Scenario::new(archives, &[], SUMMARIES).stands("convert");
}

#[test]
fn a_second_archive_is_in_the_dataset_or_not() {
    Scenario::new(archives, &[SUMMARIES], ACTIVITIES).stands("convert of a second archive");
}

#[test]
fn archives_replace_a_dataset_together_or_not_at_all() {
    Scenario::new(archives, &[SUMMARIES], BOTH_ANEW).stands("convert --replace");
}

#[test]
fn without_an_exchange_of_names_a_dataset_is_old_or_new_too() {
    let scenario = Scenario::new(archives, &[SUMMARIES], ACTIVITIES);
    scenario.without_exchange().stands("convert of a second archive without exchange");
}

/// Parts of both archives, one of them empty.
fn parts(folder: &Path) -> Option<LocalOrcid> {
    archives(folder);
    let out = folder.join("trial/orcid");
    let summaries = folder.join("summaries.tar.gz");
    let stop = AtomicBool::new(false);
    index(&summaries, &index_path(&summaries), SPACING_BYTES, &Unobserved, &stop).unwrap();
    let tables = Selection::new(&TABLES.split(',').map(str::to_owned).collect::<Vec<_>>()).unwrap();
    let options = Options { tables, threads: 1, replace: true, ..Options::default() };
    let mut tasks = plan(&[summaries, folder.join("activities.tar.gz")], &out, &options).unwrap();
    let Task::Part(whole) = tasks.remove(0) else { panic!("it is a part") };
    let shard = |number| Some(Shard { number, of: 2 });
    tasks.extend([1, 2].map(|number| Task::Part(PartTask { shard: shard(number), ..whole.clone() })));
    for task in &tasks {
        write_part(task, &out, &options, &Unobserved, &stop).unwrap();
    }
    None
}

#[test]
fn parts_are_in_the_dataset_or_wait() {
    Scenario::new(parts, &[], &["commit", "{out}"]).stands("commit");
}

#[test]
fn parts_replace_a_dataset_or_wait() {
    let scenario = Scenario::new(parts, &[SUMMARIES], &["commit", "{out}", "--replace"]);
    scenario.stands("commit --replace");
}

#[test]
fn without_an_exchange_of_names_parts_are_in_the_dataset_or_wait_too() {
    let scenario = Scenario::new(parts, &[SUMMARIES], &["commit", "{out}", "--replace"]);
    scenario.without_exchange().stands("commit --replace without exchange");
}

#[test]
fn a_dataset_is_matched_or_not() {
    let inputs = |folder: &Path| {
        orcid_synth::write_ror(20, folder).unwrap();
        let options = orcid_synth::Options { records: 12, ..orcid_synth::Options::default() };
        orcid_synth::write_dump(&options, folder, &|_| {}).unwrap();
        None
    };
    let summaries = "{}/ORCID_2025_10_summaries.tar.gz";
    let before: &[&str] =
        &["convert", summaries, "--out", "{out}", "--tables", "affiliations", "--threads", "1"];
    let ror = "{}/v0.1-2025-10-01-ror-data.zip";
    Scenario::new(inputs, &[before], &["match", "{out}", "--ror-release", ror, "--threads", "1"])
        .stands("match");
}

#[test]
fn a_dataset_is_refreshed_or_not() {
    let inputs = |folder: &Path| {
        let server = LocalOrcid::start(World::from_synth(6, 7), Limits::none());
        let archives = server.world().write_dump(folder, &[]);
        fs::rename(&archives[0], folder.join("dump.tar.gz")).unwrap();
        server.change(|world| world.evolve(1, 0.6));
        Some(server)
    };
    let before: &[&str] =
        &["convert", "{}/dump.tar.gz", "--out", "{out}", "--tables", "records,works", "--threads", "1"];
    let refresh: &[&str] = &[
        "refresh",
        "{out}",
        "--all-in-dataset",
        "--strategy",
        "each",
        "--rate",
        "500",
        "--api-url",
        "{url}",
        "--token-file",
        "{}/token.json",
        "--threads",
        "1",
    ];
    Scenario::new(inputs, &[before], refresh).stands("refresh");
}
