//! A file for each table: in a folder, or in a zip.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::error::ExportError;

/// The ending of a zip.
const ZIP: &str = "zip";
/// The ending of a file that is not whole.
const PART: &str = ".part";

/// Where the files go.
pub struct Files {
    to: PathBuf,
    /// What is written until it is whole.
    part: PathBuf,
    target: Target,
}

enum Target {
    Folder(Option<BufWriter<File>>),
    Zip(Box<ZipWriter<BufWriter<File>>>),
}

impl Files {
    /// Begins a zip if the name says so, else a folder, which must be empty or not there.
    pub fn begin(to: &Path) -> Result<Self, ExportError> {
        let is_zip = to.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(ZIP));
        let is_empty = || fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_none());
        if to.exists() && (is_zip || !is_empty()) {
            return Err(ExportError::Exists { path: to.to_owned() });
        }
        let part = part_of(to);
        let target = if is_zip {
            let file = File::create(&part).map_err(ExportError::io(&part))?;
            Target::Zip(Box::new(ZipWriter::new(BufWriter::new(file))))
        } else {
            if part.exists() {
                fs::remove_dir_all(&part).map_err(ExportError::io(&part))?;
            }
            fs::create_dir_all(&part).map_err(ExportError::io(&part))?;
            Target::Folder(None)
        };
        Ok(Self { to: to.to_owned(), part, target })
    }

    /// Begins the next file.
    pub fn next(&mut self, name: &str) -> Result<&mut (dyn Write + Send), ExportError> {
        match &mut self.target {
            Target::Zip(zip) => {
                // Files of tables may be larger than the old form of zip allows.
                let options = SimpleFileOptions::default().large_file(true);
                let begun = zip.start_file(name, options);
                begun.map_err(|error| ExportError::io(&self.part)(io::Error::other(error)))?;
                Ok(zip.as_mut())
            }
            Target::Folder(open) => {
                let path = self.part.join(name);
                let file = File::create(&path).map_err(ExportError::io(&path))?;
                Ok(open.insert(BufWriter::new(file)))
            }
        }
    }

    /// Completes all files, and gives them their place.
    pub fn end(self) -> Result<(), ExportError> {
        let Self { to, part, target } = self;
        match target {
            Target::Zip(zip) => {
                let ended = zip.finish().map_err(io::Error::other).and_then(|mut file| file.flush());
                ended.map_err(ExportError::io(&part))?;
            }
            Target::Folder(open) => drop(open),
        }
        if to.is_dir() {
            fs::remove_dir(&to).map_err(ExportError::io(&to))?;
        }
        fs::rename(&part, &to).map_err(ExportError::io(&to))
    }
}

/// The name until a file or folder is whole.
pub fn part_of(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(PART);
    name.into()
}
