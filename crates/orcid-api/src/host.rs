//! Which ORCID is asked: production or sandbox, public or member, or any URL.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::ApiError;

/// The path of the API's version.
const VERSION_PATH: &str = "/v3.0";
/// The path of the token endpoint.
const TOKEN_PATH: &str = "/oauth/token";

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Up to and with the version, as `https://pub.orcid.org/v3.0`.
    pub api: String,
    /// Where tokens are obtained.
    pub token_url: String,
    /// The member API, which has other limits.
    pub is_member: bool,
}

/// How a host is chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The sandbox in place of the registry.
    pub sandbox: bool,
    /// The Member API in place of the Public API.
    pub member: bool,
    /// Another root of the API; its path is the version.
    pub api_url: Option<String>,
    /// Another token endpoint.
    pub token_url: Option<String>,
}

impl Host {
    /// The host of a choice. A URL without a path gets ORCID's; a token URL that
    /// is not given follows the API's, so that no secret goes elsewhere.
    ///
    /// # Errors
    /// [`ApiError::Url`] for what is no http or https URL.
    pub fn new(choice: &Choice) -> Result<Self, ApiError> {
        let site = if choice.sandbox { "sandbox.orcid.org" } else { "orcid.org" };
        let name = if choice.member { "api" } else { "pub" };
        let api = match &choice.api_url {
            Some(url) => with_path(url, VERSION_PATH)?,
            None => format!("https://{name}.{site}{VERSION_PATH}"),
        };
        let token_url = match (&choice.token_url, &choice.api_url) {
            (Some(url), _) => with_path(url, TOKEN_PATH)?,
            (None, Some(url)) => with_path(origin(url)?, TOKEN_PATH)?,
            (None, None) => format!("https://{site}{TOKEN_PATH}"),
        };
        Ok(Self { api, token_url, is_member: choice.member })
    }

    /// True where a secret would cross a network in the clear.
    pub fn sends_secrets_in_the_clear(&self) -> bool {
        let clear = |url: &str| url.strip_prefix("http://").is_some_and(|rest| !is_here(rest));
        clear(&self.token_url) || clear(&self.api)
    }
}

