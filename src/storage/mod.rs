//! Archives, ROR releases and datasets that lie in object stores or on web servers.
//!
//! A path that is a URL, such as `s3://bucket/orcid`, names a place there ([`Place`]). `object_store`
//! speaks the stores' protocols, with our HTTP client and the user's options. Our own code is not
//! async: each call waits for its answer in the thread that makes it (`wait.rs`).
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
mod archive_blocks;
mod bucket;
mod cached_ranges;
mod client;
mod datasets;
mod error;
mod fault;
mod index_file;
mod input;
mod object_place;
mod objects;
mod open_uploads;
mod options;
mod place;
mod put_files;
mod put_index;
mod resume;
mod source;
mod wait;
mod web;

pub(crate) use answer::{Answer, Body, Fault, Version};
pub use archive::{ArchiveFile, file_name, index_beside, shown};
pub use datasets::{open_objects, open_store};
pub use error::StorageError;
pub use fault::{StoreError, StoreFault};
pub use index_file::IndexFile;
pub use input::InputFiles;
pub use options::StorageOptions;
pub use place::{Place, Remote, Scheme};
pub(crate) use resume::Attempts;
pub use resume::Patience;
pub(crate) use source::interruptible;
pub use source::{ObjectSource, open_source};
pub(crate) use web::WebFile;

use std::sync::Arc;

use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzure, MicrosoftAzureBuilder};
use object_store::client::{HttpClient, HttpConnector};
use object_store::gcp::{GoogleCloudStorage, GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::multipart::MultipartStore;
use object_store::path::Path as ObjectPath;
use object_store::{ClientConfigKey, ClientOptions, ObjectStore};

use client::Connector;

/// Keys of the HTTP client that the listing of uploads needs too.
const CLIENT_KEYS: [ClientConfigKey; 3] =
    [ClientConfigKey::AllowHttp, ClientConfigKey::AllowInvalidCertificates, ClientConfigKey::ProxyUrl];

/// A connection to the store of a remote place, and the place's name in it.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub store: Arc<dyn ObjectStore>,
    pub path: ObjectPath,
    backend: Backend,
}

/// What only some stores can do.
#[derive(Debug, Clone)]
enum Backend {
    S3 {
        store: Arc<AmazonS3>,
        client: HttpClient,
    },
    Gcs(Arc<GoogleCloudStorage>),
    Azure(Arc<MicrosoftAzure>),
    /// Files are only read.
    Http,
}

impl Connection {
    /// Connects to the store of a place, with its usual environment variables and the given
    /// options, which take precedence. Sends nothing yet.
    ///
    /// # Errors
    /// [`StorageError`] if an option is unknown or wrong.
    pub fn new(remote: &Remote, options: &StorageOptions) -> Result<Self, StorageError> {
        let url = remote.url().as_str();
        let failed = |error| remote.failed("connect to", error);
        let (store, backend): (Arc<dyn ObjectStore>, _) = match remote.scheme() {
            Scheme::S3 => {
                let mut builder = AmazonS3Builder::from_env().with_url(url).with_http_connector(Connector);
                for (key, value) in options.parsed::<AmazonS3ConfigKey>(remote)? {
                    builder = builder.with_config(key, value);
                }
                for key in [AmazonS3ConfigKey::Endpoint, AmazonS3ConfigKey::S3Endpoint] {
                    check_endpoint(remote, builder.get_config_value(&key))?;
                }
                let mut client = ClientOptions::new();
                for key in CLIENT_KEYS {
                    if let Some(value) = builder.get_config_value(&AmazonS3ConfigKey::Client(key)) {
                        client = client.with_config(key, value);
                    }
                }
                let client = Connector.connect(&client).map_err(failed)?;
                let store = Arc::new(builder.build().map_err(failed)?);
                (store.clone(), Backend::S3 { store, client })
            }
            Scheme::Gcs => {
                let mut builder =
                    GoogleCloudStorageBuilder::from_env().with_url(url).with_http_connector(Connector);
                for (key, value) in options.parsed::<GoogleConfigKey>(remote)? {
                    builder = builder.with_config(key, value);
                }
                let store = Arc::new(builder.build().map_err(failed)?);
                (store.clone(), Backend::Gcs(store))
            }
            Scheme::Azure => {
                let mut builder =
                    MicrosoftAzureBuilder::from_env().with_url(url).with_http_connector(Connector);
                for (key, value) in options.parsed::<AzureConfigKey>(remote)? {
                    builder = builder.with_config(key, value);
                }
                check_endpoint(remote, builder.get_config_value(&AzureConfigKey::Endpoint))?;
                let store = Arc::new(builder.build().map_err(failed)?);
                (store.clone(), Backend::Azure(store))
            }
            // The whole URL is the store, so that its query is kept, as in URLs that are signed.
            Scheme::Http => {
                let mut builder = HttpBuilder::new().with_url(url).with_http_connector(Connector);
                // Whoever writes http:// means it.
                let is_plain = remote.url().scheme() == "http";
                builder = builder.with_config(ClientConfigKey::AllowHttp, is_plain.to_string());
                for (key, value) in options.parsed(remote)? {
                    builder = builder.with_config(key, value);
                }
                (Arc::new(builder.build().map_err(failed)?), Backend::Http)
            }
        };
        Ok(Self { store, path: remote.object_path()?, backend })
    }

    /// The interface for uploads in parts, if the store has one.
    fn parts(&self) -> Option<&dyn MultipartStore> {
        match &self.backend {
            Backend::S3 { store, .. } => Some(store.as_ref()),
            Backend::Gcs(store) => Some(store.as_ref()),
            Backend::Azure(store) => Some(store.as_ref()),
            Backend::Http => None,
        }
    }
}

/// Refuses an endpoint that is not a URL, which `object_store` would not survive, and one with a
/// password, which messages of the store would show.
fn check_endpoint(remote: &Remote, endpoint: Option<String>) -> Result<(), StorageError> {
    let Some(endpoint) = endpoint else { return Ok(()) };
    let is_good = url::Url::parse(&endpoint).is_ok_and(|url| {
        let has_host = url.host_str().is_some_and(|host| !host.is_empty());
        matches!(url.scheme(), "http" | "https") && has_host && url.username().is_empty()
    });
    if is_good { Ok(()) } else { Err(StorageError::WrongEndpoint { place: remote.to_string().into() }) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn an_endpoint_is_a_url_without_a_user() {
        let Ok(Place::Remote(remote)) = Place::of(Path::new("s3://bucket/orcid")) else {
            panic!("it is remote")
        };
        for (endpoint, is_good) in [
            ("http://127.0.0.1:9000", true),
            ("https://host/path", true),
            ("127.0.0.1:9000", false),
            ("localhost:9000", false),
            ("minio", false),
            ("http://", false),
            ("http://a b", false),
            ("http://me:hush@host", false),
            ("", false),
        ] {
            let options = StorageOptions::from_iter([("endpoint", endpoint), ("allow_http", "true")]);

            let made = Connection::new(&remote, &options);

            assert_eq!(made.is_ok(), is_good, "{endpoint}");
            if let Err(error) = made {
                assert!(matches!(error, StorageError::WrongEndpoint { .. }), "{endpoint}: {error}");
                assert!(!error.to_string().contains("hush"), "{error}");
            }
        }
    }
}
