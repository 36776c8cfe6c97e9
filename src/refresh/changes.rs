//! Reads changed records from a file: ORCID's `last_modified.csv`, in a tar or not, with gzip or
//! without.
//!
//! A file that is cut off would hide changes, and is an error as far as that can be told.

use std::fs::File;
use std::io::{BufRead, BufReader, Error, Read};
use std::path::Path;

use csv::ByteRecord;
use flate2::read::MultiGzDecoder;

use super::error::RefreshError;
use super::row_bytes::{Stream, Watched};
use crate::slice::LineFaults;
use orcid_api::time;
use orcid_xml::{IdFault, Orcid, Timestamp};

const BUFFER_BYTES: usize = 256 << 10;

/// Calls `visit` with each iD of the file and its last change.
///
/// The columns are found by their names in the heading (`orcid` or `iD`, and
/// `last_modified`); without a heading they are the first and the last.
///
/// # Errors
/// [`RefreshError`] if the file cannot be read, a line is not understood, or iDs have wrong
/// check digits.
pub fn read(path: &Path, visit: &mut dyn FnMut(Orcid, Timestamp)) -> Result<(), RefreshError> {
    let file = File::open(path);
    let file = file.map_err(|source| RefreshError::Io { act: "read", path: path.to_owned(), source })?;
    read_open(file, path, visit)
}

/// Does the same with a file that is open already; `path` is its name for messages.
///
/// # Errors
/// As [`read`].
pub fn read_open(
    file: File,
    path: &Path,
    visit: &mut dyn FnMut(Orcid, Timestamp),
) -> Result<(), RefreshError> {
    let fault = |source| RefreshError::Io { act: "read", path: path.to_owned(), source };
    let file = BufReader::with_capacity(BUFFER_BYTES, file);
    let mut inner = plain(file).map_err(fault)?;
    let start = inner.fill_buf().map_err(fault)?;
    if start.get(257..262) != Some(b"ustar") {
        return read_rows(path, inner, visit);
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
            read_rows(path, entry, visit)?;
            if read < size {
                return Err(fault(std::io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }
    if any { Ok(()) } else { Err(RefreshError::NoChanges { path: path.to_owned() }) }
}

/// Counts the bytes read, because the tar reader does not report a cut tar as an error.
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

/// The bytes without gzip, told by the first two, not by the name.
fn plain<'f>(mut file: BufReader<File>) -> std::io::Result<Box<dyn BufRead + 'f>> {
    Ok(if file.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(file)))
    } else {
        Box::new(file)
    })
}

/// The positions of the iD and the time in a row.
#[derive(Clone, Copy)]
struct Columns {
    orcid: usize,
    modified: usize,
    count: usize,
}

impl Columns {
    /// The positions from a heading; `None` if the row is not a heading.
    fn named(row: &ByteRecord) -> Option<Self> {
        let name = |cell: &[u8]| {
            let letters = cell.iter().filter(|byte| !matches!(byte, b' ' | b'_' | b'-'));
            letters.map(u8::to_ascii_lowercase).collect::<Vec<u8>>()
        };
        let place = |names: &[&[u8]]| row.iter().position(|cell| names.contains(&name(cell).as_slice()));
        let orcid = place(&[b"orcid", b"id", b"orcidid"])?;
        Some(Self { orcid, modified: place(&[b"lastmodified", b"lastmodifieddate"])?, count: row.len() })
    }

    /// The positions in a file without a heading, from its first row.
    fn usual(row: &ByteRecord) -> Self {
        Self { orcid: 0, modified: row.len() - 1, count: row.len() }
    }

    /// The iD and the time of a row, and how many letters the time has. An iD whose check digit
    /// is wrong cannot exist, and somebody else's is missing then.
    fn read(self, row: &ByteRecord) -> Option<(Result<Orcid, IdFault>, Timestamp, usize)> {
        let cell = |place| std::str::from_utf8(row.get(place)?).ok().map(str::trim);
        let (orcid, time) = (cell(self.orcid)?, cell(self.modified)?);
        let orcid = match Orcid::new(orcid) {
            Some(orcid) if orcid.has_valid_check_digit() => Ok(orcid),
            Some(orcid) => Err(IdFault::WrongCheckDigit(orcid)),
            None => match Orcid::read(orcid) {
                Err(IdFault::NoId | IdFault::MoreThanOne) => return None,
                read => read,
            },
        };
        Some((orcid, time_of(time)?, time.len()))
    }
}

