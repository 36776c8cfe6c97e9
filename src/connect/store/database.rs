//! The file: how it is opened, one connection that writes, and some that read.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::schema::{FROM_1, SCHEMA, VERSION};
use crate::connect::error::ConnectError;
use crate::connect::seal::{KeyRing, Sealed};
use crate::connect::state_folder::StateFolder;
use crate::sqlite::{BUSY_TIMEOUT, SqliteFault};

/// Connections for reading that are kept; more are opened where many read at once.
const MAX_IDLE_READERS: usize = 8;

/// Whether a write must be on the disk when it returns. After a power cut, a session may be lost,
/// but no token that somebody was shown as kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    Soon,
    Now,
}

/// The state of the portal. Threads share it.
pub struct Store {
    folder: StateFolder,
    ring: KeyRing,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Store {
    /// Opens the database of a folder, and makes it where it is not there yet.
    ///
    /// # Errors
    /// [`ConnectError`] where it cannot be opened, or another version wrote it.
    pub fn open(folder: StateFolder, ring: KeyRing) -> Result<Self, ConnectError> {
        let path = folder.database();
        let mut writer = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        match found {
            0 => {
                transaction.execute_batch(SCHEMA)?;
                transaction.pragma_update(None, "user_version", VERSION)?;
            }
            1 => {
                transaction.execute_batch(FROM_1)?;
                transaction.pragma_update(None, "user_version", VERSION)?;
            }
            VERSION => {}
            found => return Err(ConnectError::OtherVersion { path, found, expected: VERSION }),
        }
        transaction.commit()?;
        Ok(Self { folder, ring, writer: Mutex::new(writer), readers: Mutex::default() })
    }

    /// The folder that it lies in.
    pub fn folder(&self) -> &StateFolder {
        &self.folder
    }

    /// The keys that its secrets are encrypted with.
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// Writes in one transaction. Secrets are encrypted inside of it, so that a rotation of keys,
    /// which is a transaction too, meets none that was encrypted before and is written after.
    pub(super) fn write<T>(
        &self,
        durability: Durability,
        act: impl FnOnce(&Transaction<'_>) -> Result<T, ConnectError>,
    ) -> Result<T, ConnectError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let level = if durability == Durability::Now { "FULL" } else { "NORMAL" };
        writer.pragma_update(None, "synchronous", level)?;
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = act(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    /// Reads, beside whoever writes.
    pub(super) fn read<T>(
        &self,
        act: impl FnOnce(&Connection) -> Result<T, ConnectError>,
    ) -> Result<T, ConnectError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => connect(&self.folder.database(), OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        let result = act(&reader);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < MAX_IDLE_READERS {
            readers.push(reader);
        }
        result
    }

    pub(super) fn unseal_text(&self, sealed: &Sealed, place: &str) -> Result<String, ConnectError> {
        let bytes = self.ring.unseal(sealed, place)?;
        String::from_utf8(bytes).map_err(|_| ConnectError::Unreadable { key_id: sealed.key_id.clone() })
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Store({})", self.folder.path().display())
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, ConnectError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Erased secrets are overwritten, not only unlinked.
    connection.pragma_update(None, "secure_delete", true)?;
    Ok(connection)
}

impl From<rusqlite::Error> for ConnectError {
    fn from(error: rusqlite::Error) -> Self {
        let what = match SqliteFault::of(&error) {
            SqliteFault::DiskFull => "the disk is full",
            SqliteFault::InUse => "another process is writing",
            SqliteFault::Damaged => "it is damaged",
            SqliteFault::NotAllowed => "it cannot be opened or written",
            SqliteFault::Other => "it refused",
        };
        Self::Database { what, source: Box::new(error) }
    }
}
