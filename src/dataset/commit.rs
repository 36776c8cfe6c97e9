//! Makes a dataset's next state beside it and swaps it in, in one step.
//!
//! The next state is a folder with hard links to the files that stay, the new files and the new
//! manifest. On Linux one system call exchanges the names of both folders, so every reader sees the
//! old dataset or the new one, and after a crash one of them is there; the next run removes the
//! other folder.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::delta;
use super::description::{DESCRIPTION_NAMES, descriptions};
use super::error::DatasetError;
use super::files::{
    self, is_same_file, link, link_or_copy, make_folder, open_or_create, remove, remove_empty_folder, rename,
    sync_folder,
};
use super::layout::{NewFile, behind_links, old_state, staging_folder, table_folder};
use super::lock::DatasetLock;
use super::manifest::Manifest;
use super::mount::is_mount_point;
use super::store::Logs;
use super::waiting::{TAKEN_NAME, WaitingPlace};

/// A dataset under change: the folder beside it, and the lock that says so.
#[derive(Debug)]
pub struct Staging {
    dataset: PathBuf,
    folder: PathBuf,
    /// Folders above it that were created for it, the deepest first.
    made: Vec<PathBuf>,
    lock: Option<File>,
    /// The dataset's lock, if the dataset existed when the change began.
    held: Option<DatasetLock>,
    /// Parts that the next commit takes from the place where they wait.
    taken: Mutex<Vec<String>>,
}

impl Staging {
    /// Takes the lock of the dataset at `dataset`, which need not exist yet, and removes leftovers
    /// of a crash.
    ///
    /// # Errors
    /// [`DatasetError`] if another run holds the lock, if the folder is not a dataset, or if the
    /// disk fails.
    pub fn begin(dataset: &Path) -> Result<Self, DatasetError> {
        let (dataset, made) = resolve(dataset)?;
        let folder = staging_folder(&dataset);
        let lock = lock(&folder, &dataset)?;
        let taken = Mutex::default();
        let staging = Self { dataset, folder, made, lock: Some(lock), held: None, taken };
        staging.recover()?;
        staging.check()?;
        // The next change removes what cannot be removed now.
        let _ = WaitingPlace::of(&staging.dataset).remove_taken();
        Ok(staging)
    }

    /// Does the same, and holds the dataset's lock until it is dropped.
    pub(super) fn holding(mut self, lock: Option<DatasetLock>) -> Self {
        self.held = lock;
        self
    }

    /// The dataset's path, with links resolved.
    pub(super) fn dataset(&self) -> &Path {
        &self.dataset
    }

    /// An empty folder to write in, which no reader sees.
    ///
    /// # Errors
    /// [`DatasetError`] if it cannot be made.
    pub fn scratch(&self, name: &str) -> Result<PathBuf, DatasetError> {
        let scratch = self.folder.join(name);
        remove(&scratch)?;
        make_folder(&scratch)?;
        Ok(scratch)
    }

