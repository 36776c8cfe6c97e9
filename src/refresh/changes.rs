//! Who has changed, by a file: ORCID's `last_modified.csv`, in a tar or not,
//! with gzip or without.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::RefreshError;
use super::time;
use crate::record::{Orcid, Timestamp};

/// Bytes of a line; longer ones are not lines of this file.
const MAX_LINE_BYTES: u64 = 4_096;
const BUFFER_BYTES: usize = 256 << 10;

/// Tells each iD of the file with its last change.
///
/// The columns are found by their names in the heading (`orcid`,
/// `last_modified`); without a heading they are the first and the last.
///
/// # Errors
/// [`RefreshError`] where the file cannot be read, or a line is not understood.
pub fn read(path: &Path, told: &mut dyn FnMut(Orcid, Timestamp)) -> Result<(), RefreshError> {
    let fault = |source| RefreshError::Io { act: "read", path: path.to_owned(), source };
    let file = BufReader::with_capacity(BUFFER_BYTES, File::open(path).map_err(fault)?);
    let mut inner = plain(file).map_err(fault)?;
    let start = inner.fill_buf().map_err(fault)?;
    if start.get(257..262) != Some(b"ustar") {
        return read_lines(path, inner, told);
    }
    let mut archive = tar::Archive::new(inner);
    for entry in archive.entries().map_err(fault)? {
        let entry = entry.map_err(fault)?;
        let is_csv = entry.path().is_ok_and(|name| name.extension().is_some_and(|end| end == "csv"));
        if entry.header().entry_type().is_file() && is_csv {
            read_lines(path, BufReader::with_capacity(BUFFER_BYTES, entry), told)?;
        }
    }
    Ok(())
}

/// The bytes without gzip, told by the first two, not by the name.
fn plain<'f>(mut file: BufReader<File>) -> std::io::Result<Box<dyn BufRead + 'f>> {
    Ok(if file.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(file)))
    } else {
        Box::new(file)
    })
}

fn read_lines(
    path: &Path,
    mut lines: impl BufRead,
    told: &mut dyn FnMut(Orcid, Timestamp),
) -> Result<(), RefreshError> {
    let (mut columns, mut number, mut line) = (None, 0, String::new());
    loop {
        line.clear();
        let read = lines.by_ref().take(MAX_LINE_BYTES).read_line(&mut line);
        if read.map_err(|source| RefreshError::Io { act: "read", path: path.to_owned(), source })? == 0 {
            return Ok(());
        }
        number += 1;
        let cells: Vec<&str> = line.trim_end().split(',').map(|cell| cell.trim().trim_matches('"')).collect();
        if cells == [""] {
            continue;
        }
        let place = |name: &str| cells.iter().position(|cell| *cell == name);
        if number == 1
            && let (Some(orcid), Some(modified)) = (place("orcid"), place("last_modified"))
        {
            columns = Some((orcid, modified));
            continue;
        }
        let (orcid, modified) = columns.unwrap_or((0, cells.len() - 1));
        let parsed = cells.get(orcid).zip(cells.get(modified));
        let parsed = parsed.and_then(|(orcid, time)| Some((Orcid::new(orcid)?, time::parse(time)?)));
        let Some((orcid, modified)) = parsed else {
            let expected = "an iD and its last change";
            return Err(RefreshError::Line { path: path.to_owned(), line: number, expected });
        };
        told(orcid, modified);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const CSV: &str = "orcid,path,date_created,last_modified\n\
        0000-0002-1825-0097,/a,2012-01-01 00:00:00.000000,2025-10-02 01:02:03.123456\n\
        0000-0002-1694-233X,/b,2012-01-01 00:00:00,2025-10-01 00:00:00\n";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn tar(bytes: &[u8]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, "last_modified.csv", bytes).unwrap();
        builder.into_inner().unwrap()
    }

    #[test]
    fn the_file_is_read_in_each_of_its_forms() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("last_modified.csv.tar");
        let csv = CSV.as_bytes();
        for bytes in [csv.to_vec(), gzip(csv), tar(csv), gzip(&tar(csv))] {
            std::fs::write(&file, bytes).unwrap();
            let mut found = Vec::new();

            read(&file, &mut |orcid, modified| found.push(format!("{orcid} {}", time::iso(modified))))
                .unwrap();

            let expected = [
                "0000-0002-1825-0097 2025-10-02T01:02:03.123Z",
                "0000-0002-1694-233X 2025-10-01T00:00:00.000Z",
            ];
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_line_of_another_kind_is_told_by_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("last_modified.csv");
        std::fs::write(&file, format!("{CSV}nobody,,,never\n")).unwrap();

        let error = read(&file, &mut |_, _| {}).unwrap_err();

        assert!(matches!(error, RefreshError::Line { line: 4, .. }), "{error}");
    }
}
