//! The buckets from which premium members take all records: the list of what changed, the
//! summaries and the activities, as files below a folder.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::dump::{folder_of, summary_of};
use crate::world::{Standing, World};

/// The bucket of the list.
pub const LIST_BUCKET: &str = "orcid-lambda-file";
/// A compressed tar, whatever its name says.
pub const LIST_NAME: &str = "last_modified.csv.tar";
pub const SUMMARIES_BUCKET: &str = "v3.0-summaries";

/// The bucket of a person's activities, by the last digit of the iD.
pub fn activities_bucket(orcid: &str) -> &'static str {
    match orcid.chars().last() {
        Some('0'..='3') => "v3.0-activities-a",
        Some('4'..='7') => "v3.0-activities-b",
        _ => "v3.0-activities-c",
    }
}

impl World {
    /// Writes all buckets as folders below this one.
    pub fn write_buckets(&self, folder: &Path) -> io::Result<()> {
        self.write_list(&folder.join(LIST_BUCKET))?;
        for (orcid, person) in self.people() {
            let id = orcid.as_str();
            let Some(content) = summary_of(orcid, person) else { continue };
            let suffix = &id[16..];
            write(&folder.join(SUMMARIES_BUCKET).join(suffix).join(format!("{id}.xml")), &content)?;
            if person.standing != Standing::Active {
                continue;
            }
            let own = folder.join(activities_bucket(id)).join(suffix).join(id);
            for ((kind, put_code), activity) in person.activities.iter().filter(|(_, one)| one.public) {
                let section = folder_of(kind);
                let name = format!("{id}_{section}_{put_code}.xml");
                write(&own.join(&section).join(name), &activity.xml)?;
            }
        }
        Ok(())
    }

    fn write_list(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let csv = self.last_modified_csv();
        let mut tar =
            tar::Builder::new(GzEncoder::new(File::create(folder.join(LIST_NAME))?, Compression::fast()));
        let mut header = tar::Header::new_gnu();
        header.set_size(csv.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, "last_modified.csv", csv.as_bytes())?;
        tar.into_inner()?.finish()?;
        Ok(())
    }
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().expect("files stand in folders"))?;
    fs::write(path, content)
}
