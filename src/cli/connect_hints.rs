//! What a user can do about errors of the portal and its commands.

use std::borrow::Cow;

use super::hint::Hint;
use crate::connect::ConnectError;
use orcid_api::oauth::OauthError;

impl Hint for ConnectError {
    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::OtherIssuer { .. } => {
                "give another --state, or the --issuer that the folder belongs to: iDs and tokens of one server mean nothing to another"
            }
            Self::SharedFolder { .. } => "give --state an empty or a new folder",
            Self::NoState { .. } => {
                "give the --state of `orcidlake connect serve` or `orcidlake connect invite`"
            }
            Self::OtherVersion { .. } => "use the orcidlake that wrote it",
            Self::Database { .. } => "check the disk and who may write in the state folder, and try again",
            Self::NoKey { .. } => {
                "give the --key-file that the state was made with; without it the tokens are lost, and people must connect again in a new --state"
            }
            Self::Key { .. } => "correct the file, or restore it from a copy; its mode should be 0600",
            Self::Unreadable { .. } => "restore the key file that has this key",
            Self::NoRandom => "check the system's /dev/urandom",
            Self::Row { .. } => "correct the list and run the same command again",
            Self::NoColumn { .. } => {
                "name the column of the institution's own ids local_id, or give a column email"
            }
            Self::NoPerson { .. } => "`orcidlake connect status --people` lists all people",
            Self::Listen { .. } => "give --listen an address of this machine and a port that is free",
            Self::Setting { .. } => "see `orcidlake help connect serve`",
            Self::Mail { .. } => "check --smtp-server, --smtp-port, --smtp-tls, --smtp-user and --mail-from",
            Self::Page { .. } => "this is a fault of orcidlake: please report it",
            Self::Io { .. } => "check the path, the permissions and the disk",
            Self::Oauth(error) if error.is_passing() => "try again later",
            Self::Oauth(OauthError::Api(error)) | Self::Api(error) => return error.hint(),
            Self::Oauth(_) => "check the client id, its secret, and the scopes that the client may ask for",
            Self::Dataset(error) => return error.hint(),
        };
        hint.into()
    }
}
