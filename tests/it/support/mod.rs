//! What the tests of the whole program share: archives made to measure, runs of
//! the program, rows of its tables.

pub mod bucket;
pub mod damage;
pub mod dataset_store;
pub mod entries;
pub mod gateway;
pub mod imports;
pub mod members;
pub mod memory_store;
pub mod object_stores;
pub mod portal;
pub mod portal_program;
pub mod push;
pub mod refresh;
pub mod registry;
pub mod releases;
pub mod s3;
#[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
pub mod scenario;
#[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
pub mod shim;
pub mod slice_world;
pub mod slices;
pub mod smtp;
pub mod tables;
pub mod tasks;
pub mod updates;
pub mod web;
pub mod workbooks;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use orcid_xml::{MemberName, Orcid};
use orcidlake::convert::ARCHIVE_OPTIONS;
use orcidlake::get;
use serde_json::Value;
use targz_seek::index::{Index, IndexWriter, IndexedTotals, index_path};
use targz_seek::{Archive, Meter, Options, OwnedMember};

pub const ONE: &str = "0000-0002-1825-0097";
pub const OTHER: &str = "0000-0001-5109-3700";

/// A folder that is gone when the test ends.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is room for a test")
}

/// A record in v3.0 with a name and whatever else `inside` its root.
pub fn record(orcid: &str, given_names: &str, inside: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<record:record path="/{orcid}" xmlns:record="http://www.orcid.org/ns/record" xmlns:common="http://www.orcid.org/ns/common" xmlns:person="http://www.orcid.org/ns/person" xmlns:personal-details="http://www.orcid.org/ns/personal-details" xmlns:activities="http://www.orcid.org/ns/activities" xmlns:work="http://www.orcid.org/ns/work">
    <common:orcid-identifier><common:uri>https://orcid.org/{orcid}</common:uri><common:path>{orcid}</common:path><common:host>orcid.org</common:host></common:orcid-identifier>
    <person:person><person:name visibility="public"><personal-details:given-names>{given_names}</personal-details:given-names></person:name></person:person>
    {inside}
</record:record>
"#
    )
}

/// Writes the index of an archive that is read with `options`, opens it, and tells the length of
/// the archive's stream in bytes.
pub fn write_index(archive: &Path, options: Options, spacing_bytes: u64) -> (Index, u64) {
    let key_of = |name: &str| MemberName::new(name).orcid().map(|orcid| orcid.number());
    let out = index_path(archive);
    let mut reading = Archive::open_recorded(archive, options, Meter::default(), spacing_bytes).unwrap();
    let mut writer = IndexWriter::create(archive, &out, key_of, spacing_bytes, options.chunk_bytes).unwrap();
    let stream_bytes = loop {
        let chunk = reading.next_chunk().unwrap();
        let stream_bytes = reading.record_points(&mut writer, chunk.is_none()).unwrap();
        match chunk {
            Some(chunk) => writer.add_chunk(&chunk).unwrap(),
            None => break stream_bytes,
        }
    };
    let totals = reading.finish().unwrap();
    let (size_bytes, md5, notes) = (totals.size_bytes, totals.md5, totals.notes);
    let totals = IndexedTotals { size_bytes, md5, stream_bytes, notes, repeats: false };
    writer.finish(archive, totals).unwrap();
    (Index::open(&out, archive).unwrap(), stream_bytes)
}

/// A work's file of the activities archives.
pub fn work(put_code: i64, title: &str) -> String {
    format!(
        r#"<work:work put-code="{put_code}" visibility="public" xmlns:work="http://www.orcid.org/ns/work" xmlns:common="http://www.orcid.org/ns/common"><work:title><common:title>{title}</common:title></work:title><work:type>other</work:type></work:work>"#
    )
}

/// A tar archive of files.
pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, data) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, *data).expect("a tar in memory takes all");
    }
    builder.into_inner().expect("a tar in memory takes all")
}

/// A value as it comes back from another machine.
pub fn through_json<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

