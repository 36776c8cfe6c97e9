//! What is noted beside a file that is not whole yet: which file it is, and which of its bytes are
//! there.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ranges::Ranges;
use super::release::ReleaseFile;

/// Bytes of notes that are read; a note has some hundred.
const MAX_NOTES_BYTES: u64 = 1 << 20;

#[derive(Debug, Serialize, Deserialize)]
struct Notes {
    size_bytes: u64,
    md5: Option<String>,
    /// Begin and end of each range.
    done: Vec<(u64, u64)>,
}

/// The bytes of `file` that are there; none if the notes are missing, damaged or of another file.
pub fn read(path: &Path, file: &ReleaseFile) -> Ranges {
    let text = fs::metadata(path)
        .ok()
        .filter(|metadata| metadata.len() <= MAX_NOTES_BYTES)
        .and_then(|_| fs::read(path).ok());
    let notes = text.and_then(|text| serde_json::from_slice::<Notes>(&text).ok());
    let is_own = |notes: &Notes| notes.size_bytes == file.size_bytes && notes.md5 == file.md5;
    let mut ranges = Ranges::default();
    for (start, end) in notes.filter(is_own).map(|notes| notes.done).unwrap_or_default() {
        if start < end && end <= file.size_bytes {
            ranges.add(start..end);
        }
    }
    ranges
}

/// The name of new notes until they are whole.
pub fn unfinished(path: &Path) -> PathBuf {
    path.with_extension("json.new")
}

/// Notes which bytes of `file` are there: in a new file that takes the place of the old one.
///
/// # Errors
/// The system's error.
pub fn write(path: &Path, file: &ReleaseFile, ranges: &Ranges) -> io::Result<()> {
    let done = ranges.iter().map(|range| (range.start, range.end)).collect();
    let notes = Notes { size_bytes: file.size_bytes, md5: file.md5.clone(), done };
    let new = unfinished(path);
    let mut out = File::create(&new)?;
    out.write_all(serde_json::to_string(&notes)?.as_bytes())?;
    drop(out);
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_count_for_their_own_file_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.part.json");
        let file = |size_bytes, md5: &str| ReleaseFile {
            name: "a".to_owned(),
            size_bytes,
            md5: Some(md5.to_owned()),
            urls: Vec::new(),
        };
        let mut ranges = Ranges::default();
        ranges.add(5..9);
        write(&path, &file(10, "m"), &ranges).unwrap();

        assert_eq!(read(&path, &file(10, "m")), ranges);
        assert_eq!(read(&path, &file(11, "m")), Ranges::default());
        assert_eq!(read(&path, &file(10, "n")), Ranges::default());
        for damaged in ["", "{", r#"{"size_bytes":10,"md5":"m","done":[[9,5],[3,11]]}"#] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(read(&path, &file(10, "m")), Ranges::default(), "{damaged}");
        }
    }
}
