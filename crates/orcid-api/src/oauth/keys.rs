//! The public keys of an issuer. ORCID's name no algorithm, so that RS256 is our policy.

use jsonwebtoken::DecodingKey;
use serde::Deserialize;

/// Keys that are read of an answer; an issuer has one or two.
const MAX_KEYS: usize = 32;

/// The keys of an issuer.
#[derive(Clone, Default)]
pub struct KeySet(Vec<(Option<String>, DecodingKey)>);

#[derive(Deserialize)]
struct Document {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    #[serde(default)]
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
}

impl KeySet {
    /// Reads a JWKS document; keys of other kinds than RSA, and keys for encryption, are left out.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let document: Document = serde_json::from_slice(body).ok()?;
        let keys = document.keys.into_iter().take(MAX_KEYS).filter_map(|key| {
            let signs = key.kty == "RSA" && key.purpose.as_deref().is_none_or(|purpose| purpose == "sig");
            let found = DecodingKey::from_rsa_components(&key.n?, &key.e?).ok()?;
            signs.then_some((key.kid, found))
        });
        Some(Self(keys.collect()))
    }

    /// The key of an id. A token without a key id fits only if there is one key.
    pub(super) fn find(&self, kid: Option<&str>) -> Option<&DecodingKey> {
        match (kid, self.0.as_slice()) {
            (None, [(_, key)]) => Some(key),
            (None, _) => None,
            (Some(kid), keys) => keys.iter().find(|(id, _)| id.as_deref() == Some(kid)).map(|(_, key)| key),
        }
    }
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.0.iter().map(|(kid, _)| kid)).finish()
    }
}
