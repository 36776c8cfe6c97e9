//! The key that signs identity tokens, and how it is published.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use serde_json::{Value, json};

/// Made once: a key made at each start would cost every test a part of a second.
const PEM: &str = include_str!("test_key.pem");
const SECOND_PEM: &str = include_str!("test_key_2.pem");

/// The key with the name under which it is published.
#[derive(Debug)]
pub struct Keys {
    pair: KeyPair,
    pub kid: String,
}

impl Default for Keys {
    fn default() -> Keys {
        Keys { pair: pair(PEM), kid: "local-orcid-1".to_owned() }
    }
}

fn pair(pem: &str) -> KeyPair {
    let lines = pem.lines().skip_while(|line| !line.starts_with("-----BEGIN")).skip(1);
    let text: String = lines.take_while(|line| !line.starts_with("-----END")).collect();
    let der = STANDARD.decode(text).expect("the test key is PEM");
    KeyPair::from_pkcs8(&der).expect("the test key is an RSA key")
}

impl Keys {
    /// Signs with another key from now on, under a name of its own, or under that of the first.
    pub fn change(&mut self, kid: &str) {
        *self = Keys { pair: pair(SECOND_PEM), kid: kid.to_owned() };
    }

    /// RS256.
    pub fn sign(&self, message: &str) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .expect("the room is as long as the modulus");
        signature
    }

    pub fn verifies(&self, message: &str, signature: &[u8]) -> bool {
        let public: PublicKeyComponents<Vec<u8>> = self.pair.public().into();
        public.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), signature).is_ok()
    }

    /// The key set, without `alg`, as ORCID has it.
    pub fn published(&self) -> Value {
        let public: PublicKeyComponents<Vec<u8>> = self.pair.public().into();
        let (n, e) = (URL_SAFE_NO_PAD.encode(public.n), URL_SAFE_NO_PAD.encode(public.e));
        json!({ "keys": [{ "kty": "RSA", "e": e, "use": "sig", "kid": self.kid, "n": n }] })
    }
}
