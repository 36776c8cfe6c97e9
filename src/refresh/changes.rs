//! Who has changed, by a file: ORCID's `last_modified.csv`, in a tar or not,
//! with gzip or without.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::RefreshError;
use super::time;
use orcid_xml::{Orcid, Timestamp};

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
    let mut any = false;
    for entry in archive.entries().map_err(fault)? {
        let entry = entry.map_err(fault)?;
        // macOS puts a file of its own, `._name`, beside each file.
        let is_csv = entry.path().is_ok_and(|name| {
            let own = name.file_name().is_some_and(|name| name.to_string_lossy().starts_with("._"));
            !own && name.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"))
        });
        if entry.header().entry_type().is_file() && is_csv {
            any = true;
            let (size, mut read) = (entry.size(), 0);
            let entry = Counted { inner: entry, read: &mut read };
            read_lines(path, BufReader::with_capacity(BUFFER_BYTES, entry), told)?;
            if read < size {
                return Err(fault(std::io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }
    if any { Ok(()) } else { Err(RefreshError::NoChanges { path: path.to_owned() }) }
}

/// Counts what is read: the end of a cut tar is no error to its reader.
struct Counted<'c, R> {
    inner: R,
    read: &'c mut u64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        *self.read += read as u64;
        Ok(read)
    }
}

/// The cells of a line; a comma between quotation marks is part of its cell.
fn cells(line: &str) -> Vec<&str> {
    let mut quoted = false;
    let parts = line.trim_start_matches('\u{feff}').trim_end().split(move |sign| {
        quoted ^= sign == '"';
        sign == ',' && !quoted
    });
    parts.map(|cell| cell.trim().trim_matches('"').trim()).collect()
}

/// A last change; its zone may be written `+00`, as PostgreSQL does.
fn time_of(text: &str) -> Option<Timestamp> {
    let zoneless = text.len() > 3 && matches!(text.as_bytes()[text.len() - 3], b'+');
    if zoneless { time::parse(&format!("{text}:00")) } else { time::parse(text) }
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
    let (mut columns, mut number, mut line, mut any) = (None, 0, String::new(), false);
    loop {
        line.clear();
        let read = lines.by_ref().take(MAX_LINE_BYTES).read_line(&mut line);
        if read.map_err(|source| RefreshError::Io { act: "read", path: path.to_owned(), source })? == 0 {
            let nothing = || RefreshError::NoChanges { path: path.to_owned() };
            return any.then_some(()).ok_or_else(nothing);
        }
        number += 1;
        let cells = cells(&line);
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
        let parsed = parsed.and_then(|(orcid, time)| Some((Orcid::new(orcid)?, time_of(time)?, time.len())));
        // A line that ends with a date alone, and without its end, has been cut.
        let whole = |length: usize| line.ends_with('\n') || length > "2025-01-01".len();
        let Some((orcid, modified, _)) = parsed.filter(|(.., length)| whole(*length)) else {
            let expected = "an iD and its last change";
            return Err(RefreshError::Line { path: path.to_owned(), line: number, expected });
        };
        any = true;
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
    fn marks_zones_and_quoted_commas_are_read_and_what_is_cut_or_empty_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("last_modified.csv");
        let read = |bytes: &[u8]| {
            std::fs::write(&file, bytes).unwrap();
            let mut found = Vec::new();
            read(&file, &mut |_, modified| found.push(time::iso(modified))).map(|()| found)
        };
        for zone in ["", "+00", "+00:00", "Z"] {
            let text = format!(
                "\u{feff}last_modified,path,orcid\r\n2025-10-02 01:02:03.123456{zone},\"a,b\",0000-0002-1825-0097\r\n"
            );
            assert_eq!(read(text.as_bytes()).unwrap(), ["2025-10-02T01:02:03.123Z"], "{zone}");
        }
        let whole = tar(CSV.as_bytes());
        let heading = "orcid,path,date_created,last_modified\n";
        let cut = format!("{CSV}0000-0002-1825-0097,/a,2012-01-01 00:00:00,2025-10-02");
        for bytes in [b"", heading.as_bytes(), cut.as_bytes(), &whole[..600], &tar(b""), &gzip(&whole)[..60]]
        {
            assert!(read(bytes).is_err(), "{:?}", String::from_utf8_lossy(bytes));
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
