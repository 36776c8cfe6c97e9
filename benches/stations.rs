//! Each station of `convert` alone, on one thread, over a synthetic archive of summaries
//! and over one of activities: MB of XML a second and members a second. `BENCH_RECORDS` sets
//! the number of people, `BENCH_ARCHIVE` takes another archive of either kind. At the end of
//! each what more cores would reach.
//!
//! Compare figures of one run with each other; clocks differ from day to day.

mod projection;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flate2::bufread::MultiGzDecoder;
use orcid_xml::{ActivitySection, Document, MemberName, Parsed, parse, parse_by_reference};
use orcidlake::convert::ARCHIVE_OPTIONS;
use orcidlake::dataset::DumpWriter;
use orcidlake::tables::{self, DumpKind, Entry, Rows};
use parquet::file::reader::{FileReader, SerializedFileReader};
use quick_xml::Reader;
use quick_xml::events::Event;
use targz_seek::{Archive, Chunk, Kind, Meter, md5_of};

/// People of the archives that are made. One archive of eleven has activities of a few of them.
const DEFAULT_RECORDS: u64 = 20_000;
/// The archive of activities that is made.
const ENDING: char = '3';
/// XML bytes whose entries become rows together, as in `convert`.
const GATHERED_BYTES: usize = 256 << 10;

struct Input {
    kind: DumpKind,
    gz: PathBuf,
    tar: PathBuf,
    members: u64,
    xml_bytes: u64,
}

fn main() {
    let folder = tempfile::tempdir().expect("there is room");
    let given = std::env::var_os("BENCH_ARCHIVE").map(|path| vec![PathBuf::from(path)]);
    for archive in given.unwrap_or_else(|| make(folder.path())) {
        measure(&archive, folder.path());
    }
}

/// Measures all stations over one archive.
fn measure(archive: &Path, folder: &Path) {
    let input = prepare(archive, folder);
    let kind = format!("{:?}", input.kind).to_lowercase();
    println!(
        "\n{} members of {kind}, {:.0} MB of XML, one thread",
        input.members,
        input.xml_bytes as f64 / 1e6
    );
    println!("{:28} {:>10} {:>12} {:>8}", "station", "MB/s", "members/s", "seconds");
    let inflating = tell(&input, "inflate (zlib-rs)", time(|| inflate(&input.gz)));
    tell(&input, "plain tar and MD5", time(|| read(&input.tar)));
    let reading = tell(&input, "inflate and tar", time(|| read(&input.gz)));
    let digesting = tell(&input, "MD5, in its own thread", time(|| digest(&input.gz)));
    let chunks = chunks(&input.tar);
    let parsing = tell(&input, "parse (both readers)", time(|| parse_all(&chunks, parse)));
    tell(&input, "parse (reference alone)", time(|| parse_all(&chunks, parse_by_reference)));
    tell(&input, "quick-xml's events, bare", time(|| bare_events(&chunks)));
    let tables = folder.join(kind);
    let (build, encode) = build_and_encode(&chunks, input.kind, &tables);
    projection::print(&projection::Costs {
        read: reading,
        inflate: inflating,
        digest: digesting,
        parse: parsing,
        build: tell(&input, "build", build),
        encode: tell(&input, "encode", encode),
        largest_column: largest_column(&tables),
    });
}

fn prepare(archive: &Path, folder: &Path) -> Input {
    let tar = folder.join("plain.tar");
    let file = BufReader::with_capacity(1 << 20, File::open(archive).expect("the archive is there"));
    let mut out = File::create(&tar).expect("there is room");
    std::io::copy(&mut MultiGzDecoder::new(file), &mut out).expect("the archive is sound");
    let (mut kind, mut members, mut xml_bytes) = (DumpKind::Summaries, 0, 0);
    for chunk in chunks(&tar) {
        for (_, data, name) in files(&chunk) {
            members += 1;
            xml_bytes += data.len() as u64;
            if matches!(name, MemberName::Activity { .. }) {
                kind = DumpKind::Activities;
            }
        }
    }
    Input { kind, gz: archive.to_owned(), tar, members, xml_bytes }
}

fn make(folder: &Path) -> Vec<PathBuf> {
    let records = std::env::var("BENCH_RECORDS").ok().and_then(|records| records.parse().ok());
    let options = orcid_synth::Options {
        records: records.unwrap_or(DEFAULT_RECORDS),
        activities: true,
        activity_archives: vec![ENDING],
        ..orcid_synth::Options::default()
    };
    let written = orcid_synth::write_dump(&options, folder, &|_| {}).expect("the dump is made");
    written
        .into_iter()
        .map(|archive| archive.path)
        .filter(|path| path.extension().is_some_and(|end| end == "gz"))
        .collect()
}