/// A small synthetic dump below `folder`; gives its archives. Some numbers of records have iDs with few
/// last characters; with primes there are activities in each archive.
pub fn dump(folder: &Path, records: u64, activities: bool) -> Vec<PathBuf> {
    let endings = if activities { vec!['0', 'X'] } else { Vec::new() };
    let options = orcid_synth::Options {
        records,
        seed: 7,
        activities,
        activity_archives: endings,
        // Takes a third of the time of the usual level.
        compression: 2,
        ..orcid_synth::Options::default()
    };
    let written = orcid_synth::write_dump(&options, folder, &|_| {}).expect("the dump is made");
    let paths: Vec<PathBuf> = written.into_iter().map(|written| written.path).collect();
    for path in &paths {
        let size_bytes = std::fs::metadata(path).expect("it is there").len();
        assert!(size_bytes > 1_000, "nobody of {records} is in {}", path.display());
    }
    paths
}

/// The archives in a folder in the order of their names, which is the same for every process.
pub fn archives_in(folder: &Path) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut archives: Vec<PathBuf> =
        paths.filter(|path| path.to_string_lossy().ends_with(".tar.gz")).collect();
    archives.sort();
    archives
}

/// A program that has not ended by then hangs.
const PATIENCE: Duration = Duration::from_secs(3);

/// Waits until a program ends, but not for ever.
pub fn ended(child: &mut Child) -> ExitStatus {
    let begun = Instant::now();
    loop {
        match child.try_wait().unwrap() {
            Some(status) => return status,
            None if begun.elapsed() > PATIENCE => {
                child.kill().unwrap();
                panic!("the program did not end");
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

/// The program with some arguments.
pub fn orcidlake(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orcidlake"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> Output {
    orcidlake(arguments).output().expect("the program starts")
}

/// What a run said on standard error.
pub fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Converts archives into `out` with more arguments; gives status and messages.
pub fn convert(archives: &[&Path], out: &Path, more: &[&str]) -> (i32, String) {
    let mut command = orcidlake(&["convert"]);
    command.args(archives).arg("--out").arg(out).args(more);
    let output = command.output().expect("the program starts");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// All rows of an iD in a table; empty where there are none.
pub fn rows(dataset: &Path, orcid: &str, table: &str) -> Vec<Value> {
    let orcid = Orcid::new(orcid).expect("the test gives an iD");
    let rows = get::dataset_rows(dataset, &[orcid]).expect("the dataset can be read");
    get::to_json(&rows).get(table).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The given names of an iD's records.
pub fn given_names(dataset: &Path, orcid: &str) -> Vec<String> {
    let rows = rows(dataset, orcid, "summaries/records");
    rows.iter().map(|row| row["given_names"].as_str().unwrap_or_default().to_owned()).collect()
}

/// All members of archives under their base names.
pub fn members(archives: &[PathBuf]) -> Vec<OwnedMember> {
    let mut members = Vec::new();
    for archive in archives {
        let mut archive = Archive::open(archive, ARCHIVE_OPTIONS, Meter::default()).unwrap();
        while let Some(chunk) = archive.next_chunk().unwrap() {
            for (path, data, _) in chunk.members().filter(|(path, ..)| path.ends_with(".xml")) {
                let name = path.rsplit('/').next().unwrap().to_owned();
                members.push(OwnedMember { name, data: data.to_vec() });
            }
        }
    }
    members
}

/// Every file below a folder with its bytes, in the order of their names, but for
/// the tables' logs, which tell the time.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(path) = pending.pop() {
        // Logs hold times; the lock is no part of the dataset's content.
        if path.ends_with("_delta_log") || path.ends_with("refresh.lock") {
            continue;
        }
        if path.is_dir() {
            pending.extend(
                std::fs::read_dir(&path).expect("readable").map(|entry| entry.expect("readable").path()),
            );
        } else {
            let bytes = std::fs::read(&path).expect("readable");
            files.push((path.strip_prefix(folder).expect("below the folder").to_owned(), bytes));
        }
    }
    files.sort();
    files
}

/// Numbers that look random, the same in each run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}