/// Parses a last change; its zone may be `+00`, `-05:00`, `+0530`, `UTC` or `Z`.
fn time_of(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix("UTC").unwrap_or(text).trim_end();
    let clock = text.get("2025-01-01".len()..).filter(|_| text.is_ascii());
    let Some(place) = clock.and_then(|clock| clock.find(['+', '-'])) else { return time::parse(text) };
    let (moment, zone) = text.split_at("2025-01-01".len() + place);
    let zone = match zone.len() {
        3 => format!("{zone}:00"),
        5 => format!("{}:{}", &zone[..3], &zone[3..]),
        _ => zone.to_owned(),
    };
    time::parse(&format!("{}{zone}", moment.trim_end()))
}

/// How times have been written so far, by their lengths: a time that is cut is shorter.
#[derive(Default)]
struct Lengths(u64);

impl Lengths {
    /// Notes a length; false if no earlier time had it. The first time has none to compare with,
    /// but a day without a time is cut.
    fn know(&mut self, length: usize) -> bool {
        let (bit, before) = (1 << length.min(63), self.0);
        self.0 |= bit;
        if before == 0 { length > "2025-01-01".len() } else { before & bit != 0 }
    }
}

fn read_rows(
    path: &Path,
    input: impl Read,
    visit: &mut dyn FnMut(Orcid, Timestamp),
) -> Result<(), RefreshError> {
    let stream = Stream::default();
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(BUFFER_BYTES)
        .from_reader(Watched { inner: input, stream: &stream });
    let (mut row, mut columns, mut lengths) = (ByteRecord::new(), None, Lengths::default());
    // The number of the last row, and whether it is like the others.
    let mut last: Option<(u64, bool)> = None;
    let mut faults = LineFaults::default();
    while next(&mut rows, &mut row, path)? {
        stream.row_ended();
        if row.len() == 1 && row[0].trim_ascii().is_empty() {
            continue;
        }
        if columns.is_none() {
            columns = Columns::named(&row);
            if columns.is_some() {
                continue;
            }
        }
        let columns = *columns.get_or_insert_with(|| Columns::usual(&row));
        let line = row.position().map_or(0, csv::Position::line);
        let Some((orcid, modified, length)) = columns.read(&row) else {
            let is_last = !next(&mut rows, &mut row, path)?;
            if is_last && !stream.has_ended_line() {
                return Err(RefreshError::CutOff { path: path.to_owned(), line });
            }
            let expected = "an iD and its last change";
            return Err(RefreshError::Line { path: path.to_owned(), line, expected });
        };
        last = Some((line, lengths.know(length) && row.len() >= columns.count));
        match orcid {
            Ok(orcid) => visit(orcid, modified),
            Err(fault) => faults.note(line, fault),
        }
    }
    match last {
        None => Err(RefreshError::NoChanges { path: path.to_owned() }),
        Some((line, false)) if !stream.has_ended_line() => {
            Err(RefreshError::CutOff { path: path.to_owned(), line })
        }
        Some(_) if faults.is_empty() => Ok(()),
        Some(_) => Err(RefreshError::ListLines { path: path.to_owned(), faults }),
    }
}

