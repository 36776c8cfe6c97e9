//! Options of object stores, such as the endpoint, the region and the credentials.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use object_store::ClientConfigKey;
use object_store::aws::AmazonS3ConfigKey;
use object_store::azure::AzureConfigKey;
use object_store::gcp::GoogleConfigKey;

use super::{Remote, StorageError};

/// Options for object stores by their names, such as `aws_endpoint` or `allow_http`. They add to
/// the environment variables that each store knows, and take precedence. The names are those of
/// `object_store`; case does not matter.
///
/// The values may be secret, so that they are never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct StorageOptions(BTreeMap<String, String>);

impl StorageOptions {
    /// Sets an option.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.0.insert(key.trim().to_ascii_lowercase(), value.into());
    }

    /// True if none is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The options as keys of a store. Those that only other stores know are left out, since one
    /// command may read from a web server and write to a bucket.
    ///
    /// # Errors
    /// [`StorageError::UnknownOption`] for a name that no store knows, and
    /// [`StorageError::NeitherTrueNorFalse`] for an option that has to be one of them.
    pub(super) fn parsed<K: FromStr>(&self, remote: &Remote) -> Result<Vec<(K, String)>, StorageError> {
        let mut parsed = Vec::new();
        for (key, value) in &self.0 {
            if is_boolean(key) && truth(value).is_none() {
                let (key, place) = (key.clone(), remote.shown().to_owned());
                return Err(StorageError::NeitherTrueNorFalse { key, place });
            }
            match key.parse() {
                Ok(key) => parsed.push((key, value.clone())),
                Err(_) if is_known(key) => {}
                Err(_) => {
                    let (key, place) = (key.clone(), remote.shown().to_owned());
                    return Err(StorageError::UnknownOption { key, place });
                }
            }
        }
        Ok(parsed)
    }
}

/// True for the name of an option of any store.
fn is_known(key: &str) -> bool {
    key.parse::<AmazonS3ConfigKey>().is_ok()
        || key.parse::<GoogleConfigKey>().is_ok()
        || key.parse::<AzureConfigKey>().is_ok()
        || key.parse::<ClientConfigKey>().is_ok()
}

/// True for the name of an option of any store that is true or false.
fn is_boolean(key: &str) -> bool {
    let of_s3 = |key: AmazonS3ConfigKey| match key {
        AmazonS3ConfigKey::Client(key) => is_boolean_of_client(key),
        // The other options of encryption are texts.
        AmazonS3ConfigKey::Encryption(_) => key.as_ref() == "aws_sse_bucket_key_enabled",
        AmazonS3ConfigKey::DisableBulkDelete
        | AmazonS3ConfigKey::DisableTagging
        | AmazonS3ConfigKey::ImdsV1Fallback
        | AmazonS3ConfigKey::RequestPayer
        | AmazonS3ConfigKey::S3Express
        | AmazonS3ConfigKey::SkipSignature
        | AmazonS3ConfigKey::UnsignedPayload
        | AmazonS3ConfigKey::VirtualHostedStyleRequest => true,
        _ => false,
    };
    let of_google = |key: GoogleConfigKey| match key {
        GoogleConfigKey::Client(key) => is_boolean_of_client(key),
        GoogleConfigKey::SkipSignature => true,
        _ => false,
    };
    let of_azure = |key: AzureConfigKey| match key {
        AzureConfigKey::Client(key) => is_boolean_of_client(key),
        AzureConfigKey::DisableTagging
        | AzureConfigKey::SkipSignature
        | AzureConfigKey::UseAzureCli
        | AzureConfigKey::UseEmulator
        | AzureConfigKey::UseFabricEndpoint => true,
        _ => false,
    };
    key.parse().is_ok_and(of_s3)
        || key.parse().is_ok_and(of_google)
        || key.parse().is_ok_and(of_azure)
        || key.parse().is_ok_and(is_boolean_of_client)
}

fn is_boolean_of_client(key: ClientConfigKey) -> bool {
    matches!(
        key,
        ClientConfigKey::AllowHttp
            | ClientConfigKey::AllowInvalidCertificates
            | ClientConfigKey::Http1Only
            | ClientConfigKey::Http2KeepAliveWhileIdle
            | ClientConfigKey::Http2Only
            | ClientConfigKey::NoSystemCertificates
            | ClientConfigKey::RandomizeAddresses
    )
}

/// True or false in the words that `object_store` reads; `None` for all else.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "on" | "yes" | "y" => Some(true),
        "0" | "false" | "off" | "no" | "n" => Some(false),
        _ => None,
    }
}

impl<K: AsRef<str>, V: Into<String>> FromIterator<(K, V)> for StorageOptions {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(options: I) -> Self {
        let mut all = Self::default();
        options.into_iter().for_each(|(key, value)| all.set(key.as_ref(), value));
        all
    }
}

impl fmt::Debug for StorageOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Connection, Place};
    use super::*;

    #[test]
    fn an_option_that_is_true_or_false_is_nothing_else() {
        let keys = [
            "allow_http aws_allow_http allow_invalid_certificates aws_allow_invalid_certificates",
            "http1_only http2_only http2_keep_alive_while_idle disable_system_certificates randomize_addresses",
            "aws_skip_signature skip_signature google_skip_signature azure_skip_signature unsigned_payload",
            "aws_virtual_hosted_style_request aws_s3_express imdsv1_fallback request_payer",
            "disable_tagging azure_disable_tagging aws_disable_bulk_delete aws_sse_bucket_key_enabled",
            "use_emulator use_azure_cli azure_use_fabric_endpoint",
        ];
        let places = ["s3://bucket/a", "gs://bucket/a", "az://bucket/a", "https://host/a", "http://host/a"];
        for (key, place) in
            keys.iter().flat_map(|keys| keys.split(' ')).flat_map(|key| places.map(|place| (key, place)))
        {
            let Ok(Place::Remote(remote)) = Place::of(Path::new(place)) else { panic!("{place} is remote") };
            for value in ["nonsense", "", "tru", "2", " true"] {
                let refused = Connection::new(&remote, &StorageOptions::from_iter([(key, value)]));
                let told = refused.unwrap_err().to_string();
                assert!(told.contains(key) && told.contains("true or false"), "{place} {key}: {told}");
                assert!(value.is_empty() || !told.contains("nonsense"), "{told}");
            }
            for value in ["true", "FALSE", "0", "yes"] {
                let options = StorageOptions::from_iter([(key, value)]);
                assert!(options.parsed::<ClientConfigKey>(&remote).is_ok(), "{place} {key} {value}");
            }
        }
    }

    #[test]
    fn values_are_not_shown() {
        let options = StorageOptions::from_iter([("AWS_Secret_Access_Key", "hush")]);

        assert_eq!(format!("{options:?}"), r#"{"aws_secret_access_key"}"#);
    }
}
