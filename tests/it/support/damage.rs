//! Damaged copies of a dataset.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::tables::files;

/// How often a test tries what it tries at many places: `usual` times, or with `ROUNDS=4`, as in `.ci/run`,
/// four times as often.
pub fn rounds(usual: usize) -> usize {
    usual * std::env::var("ROUNDS").ok().and_then(|factor| factor.parse().ok()).unwrap_or(1)
}

/// A test tries every so many places: every fourth, or with `ROUNDS=4` every one.
pub fn step() -> usize {
    4usize.div_ceil(rounds(1))
}

pub fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_orcidlake")).args(arguments).output().unwrap()
}

pub fn verify(dataset: &Path) -> Output {
    run(&["verify", dataset.to_str().unwrap()])
}

/// A copy of a dataset, file by file.
pub fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    for (path, bytes) in files(from) {
        let target = to.join(path.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(target, bytes).unwrap();
    }
}

pub fn table_files(dataset: &Path) -> Vec<PathBuf> {
    let parquet = |path: &PathBuf| path.extension().is_some_and(|end| end == "parquet");
    let mut found: Vec<PathBuf> = files(dataset).into_iter().map(|(path, _)| path).filter(parquet).collect();
    found.retain(|path| !path.to_string_lossy().contains("_delta_log"));
    found.sort();
    found
}

pub fn flip(path: &Path, place: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[place] ^= 0x10;
    std::fs::write(path, bytes).unwrap();
}

/// One place of a file, another for each name; with `ROUNDS=8` and more several, from the first byte to the
/// last.
pub fn places(path: &Path) -> Vec<usize> {
    let length = std::fs::metadata(path).unwrap().len() as usize;
    let count = rounds(1).div_ceil(4);
    let name = path.parent().unwrap().to_string_lossy().bytes().map(usize::from).sum::<usize>();
    match count {
        1 => vec![(length - 1) * (name % 97) / 96],
        _ => (0..count).map(|number| (length - 1) * (2 * number + 1) / (2 * count)).collect(),
    }
}