fn time(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

/// Prints what a station does; gives its milliseconds for each MB.
fn tell(input: &Input, station: &str, time: Duration) -> f64 {
    let seconds = time.as_secs_f64();
    let (rate, members) = (input.xml_bytes as f64 / 1e6 / seconds, input.members as f64 / seconds);
    println!("{station:28} {rate:>10.0} {members:>12.0} {seconds:>8.2}");
    1e3 / rate
}

/// Inflates by zlib-rs, with which others can compare.
fn inflate(path: &Path) {
    let file = BufReader::with_capacity(512 << 10, File::open(path).expect("the archive is there"));
    let mut decoder = MultiGzDecoder::new(file);
    let mut buffer = vec![0; 8 << 20];
    while decoder.read(&mut buffer).expect("the archive is sound") > 0 {}
}

fn digest(path: &Path) {
    std::hint::black_box(md5_of(path).expect("the archive is there"));
}

/// Reads an archive as `convert` does, whose chunks' buffers are used again.
fn read(path: &Path) {
    let mut archive = Archive::open(path, ARCHIVE_OPTIONS, Meter::default()).expect("the archive is there");
    while archive.next_chunk().expect("the archive is sound").is_some() {}
}

fn chunks(path: &Path) -> Vec<Chunk> {
    let mut archive = Archive::open(path, ARCHIVE_OPTIONS, Meter::default()).expect("the archive is there");
    let next = || archive.next_chunk().expect("the archive is sound");
    std::iter::from_fn(next).collect()
}

fn files(chunk: &Chunk) -> impl Iterator<Item = (&str, &[u8], MemberName)> {
    let files = chunk.members().filter(|(_, _, member)| member.kind == Kind::File);
    files.map(|(path, data, _)| (path, data, MemberName::new(path)))
}

fn parse_all(chunks: &[Chunk], parse: for<'a> fn(&'a [u8]) -> Result<Parsed<'a>, orcid_xml::ParseError>) {
    for (_, data, _) in chunks.iter().flat_map(files) {
        std::hint::black_box(parse(data).expect("the dump is sound"));
    }
}

/// The yardstick: what quick-xml takes to read the XML and do nothing with it.
fn bare_events(chunks: &[Chunk]) {
    for (_, data, _) in chunks.iter().flat_map(files) {
        let mut reader = Reader::from_str(std::str::from_utf8(data).expect("the dump is UTF-8"));
        while !matches!(reader.read_event().expect("the dump is sound"), Event::Eof) {}
    }
}

fn entries<'c>(members: &[(&'c str, &'c [u8], MemberName)]) -> Vec<Entry<'c>> {
    let entries = members.iter().filter_map(|(_, data, name)| {
        let orcid = name.orcid()?;
        Some(match parse(data).ok()?.document {
            Document::Record(record) => Entry::Record { orcid, record },
            Document::Activity(activity) => Entry::Activity { orcid, activity },
            Document::Stub(stub) => Entry::Tombstone { orcid, activity: activity_of(name), stub },
            _ => return None,
        })
    });
    entries.collect()
}

/// Which activity a file is named for.
fn activity_of(name: &MemberName) -> Option<(ActivitySection, i64)> {
    match *name {
        MemberName::Activity { section, put_code, .. } => Some((section, put_code)),
        _ => None,
    }
}

fn build_and_encode(chunks: &[Chunk], kind: DumpKind, out: &Path) -> (Duration, Duration) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread can be had");
    let mut writer = DumpWriter::new(out, kind, |_| true, None);
    let mut builders: Vec<Box<dyn Rows>> = tables::of(kind).iter().map(|table| table.rows()).collect();
    let (mut build, mut encode) = (Duration::ZERO, Duration::ZERO);
    for chunk in chunks {
        let members: Vec<_> = files(chunk).collect();
        let mut rest = members.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0;
            let last = rest.iter().position(|(_, data, _)| {
                bytes += data.len();
                bytes >= GATHERED_BYTES
            });
            let (group, after) = rest.split_at(last.map_or(rest.len(), |last| last + 1));
            let entries = entries(group);
            build += time(|| builders.iter_mut().for_each(|builder| builder.append(&entries)));
            rest = after;
        }
        let begun = Instant::now();
        let batches = builders.iter_mut().map(|builder| Some(builder.finish())).collect();
        build += begun.elapsed();
        let xml_bytes = members.iter().map(|(_, data, _)| data.len() as u64).sum();
        encode += writer.write(batches, xml_bytes, &pool).expect("there is room");
    }
    encode += time(|| drop(writer.finish(&pool).expect("there is room")));
    (build, encode)
}

/// The share of the largest column in what the tables below `folder` hold uncompressed.
fn largest_column(folder: &Path) -> f64 {
    let mut bytes: HashMap<String, i64> = HashMap::new();
    for path in parquet_files(folder) {
        let file = File::open(&path).expect("it was written");
        let reader = SerializedFileReader::new(file).expect("it is whole");
        for column in reader.metadata().row_groups().iter().flat_map(|group| group.columns()) {
            let key = format!("{} {}", path.display(), column.column_path());
            *bytes.entry(key).or_default() += column.uncompressed_size();
        }
    }
    let largest = bytes.values().max().copied().unwrap_or_default();
    largest as f64 / bytes.values().sum::<i64>().max(1) as f64
}

fn parquet_files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).expect("it was made").map(|entry| entry.expect("it is there").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.into_iter().chain(folders.iter().flat_map(|folder| parquet_files(folder))).collect()
}
