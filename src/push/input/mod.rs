//! Reads the items to push: tables, documents in XML and JSON, JSON lines, and folders of them.

mod document;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::error::PushError;
use super::row::{Row, Whose};
use super::table::{self, Named, Rows};
use document::{Known, of_json, of_line, of_xml};

/// Bytes of a document: ORCID's items have some kilobytes, and a bulk of a hundred works some
/// hundreds.
const MAX_DOCUMENT_BYTES: u64 = 32 << 20;
/// Bytes of a file that tell its kind.
const KIND_BYTES: u64 = 4 << 10;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Table,
    Xml,
    Json,
    JsonLines,
}

/// Reads all rows of the inputs, in their order; the files of a folder by their paths.
///
/// # Errors
/// [`PushError`] if an input cannot be read or is of no known kind. What is wrong with a row is
/// in the row.
pub fn read(inputs: &[PathBuf]) -> Result<Vec<Row>, PushError> {
    let mut rows = Vec::new();
    for input in inputs {
        let before = rows.len();
        if input.is_dir() {
            let mut files = Vec::new();
            files_of(input, &mut files)?;
            for file in files {
                read_file(&file, &mut rows)?;
            }
        } else {
            read_file(input, &mut rows)?;
        }
        if rows.len() == before {
            return Err(PushError::Empty { path: input.clone() });
        }
    }
    Ok(rows)
}

/// The files of a folder that may hold items, sorted; hidden ones are left out.
fn files_of(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), PushError> {
    let failed = |source| PushError::Io { act: "read", path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files_of(&path, files)?;
        } else if kind_of_name(&path).is_some() {
            files.push(path);
        }
    }
    Ok(())
}

fn kind_of_name(path: &Path) -> Option<Kind> {
    match path.extension()?.to_string_lossy().to_lowercase().as_str() {
        "csv" | "tsv" => Some(Kind::Table),
        "xml" => Some(Kind::Xml),
        "json" => Some(Kind::Json),
        "jsonl" | "ndjson" => Some(Kind::JsonLines),
        _ => None,
    }
}

/// The kind of a file, by its name or else by how it begins.
fn kind_of(path: &Path) -> Result<Kind, PushError> {
    if let Some(kind) = kind_of_name(path) {
        return Ok(kind);
    }
    let failed = |source| PushError::Io { act: "read", path: path.to_owned(), source };
    let mut begin = Vec::new();
    File::open(path).and_then(|file| file.take(KIND_BYTES).read_to_end(&mut begin)).map_err(failed)?;
    let begin = begin.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&begin).trim_ascii_start();
    let first_line = begin.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match begin.first() {
        Some(b'<') => Ok(Kind::Xml),
        Some(b'{') if first_line.trim_ascii_end().ends_with(b"}") && first_line.len() < begin.len() => {
            Ok(Kind::JsonLines)
        }
        Some(b'{' | b'[') => Ok(Kind::Json),
        Some(_) if first_line.iter().any(|byte| matches!(byte, b',' | b';' | b'\t')) => Ok(Kind::Table),
        _ => Err(PushError::Unknown { path: path.to_owned() }),
    }
}

fn read_file(path: &Path, rows: &mut Vec<Row>) -> Result<(), PushError> {
    match kind_of(path)? {
        Kind::Table => read_table(path, rows)?,
        Kind::Xml => rows.extend(of_xml(path, &text_of(path)?, &Known::of_path(path))),
        Kind::Json => rows.extend(of_json(path, &text_of(path)?, &Known::of_path(path))),
        Kind::JsonLines => read_lines(path, rows)?,
    }
    Ok(())
}

fn read_table(path: &Path, rows: &mut Vec<Row>) -> Result<(), PushError> {
    match table::read(path)? {
        Rows::Items(items) => rows.extend(items),
        Rows::Documents(named) => {
            for named in named {
                rows.extend(document_of(path, named)?);
            }
        }
        Rows::Unknown(header) => {
            return Err(PushError::Headings { path: path.to_owned(), headings: header.join(", ") });
        }
    }
    Ok(())
}

/// The rows of a document that a table names; paths are relative to the table.
fn document_of(table: &Path, Named { row, path }: Named) -> Result<Vec<Row>, PushError> {
    if !row.faults.is_empty() {
        return Ok(vec![row]);
    }
    let file = table.parent().unwrap_or(Path::new("")).join(&path);
    let mut known = Known::of_path(&file);
    if let Whose::Orcid(orcid) = row.whose {
        known.orcid = Some(orcid);
    }
    known.section = row.section.or(known.section);
    if !file.is_file() {
        let mut row = row;
        let at = row.at.clone();
        row.fault(&at, format!("there is no file {path}"));
        return Ok(vec![row]);
    }
    let text = text_of(&file)?;
    let mut found = match kind_of(&file)? {
        Kind::Xml => of_xml(&file, &text, &known),
        Kind::Json => of_json(&file, &text, &known),
        Kind::Table | Kind::JsonLines => {
            let mut row = row;
            let at = row.at.clone();
            row.fault(&at, format!("{path} is neither XML nor JSON: one document is expected"));
            return Ok(vec![row]);
        }
    };
    let count = found.len();
    for (number, one) in found.iter_mut().enumerate() {
        one.wish = row.wish;
        one.put_code = row.put_code.or(one.put_code);
        let numbered = |id: &String| if count == 1 { id.clone() } else { format!("{id}/{}", number + 1) };
        one.id = row.id.as_ref().map(numbered).or(one.id.take());
    }
    Ok(found)
}

fn read_lines(path: &Path, rows: &mut Vec<Row>) -> Result<(), PushError> {
    let failed = |source| PushError::Io { act: "read", path: path.to_owned(), source };
    let known = Known::of_path(path);
    let input = BufReader::new(File::open(path).map_err(failed)?);
    for (number, line) in input.lines().enumerate() {
        let line = line.map_err(failed)?;
        let line = line.trim_start_matches('\u{feff}').trim();
        if !line.is_empty() {
            rows.push(of_line(path, line, number as u64 + 1, &known));
        }
    }
    Ok(())
}

fn text_of(path: &Path) -> Result<String, PushError> {
    let failed = |source| PushError::Io { act: "read", path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let mut text = String::new();
    file.take(MAX_DOCUMENT_BYTES + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > MAX_DOCUMENT_BYTES {
        return Err(failed(std::io::Error::other(format!("it has more than {MAX_DOCUMENT_BYTES} bytes"))));
    }
    Ok(text)
}
