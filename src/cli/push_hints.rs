//! What a user can do about an error of `push`.

use std::borrow::Cow;

use super::hint::Hint;
use crate::push::{PushError, StoreFault};

impl Hint for PushError {
    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::Io { .. } => "check the path and the permissions",
            Self::Headings { .. } => {
                "give the columns of ORCID's Affiliation Manager (affiliation-section, org-name …), of the NZ ORCID Hub \
                 (ORCID iD, Affiliation Type … or ORCID iD, Type, Value …), or orcid and file; docs/push.md shows each"
            }
            Self::Unknown { .. } => {
                "name the file .csv, .tsv, .xml, .json or .jsonl after what it holds; docs/push.md shows each"
            }
            Self::Empty { .. } => {
                "give a file with at least one row, or a folder with .csv, .xml, .json or .jsonl files"
            }
            Self::Down { .. } => {
                "run the same command again later: what was sent is kept, and is not sent twice"
            }
            Self::Untrusted { .. } => {
                "check the clock and the URL; for a server or proxy with a certificate of its own, name it in SSL_CERT_FILE"
            }
            Self::Stopped => "run the same command again: what was sent is kept, and is not sent twice",
            Self::Permissions(_) => {
                "correct the table of tokens (columns orcid, token, scopes and if wanted email, mode 0600), or check the \
                 state and the key file of the portal"
            }
            Self::Table(error) => return error.hint(),
            Self::Api(error) => return error.hint(),
            Self::Store(error) => match error.fault() {
                StoreFault::DiskFull => {
                    "free some space and run the same command again: nothing is sent twice"
                }
                StoreFault::Damaged => {
                    "restore push.sqlite3 from a copy; without it, items are looked for at ORCID before they are added again"
                }
                StoreFault::NotAllowed => "make the folder its owner's alone: chmod 700 DIR",
                StoreFault::OtherVersion => "use the orcidlake that wrote it, or give another --state",
                StoreFault::OtherServer => "give another --state: sandbox and registry need a folder each",
                StoreFault::InUse => "wait until it has finished",
                StoreFault::Other => "check the disk and run the same command again: nothing is sent twice",
            },
        };
        hint.into()
    }
}
