//! The folder of the token file: who else can enter it, or write into it.
//!
//! The file itself is private wherever it lies. Who can write into its folder could still put
//! another file in its place, and so learn the secret that is written there next. Our own folder
//! is private from the beginning, and made so again; one that the user shares with others keeps
//! its mode, and is told.

use std::fs;
use std::io;
use std::path::Path;

/// What a folder lets others do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderAccess {
    /// No more than they may.
    Private,
    /// They could enter it until now.
    Mended,
    /// They can write into it.
    Shared,
}

/// Makes the folder where it is not there; then nobody else can enter it.
pub fn make_private(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// Takes the folder from others if it is our own, and looks whether they can write into
/// it if not. One that is not there, or cannot be looked at, is left to whoever opens the file.
#[cfg(unix)]
pub fn keep_private(folder: &Path, is_own: bool) -> FolderAccess {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let Ok(state) = fs::metadata(folder) else { return FolderAccess::Private };
    let mode = state.permissions().mode();
    if is_own && mode & 0o077 != 0 {
        let private = fs::Permissions::from_mode(mode & 0o700);
        // It may lie where nothing can be changed.
        if fs::set_permissions(folder, private).is_ok() {
            return FolderAccess::Mended;
        }
    }
    // The group of a user's own has nobody else in it, and the same number on most systems.
    let others = if state.gid() == state.uid() { 0o002 } else { 0o022 };
    if mode & others != 0 { FolderAccess::Shared } else { FolderAccess::Private }
}

#[cfg(not(unix))]
pub fn keep_private(_: &Path, _: bool) -> FolderAccess {
    FolderAccess::Private
}
