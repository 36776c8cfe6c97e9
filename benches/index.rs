//! What an index of an archive costs, and what it gives: making it beside reading the
//! archive without; members of iDs at random; reading by stretches with one reader and
//! with two. `BENCH_ARCHIVE` takes an archive, `BENCH_RECORDS` makes one,
//! `BENCH_SPACING` sets the bytes between points, `BENCH_PROGRAM` takes a build of the
//! program whose `get` is timed from its start to its exit.
//!
//! Compare figures of one run with each other; clocks differ from day to day.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use orcid_xml::{MemberName, Orcid};
use orcidlake::convert::{ARCHIVE_OPTIONS, Observer, Outcome, index};
use orcidlake::get::indexed_members;
use orcidlake::report::Report;
use targz_seek::index::{Index, SPACING_BYTES, index_path};
use targz_seek::{Archive, Buffers, Meter};

const DEFAULT_RECORDS: u64 = 20_000;
/// iDs that are looked up.
const LOOKUPS: usize = 1_000;
/// iDs that the program is started for.
const STARTS: usize = 200;
/// One member in so many is taken into account; odd, so that all folders have some.
const EVERY: usize = 97;
/// As `convert` cuts an archive for its readers.
const STRETCH_BYTES: u64 = 32 << 20;

struct Silent;

impl Observer for Silent {
    fn begun(&self, _: &Path, _: Option<u64>, _: &Meter) {}
    fn progressed(&self, _: &Path, _: &Report) {}
    fn ended(&self, _: &Path, _: &Outcome) {}
}

fn main() {
    let folder = tempfile::tempdir().expect("there is room");
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse().ok());
    let given = std::env::var_os("BENCH_ARCHIVE").map(|path| std::path::absolute(path).expect("a path"));
    let target = given.unwrap_or_else(|| make(folder.path(), number("BENCH_RECORDS")));
    let archive = folder.path().join("a.tar.gz");
    std::os::unix::fs::symlink(&target, &archive).expect("there is room");
    let spacing = number("BENCH_SPACING").unwrap_or(SPACING_BYTES);

    let (orcids, alone) = read(&archive);
    let begun = Instant::now();
    let contents = index(&archive, &index_path(&archive), spacing, &Silent, &AtomicBool::new(false));
    let contents = contents.expect("the archive is sound");
    let indexing = begun.elapsed();
    let size = index_path(&archive).metadata().expect("it was written").len() as f64;
    println!("read alone          {:8.2} s", alone.as_secs_f64());
    println!("read and index      {:8.2} s, {:.2} of that", indexing.as_secs_f64(), ratio(indexing, alone));
    let share = size / contents.archive.size_bytes as f64;
    println!(
        "index               {:8.2} MB, {:.2} % of the archive, {} points, {} members",
        size / 1e6,
        share * 100.0,
        contents.points(),
        contents.members
    );
    look_up(&archive, &orcids);
    if let Some(program) = std::env::var_os("BENCH_PROGRAM") {
        start(Path::new(&program), &archive, &orcids);
    }
    for readers in [1, 2] {
        let time = share_out(&archive, readers);
        println!(
            "by stretches, {readers} at a time {:.2} s, {:.2} of reading alone",
            time.as_secs_f64(),
            ratio(time, alone)
        );
    }
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

fn make(folder: &Path, records: Option<u64>) -> PathBuf {
    let options = orcid_synth::Options {
        records: records.unwrap_or(DEFAULT_RECORDS),
        ..orcid_synth::Options::default()
    };
    let written = orcid_synth::write_dump(&options, folder, &|_| {}).expect("the dump is made");
    written.into_iter().next().expect("a summaries archive is made").path
}

/// Reads all, and takes down some iDs.
fn read(archive: &Path) -> (Vec<Orcid>, Duration) {
    let begun = Instant::now();
    let mut archive =
        Archive::open(archive, ARCHIVE_OPTIONS, Meter::default()).expect("the archive is there");
    let (mut orcids, mut seen) = (HashSet::new(), 0);
    while let Some(chunk) = archive.next_chunk().expect("the archive is sound") {
        for (name, ..) in chunk.members() {
            seen += 1;
            if seen % EVERY == 0 {
                orcids.extend(MemberName::new(name).orcid());
            }
        }
    }
    (orcids.into_iter().collect(), begun.elapsed())
}

/// Looks up iDs in an order that has nothing to do with theirs in the archive.
fn look_up(archive: &Path, orcids: &[Orcid]) {
    let mut times = Vec::new();
    for orcid in orcids.iter().take(LOOKUPS) {
        let begun = Instant::now();
        let found = indexed_members(archive, *orcid).expect("the index is sound");
        times.push(begun.elapsed());
        assert!(found.is_some_and(|members| !members.is_empty()), "{orcid} is not found");
    }
    tell("get", times);
}

/// Starts a program for each of some iDs, and without one in turn.
fn start(program: &Path, archive: &Path, orcids: &[Orcid]) {
    let run = |command: &mut Command| {
        let begun = Instant::now();
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it can be started");
        assert!(status.success(), "{command:?}");
        begun.elapsed()
    };
    let (mut gets, mut versions) = (Vec::new(), Vec::new());
    for orcid in orcids.iter().take(STARTS) {
        gets.push(run(Command::new(program).arg("get").arg(orcid.to_string()).arg(archive)));
        versions.push(run(Command::new(program).arg("--version")));
    }
    tell("get, the process", gets);
    tell("--version", versions);
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!(
        "{what:19} {:8.2} ms (median), {:.2} (90th), {:.2} (worst) of {}",
        at(50),
        at(90),
        at(100),
        times.len()
    );
}

/// Reads all stretches, each reader every other one.
fn share_out(archive: &Path, readers: usize) -> Duration {
    let index = Index::beside(archive).expect("the index is sound").expect("the index is there");
    let index = Arc::new(index);
    let whole = 0..index.contents.stream_bytes;
    let stretches = index.stretches(whole, STRETCH_BYTES).expect("the index is sound");
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for reader in 0..readers {
            let (index, stretches) = (&index, &stretches);
            scope.spawn(move || {
                let buffers = Buffers::default();
                for stretch in stretches.iter().skip(reader).step_by(readers) {
                    let (index, buffers, meter) = (index.clone(), buffers.clone(), Meter::default());
                    let part = Archive::open_part(index, stretch.clone(), ARCHIVE_OPTIONS, buffers, meter);
                    let mut part = part.expect("the archive is there");
                    while part.next_chunk().expect("the archive is sound").is_some() {}
                }
            });
        }
    });
    begun.elapsed()
}
