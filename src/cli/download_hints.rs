//! What a user can do about a download that failed.

use std::borrow::Cow;
use std::io::ErrorKind;

use super::hint::Hint;
use crate::download::DownloadError;
use crate::storage::StorageError;

impl Hint for DownloadError {
    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::NoRelease { .. } => "`orcidlake download --list` lists them; with ror, those of ROR",
            Self::NoFile { .. } => "give other --activities, or leave --summaries and --activities away",
            Self::NotUnderstood { .. } => {
                "check --url; or download the files from https://orcid.figshare.com or https://zenodo.org with a browser"
            }
            Self::Storage(StorageError::GivenUp { .. }) => {
                "check the network, and run the same command again: it continues where it was"
            }
            Self::Storage(error) => return error.hint(),
            Self::Io { source, .. } if source.kind() == ErrorKind::StorageFull => {
                "free some space and run the same command again: it continues where it was"
            }
            Self::Io { .. } => "check the path, the permissions and the disk",
            Self::OtherFile { .. } => {
                "move that file away or give another folder, and run the same command again"
            }
            Self::NoRoom { .. } => {
                "free some space, give a folder on another disk, or choose fewer files with --summaries or --activities"
            }
            Self::InUse { .. } => "wait until the other download has ended, or end it",
            Self::Digest { .. } => {
                "run the same command again later; if it happens again, a proxy may change what it passes on"
            }
            Self::Stopped => "run the same command again: it continues where it was",
        };
        hint.into()
    }
}
