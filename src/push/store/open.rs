//! Opens the file; it belongs to one server, and one program at a time may change it.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};

use crate::sqlite::{self, SqliteFault};

/// The file's name in the state folder.
const NAME: &str = "push.sqlite3";
/// The name of the lock file.
const LOCK: &str = "push.lock";
const VERSION: i64 = 1;

/// The tables of version 1. `sent` is the content at ORCID as it was sent last, `tried` that of the
/// last request; `act` is the request that has gone and whose outcome is not known, since `acted`.
const SCHEMA: &str = "
CREATE TABLE server (only INTEGER PRIMARY KEY CHECK (only = 1), api TEXT NOT NULL) STRICT;
CREATE TABLE item (
    client TEXT NOT NULL,
    orcid TEXT NOT NULL,
    section TEXT NOT NULL,
    row TEXT NOT NULL,
    state TEXT NOT NULL,
    put_code INTEGER,
    sent TEXT,
    tried TEXT,
    act TEXT,
    acted INTEGER,
    status INTEGER,
    code INTEGER,
    reason TEXT NOT NULL DEFAULT '',
    origin TEXT NOT NULL DEFAULT '',
    changed INTEGER NOT NULL,
    PRIMARY KEY (client, orcid, section, row)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX put_code ON item (client, orcid, section, put_code) WHERE put_code IS NOT NULL;
CREATE INDEX by_row ON item (client, row);
";

/// The rows of all pushes of a state folder.
#[derive(Debug)]
pub struct Store {
    pub(super) db: Connection,
    path: PathBuf,
    /// Held as long as the store is open for changes.
    _lock: Option<File>,
}

/// Why the state folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot {act} {path}")]
    Io { act: &'static str, path: PathBuf, source: std::io::Error },
    #[error("cannot use {path}")]
    Unusable { path: PathBuf, source: rusqlite::Error },
    #[error("{path} has version {found}; this orcidlake reads {known}")]
    Version { path: PathBuf, found: i64, known: i64 },
    #[error("the state folder {path} belongs to {own}, not to {other}")]
    OtherServer { path: PathBuf, own: String, other: String },
    #[error("another program is pushing with the state folder {path}")]
    Locked { path: PathBuf },
    #[error("others may enter the state folder {path}")]
    Open { path: PathBuf },
}

/// What kind of fault it is, for advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreFault {
    DiskFull,
    Damaged,
    NotAllowed,
    OtherVersion,
    OtherServer,
    InUse,
    Other,
}

impl StoreError {
    /// What kind of fault it is.
    pub fn fault(&self) -> StoreFault {
        match self {
            Self::Io { .. } | Self::Open { .. } => StoreFault::NotAllowed,
            Self::Version { .. } => StoreFault::OtherVersion,
            Self::OtherServer { .. } => StoreFault::OtherServer,
            Self::Locked { .. } => StoreFault::InUse,
            Self::Unusable { source, .. } => match SqliteFault::of(source) {
                SqliteFault::DiskFull => StoreFault::DiskFull,
                SqliteFault::Damaged => StoreFault::Damaged,
                SqliteFault::NotAllowed => StoreFault::NotAllowed,
                SqliteFault::InUse => StoreFault::InUse,
                SqliteFault::Other => StoreFault::Other,
            },
        }
    }
}

impl Store {
    /// Opens the store in `folder` for changes, or makes both; `api` is the server that it is for.
    ///
    /// # Errors
    /// [`StoreError`] if the folder is open to others, belongs to another server, or is in use.
    pub fn open(folder: &Path, api: &str) -> Result<Self, StoreError> {
        make_private(folder)?;
        let lock_path = folder.join(LOCK);
        let io = |source| StoreError::Io { act: "open", path: lock_path.clone(), source };
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked { path: folder.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        let path = folder.join(NAME);
        let unusable = |source| StoreError::Unusable { path: path.clone(), source };
        // What is about to be sent must be on the disk before it is sent, even if the power fails.
        let opened = sqlite::open(&path, "full", VERSION, |change| {
            change.execute_batch(SCHEMA)?;
            change.execute("INSERT INTO server (only, api) VALUES (1, ?)", params![api]).map(drop)
        });
        let (db, version) = opened.map_err(unusable)?;
        let store = Self { db, path, _lock: Some(lock) };
        store.check(version)?;
        let own = store.api()?;
        match own == api {
            true => Ok(store),
            false => Err(StoreError::OtherServer { path: folder.to_owned(), own, other: api.to_owned() }),
        }
    }

    /// Opens the store for reading, even while a push runs; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read.
    pub fn look_at(folder: &Path) -> Result<Option<Self>, StoreError> {
        let path = folder.join(NAME);
        if !path.is_file() {
            return Ok(None);
        }
        let opened = sqlite::open_to_read(&path);
        let (db, version) = opened.map_err(|source| StoreError::Unusable { path: path.clone(), source })?;
        let store = Self { db, path, _lock: None };
        store.check(version)?;
        Ok(Some(store))
    }

    /// The server that the folder is for.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read.
    pub fn api(&self) -> Result<String, StoreError> {
        let find = || self.db.query_row("SELECT api FROM server", [], |row| row.get(0)).optional();
        Ok(find().map_err(self.fault())?.unwrap_or_default())
    }

    fn check(&self, found: i64) -> Result<(), StoreError> {
        match found == VERSION {
            true => Ok(()),
            false => Err(StoreError::Version { path: self.path.clone(), found, known: VERSION }),
        }
    }

    /// Turns SQLite's error into the store's.
    pub(super) fn fault(&self) -> impl Fn(rusqlite::Error) -> StoreError + use<> {
        let path = self.path.clone();
        move |source| StoreError::Unusable { path: path.clone(), source }
    }
}

/// Makes the folder where it is not there; one that others may enter is refused.
fn make_private(folder: &Path) -> Result<(), StoreError> {
    let io = |source| StoreError::Io { act: "make", path: folder.to_owned(), source };
    if !folder.is_dir() {
        if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(io)?;
        }
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        return builder.create(folder).map_err(io);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if fs::metadata(folder).map_err(io)?.permissions().mode() & 0o077 != 0 {
            return Err(StoreError::Open { path: folder.to_owned() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_belongs_to_one_server_and_one_program_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("state");
        let one = Store::open(&folder, "https://a/v3.0").unwrap();

        assert!(matches!(Store::open(&folder, "https://a/v3.0"), Err(StoreError::Locked { .. })));
        drop(one);
        let other = Store::open(&folder, "https://b/v3.0").unwrap_err();
        assert_eq!(other.fault(), StoreFault::OtherServer);
        assert!(Store::look_at(&folder).unwrap().is_some());
    }

    #[test]
    fn a_folder_that_others_may_enter_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();

        assert!(matches!(Store::open(folder.path(), "a"), Err(StoreError::Open { .. })));
        assert!(Store::look_at(folder.path()).unwrap().is_none());
    }
}
