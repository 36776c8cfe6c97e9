//! The authorization server: ORCID's registry, its sandbox, or a local one.

use std::fmt;

use crate::ApiError;
use crate::host::{is_here, origin, without_user};

const PRODUCTION: &str = "https://orcid.org";
const SANDBOX: &str = "https://sandbox.orcid.org";

/// Which of ORCID's servers an issuer is. Clients, iDs and tokens of one mean nothing to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IssuerKind {
    /// The registry.
    Production,
    /// ORCID's test registry.
    Sandbox,
    /// Any other server, such as one on this machine.
    Local,
}

impl IssuerKind {
    /// One lower-case word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Sandbox => "sandbox",
            Self::Local => "local",
        }
    }
}

/// An authorization server and its endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    url: String,
    kind: IssuerKind,
}

impl Issuer {
    /// ORCID's registry.
    pub fn production() -> Self {
        Self { url: PRODUCTION.to_owned(), kind: IssuerKind::Production }
    }

    /// ORCID's sandbox.
    pub fn sandbox() -> Self {
        Self { url: SANDBOX.to_owned(), kind: IssuerKind::Sandbox }
    }

    /// The server at a URL of scheme, host and port. Without TLS only this machine is accepted,
    /// since the client's secret goes there.
    ///
    /// # Errors
    /// [`ApiError::Url`] for anything else.
    pub fn at(url: &str) -> Result<Self, ApiError> {
        let fault = |what| ApiError::Url { url: without_user(url), what };
        let origin = origin(url)?;
        if !matches!(&url[origin.len()..], "" | "/") {
            return Err(fault("an issuer has no path"));
        }
        if origin.strip_prefix("http://").is_some_and(|rest| !is_here(rest)) {
            return Err(fault("only this machine is asked without https"));
        }
        let url = origin.to_ascii_lowercase();
        Ok(match url.as_str() {
            PRODUCTION => Self::production(),
            SANDBOX => Self::sandbox(),
            _ => Self { url, kind: IssuerKind::Local },
        })
    }

    /// The issuer as its `id_token`s name it: without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Which server it is.
    pub fn kind(&self) -> IssuerKind {
        self.kind
    }

    /// Where people are sent.
    pub fn authorize_url(&self) -> String {
        format!("{}/oauth/authorize", self.url)
    }

    /// Where codes are exchanged. Always at the root host: others redirect, or refuse.
    pub fn token_url(&self) -> String {
        format!("{}/oauth/token", self.url)
    }

    /// Where tokens are revoked.
    pub fn revoke_url(&self) -> String {
        format!("{}/oauth/revoke", self.url)
    }

    /// Where the keys of `id_token`s are.
    pub fn keys_url(&self) -> String {
        format!("{}/oauth/jwks", self.url)
    }

    /// Where a token says whose it is.
    pub fn userinfo_url(&self) -> String {
        format!("{}/oauth/userinfo", self.url)
    }

    /// The root of the Member API, without a version.
    pub fn member_api_url(&self) -> String {
        match self.kind {
            IssuerKind::Production => "https://api.orcid.org".to_owned(),
            IssuerKind::Sandbox => "https://api.sandbox.orcid.org".to_owned(),
            IssuerKind::Local => self.url.clone(),
        }
    }

    /// The full URI of an iD. A local server stands for the registry, whose URIs it uses.
    pub fn orcid_uri(&self, orcid: &str) -> String {
        let root = if self.kind == IssuerKind::Sandbox { SANDBOX } else { PRODUCTION };
        format!("{root}/{orcid}")
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_the_registry_the_sandbox_or_a_local_server() {
        for (url, expected, kind) in [
            ("https://orcid.org/", "https://orcid.org", IssuerKind::Production),
            ("https://ORCID.org", "https://orcid.org", IssuerKind::Production),
            ("https://sandbox.orcid.org", "https://sandbox.orcid.org", IssuerKind::Sandbox),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000", IssuerKind::Local),
            ("https://orcid.example.org", "https://orcid.example.org", IssuerKind::Local),
        ] {
            let issuer = Issuer::at(url).unwrap();

            assert_eq!((issuer.url(), issuer.kind()), (expected, kind), "{url}");
        }
        assert_eq!(Issuer::sandbox().orcid_uri("0000"), "https://sandbox.orcid.org/0000");
        assert_eq!(Issuer::at("http://[::1]:1").unwrap().orcid_uri("0000"), "https://orcid.org/0000");
    }

    #[test]
    fn no_secret_would_go_to_a_path_or_unencrypted_to_another_machine() {
        for url in [
            "http://orcid.org",
            "http://192.0.2.1:80",
            "https://orcid.org/oauth",
            "https://orcid.org/?a=b",
            "https://me:hush@orcid.org",
            "orcid.org",
            "",
        ] {
            let error = Issuer::at(url).unwrap_err();

            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }
}
