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
    /// [`StorageError::UnknownOption`] for a name that no store knows.
    pub(super) fn parsed<K: FromStr>(&self, remote: &Remote) -> Result<Vec<(K, String)>, StorageError> {
        let mut parsed = Vec::new();
        for (key, value) in &self.0 {
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
    use super::*;

    #[test]
    fn values_are_not_shown() {
        let options = StorageOptions::from_iter([("AWS_Secret_Access_Key", "hush")]);

        assert_eq!(format!("{options:?}"), r#"{"aws_secret_access_key"}"#);
    }
}
