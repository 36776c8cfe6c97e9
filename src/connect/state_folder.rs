//! The folder of the state: private, and of one authorization server.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::ConnectError;
use orcid_api::oauth::Issuer;

/// The file that names the authorization server.
const ISSUER_FILE: &str = "issuer.txt";
/// The file of the database.
const DATABASE_FILE: &str = "connect.sqlite3";

/// A folder of connections with one authorization server.
#[derive(Debug, Clone)]
pub struct StateFolder {
    path: PathBuf,
    issuer: Issuer,
}

impl StateFolder {
    /// Opens a folder for an authorization server; makes it where it is not there yet. Only its
    /// owner can enter it.
    ///
    /// # Errors
    /// [`ConnectError::OtherIssuer`] where it belongs to another server, and others where it
    /// cannot be made or read.
    pub fn open_or_create(path: &Path, issuer: &Issuer) -> Result<Self, ConnectError> {
        make_private(path)?;
        let file = path.join(ISSUER_FILE);
        let mut options = fs::OpenOptions::new();
        match options.write(true).create_new(true).open(&file) {
            Ok(mut made) => {
                writeln!(made, "{issuer}").map_err(ConnectError::io("write", &file))?;
                made.sync_all().map_err(ConnectError::io("write", &file))?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(ConnectError::io("write", &file)(error)),
        }
        Self::checked(path, Some(issuer))
    }

    /// True where a portal has kept its state in this folder.
    pub fn is_at(path: &Path) -> bool {
        path.join(DATABASE_FILE).is_file()
    }

    /// Opens a folder that is there; `issuer` may be left open.
    ///
    /// # Errors
    /// [`ConnectError::NoState`] where it is not there, and those of
    /// [`StateFolder::open_or_create`].
    pub fn open(path: &Path, issuer: Option<&Issuer>) -> Result<Self, ConnectError> {
        if !Self::is_at(path) {
            return Err(ConnectError::NoState { folder: path.to_owned() });
        }
        make_private(path)?;
        Self::checked(path, issuer)
    }

    fn checked(path: &Path, issuer: Option<&Issuer>) -> Result<Self, ConnectError> {
        let file = path.join(ISSUER_FILE);
        let text = fs::read_to_string(&file).map_err(ConnectError::io("read", &file))?;
        let own = Issuer::at(text.trim())?;
        match issuer.filter(|issuer| **issuer != own) {
            Some(other) => Err(ConnectError::OtherIssuer {
                folder: path.to_owned(),
                has: own.to_string(),
                asked: other.to_string(),
            }),
            None => Ok(Self { path: path.to_owned(), issuer: own }),
        }
    }

    /// Its authorization server.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of the database.
    pub fn database(&self) -> PathBuf {
        self.path.join(DATABASE_FILE)
    }
}

/// Makes the folder, and takes it from all but its owner. A folder of other things is left alone.
fn make_private(path: &Path) -> Result<(), ConnectError> {
    fs::create_dir_all(path).map_err(ConnectError::io("make", path))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let state = fs::metadata(path).map_err(ConnectError::io("read", path))?;
        if state.permissions().mode() & 0o077 != 0 {
            let is_ours = path.join(ISSUER_FILE).exists();
            let mut content = fs::read_dir(path).map_err(ConnectError::io("read", path))?;
            if !is_ours && content.next().is_some() {
                return Err(ConnectError::SharedFolder { folder: path.to_owned() });
            }
            let private = fs::Permissions::from_mode(0o700);
            fs::set_permissions(path, private)
                .map_err(ConnectError::io("take the access of others from", path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_belongs_to_one_server_and_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/state");
        let here = Issuer::at("http://127.0.0.1:8000").unwrap();

        StateFolder::open_or_create(&path, &Issuer::sandbox()).unwrap();
        let again = StateFolder::open_or_create(&path, &Issuer::sandbox()).unwrap();

        assert_eq!(again.issuer(), &Issuer::sandbox());
        for other in [Issuer::production(), here] {
            let refused = StateFolder::open_or_create(&path, &other);
            assert!(matches!(refused, Err(ConnectError::OtherIssuer { .. })), "{refused:?}");
        }
        assert!(matches!(StateFolder::open(&path, None), Err(ConnectError::NoState { .. })));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }
}
