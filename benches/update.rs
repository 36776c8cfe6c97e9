//! Applies changed records to a dataset, against converting the whole archive:
//! `cargo bench --bench update -- ARCHIVE OUT [EVERY]`.
//!
//! OUT is made anew of ARCHIVE, then every EVERYth of its records (40 if not given)
//! is applied to it. Prints seconds, the ratio, and the peak memory so far.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use orcidlake::convert::{ARCHIVE_OPTIONS, Observer, Options, Outcome, Selection, Update, convert, update};
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
    let every = rest.first().map_or(40, |every| every.parse().expect("EVERY is a number"));
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
