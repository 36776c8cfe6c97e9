//! Which ORCID is asked: production or sandbox, public or member, or any URL.

use super::RefreshError;

/// The path of the API's version.
const VERSION_PATH: &str = "/v3.0";
/// The path of the token endpoint.
const TOKEN_PATH: &str = "/oauth/token";

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Up to and with the version, as `https://pub.orcid.org/v3.0`.
    pub api: String,
    pub token_url: String,
    /// The member API, which has other limits.
    pub is_member: bool,
}

/// How a host is chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    pub sandbox: bool,
    pub member: bool,
    pub api_url: Option<String>,
    pub token_url: Option<String>,
}

impl Host {
    /// The host of a choice. A URL without a path gets ORCID's; a token URL that
    /// is not given follows the API's, so that no secret goes elsewhere.
    ///
    /// # Errors
    /// [`RefreshError::Url`] for what is no http or https URL.
    pub fn new(choice: &Choice) -> Result<Self, RefreshError> {
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
        let here = ["http://127.", "http://localhost", "http://[::1]"];
        let clear = |url: &str| url.starts_with("http://") && !here.iter().any(|here| url.starts_with(here));
        clear(&self.token_url) || clear(&self.api)
    }
}

/// Scheme and authority of a URL.
fn origin(url: &str) -> Result<&str, RefreshError> {
    let fault = || RefreshError::Url { url: without_user(url) };
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or_else(fault)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains(['@', ' ']) {
        return Err(fault());
    }
    Ok(&url[..url.len() - rest.len() + authority.len()])
}

fn with_path(url: &str, path: &str) -> Result<String, RefreshError> {
    let origin = origin(url)?;
    let given = url[origin.len()..].trim_end_matches('/');
    if given.contains(['?', '#']) {
        return Err(RefreshError::Url { url: without_user(url) });
    }
    Ok(format!("{origin}{}", if given.is_empty() { path } else { given }))
}

/// A URL for messages: what stands before an `@` may be a password.
fn without_user(url: &str) -> String {
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
    fn what_is_no_url_is_refused_without_its_password() {
        for url in ["pub.orcid.org", "ftp://a.b", "https://", "https://me:hush@a.b/", "https://a.b/?x=1"] {
            let choice = Choice { api_url: Some(url.to_owned()), ..Choice::default() };

            let error = Host::new(&choice).unwrap_err();

            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }
}
