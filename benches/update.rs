//! Applies changed records to a dataset, against converting the whole archive:
//! `cargo bench --bench update -- ARCHIVE OUT [EVERY]`.
//!
//! OUT is made anew of ARCHIVE, then every EVERYth of its records (40 if not given)
//! is applied to it. Prints seconds, the ratio, and the peak memory so far.
//!
//! `cargo bench --bench update -- ARCHIVE OUT --scope PEOPLE CHANGED RUNS [--mixed]` refreshes a
//! scope of PEOPLE again and again, CHANGED of them each time, always others. Prints the seconds of
//! each run, and how much of the dataset it wrote. With `--mixed`, nobody gets files of their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use orcid_xml::MemberName;
use orcidlake::convert::{ARCHIVE_OPTIONS, Observer, Options, Outcome, Selection, Update, convert, update};
use orcidlake::dataset::{Dataset, OrcidSet};
use orcidlake::report::Report;
use targz_seek::{Archive, Meter, OwnedMember};

struct Quiet;

impl Observer for Quiet {
    fn begun(&self, _: &Path, _: Option<u64>, _: &Meter) {}
    fn progressed(&self, _: &Path, _: &Report) {}
    fn ended(&self, _: &Path, _: &Outcome) {}
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [archive, out, rest @ ..] = arguments.as_slice() else {
        println!("skipped: give an archive and a folder for the dataset");
        return;
    };
    let (archive, out) = (PathBuf::from(archive), PathBuf::from(out));
    let options = Options {
        tables: Selection::default(),
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        memory_bytes: 2 << 30,
        replace: true,
        ..Options::default()
    };
    let stop = AtomicBool::new(false);
    let begun = Instant::now();
    let outcomes = convert(std::slice::from_ref(&archive), &out, &options, &Quiet, &stop);
    outcomes.expect("the archive can be converted");
    let whole = begun.elapsed().as_secs_f64();
    println!("convert: {whole:.2} s, peak {}", peak());

    if let ["--scope", people, changed, runs, ref more @ ..] =
        rest.iter().map(String::as_str).collect::<Vec<_>>()[..]
    {
        let [people, changed, runs] = [people, changed, runs]
            .map(|number| number.parse().expect("PEOPLE, CHANGED and RUNS are numbers"));
        return refresh_scope(&archive, &out, &options, [people, changed, runs], more.contains(&"--mixed"));
    }
    let every = rest.first().map_or(40, |every| every.parse().expect("EVERY is a number"));
    let changed = changed(&archive, every);
    let count = changed.len();
    let begun = Instant::now();
    let change = Update { source: "bench".to_owned(), ..Update::default() };
    let mut members = changed.into_iter().map(Ok);
    let updated = update(&out, change, &mut members, &options, &Quiet, &stop);
    let removed = updated.expect("the changes can be applied").rows_removed;
    let part = begun.elapsed().as_secs_f64();
    println!("update: {count} members, {removed} rows replaced, {part:.2} s, peak {}", peak());
    println!("ratio: {:.3}", part / whole);
}

/// Refreshes a scope several times; `numbers` are its people, how many of them change each time, and
/// the number of times.
fn refresh_scope(archive: &Path, out: &Path, options: &Options, numbers: [usize; 3], mixed: bool) {
    let [people, changed_people, runs] = numbers;
    let records = Dataset::open(out).expect("the dataset opens").manifest;
    let records: u64 =
        records.parts().filter(|(key, _)| *key == "summaries/records").map(|(_, part)| part.rows).sum();
    let every = (usize::try_from(records).expect("records fit") / people).max(1);
    let scope = changed(archive, every);
    let orcids: OrcidSet = scope.iter().filter_map(|member| MemberName::new(&member.name).orcid()).collect();
    println!("scope: {} people of {records}", scope.len());
    for run in 0..runs {
        let before = files(out);
        let begun = Instant::now();
        let often_refreshed = if mixed { OrcidSet::default() } else { orcids.clone() };
        let change = Update { source: format!("run {run}"), often_refreshed, ..Update::default() };
        let theirs =
            scope.iter().skip(run).step_by((scope.len() / changed_people).max(1)).take(changed_people);
        let mut theirs = theirs.cloned().map(Ok);
        update(out, change, &mut theirs, options, &Quiet, &AtomicBool::new(false))
            .expect("they can be applied");
        let seconds = begun.elapsed().as_secs_f64();
        let after = files(out);
        let whole: u64 = after.values().sum();
        let new: u64 =
            after.iter().filter(|(name, _)| !before.contains_key(*name)).map(|(_, size)| size).sum();
        let share = 100.0 * new as f64 / whole as f64;
        println!(
            "run {run}: {seconds:.2} s, {new} of {whole} bytes written, {share:.2} %, {} files",
            after.len()
        );
    }
}

/// The dataset's files by table and name, with their sizes.
fn files(dataset: &Path) -> BTreeMap<String, u64> {
    let manifest = Dataset::open(dataset).expect("the dataset opens").manifest;
    manifest.parts().map(|(key, part)| (format!("{key}/{}", part.name), part.size_bytes)).collect()
}

/// Every `every`th record of an archive.
fn changed(archive: &Path, every: usize) -> Vec<OwnedMember> {
    let mut archive = Archive::open(archive, ARCHIVE_OPTIONS, Meter::default()).expect("the archive opens");
    let (mut members, mut number) = (Vec::new(), 0);
    while let Some(chunk) = archive.next_chunk().expect("the archive is sound") {
        for (path, data, _) in chunk.members().filter(|(path, ..)| path.ends_with(".xml")) {
            number += 1;
            if number % every == 0 {
                let name = path.rsplit('/').next().unwrap_or(path).to_owned();
                members.push(OwnedMember { name, data: data.to_vec() });
            }
        }
    }
    members
}

/// The most memory that the process has held, as Linux tells it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap_or("unknown").trim().to_owned()
}
