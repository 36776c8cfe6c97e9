//! All records as files, as in ORCID's S3 for members, and refreshes that read them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Output;

use flate2::Compression;
use flate2::write::GzEncoder;
use orcid_mock::{World, activities_bucket};
use orcid_xml::Orcid;

use super::refresh::{Here, rows, with_most_works, with_works_of};
use super::s3::S3;
use super::tables::files;

/// The name of the list.
pub const LIST: &str = "orcid-lambda-file/last_modified.csv.tar";

/// The endings of all archives of activities.
pub const ENDINGS: [char; 11] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X'];

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

/// The bucket of what the server holds now, as a folder.
pub fn folder_of(here: &Here) -> PathBuf {
    let folder = PathBuf::from(here.path("bucket"));
    let _ = std::fs::remove_dir_all(&folder);
    write(&folder, &files_of(&here.server.world()));
    folder
}

/// Refreshes everybody in the dataset from a bucket.
pub fn refresh(here: &Here, bucket: &Path, more: &[&str]) -> Output {
    let bucket = bucket.to_str().unwrap();
    here.refresh(&[&["--all-in-dataset", "--bucket", bucket, "--retry-wait", "1"], more].concat())
}

/// Changes all works of the person with the most; returns the person and the works' put codes.
pub fn change_works(here: &Here) -> (String, Vec<i64>) {
    let (orcid, works) = with_most_works(here);
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        world.edit(&orcid, clock, |xml| with_works_of(xml, clock).replace(">Newer ", ">"));
        for &work in &works {
            let activity = &world.get(Orcid::new(&orcid).unwrap()).unwrap().activities[&("work", work)];
            let xml = std::str::from_utf8(&activity.xml).unwrap();
            let (before, after) = xml.split_once("<common:last-modified-date>").unwrap();
            let (_, after) = after.split_once('<').unwrap();
            let iso = orcid_mock::instants::iso(clock);
            let dated = format!("{before}<common:last-modified-date>{iso}<{after}");
            world.put_activity(&orcid, "work", work, dated);
        }
    });
    (orcid, works)
}

/// The put codes of a person's works in the dataset.
pub fn work_rows(here: &Here, orcid: &str) -> Vec<i64> {
    let rows = rows(&here.dataset, orcid, "activities/works");
    rows.iter().map(|row| row["put_code"].as_i64().unwrap()).collect()
}
