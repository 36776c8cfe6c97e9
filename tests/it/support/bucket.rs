//! All records as files, as in ORCID's S3 for members.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use orcid_mock::{World, activities_bucket};

use super::s3::S3;
use super::tables::files;

/// The name of the list.
pub const LIST: &str = "orcid-lambda-file/last_modified.csv.tar";

/// Files by their names below a bucket.
pub type Files = Vec<(String, Vec<u8>)>;

/// The files of a world, under the names of ORCID's buckets.
pub fn files_of(world: &World) -> Files {
    let folder = tempfile::tempdir().unwrap();
    world.write_buckets(folder.path()).unwrap();
    let name = |path: PathBuf| path.strip_prefix(folder.path()).unwrap().to_str().unwrap().to_owned();
    files(folder.path()).into_iter().map(|(path, bytes)| (name(path), bytes)).collect()
}

/// A list as ORCID packs it.
pub fn list_of(csv: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(csv.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, "last_modified.csv", csv.as_bytes()).unwrap();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&tar.into_inner().unwrap()).unwrap();
    gzip.finish().unwrap()
}

/// The path of a record in a folder.
pub fn summary(folder: &Path, orcid: &str) -> PathBuf {
    folder.join("v3.0-summaries").join(&orcid[16..]).join(format!("{orcid}.xml"))
}

/// The path of a work in a folder.
pub fn work(folder: &Path, orcid: &str, put_code: i64) -> PathBuf {
    let name = format!("{}/{orcid}/works/{orcid}_works_{put_code}.xml", &orcid[16..]);
    folder.join(activities_bucket(orcid)).join(name)
}

/// Writes files into a folder.
pub fn write(folder: &Path, files: &Files) {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Puts files into the bucket of a store, below a name.
pub fn put(s3: &S3, below: &str, files: &Files) {
    files.iter().for_each(|(name, bytes)| s3.put(&format!("{below}/{name}"), bytes));
}