/// Reads the next row; false if there is none.
fn next(rows: &mut csv::Reader<impl Read>, row: &mut ByteRecord, path: &Path) -> Result<bool, RefreshError> {
    rows.read_byte_record(row).map_err(|error| {
        let source = match error.into_kind() {
            csv::ErrorKind::Io(source) => source,
            other => Error::other(format!("{other:?}")),
        };
        RefreshError::Io { act: "read", path: path.to_owned(), source }
    })
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

    /// The times in a file of these bytes.
    fn times(bytes: &[u8]) -> Result<Vec<String>, RefreshError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("last_modified.csv");
        std::fs::write(&file, bytes).unwrap();
        let mut found = Vec::new();
        read(&file, &mut |_, modified| found.push(time::iso(modified))).map(|()| found)
    }

    #[test]
    fn marks_zones_headings_ids_and_quoted_commas_are_read() {
        let at = |hour: &str| format!("2025-10-02T{hour}:02:03.123Z");
        for (zone, expected) in [
            ("", "01"),
            ("+00", "01"),
            ("+00:00", "01"),
            ("Z", "01"),
            (" UTC", "01"),
            ("UTC", "01"),
            (" +00", "01"),
            ("-05", "06"),
            ("-05:00", "06"),
            ("-0500", "06"),
            (" -05", "06"),
            ("+01", "00"),
        ] {
            let text = format!(
                "\u{feff}last_modified,path,orcid\r\n2025-10-02 01:02:03.123456{zone},\"a,b\",0000-0002-1825-0097\r\n"
            );
            assert_eq!(times(text.as_bytes()).unwrap(), [at(expected)], "{zone}");
        }
        for heading in ["orcid", "ORCID", "Orcid", "iD", "ID", "\"ORCID iD\"", "orcid_id"] {
            for orcid in
                ["0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097", "\"0000-0002-1825-0097\""]
            {
                let text = format!("x,{heading},Last_Modified\n1,{orcid},2025-10-02 01:02:03.123\n\n");
                assert_eq!(times(text.as_bytes()).unwrap(), [at("01")], "{text}");
            }
        }
    }

    #[test]
    fn a_file_that_is_cut_or_empty_is_an_error() {
        let whole = tar(CSV.as_bytes());
        let heading = "orcid,path,date_created,last_modified\n";
        for bytes in [b"", heading.as_bytes(), &whole[..600], &tar(b""), &gzip(&whole)[..60]] {
            assert!(times(bytes).is_err(), "{:?}", String::from_utf8_lossy(bytes));
        }
        for (start, number) in [(CSV, 4), (&CSV[heading.len()..], 3)] {
            let row = "0000-0002-1825-0097,/a,2012-01-01 00:00:00.000000,2025-10-02 01:02:03.123456";
            // If only the fraction is missing, the row is like others.
            let like_others = ["2025-10-02 01:02:03.123456", "2025-10-02 01:02:03"];
            for end in 1..=row.len() {
                let result = times(format!("{start}{}", &row[..end]).as_bytes());

                if like_others.iter().any(|time| row[..end].ends_with(time)) {
                    assert!(result.is_ok(), "{}", &row[..end]);
                } else {
                    let error = result.unwrap_err();
                    let is_cut = matches!(error, RefreshError::CutOff { line, .. } if line == number);
                    assert!(is_cut, "{}: {error}", &row[..end]);
                }
            }
        }
        for row in ["0000-0002-1825-0097,2025-10-02", "0000-0002-1825-0097,20"] {
            assert!(matches!(times(row.as_bytes()), Err(RefreshError::CutOff { line: 1, .. })), "{row}");
        }
        assert!(times(b"0000-0002-1825-0097,2025-10-02 01:02:03").is_ok());
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_does_not_fill_the_memory() {
        let text = format!("{CSV}\"{}", "0000-0002-1825-0097,2025-10-02\n".repeat(100_000));

        let error = times(text.as_bytes()).unwrap_err();

        assert!(matches!(error, RefreshError::Io { .. }), "{error}");
    }

    #[test]
    fn wrong_check_digits_are_told_with_their_lines() {
        for wrong in ["0000-0002-1825-0098", "https://orcid.org/0000-0002-1825-0098", "0000000218250098"] {
            let row = format!("{wrong},/a,2012-01-01 00:00:00,2025-10-02 01:02:03\n");
            for (count, expected) in [(1, "line 4: "), (25, "25 lines")] {
                let error = times(format!("{CSV}{}", row.repeat(count)).as_bytes()).unwrap_err().to_string();

                assert!(error.contains(expected) && error.contains("check digit"), "{error}");
                assert_eq!(error.contains("and 5 more"), count == 25, "{error}");
            }
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
