//! All records as files, as in ORCID's S3 for members.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use orcid_mock::World;

use super::s3::S3;

/// The name of the list.
pub const LIST: &str = "orcid-lambda-file/last_modified.csv.tar";

/// Files by their names below a bucket.
pub type Files = Vec<(String, Vec<u8>)>;

/// The files of a world, under the names of ORCID's buckets.
pub fn files_of(world: &World) -> Files {
    let folder = tempfile::tempdir().unwrap();
    let endings: Vec<char> = "0123456789X".chars().collect();
    let mut files = vec![(LIST.to_owned(), list_of(&world.last_modified_csv()))];
    for archive in world.write_dump(folder.path(), &endings) {
        let mut tar = tar::Archive::new(GzDecoder::new(File::open(archive).unwrap()));
        for entry in tar.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().to_str().unwrap().to_owned();
            let (_, name) = path.split_once('/').unwrap();
            if entry.header().entry_type().is_file() {
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).unwrap();
                files.push((format!("{}/{name}", bucket_of(name)), bytes));
            }
        }
    }
    files
}

/// ORCID's bucket of a file: `ddd/iD.xml` is a summary, what is deeper an activity.
fn bucket_of(name: &str) -> &'static str {
    let parts: Vec<&str> = name.split('/').collect();
    match (parts.len(), parts[0].chars().last()) {
        (2, _) => "v3.0-summaries",
        (_, Some('0'..='3')) => "v3.0-activities-a",
        (_, Some('4'..='7')) => "v3.0-activities-b",
        _ => "v3.0-activities-c",
    }
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
    folder.join(bucket_of(&name)).join(name)
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
