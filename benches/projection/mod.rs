//! What many cores would reach, from what each station costs on one thread.
//!
//! `convert` reads an archive in one thread, digests it in another, parses, builds and
//! encodes in the pool, and ends a chunk's encoding before it begins the next one's. So there
//! are three limits: the cores, the thread that reads, and the column that takes longest to
//! encode. The least of them is the rate; where it is the cores, nothing waits.

use std::fmt::Write;

/// Cores that are projected to.
const THREADS: [u32; 6] = [1, 2, 4, 8, 16, 32];
/// As `convert` takes readers where there is an index.
const THREADS_PER_READER: u32 = 4;
/// How many times the work of inflating once it takes to inflate pieces of one gzip stream side by
/// side, without an index: a piece is inflated with marks where the window before it is not known,
/// and the marks are replaced when it is. Measured on archives of summaries, MB/s on one core:
/// rapidgzip-core 0.3.1 (Rust) 765 to 987 against 2,690 for zlib-rs, rapidgzip 0.16.1 (C++) 604 to
/// 677 against 2,545. `convert` does not do this; the projection says from where it would pay.
const SPECULATIVE_TIMES: f64 = 3.1;

/// Milliseconds for each MB of XML, on one thread.
pub struct Costs {
    /// Inflating and tar walk; inflating alone.
    pub read: f64,
    pub inflate: f64,
    /// The MD5 of the archive, which reading by an index does not need.
    pub digest: f64,
    pub parse: f64,
    pub build: f64,
    pub encode: f64,
    /// Share of the largest column in the bytes that are encoded.
    pub largest_column: f64,
}

/// A way to read: how many threads do, what that costs, how many archives are written.
struct Way {
    name: &'static str,
    readers: fn(u32) -> u32,
    read: f64,
    digest: f64,
    archives: u32,
}

pub fn print(costs: &Costs) {
    let rest = costs.parse + costs.build + costs.encode;
    let column = costs.encode * costs.largest_column;
    let ways = [
        Way { name: "one archive", readers: |_| 1, read: costs.read, digest: costs.digest, archives: 1 },
        Way {
            name: "two archives side by side",
            readers: |_| 2,
            read: costs.read,
            digest: costs.digest,
            archives: 2,
        },
        Way {
            name: "one archive by its index",
            readers: |threads| threads.div_ceil(THREADS_PER_READER),
            read: costs.read,
            digest: 0.0,
            archives: 1,
        },
        Way {
            name: "one archive, its pieces inflated side by side without an index (not built)",
            readers: |threads| threads,
            read: costs.read + (SPECULATIVE_TIMES - 1.0) * costs.inflate,
            digest: costs.digest,
            archives: 1,
        },
    ];
    println!(
        "\nProjection: the least of what cores, readers and the largest column of a chunk allow, in MB/s."
    );
    println!(
        "ms per MB: read {:.3}, MD5 {:.3}, parse {:.3}, build {:.3}, encode {:.3}, its largest column {:.3}",
        costs.read, costs.digest, costs.parse, costs.build, costs.encode, column
    );
    for way in &ways {
        println!("{}", way.name);
        for threads in THREADS {
            println!("{}", line(way, threads, rest, column));
        }
    }
    let [alone, .., speculative] = &ways;
    let pays = (1..=64)
        .find(|&threads| rate(speculative, threads, rest, column) > rate(alone, threads, rest, column));
    match pays {
        Some(threads) => println!("pieces side by side without an index would pay from {threads} threads on"),
        None => println!("pieces side by side without an index would not pay with up to 64 threads"),
    }
}

/// MB/s of one way on so many threads.
fn rate(way: &Way, threads: u32, rest: f64, column: f64) -> f64 {
    limits(way, threads, rest, column).into_iter().fold(f64::INFINITY, f64::min)
}

/// What cores, readers and the largest column allow.
fn limits(way: &Way, threads: u32, rest: f64, column: f64) -> [f64; 3] {
    let readers = (way.readers)(threads);
    [
        1e3 * f64::from(threads) / (way.read + way.digest + rest),
        1e3 * f64::from(readers) / way.read,
        1e3 * f64::from(way.archives) / column,
    ]
}

/// The three limits of one way on so many cores, with their arithmetic.
fn line(way: &Way, threads: u32, rest: f64, column: f64) -> String {
    let readers = (way.readers)(threads);
    let (read, digest, archives) = (way.read, way.digest, way.archives);
    let [cores, reading, encoding] = limits(way, threads, rest, column);
    let rate = rate(way, threads, rest, column);
    let waits = if rate >= cores {
        "nothing waits".to_owned()
    } else if rate >= reading {
        format!("all wait for {readers} reading; {:.0} % of the cores in use", 100.0 * rate / cores)
    } else {
        format!("all wait for the largest column; {:.0} % of the cores in use", 100.0 * rate / cores)
    };
    let mut text = format!("  {threads:>2} threads {rate:>6.0} MB/s: ");
    let _ = write!(text, "cores {threads} / ({read:.3} + {digest:.3} + {rest:.3}) = {cores:.0}, ");
    let _ = write!(text, "readers {readers} / {read:.3} = {reading:.0}, ");
    let _ = write!(text, "column {archives} / {column:.3} = {encoding:.0}; {waits}");
    text
}
