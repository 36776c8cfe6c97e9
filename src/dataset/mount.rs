//! Finds out whether a folder is a mount point, which cannot be exchanged with another folder.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::error::DatasetError;

/// True if a dataset lies on another file system than the folder beside it, or is a
/// folder of the same file system that is mounted there.
pub(super) fn is_mount_point(dataset: &Path, beside: &Path) -> Result<bool, DatasetError> {
    let device =
        |path: &Path| fs::metadata(path).map(|path| path.dev()).map_err(DatasetError::io("look at", path));
    Ok(device(dataset)? != device(beside)? || is_root_of_mount(dataset))
}

/// True if the system says so; false if the system cannot tell.
#[cfg(target_os = "linux")]
fn is_root_of_mount(path: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    let found = statx(CWD, path, AtFlags::empty(), StatxFlags::empty());
    found.is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(not(target_os = "linux"))]
fn is_root_of_mount(_: &Path) -> bool {
    false
}
