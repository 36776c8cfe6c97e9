//! What a user can do about faults of web servers and object stores.

use std::borrow::Cow;
use std::io;

use super::hint::Hint;
use crate::storage::{StorageError, StoreFault};

/// What to do about an error of a web server or an object store, if it is one.
pub fn storage_hint(error: &io::Error) -> Option<Cow<'static, str>> {
    error.get_ref()?.downcast_ref::<StorageError>().map(Hint::hint)
}

impl Hint for StorageError {
    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::UnknownScheme { .. } => {
                "give a local path, or a URL with https, s3, gs or az; a file with such a name is ./NAME"
            }
            Self::OneSlash { .. } => "write two slashes, as in s3://bucket/name; a local folder is ./NAME",
            Self::NoBucket { .. } => "write the bucket after the scheme, as in s3://bucket/name",
            Self::NotAUrl { .. } | Self::NoLocalPath { .. } => "correct the URL",
            Self::WrongEndpoint { .. } => {
                "give it as http://127.0.0.1:9000 or https://host, by AWS_ENDPOINT_URL or --storage-option endpoint=…"
            }
            Self::HasQuery { .. } => "write %3F for a question mark and %23 for a number sign",
            Self::UnknownOption { .. } => "docs/object-stores.md lists the options",
            Self::NeitherTrueNorFalse { .. } => "give it as --storage-option NAME=true or NAME=false",
            Self::Status { status: 401 | 403, .. } => {
                "check the credentials; a signed URL may have expired: ask for a new one"
            }
            Self::Status { status: 404 | 410, .. } => "check the URL",
            Self::Changed { .. } => {
                "run the same command again when the new file is complete; what was read before is not used"
            }
            Self::GivenUp { .. } => {
                "check the URL and the network, and run the same command again; if the server answers without \
                 content, try another address: for figshare https://api.figshare.com/v2/file/download/ID"
            }
            Self::NoResume { .. } => {
                "run the same command again, or download the file with a program that can resume"
            }
            Self::PlainHttp { .. } => {
                "allow it with --storage-option allow_http=true, if you trust the network"
            }
            Self::Untrusted { .. } => {
                "check the clock and the URL; for a server with a certificate of its own, name it in SSL_CERT_FILE"
            }
            Self::TooLarge { .. } => "check that the URL leads to the right file",
            Self::ReadOnly { .. } => "give a local path or an object store",
            Self::RedirectScheme { .. } => {
                "if you trust the server, give that address itself; a file of this machine is given by its path"
            }
            Self::Redirects { .. } | Self::RedirectNowhere { .. } | Self::Status { .. } => {
                "open the URL in a browser to see what it gives"
            }
            Self::Failed { fault, .. } => store_hint(*fault),
        };
        hint.into()
    }
}

/// What to do about an answer of an object store.
pub fn store_hint(fault: StoreFault) -> &'static str {
    match fault {
        StoreFault::Credentials => {
            "give credentials by environment variables, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or by --storage-option; a public bucket is read with --storage-option skip_signature=true"
        }
        StoreFault::Denied => {
            "ask the owner of the bucket for the right to do that, or give other credentials"
        }
        StoreFault::NoBucket => {
            "check the name of the bucket and the endpoint; buckets are not made by orcidlake"
        }
        StoreFault::Missing => "check the URL: there is no such object",
        StoreFault::Region => {
            "give the region of the bucket, by AWS_REGION or --storage-option region=…, and check the endpoint"
        }
        StoreFault::PlainHttp => {
            "give the endpoint with https://; for a server of your own network, allow plain http with --storage-option allow_http=true (or AWS_ALLOW_HTTP=true)"
        }
        StoreFault::NoConditionalPut => {
            "convert into a local folder, and copy it: this store cannot put an object only if its name is free, so that two changes at once could mix"
        }
        StoreFault::Replaced => "run the same command again",
        StoreFault::NoRanges => {
            "copy the dataset to a disk, or to a server that sends parts of files (range requests)"
        }
        StoreFault::Unreachable => {
            "check the network, the endpoint and the proxy, and run the same command again"
        }
        _ => "see the message above; docs/object-stores.md tells what a store must be able to do",
    }
}
