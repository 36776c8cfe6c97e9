//! Recognises formats of files that are not read, by their first bytes, and knows the file
//! names of the formats that are.

use std::path::Path;

/// Names of documents.
pub const XML: &[&str] = &[".xml"];
/// Names that promise an archive.
pub const ARCHIVE_ENDINGS: &[&str] = &[".tar", ".tar.gz", ".tgz", ".gz"];

/// A format of file that is recognised but not read, such as zip, xz, HTML or Parquet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Foreign {
    /// The format in English with its article, such as `a zip archive`.
    pub name: &'static str,
    /// What kind of file it is, from which follows what can be done about it.
    pub kind: ForeignKind,
}

/// What kind of file stands where an archive is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ForeignKind {
    /// What a download gives where it fails: a page, a document, an empty archive.
    FailedDownload,
    /// An archive of several files that another program unpacks.
    OtherArchive,
    /// A compressed stream; the command writes what it holds to standard output.
    Compressed(&'static str),
    /// gzip data within gzip data, or of something else than a tar archive.
    Gzip,
    /// A small file of Git LFS or git-annex in the place of a large one.
    Pointer,
    /// A torrent file.
    Torrent,
    /// A file that belongs to an archive, such as its index.
    OfArchive,
    /// A table.
    Table,
    /// Something else.
    Other,
}

use ForeignKind::{
    Compressed, FailedDownload, Gzip, OfArchive, Other, OtherArchive, Pointer, Table, Torrent,
};

/// Where bytes stand that tell a format, the bytes, its name and its kind.
type Mark = (usize, &'static [u8], &'static str, ForeignKind);

const MARKS: &[Mark] = &[
    (0, b"\x1f\x8b", "gzip data", Gzip),
    (0, b"PK\x03\x04", "a zip archive", OtherArchive),
    (0, b"PK\x05\x06", "an empty zip archive", FailedDownload),
    (0, b"PK\x07\x08", "a zip archive in several parts", OtherArchive),
    (0, b"\xfd7zXZ\0", "xz data", Compressed("xz -dc")),
    (0, b"BZh", "bzip2 data", Compressed("bzip2 -dc")),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard data", Compressed("zstd -dc")),
    (0, b"\x04\x22\x4d\x18", "LZ4 data", Compressed("lz4 -dc")),
    (0, b"LZIP", "lzip data", Compressed("lzip -dc")),
    (0, b"\x5d\0\0", "LZMA data", Compressed("xz -dc")),
    (0, b"\x89LZO", "LZO data", Compressed("lzop -dc")),
    (0, b"\x1f\x9d", "data of compress (.Z)", Compressed("gzip -dc")),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", OtherArchive),
    (0, b"Rar!\x1a\x07", "a RAR archive", OtherArchive),
    (0, b"070701", "a cpio archive", OtherArchive),
    (0, b"070702", "a cpio archive", OtherArchive),
    (0, b"070707", "a cpio archive", OtherArchive),
    (0, b"\xc7\x71", "a cpio archive", OtherArchive),
    (0, b"!<arch>\n", "an ar archive", OtherArchive),
    (0, b"PAR1", "a Parquet file", Table),
    (0, b"orcidIdx", "an index of an archive", OfArchive),
    (0, b"SQLite format 3\0", "an SQLite database", Other),
    (0, b"%PDF-", "a PDF document", FailedDownload),
    (0, b"version https://git-lfs.github.com/spec/", "a pointer of Git LFS, not the file", Pointer),
    (0, b"/annex/objects/", "a pointer of git-annex, not the file", Pointer),
    (0, b"d8:announce", "a torrent file", Torrent),
    (0, b"\x7fELF", "a program", Other),
    (0, b"MZ", "a program", Other),
];

impl Foreign {
    /// The format of a file that begins with `start`; 512 bytes are enough. `None` for
    /// formats that are not recognised, and for tar and XML.
    pub fn of(start: &[u8]) -> Option<Self> {
        let is_marked =
            |&&(place, mark, ..): &&Mark| start.get(place..).is_some_and(|rest| rest.starts_with(mark));
        if let Some(&(_, _, name, kind)) = MARKS.iter().find(is_marked) {
            return Some(Self { name, kind });
        }
        let text = without_mark(start).trim_ascii_start();
        if is_html(text) {
            return Some(Self { name: "an HTML page", kind: FailedDownload });
        }
        let is_json =
            matches!(text, [b'{' | b'[', ..]) && std::str::from_utf8(whole_characters(text)).is_ok();
        is_json.then_some(Self { name: "a JSON document", kind: FailedDownload })
    }
}

/// An XML document, which is no archive.
pub const XML_DOCUMENT: Foreign = Foreign { name: "an XML document", kind: FailedDownload };
/// XML in gzip data that are no tar archive.
pub const XML_IN_GZIP: Foreign = Foreign { name: "an XML document", kind: Gzip };

/// True where the file's name has one of these endings.
pub fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    endings.iter().any(|ending| name.ends_with(ending))
}

/// True where `start` is the beginning of an XML or HTML document.
pub fn looks_like_xml(start: &[u8]) -> bool {
    without_mark(start).trim_ascii_start().starts_with(b"<")
}

fn is_html(text: &[u8]) -> bool {
    let mut text = text;
    while let Some(comment) = text.strip_prefix(b"<!--") {
        let Some(end) = comment.windows(3).position(|window| window == b"-->") else { break };
        text = comment[end + 3..].trim_ascii_start();
    }
    let begins = |tag: &[u8]| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    // An XHTML page begins as XML does.
    let is_xhtml = begins(b"<?xml") && contains(text, b"<html");
    is_xhtml
        || [&b"<!doctype html"[..], b"<html", b"<head", b"<body", b"<title"].iter().any(|tag| begins(tag))
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

/// Without a byte order mark.
fn without_mark(start: &[u8]) -> &[u8] {
    start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start)
}

/// Without a character that the end of `text` cuts.
fn whole_characters(text: &[u8]) -> &[u8] {
    match std::str::from_utf8(text) {
        Err(error) if error.error_len().is_none() => &text[..error.valid_up_to()],
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_named_by_their_first_bytes() {
        for (start, name) in [
            (&b"\n<!DOCTYPE html>"[..], Some("an HTML page")),
            (b"\xef\xbb\xbf<HTML lang=en>", Some("an HTML page")),
            (b"<!-- error --> <html>", Some("an HTML page")),
            (b"<?xml version='1.0'?><!DOCTYPE html><html xmlns='x'>", Some("an HTML page")),
            (b"{\"message\": \"not found\"}", Some("a JSON document")),
            (b"BZh91AY", Some("bzip2 data")),
            (b"\x1f\x8b\x08", Some("gzip data")),
            (b"<?xml version='1.0'?><record:record", None),
            (b"some text", None),
            (b"", None),
        ] {
            assert_eq!(Foreign::of(start).map(|format| format.name), name, "{}", start.escape_ascii());
        }
        for (start, command) in
            [(&b"BZh9"[..], "bzip2 -dc"), (b"\x28\xb5\x2f\xfd", "zstd -dc"), (b"\x1f\x9d", "gzip -dc")]
        {
            assert_eq!(Foreign::of(start).unwrap().kind, ForeignKind::Compressed(command));
        }
    }
}
