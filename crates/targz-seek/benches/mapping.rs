//! What mapping gains: a plain tar and an index read as mapped files, beside the same bytes
//! read by system calls. `BENCH_MEMBERS` says how many members the archive has, of 20 kB each.
//!
//! Compare figures of one run with each other; clocks differ from day to day. The two ways
//! take turns, and the least time of each counts.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, BufWriter, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use targz_seek::index::{Index, IndexWriter, IndexedTotals, SPACING_BYTES, index_path};
use targz_seek::{Archive, ByteSource, FileSource, Meter, Options};

const DEFAULT_MEMBERS: u64 = 40_000;
const MEMBER_BYTES: usize = 20_000;
const TURNS: usize = 7;
/// Keys that are looked up in one turn.
const LOOKUPS: u64 = 2_000;

/// A file that is read by `pread` alone.
#[derive(Debug)]
struct Unmapped(PathBuf, Arc<File>);

struct Reader(Arc<File>, Range<u64>);

impl ByteSource for Unmapped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn size_bytes(&self) -> io::Result<Option<u64>> {
        Ok(Some(self.1.metadata()?.len()))
    }

    fn read_all(&self, _: &Meter) -> io::Result<Box<dyn Read + Send>> {
        self.read_range(0..u64::MAX)
    }

    fn read_range(&self, range: Range<u64>) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Reader(self.1.clone(), range)))
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.1.read_exact_at(buffer, offset)
    }
}

impl Read for Reader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.1.end.saturating_sub(self.1.start)).unwrap_or(usize::MAX);
        let room = left.min(out.len());
        let length = self.0.read_at(&mut out[..room], self.1.start)?;
        self.1.start += length as u64;
        Ok(length)
    }
}

fn main() {
    let given = std::env::var("BENCH_MEMBERS").ok().and_then(|number| number.parse().ok());
    let members = given.unwrap_or(DEFAULT_MEMBERS);
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("a.tar");
    make(&path, members);
    println!(
        "{members} members, {:.0} MB, in the system's cache",
        members as f64 * MEMBER_BYTES as f64 / 1e6
    );

    let mapped = |path: &Path| Arc::new(FileSource::open(path).expect("it is there")) as Arc<dyn ByteSource>;
    let unmapped = |path: &Path| {
        let file = Arc::new(File::open(path).expect("it is there"));
        Arc::new(Unmapped(path.to_owned(), file)) as Arc<dyn ByteSource>
    };
    let open: [Source<'_>; 2] = [&unmapped, &mapped];
    told("the archive from end to end", open, &|source| whole(&*source(&path)));
    told("opening the index and one key", open, &|source| {
        let index = Index::of_source(source(&index_path(&path)), source(&path)).expect("it was written");
        black_box(index.runs(members / 2).expect("it is sound"));
    });
    told("2,000 keys of an open index", open, &|source| {
        let index = Index::of_source(source(&index_path(&path)), source(&path)).expect("it was written");
        for number in 0..LOOKUPS {
            black_box(index.runs(number * 7_919 % members).expect("it is sound"));
        }
    });
}

type Source<'s> = &'s dyn Fn(&Path) -> Arc<dyn ByteSource>;

/// The least time of each way, and their ratio.
fn told(what: &str, [read, mapped]: [Source<'_>; 2], work: &dyn Fn(Source<'_>)) {
    let mut least = [Duration::MAX; 2];
    for _ in 0..TURNS {
        for (place, source) in [read, mapped].into_iter().enumerate() {
            let begun = Instant::now();
            work(source);
            least[place] = least[place].min(begun.elapsed());
        }
    }
    let [read, mapped] = least.map(|time| time.as_secs_f64() * 1e3);
    println!("{what:32} read {read:9.3} ms, mapped {mapped:9.3} ms, {:.2}", mapped / read);
}

fn whole(source: &dyn ByteSource) {
    let mut archive = Archive::open_source(source, Options::new(), Meter::default()).expect("it is sound");
    while let Some(chunk) = archive.next_chunk().expect("it is sound") {
        black_box(chunk.members().count());
    }
}

fn key_of(name: &str) -> Option<u64> {
    name.strip_suffix(".xml")?.parse().ok()
}

fn make(path: &Path, members: u64) {
    let mut tar = tar::Builder::new(BufWriter::new(File::create(path).expect("there is room")));
    let mut data = vec![b' '; MEMBER_BYTES];
    let mut state = 7_u64;
    for number in 0..members {
        for byte in data.iter_mut().step_by(7) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = b'a' + (state >> 59) as u8;
        }
        let mut header = tar::Header::new_ustar();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, format!("{number}.xml"), &data[..]).expect("there is room");
    }
    tar.into_inner().and_then(|out| out.into_inner().map_err(Into::into)).expect("there is room");
    let options = Options::new();
    let mut writer = IndexWriter::create(path, &index_path(path), key_of, SPACING_BYTES, options.chunk_bytes)
        .expect("there is room");
    let mut reading =
        Archive::open_recorded(path, options, Meter::default(), SPACING_BYTES).expect("it is sound");
    while let Some(chunk) = reading.next_chunk().expect("it is sound") {
        reading.record_points(&mut writer, false).expect("it is sound");
        writer.add_chunk(&chunk).expect("there is room");
    }
    let stream_bytes = reading.record_points(&mut writer, true).expect("it is sound");
    let totals = reading.finish().expect("it is sound");
    let (size_bytes, md5, notes) = (totals.size_bytes, totals.md5, totals.notes);
    let totals = IndexedTotals { size_bytes, md5, stream_bytes, notes, repeats: false };
    writer.finish(path, totals).expect("there is room");
}
