//! The token: obtained in two steps, used until it expires.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::ApiError;
use super::agent::form_post;
use super::client::{Fault, UNTRUSTED};
use super::credentials::{Credentials, Secret};
use super::host::Host;
use super::proxy::proxy_for;
use super::time::SECOND;
use orcid_xml::Timestamp;

/// What a token must be good for.
pub const SCOPE: &str = "/read-public";
/// A token is renewed so long before it expires.
const MARGIN: Timestamp = 3_600 * SECOND;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// How often the endpoint is asked where it fails for the moment.
const TRIES: u32 = 4;
/// The wait before the second try; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// A token with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The endpoint that gave it.
    pub token_url: String,
    /// The client that it was given to.
    pub client_id: String,
    /// For renewal; absent where the user wants it kept elsewhere.
    pub client_secret: Option<Secret>,
    /// What requests bear.
    pub access_token: Secret,
    /// What it is good for, such as `/read-public`.
    pub scope: String,
    /// When it was obtained.
    pub obtained_at: Timestamp,
    /// When it expires, if the endpoint has told it.
    pub expires_at: Option<Timestamp>,
}

/// What the token endpoint says; other fields are of no use here.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    scope: String,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<i64>,
}

/// Reads a number of seconds, which some servers write as text or with a fraction; `None`
/// for anything else.
pub(crate) fn seconds<'de, D: Deserializer<'de>>(value: D) -> Result<Option<i64>, D::Error> {
    let number = match serde_json::Value::deserialize(value)? {
        serde_json::Value::Number(number) => number.as_f64(),
        serde_json::Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    // A number beyond all times becomes the largest.
    Ok(number.filter(|seconds: &f64| seconds.is_finite()).map(|seconds| seconds as i64))
}

/// Reads the JSON of a token endpoint, with or without a byte order mark. The cause of a fault is not
/// told, since it may quote the answer, and with it the token.
pub(crate) fn read_answer<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body)).ok()
}

impl Token {
    /// Asks the host's token endpoint for a token of `credentials`.
    ///
    /// # Errors
    /// [`ApiError`] where it gives none, or is not to be trusted.
    pub fn obtain(
        agent: &ureq::Agent,
        host: &Host,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<Self, ApiError> {
        let form = [
            ("client_id", credentials.client_id.as_str()),
            ("client_secret", credentials.client_secret.reveal()),
            ("grant_type", "client_credentials"),
            ("scope", SCOPE),
        ];
        let fault = |what: String| ApiError::NoToken { token_url: host.token_url.clone(), what };
        let proxy = proxy_for(&host.token_url)?;
        let (status, body) =
            post(agent, &host.token_url, proxy, &form).map_err(|error| match error.code {
                UNTRUSTED => ApiError::Untrusted { url: host.token_url.clone(), what: error.what },
                _ => fault(error.what),
            })?;
        if status != 200 {
            let name = error_name(&body).map(|name| format!(", {name}")).unwrap_or_default();
            return Err(fault(format!("status {status}{name}")));
        }
        let granted: Granted = read_answer(&body).ok_or_else(|| fault("the answer holds none".to_owned()))?;
        if !granted.scope.is_empty() && !granted.scope.contains(SCOPE) {
            return Err(fault(format!("it would not be good for {SCOPE}")));
        }
        Ok(Self {
            token_url: host.token_url.clone(),
            client_id: credentials.client_id.clone(),
            client_secret: Some(credentials.client_secret.clone()),
            access_token: Secret::of(&granted.access_token)
                .ok_or_else(|| fault("the answer holds one that cannot be sent".to_owned()))?,
            scope: SCOPE.to_owned(),
            obtained_at: now,
            expires_at: granted.expires_in.map(|seconds| now.saturating_add(seconds.saturating_mul(SECOND))),
        })
    }

    /// True where it can still be used.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires| now + MARGIN < expires)
    }

    /// What it was obtained with, if that is kept.
    pub fn credentials(&self) -> Option<Credentials> {
        let client_secret = self.client_secret.clone()?;
        Some(Credentials { client_id: self.client_id.clone(), client_secret })
    }
}

/// Posts the form, again where there is no answer or the server is in trouble.
fn post(
    agent: &ureq::Agent,
    url: &str,
    proxy: Option<ureq::Proxy>,
    form: &[(&str, &str)],
) -> Result<(u16, Vec<u8>), Fault> {
    let mut tried = 1;
    loop {
        let answer = form_post(agent, url, proxy.clone(), form);
        let passing = match &answer {
            Ok((status, _)) => *status >= 500 || *status == 429,
            // Who has waited for the whole time need not do so again.
            Err(fault) => !matches!(fault.code, UNTRUSTED | "timeout"),
        };
        if !passing || tried == TRIES {
            return answer;
        }
        std::thread::sleep(FIRST_WAIT * (1 << (tried - 1)));
        tried += 1;
    }
}

/// The name of the error that OAuth prescribes; never the description.
pub(crate) fn error_name(body: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let name = value["error"].as_str()?;
    let is_name = name.len() < 40 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_name.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_however_its_time_is_written() {
        for (time, expected) in [
            ("3600", Some(3600)),
            (r#""3600""#, Some(3600)),
            ("3599.9", Some(3599)),
            (r#"" 3600.0 ""#, Some(3600)),
            ("6.3e8", Some(630_000_000)),
            ("null", None),
            (r#""soon""#, None),
            ("[]", None),
        ] {
            for mark in ["", "\u{feff}"] {
                let body = format!(r#"{mark}{{"access_token":"t","expires_in":{time}}}"#);

                assert_eq!(read_answer::<Granted>(body.as_bytes()).unwrap().expires_in, expected, "{body}");
            }
        }
        assert_eq!(read_answer::<Granted>(br#"{"access_token":"t"}"#).unwrap().expires_in, None);
        assert!(read_answer::<Granted>(b"{}").is_none());
    }

    #[test]
    fn a_token_is_renewed_before_it_expires() {
        let token = Token {
            token_url: "a".to_owned(),
            client_id: "1".to_owned(),
            client_secret: None,
            access_token: Secret::new("t"),
            scope: SCOPE.to_owned(),
            obtained_at: 0,
            expires_at: Some(10 * MARGIN),
        };

        assert!(token.is_good(8 * MARGIN) && !token.is_good(9 * MARGIN));
    }
}