/// True where what follows the scheme of a URL names this machine: by a whole address
/// or name, since `127.0.0.1.example.org` is somebody else's.
pub(crate) fn is_here(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if authority.contains('@') {
        return false;
    }
    if let Some(literal) = authority.strip_prefix('[') {
        let Some((address, port)) = literal.split_once(']') else { return false };
        return (port.is_empty() || port.starts_with(':'))
            && address.parse::<Ipv6Addr>().is_ok_and(|address| {
                address.is_loopback() || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
            });
    }
    let host = authority.split(':').next().unwrap_or_default();
    let name = host.strip_suffix('.').unwrap_or(host);
    name.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// Scheme and authority of a URL.
pub(crate) fn origin(url: &str) -> Result<&str, ApiError> {
    let fault = |what| ApiError::Url { url: without_user(url), what };
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or_else(|| fault("it begins with neither https:// nor http://"))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    check_authority(authority).map_err(fault)?;
    Ok(&url[..url.len() - rest.len() + authority.len()])
}

/// Whether this is a host, with or without a port.
fn check_authority(authority: &str) -> Result<(), &'static str> {
    if authority.contains('@') {
        return Err("it names a user");
    }
    if authority.contains(|sign: char| sign.is_whitespace() || sign.is_control() || sign == '\\') {
        return Err("its host holds a sign that no host has");
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(literal) => {
            let (address, rest) = literal.split_once(']').ok_or("its address does not end with ]")?;
            address.parse::<Ipv6Addr>().map_err(|_| "what stands in [] is no IPv6 address")?;
            let port = rest.strip_prefix(':');
            if !rest.is_empty() && port.is_none() {
                return Err("only a port may follow the ] of its address");
            }
            (address, port)
        }
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    if host.is_empty() {
        return Err("it names no host");
    }
    match port {
        Some(port)
            if !port.bytes().all(|byte| byte.is_ascii_digit()) || port.parse::<u16>().unwrap_or(0) == 0 =>
        {
            Err("its port is no number from 1 to 65535")
        }
        _ => Ok(()),
    }
}

fn with_path(url: &str, path: &str) -> Result<String, ApiError> {
    let origin = origin(url)?;
    let given = url[origin.len()..].trim_end_matches('/');
    if given.contains(['?', '#']) {
        return Err(ApiError::Url { url: without_user(url), what: "it has a query or a fragment" });
    }
    Ok(format!("{origin}{}", if given.is_empty() { path } else { given }))
}

/// A URL for messages: what stands before an `@` may be a password.
pub(crate) fn without_user(url: &str) -> String {
    url.rsplit('@').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_known_by_name_or_given() {
        let of = |sandbox, member, api_url: Option<&str>, token_url: Option<&str>| {
            let (api_url, token_url) = (api_url.map(str::to_owned), token_url.map(str::to_owned));
            let host = Host::new(&Choice { sandbox, member, api_url, token_url }).unwrap();
            (host.api, host.token_url)
        };
        for (found, api, token) in [
            (of(false, false, None, None), "https://pub.orcid.org/v3.0", "https://orcid.org/oauth/token"),
            (of(false, true, None, None), "https://api.orcid.org/v3.0", "https://orcid.org/oauth/token"),
            (
                of(true, false, None, None),
                "https://pub.sandbox.orcid.org/v3.0",
                "https://sandbox.orcid.org/oauth/token",
            ),
            (
                of(false, false, Some("http://127.0.0.1:80/"), None),
                "http://127.0.0.1:80/v3.0",
                "http://127.0.0.1:80/oauth/token",
            ),
            (
                of(false, false, Some("https://a.b/c/v3.0"), Some("https://d.e/f")),
                "https://a.b/c/v3.0",
                "https://d.e/f",
            ),
        ] {
            assert_eq!((found.0.as_str(), found.1.as_str()), (api, token));
        }
    }

    #[test]
    fn only_this_machine_is_local() {
        for (rest, here) in [
            ("127.0.0.1:80/v3.0", true),
            ("127.200.3.4", true),
            ("LocalHost:8080", true),
            ("localhost.", true),
            ("[::1]:80", true),
            ("[::ffff:127.0.0.1]", true),
            ("127.0.0.1.evil.example", false),
            ("127.evil.example", false),
            ("localhost.evil", false),
            ("localhostevil", false),
            ("127.0.0.1@evil.example", false),
            ("localhost:80@evil.example", false),
            ("[::1].evil.example", false),
            ("[::2]", false),
            ("128.0.0.1", false),
        ] {
            let url = format!("http://{rest}");
            let host = Host { api: url.clone(), token_url: url.clone(), is_member: false };

            assert_eq!(!host.sends_secrets_in_the_clear(), here, "{url}");
        }
    }

    #[test]
    fn addresses_and_ports_are_taken() {
        for url in ["http://127.0.0.1:65535", "http://[::1]", "http://[::1]:8080/", "https://a.b:443/v3.0/"] {
            let choice = Choice { api_url: Some(url.to_owned()), ..Choice::default() };

            assert!(Host::new(&choice).is_ok(), "{url}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused_without_its_password() {
        for url in [
            "pub.orcid.org",
            "ftp://a.b",
            "https://",
            "https://me:hush@a.b/",
            "https://a.b/?x=1",
            "http://127.0.0.1:99999",
            "http://127.0.0.1:0",
            "http://127.0.0.1:",
            "http://127.0.0.1:+80",
            "http://127.0.0.1:80:80",
            "http://:80",
            "http://[::1].evil.example/",
            "http://[::1]:99999/",
            "http://[::1",
            "http://[localhost]/",
            "http://a b/",
            "http://a\tb/",
        ] {
            let choice = Choice { api_url: Some(url.to_owned()), ..Choice::default() };

            let error = Host::new(&choice).unwrap_err();

            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }
}