    /// Removes a scratch folder.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn discard(&self, scratch: &Path) -> Result<(), DatasetError> {
        remove(scratch)
    }

    /// Says which waiting parts the next commit takes.
    pub(super) fn take(&self, names: Vec<String>) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// Replaces the dataset by the state that `manifest` describes: existing files that the
    /// manifest names stay, `new` files are added, other table files are removed, and anything else
    /// in the folder stays. The tables' logs continue, or start again.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails; the dataset is then unchanged.
    pub fn commit(&self, manifest: &Manifest, new: &[NewFile], logs: Logs) -> Result<(), DatasetError> {
        let next = self.scratch("next")?;
        let old = Manifest::read(&self.dataset)?;
        let mut gone = files_that_go(old.as_ref(), manifest);
        // If a dataset is replaced, its new files may have the names of old ones.
        gone.extend(new.iter().map(|file| Path::new(&file.key).join(&file.name)));
        if self.dataset.exists() {
            let goes = |path: &Path| {
                gone.contains(path)
                    || is_passing(&self.dataset, path)
                    || (logs == Logs::Begin && delta::is_log(path))
            };
            link_tree(&self.dataset, &next, &goes)?;
        }
        let mut folders = BTreeSet::new();
        for file in new {
            let folder = table_folder(&next, &file.key);
            make_folder(&folder)?;
            link_or_copy(&file.from, &folder.join(&file.name))?;
            folders.insert(folder);
        }
        delta::commit_all(&delta::OnDisk::new(&next), manifest)?;
        folders.iter().try_for_each(|folder| sync_folder(folder))?;
        let taken = std::mem::take(&mut *self.taken.lock().unwrap_or_else(PoisonError::into_inner));
        WaitingPlace::note_taken(&next, &taken)?;
        for (name, text) in descriptions(manifest) {
            files::write_file(&next.join(name), &text)?;
        }
        manifest.write(&next)?;
        sync_folder(&next)?;
        self.swap(&next)?;
        // The new state is in place. A failure from here on does not undo it, and the next run
        // removes leftovers.
        let _ = self.dataset.parent().map_or(Ok(()), sync_folder);
        let _ = remove(&next);
        let _ = WaitingPlace::of(&self.dataset).remove_taken();
        Ok(())
    }

    /// Ends the change: removes the folder beside the dataset.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn end(mut self) -> Result<(), DatasetError> {
        self.clear()
    }

    /// Removes the folder while the lock is held, so that no other run can have begun to work in
    /// it.
    fn clear(&mut self) -> Result<(), DatasetError> {
        let Some(_held) = self.lock.take() else { return Ok(()) };
        self.clear_all_but_lock()?;
        remove(&self.folder.join("lock"))?;
        let removed = remove_empty_folder(&self.folder);
        if !self.dataset.exists() {
            // There is no dataset: remove the folders that were created for it too, unless they
            // have other content.
            self.made.iter().for_each(|made| drop(remove_empty_folder(made)));
        }
        match removed {
            // The next run has created its own lock already, or has even ended.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotFound) =>
            {
                Ok(())
            }
            removed => removed.map_err(DatasetError::io("remove", &self.folder)),
        }
    }

    /// Restores a dataset after a crash between two renames, on systems that cannot exchange two
    /// names in one step.
    fn recover(&self) -> Result<(), DatasetError> {
        let old = old_state(&self.dataset);
        if old.exists() && !self.dataset.exists() {
            rename(&old, &self.dataset)?;
        }
        self.clear_all_but_lock()
    }

    fn clear_all_but_lock(&self) -> Result<(), DatasetError> {
        for entry in fs::read_dir(&self.folder).map_err(DatasetError::io("read", &self.folder))? {
            let path = entry.map_err(DatasetError::io("read", &self.folder))?.path();
            if path.file_name().is_some_and(|name| name != "lock") {
                remove(&path)?;
            }
        }
        Ok(())
    }

    /// Refuses a folder that is not a dataset, or that cannot be exchanged.
    fn check(&self) -> Result<(), DatasetError> {
        let (one, other) = (self.folder.join("lock"), self.folder.join("link"));
        link(&one, &other)?;
        remove(&other)?;
        if !self.dataset.exists() {
            return Ok(());
        }
        if !self.dataset.is_dir() {
            return Err(DatasetError::Foreign { path: self.dataset.clone() });
        }
        let mut entries = fs::read_dir(&self.dataset).map_err(DatasetError::io("read", &self.dataset))?;
        let empty = entries.next().is_none();
        if !empty && Manifest::read(&self.dataset)?.is_none() {
            return Err(DatasetError::Foreign { path: self.dataset.clone() });
        }
        if is_mount_point(&self.dataset, &self.folder)? {
            return Err(DatasetError::NotSwappable { path: self.dataset.clone(), what: "a mount point" });
        }
        let inside = std::env::current_dir().is_ok_and(|current| current.starts_with(&self.dataset));
        if inside {
            let what = "the folder that this command runs in";
            return Err(DatasetError::NotSwappable { path: self.dataset.clone(), what });
        }
        Ok(())
    }

    fn swap(&self, next: &Path) -> Result<(), DatasetError> {
        let renamed = if self.dataset.exists() {
            files::exchange(next, &self.dataset, &old_state(&self.dataset))
        } else {
            files::place(next, &self.dataset)
        };
        renamed.map_err(|error| match error.kind() {
            io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices => {
                DatasetError::NotSwappable { path: self.dataset.clone(), what: "a mount point" }
            }
            _ => DatasetError::io("swap", &self.dataset)(error),
        })
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // After a failure here, the next run removes the folder.
        let _ = self.clear();
    }
}

/// The absolute path, with links resolved, of a folder that need not exist; missing parents are
/// created, and returned, the deepest first.
fn resolve(dataset: &Path) -> Result<(PathBuf, Vec<PathBuf>), DatasetError> {
    let dataset = behind_links(dataset);
    let parent = dataset.parent().unwrap_or(&dataset);
    let made = parent.ancestors().take_while(|above| !above.exists()).map(Path::to_owned).collect();
    make_folder(parent)?;
    let parent = fs::canonicalize(parent).map_err(DatasetError::io("find", parent))?;
    let dataset = match dataset.file_name() {
        Some(name) => parent.join(name),
        None => dataset,
    };
    Ok((dataset, made))
}

