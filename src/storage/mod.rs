//! Archives, ROR releases and datasets that lie in object stores or on web servers.
//!
//! A path that is a URL, such as `s3://bucket/orcid`, names a place there ([`Place`]). `object_store`
//! speaks the stores' protocols; [`Storage`] gives it our HTTP client and the user's options. Our
//! own code is not async: each call waits for its answer in the thread that makes it ([`wait`]).
//!
//! | scheme | place |
//! |---|---|
//! | none, `file://` | a local disk |
//! | `https://`, `http://` | a web server, to read from |
//! | `s3://`, `s3a://` | Amazon S3, and what speaks its protocol |
//! | `gs://` | Google Cloud Storage |
//! | `az://`, `abfs://`, `abfss://` | Azure Blob Storage |

mod answer;
mod archive;
mod blocks;
mod bucket;
mod client;
mod error;
mod index_file;
mod input;
mod options;
mod place;
mod resume;
mod source;
mod upload;
mod wait;
mod web;

pub use archive::{ArchiveFile, file_name, index_beside, shown};
pub use error::StorageError;
pub use index_file::IndexFile;
pub use input::InputFiles;
pub use options::StorageOptions;
pub use place::{Place, Remote, Scheme};
pub use source::{ObjectSource, open_source};
pub use upload::upload;

use std::sync::Arc;

use object_store::ObjectStore;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::path::Path as ObjectPath;

use client::Connector;

/// A connection to the store of a remote place, and the place's name in it.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub store: Arc<dyn ObjectStore>,
    pub path: ObjectPath,
}

impl Connection {
    /// Connects to the store of a place, with its usual environment variables and the given
    /// options, which take precedence. Sends nothing yet.
    ///
    /// # Errors
    /// [`StorageError`] if an option is unknown or wrong.
    pub fn new(remote: &Remote, options: &StorageOptions) -> Result<Self, StorageError> {
        let url = remote.url().as_str();
        let failed = |error| StorageError::new("connect to", remote, error);
        let store: Arc<dyn ObjectStore> = match remote.scheme() {
            Scheme::S3 => {
                let mut builder = AmazonS3Builder::from_env().with_url(url).with_http_connector(Connector);
                for (key, value) in options.parsed::<AmazonS3ConfigKey>(remote)? {
                    builder = builder.with_config(key, value);
                }
                Arc::new(builder.build().map_err(failed)?)
            }
            Scheme::Gcs => {
                let mut builder =
                    GoogleCloudStorageBuilder::from_env().with_url(url).with_http_connector(Connector);
                for (key, value) in options.parsed::<GoogleConfigKey>(remote)? {
                    builder = builder.with_config(key, value);
                }
                Arc::new(builder.build().map_err(failed)?)
            }
            Scheme::Azure => {
                let mut builder =
                    MicrosoftAzureBuilder::from_env().with_url(url).with_http_connector(Connector);
                for (key, value) in options.parsed::<AzureConfigKey>(remote)? {
                    builder = builder.with_config(key, value);
                }
                Arc::new(builder.build().map_err(failed)?)
            }
            // The whole URL is the store, so that its query is kept, as in URLs that are signed.
            Scheme::Http => {
                let mut builder = HttpBuilder::new().with_url(url).with_http_connector(Connector);
                for (key, value) in options.parsed(remote)? {
                    builder = builder.with_config(key, value);
                }
                Arc::new(builder.build().map_err(failed)?)
            }
        };
        Ok(Self { store, path: remote.object_path()? })
    }
}
