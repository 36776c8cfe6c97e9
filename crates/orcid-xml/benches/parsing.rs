//! Parses the members of archives that `BENCH_ARCHIVES` names, several times, with each reader: MB of
//! XML a second. With `BENCH_READER` only that one (`parser`, `scanner` or `reference`) reads
//! once, to count instructions:
//!
//! `valgrind --tool=callgrind --toggle-collect='parsing::parse_all*' target/release/deps/parsing-…`

use std::fs::File;
use std::hint::black_box;
use std::io::Read;
use std::time::Instant;

use flate2::read::MultiGzDecoder;
use orcid_xml::{Parser, parse_by_reference, parse_by_scanner};

/// Bytes of XML that one parser reads, as in a conversion.
const CHUNK_BYTES: usize = 8 << 20;
/// How often everything is read.
const ROUNDS: usize = 5;
const READERS: [&str; 3] = ["parser", "scanner", "reference"];

fn main() {
    let Some(archives) = std::env::var_os("BENCH_ARCHIVES") else {
        println!("BENCH_ARCHIVES names no archives; nothing is measured");
        return;
    };
    let documents: Vec<Vec<u8>> =
        std::env::split_paths(&archives).flat_map(|path| documents(&path)).collect();
    let bytes: usize = documents.iter().map(Vec::len).sum();
    println!("{} documents, {bytes} bytes", documents.len());
    if let Ok(reader) = std::env::var("BENCH_READER") {
        println!("{reader}: {} are of the regular form", parse_all(&documents, &reader));
        return;
    }
    for _ in 0..ROUNDS {
        for reader in READERS {
            let begun = Instant::now();
            black_box(parse_all(&documents, reader));
            println!("{reader:10} {:6.0} MB/s", bytes as f64 / 1e6 / begun.elapsed().as_secs_f64());
        }
    }
}

fn documents(path: &std::path::Path) -> Vec<Vec<u8>> {
    let file = File::open(path).expect("the archive is there");
    let mut archive = tar::Archive::new(MultiGzDecoder::new(file));
    let entries = archive.entries().expect("it is a tar archive");
    let data = entries.map(|entry| {
        let mut data = Vec::new();
        entry.and_then(|mut entry| entry.read_to_end(&mut data)).expect("the archive is whole");
        data
    });
    data.filter(|data| data.starts_with(b"<")).collect()
}

/// Returns how many documents could be parsed.
#[inline(never)]
fn parse_all(documents: &[Vec<u8>], reader: &str) -> usize {
    let (mut parser, mut bytes) = (Parser::new(), 0);
    let mut parse = |document| match reader {
        "parser" => {
            bytes += <[u8]>::len(document);
            if bytes > CHUNK_BYTES {
                (parser, bytes) = (Parser::new(), 0);
            }
            black_box(parser.parse_by_scanner(document)).is_some()
        }
        "scanner" => black_box(parse_by_scanner(document)).is_some(),
        _ => black_box(parse_by_reference(document)).is_ok(),
    };
    documents.iter().filter(|document| parse(document)).count()
}