/// Takes the lock of the folder beside a dataset, and creates the folder for it.
fn lock(folder: &Path, dataset: &Path) -> Result<File, DatasetError> {
    let path = folder.join("lock");
    let made = make_folder(folder);
    let opened = open_or_create(&path);
    let mut file = match (opened, made) {
        (Ok(file), _) => file,
        // The run that held the lock has removed the folder between these two steps.
        (Err(error), made) if error.kind() == io::ErrorKind::NotFound && may_be_made(&made) => {
            return lock(folder, dataset);
        }
        (Err(_), Err(error)) => return Err(error),
        (Err(error), Ok(())) => {
            // The folder is not needed, unless another run works there.
            let _ = remove_empty_folder(folder);
            return Err(DatasetError::io("make", &path)(error));
        }
    };
    match file.try_lock() {
        // The run that held the lock may have removed it meanwhile, and another run may have
        // created its own.
        Ok(()) if !is_same_file(&file, &path) => return lock(folder, dataset),
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            return Err(DatasetError::Locked { path: dataset.to_owned(), holder: holder.trim().to_owned() });
        }
        Err(TryLockError::Error(error)) => return Err(DatasetError::io("lock", &path)(error)),
    }
    let write = |file: &mut File| -> io::Result<()> {
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        writeln!(file, "process {}", std::process::id())
    };
    if let Err(error) = write(&mut file) {
        // The lock is still held, so no other run works here.
        let _ = remove(&path);
        let _ = remove_empty_folder(folder);
        return Err(DatasetError::io("write", &path)(error));
    }
    Ok(file)
}

/// True if a folder was created, or existed when that was tried.
fn may_be_made(made: &Result<(), DatasetError>) -> bool {
    match made {
        Err(DatasetError::Io { source, .. }) => source.kind() == io::ErrorKind::AlreadyExists,
        made => made.is_ok(),
    }
}

/// Table files of the old manifest that the new one neither has nor keeps.
fn files_that_go(old: Option<&Manifest>, new: &Manifest) -> HashSet<PathBuf> {
    let paths =
        |manifest: &Manifest| -> HashSet<PathBuf> { manifest.file_names().map(PathBuf::from).collect() };
    let stay = paths(new);
    let mut gone = old.map(paths).unwrap_or_default();
    gone.retain(|path| !stay.contains(path));
    gone.insert(super::MANIFEST_NAME.into());
    gone.extend(DESCRIPTION_NAMES.map(PathBuf::from));
    gone.insert(TAKEN_NAME.into());
    gone
}

/// Files that a database has beside its own file while it is open, even if only for reading. Nobody
/// writes to the database now, because a writer would hold the dataset's lock. So its log is linked
/// too, if a kill has left one; files that are created at each opening are not linked.
fn is_passing(root: &Path, path: &Path) -> bool {
    let name = path.to_string_lossy();
    let is_empty = || root.join(path).metadata().is_ok_and(|log| log.len() == 0);
    name.ends_with(".sqlite-shm") || name.ends_with(".sqlite-wal") && is_empty()
}

/// Makes `to` a copy of `from` by hard links, without the paths below `from` that `skip` names.
fn link_tree(from: &Path, to: &Path, skip: &dyn Fn(&Path) -> bool) -> Result<(), DatasetError> {
    let mut pending = vec![PathBuf::new()];
    while let Some(below) = pending.pop() {
        let folder = from.join(&below);
        for entry in fs::read_dir(&folder).map_err(DatasetError::io("read", &folder))? {
            let entry = entry.map_err(DatasetError::io("read", &folder))?;
            let path = below.join(entry.file_name());
            if skip(&path) {
                continue;
            }
            let (source, target) = (from.join(&path), to.join(&path));
            let kind = entry.file_type().map_err(DatasetError::io("read", &source))?;
            if kind.is_dir() {
                make_folder(&target)?;
                pending.push(path);
            } else {
                link(&source, &target)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changes that each thread tries.
    const CHANGES: usize = 100;

    #[test]
    fn nobody_works_in_a_folder_that_another_clears() {
        let folder = tempfile::tempdir().unwrap();
        let dataset = folder.path().join("dataset");
        let change = || {
            let mut begun = 0;
            while begun < CHANGES {
                let staging = match Staging::begin(&dataset) {
                    Err(DatasetError::Locked { .. }) => continue,
                    staging => staging.unwrap(),
                };
                begun += 1;
                let file = staging.scratch("work").unwrap().join("file");
                fs::write(&file, "x").unwrap();
                std::thread::yield_now();
                assert!(file.exists());
                staging.end().unwrap();
            }
        };

        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(change)).collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        });

        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
