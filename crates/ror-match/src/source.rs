//! Opens a ROR release as it is published: the zip, the JSON in it, or that
//! compressed with gzip, told apart by their first bytes.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use super::error::RorError;

/// Bytes read from the file at a time.
const READ_BYTES: usize = 256 << 10;

/// Calls `read` with the JSON of the release in `file`, which lies at `path`, and with the name of
/// the file that held it, such as `v2.9-2026-06-23-ror-data.json`.
///
/// # Errors
/// [`RorError`] where the file cannot be read or holds no JSON, and what
/// `read` gives.
pub fn with_json<T>(
    path: &Path,
    mut file: File,
    read: impl FnOnce(&mut dyn Read, &str) -> Result<T, RorError>,
) -> Result<T, RorError> {
    let failed = |source| RorError::Read { path: path.to_owned(), source };
    let mut head = Vec::new();
    Read::by_ref(&mut file).take(4).read_to_end(&mut head).map_err(failed)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    let mut file = BufReader::with_capacity(READ_BYTES, file);
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    match head.as_slice() {
        b"PK\x03\x04" | b"PK\x05\x06" => in_zip(path, file, read),
        [0x1F, 0x8B, ..] => read(&mut MultiGzDecoder::new(file), name.trim_end_matches(".gz")),
        _ => read(&mut file, &name),
    }
}

/// Opens a file.
pub fn open(path: &Path) -> Result<File, RorError> {
    File::open(path).map_err(|source| RorError::Read { path: path.to_owned(), source })
}

fn in_zip<T>(
    path: &Path,
    file: BufReader<File>,
    read: impl FnOnce(&mut dyn Read, &str) -> Result<T, RorError>,
) -> Result<T, RorError> {
    let failed = |source| RorError::Zip { path: path.to_owned(), source };
    let mut zip = ZipArchive::new(file).map_err(failed)?;
    let names = zip.file_names().filter_map(Result::ok).map(std::borrow::Cow::into_owned);
    let name = best(names).ok_or_else(|| RorError::NoJson { path: path.to_owned() })?;
    let mut member = zip.by_name(&name).map_err(failed)?;
    read(&mut member, name.rsplit('/').next().unwrap_or(&name))
}

/// Of two files the one in schema 2, which says more; it alone has the suffix.
fn best(names: impl Iterator<Item = String>) -> Option<String> {
    let json = names.filter(|name| name.ends_with(".json") && !name.starts_with("__MACOSX"));
    json.max_by_key(|name| (name.contains("schema_v2"), std::cmp::Reverse(name.clone())))
}
