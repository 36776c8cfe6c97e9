//! Files and folders that commands write: never inside a dataset, never in the place of
//! what the command reads, and files only as a whole.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Common;
use super::failure::Failure;
use crate::dataset::{Dataset, DatasetError};

/// What stands for standard output.
const STANDARD_OUTPUT: &str = "-";

/// The file that an option names; none where it names standard output.
pub fn file_of(out: Option<PathBuf>) -> Option<PathBuf> {
    out.filter(|path| !is_standard_output(path))
}

/// Checks all files that a command is to write, none of which may be another of them, one
/// of `inputs`, or the file of defaults.
///
/// # Errors
/// As [`check_file`].
pub fn check_outputs(outputs: &[&Option<PathBuf>], inputs: &[&Path], common: &Common) -> Result<(), Failure> {
    let outputs: Vec<&Path> = outputs.iter().filter_map(|out| out.as_deref()).collect();
    let inputs: Vec<&Path> = inputs.iter().copied().chain(common.config.as_deref()).collect();
    for (number, path) in outputs.iter().enumerate() {
        check_file(path, &inputs)?;
        refuse_without_folder(path)?;
        if outputs[..number].iter().any(|other| other == path || is_same_file(other, path)) {
            return Err(Failure::new(
                format!("two options name {}", path.display()),
                "give each a path of its own",
            ));
        }
    }
    Ok(())
}

/// Refuses a file that lies inside a dataset, or is one of `inputs`.
///
/// # Errors
/// [`Failure`] that says which, before anything is written.
pub fn check_file(path: &Path, inputs: &[&Path]) -> Result<(), Failure> {
    refuse_standard_output(path)?;
    refuse_dataset(path)?;
    if path.is_dir() {
        return Err(Failure::new(format!("{} is a folder", path.display()), "give the path of a file"));
    }
    match inputs.iter().find(|input| is_same_file(input, path)) {
        Some(input) => Err(Failure::new(
            format!("{} would be written in the place of {}, which is read", path.display(), input.display()),
            "give the path of another file",
        )),
        None => Ok(()),
    }
}

/// Refuses a folder that lies inside a dataset.
///
/// # Errors
/// [`Failure`] that says which, before anything is written.
pub fn check_folder(path: &Path) -> Result<(), Failure> {
    refuse_standard_output(path)?;
    refuse_dataset(path)
}

/// Writes a file: under a temporary name, renamed when it is whole. A file that was there
/// before stays until then. Pipes and devices are written as they are.
///
/// # Errors
/// [`Failure`] where `fill` fails or the file cannot be written; what was there stays.
pub fn write_file(
    path: &Path,
    fill: impl FnOnce(&mut (dyn Write + Send)) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let before = path.metadata().ok();
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        let mut file = BufWriter::new(File::create(path).map_err(DatasetError::io("write", path))?);
        fill(&mut file)?;
        file.flush().map_err(DatasetError::io("write", path))?;
        return Ok(());
    }
    // A link goes on leading to the file.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let part = path.with_file_name(format!(".orcidlake-{}.part", std::process::id()));
    let write = || -> Result<(), Failure> {
        let file = File::create(&part).map_err(DatasetError::io("make a file beside", path))?;
        if let Some(before) = before {
            // Who could read the old file, and nobody else, can read the new one.
            file.set_permissions(before.permissions()).map_err(DatasetError::io("write", path))?;
        }
        let mut file = BufWriter::new(file);
        fill(&mut file)?;
        file.flush().map_err(DatasetError::io("write", path))?;
        file.get_ref().sync_all().map_err(DatasetError::io("write", path))?;
        fs::rename(&part, path).map_err(DatasetError::io("write", path))?;
        Ok(())
    };
    let written = write();
    if written.is_err() {
        // The fault counts; what cannot be removed is in nobody's way.
        let _ = fs::remove_file(&part);
    }
    written
}

fn is_standard_output(path: &Path) -> bool {
    path.as_os_str() == STANDARD_OUTPUT
}

fn refuse_standard_output(path: &Path) -> Result<(), Failure> {
    if is_standard_output(path) {
        return Err(Failure::new(
            "this cannot be written to standard output",
            "give a path; a file named - is ./-",
        ));
    }
    Ok(())
}

/// Refuses a file in a folder that is not there: a command may take hours before it writes the file.
fn refuse_without_folder(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    match folder {
        Some(folder) => {
            let message =
                format!("{} cannot be written: there is no folder {}", path.display(), folder.display());
            Err(Failure::new(message, "make the folder, or give another path"))
        }
        None => Ok(()),
    }
}

fn refuse_dataset(path: &Path) -> Result<(), Failure> {
    match dataset_above(path) {
        Some(dataset) => Err(Failure::new(
            format!("{} lies inside the dataset {}", path.display(), dataset.display()),
            "give a path outside of the dataset, which must contain its own files only",
        )),
        None => Ok(()),
    }
}

/// The dataset that a path, which need not be there yet, lies in.
fn dataset_above(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    // Links are followed as far as there is something.
    let there = absolute.ancestors().find_map(|above| above.canonicalize().ok())?;
    there.ancestors().find(|folder| Dataset::is_at(folder)).map(Path::to_owned)
}

/// True where both paths lead to one file.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let place =
        |path: &Path| path.metadata().ok().filter(fs::Metadata::is_file).map(|it| (it.dev(), it.ino()));
    place(one).is_some_and(|one| place(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_fails_leaves_the_old_one_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        fs::write(&path, "old").unwrap();

        let failed = write_file(&path, |out| {
            out.write_all(b"new")?;
            Err(Failure::new("no more", "stop"))
        });

        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_is_replaced_with_its_mode_and_behind_its_link() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("list.csv"), folder.path().join("link"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();

        write_file(&link, |out| Ok(out.write_all(b"new")?)).unwrap();

        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(link.is_symlink());
    }
}
