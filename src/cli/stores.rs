//! The dataset that a command is given: a folder, or a URL of an object store or a web server.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::common::Common;
use super::failure::Failure;
use crate::convert::{ConvertError, Uncommitted, uncommitted};
use crate::dataset::{Dataset, DatasetError, LocalStore, Store};
use crate::refresh::hold;
use crate::storage::{Place, file_name, open_store};

/// What to do where there is no dataset.
const HINT: &str = "give the folder or the URL that `orcidlake convert … --out` wrote";

/// Ends of the names of archives and documents elsewhere.
const ARCHIVE_ENDINGS: [&str; 4] = [".gz", ".tgz", ".tar", ".xml"];

/// Where files wait that go to an object store.
#[derive(Debug, Clone, clap::Args)]
pub struct ScratchArg {
    /// For a dataset in an object store: the folder on a local disk where its files are written before they are put
    /// there; the system's folder for temporary files if not given. Needs room for the tables of all
    /// archives that are converted at the same time, about half of the archives' sizes; with --replace,
    /// of all archives.
    #[arg(long, value_name = "DIR", env = "ORCIDLAKE_SCRATCH")]
    scratch: Option<PathBuf>,
}

impl ScratchArg {
    fn folder(&self) -> PathBuf {
        self.scratch.clone().unwrap_or_else(std::env::temp_dir)
    }
}

/// The store of a dataset that need not exist, to read it.
///
/// # Errors
/// [`Failure`] if the path is a wrong URL, or an option of the store is wrong.
pub fn store_of(path: &Path, common: &Common) -> Result<Arc<dyn Store>, Failure> {
    Ok(open_store(path, &common.storage(), &std::env::temp_dir())?)
}

/// The store of a dataset that need not exist, to change it.
///
/// # Errors
/// Those of [`store_of`].
pub fn store_to_change(
    path: &Path,
    scratch: &ScratchArg,
    common: &Common,
) -> Result<Arc<dyn Store>, Failure> {
    Ok(open_store(path, &common.storage(), &scratch.folder())?)
}

/// The store of a dataset that need not exist, to change it; a local dataset is locked. `act` tells
/// other processes what the change is.
///
/// # Errors
/// Those of [`store_of`], and if another process changes the dataset.
pub fn locked_store(
    path: &Path,
    act: &str,
    scratch: &ScratchArg,
    common: &Common,
) -> Result<Arc<dyn Store>, Failure> {
    match Place::of(path)? {
        Place::Local(path) if Dataset::is_at(&path) => Ok(Arc::new(LocalStore::holding(hold(&path, act)?))),
        _ => store_to_change(path, scratch, common),
    }
}

/// True if there is a dataset at a path that may also be that of an archive.
///
/// # Errors
/// [`Failure`] if that cannot be found out.
pub fn is_dataset(path: &Path, common: &Common) -> Result<bool, Failure> {
    if let Place::Local(path) = Place::of(path)? {
        return Ok(Dataset::is_at(&path));
    }
    // A web server may answer anything to a request for a file below a file.
    let name = file_name(path).to_ascii_lowercase();
    if ARCHIVE_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return Ok(false);
    }
    match store_of(path, common)?.current() {
        Ok(version) => Ok(version.is_some()),
        // Some users may read an archive and may not list its bucket.
        Err(DatasetError::Io { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// What waits for a commit to a dataset at a path, which may also be that of an archive.
///
/// # Errors
/// [`Failure`] if that cannot be found out.
pub fn uncommitted_at(path: &Path, common: &Common) -> Result<Vec<Uncommitted>, Failure> {
    let place = Place::of(path)?;
    let name = file_name(path).to_ascii_lowercase();
    if matches!(place, Place::Remote(_)) && ARCHIVE_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return Ok(Vec::new());
    }
    match uncommitted(store_of(path, common)?.as_ref()) {
        Err(ConvertError::Dataset(DatasetError::Io { source, .. }))
            if source.kind() == io::ErrorKind::PermissionDenied =>
        {
            Ok(Vec::new())
        }
        found => Ok(found?),
    }
}

/// The store of a dataset, and the dataset.
///
/// # Errors
/// [`Failure`] where there is none, which says what there is instead, or it cannot be read.
pub fn open_dataset(path: &Path, common: &Common) -> Result<(Arc<dyn Store>, Dataset), Failure> {
    let store = expect_dataset(path, common)?;
    let dataset = Dataset::open_in(store.as_ref())?;
    Ok((store, dataset))
}

/// The store of a dataset.
///
/// # Errors
/// [`Failure`] that tells what the path leads to, if it is nothing or a file.
pub fn expect_dataset(path: &Path, common: &Common) -> Result<Arc<dyn Store>, Failure> {
    let store = store_of(path, common)?;
    let path = match Place::of(path)? {
        Place::Local(path) => path,
        Place::Remote(remote) => {
            return match store.current()? {
                Some(_) => Ok(store),
                None => Err(Failure::new(format!("there is no dataset at {remote}"), HINT)),
            };
        }
    };
    if Dataset::is_at(&path) {
        return Ok(store);
    }
    match path.metadata() {
        Ok(metadata) if !metadata.is_dir() => {
            Err(Failure::new(format!("{} is a file, not a dataset", path.display()), HINT))
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Err(Failure::new(format!("there is no {}", path.display()), HINT))
        }
        _ => Ok(store),
    }
}

/// The local folder of a dataset, for commands that work in one only.
///
/// # Errors
/// [`Failure`] with `hint` for a URL of an object store or a web server.
pub fn local_folder(path: &Path, act: &str, hint: &str) -> Result<PathBuf, Failure> {
    match Place::of(path)? {
        Place::Local(path) => Ok(path),
        Place::Remote(remote) => {
            Err(Failure::new(format!("{act} works on a dataset in a local folder, not on {remote}"), hint))
        }
    }
}
