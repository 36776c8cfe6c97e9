//! What all of our SQLite files share: how they are opened, and what kinds of faults they have.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction};

/// Another process may write for so long.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The kind of a fault of a SQLite file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqliteFault {
    DiskFull,
    /// The file cannot be read as a database.
    Damaged,
    /// The file may not be opened or written.
    NotAllowed,
    /// Another process uses it for too long.
    InUse,
    Other,
}

impl SqliteFault {
    /// The kind of an error.
    pub fn of(error: &rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Self::NotAllowed
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            _ => Self::Other,
        }
    }
}

/// Opens a file for changes, which its caller has locked; `make` fills a new one, which then has the
/// version `version`. `synchronous` is SQLite's setting of that name. Returns the file's version too.
///
/// # Errors
/// SQLite's error if the file cannot be used.
pub fn open(
    path: &Path,
    synchronous: &str,
    version: i64,
    make: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<(Connection, i64)> {
    let mut db = Connection::open(path)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", synchronous)?;
    let found: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found != 0 {
        return Ok((db, found));
    }
    let change = db.transaction()?;
    make(&change)?;
    change.pragma_update(None, "user_version", version)?;
    change.commit()?;
    Ok((db, version))
}

/// Opens a file for reading, even while another process changes it. Returns the file's version too.
///
/// # Errors
/// SQLite's error if the file cannot be used.
pub fn open_to_read(path: &Path) -> rusqlite::Result<(Connection, i64)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    let version = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok((db, version))
}
