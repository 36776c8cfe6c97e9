//! What an institution decides about its portal.

use std::net::IpAddr;

use super::error::ConnectError;
use orcid_api::oauth::IssuerKind;
use orcid_api::time::{DAY, SECOND};
use orcid_xml::Timestamp;
use url::Url;

/// How long an answer of ORCID's is waited for: as long as ORCID keeps an unfinished request.
pub const FLOW_LIFE: Timestamp = 30 * 60 * SECOND;
/// How long an invitation is good.
pub const INVITATION_DAYS: u32 = 28;
/// The scope that gives an `id_token`; always asked for.
const OPENID: &str = "openid";
/// The scope that reads what trusted parties may see.
const READ_LIMITED: &str = "/read-limited";

/// The scopes that a portal may ask of people; those of clients themselves, and those that ORCID
/// phases out, are not among them.
pub const SCOPES: [&str; 6] =
    [OPENID, "/authenticate", READ_LIMITED, "/activities/update", "/person/update", "/email/read-private"];

/// The settings of a portal.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Scheme and authority under which people see the portal.
    pub public_url: String,
    /// The institution's name, as pages and mails say it.
    pub institution: String,
    /// Where people get help: a mail address or a URL.
    pub help: Option<String>,
    /// The scopes that are asked for, with spaces between.
    pub scope: String,
    /// Ask for signing in even if somebody is signed in at ORCID.
    pub must_sign_in: bool,
    /// Keep the iD of who disconnects.
    pub keeps_orcid: bool,
    /// ORCID is asked to tell of changes of connected records.
    pub webhooks: bool,
    /// People come with a header of a reverse proxy.
    pub sign_on: Option<SignOn>,
}

/// The header by which a reverse proxy says who somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOn {
    /// The header with the local id.
    pub header: String,
    /// The header with the name.
    pub name_header: Option<String>,
    /// The header with the e-mail address.
    pub email_header: Option<String>,
    /// The addresses of the proxies. From everybody else the header is refused.
    pub from: Vec<IpAddr>,
}

/// Which scopes a person is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choice {
    /// All that the portal asks for.
    #[default]
    All,
    /// Those that read, and none that writes.
    Read,
    /// The iD alone.
    Id,
}

impl Choice {
    /// The choice of a form's field; all scopes for anything unknown.
    pub fn of(name: &str) -> Self {
        match name {
            "read" => Self::Read,
            "id" => Self::Id,
            _ => Self::All,
        }
    }
}

impl Settings {
    /// The scopes of a choice, with spaces between.
    pub fn scope_of(&self, choice: Choice) -> String {
        match choice {
            Choice::All => self.scope.clone(),
            Choice::Read if self.offers_read() => format!("{OPENID} {READ_LIMITED}"),
            Choice::Read | Choice::Id => OPENID.to_owned(),
        }
    }

    /// True where reading alone is less than what the portal asks for.
    pub fn offers_read(&self) -> bool {
        self.scope.split(' ').any(|scope| scope == READ_LIMITED) && self.scope.contains("/update")
    }

    /// True where the iD alone is less than what the portal asks for.
    pub fn offers_id(&self) -> bool {
        self.scope != OPENID
    }

    /// True where browsers come by https.
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Where ORCID sends people back: one exact address, another for each kind of server.
    pub fn redirect_uri(&self, kind: IssuerKind) -> String {
        format!("{}/callback/{}", self.public_url, kind.name())
    }

    /// The address of an invitation.
    pub fn invitation_url(&self, word: &str) -> String {
        format!("{}/invitation/{word}", self.public_url)
    }

    /// The address of a webhook.
    pub fn webhook_url(&self, word: &str) -> String {
        format!("{}/webhook/{word}", self.public_url)
    }
}

/// How long an invitation is good.
pub fn invitation_life(days: u32) -> Timestamp {
    Timestamp::from(days) * DAY
}

/// Scopes as they are asked for: known ones, each once, and always `openid`.
///
/// # Errors
/// [`ConnectError::Setting`] for a scope that no person can grant.
pub fn checked_scope(text: &str) -> Result<String, ConnectError> {
    let mut scopes = vec![OPENID];
    for scope in text.split([' ', ',']).filter(|scope| !scope.is_empty()) {
        if !SCOPES.contains(&scope) {
            let what = format!("people cannot grant {scope:?}; they can grant {}", SCOPES.join(" "));
            return Err(ConnectError::Setting { name: "scope", what });
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes.join(" "))
}

/// The address under which people see the portal, without a slash at its end.
///
/// # Errors
/// [`ConnectError::Setting`] for anything but scheme, host and port; without https only this
/// machine is accepted.
pub fn checked_public_url(text: &str) -> Result<String, ConnectError> {
    let fault = |what: &str| ConnectError::Setting { name: "public URL", what: what.to_owned() };
    let url = Url::parse(text).map_err(|error| fault(&error.to_string()))?;
    let host = url.host_str().ok_or_else(|| fault("it names no host"))?;
    let is_loopback =
        host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let is_here = host == "localhost" || is_loopback;
    match url.scheme() {
        "https" => {}
        "http" if is_here => {}
        _ => return Err(fault("it is not https, and not on this machine")),
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(fault("it has more than a scheme, a host and a port"));
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_those_that_people_can_grant() {
        assert_eq!(checked_scope("").unwrap(), "openid");
        assert_eq!(
            checked_scope("/read-limited, openid /activities/update /read-limited").unwrap(),
            "openid /read-limited /activities/update"
        );
        for scope in ["/webhook", "/read-public", "/orcid-profile/read-limited", "email"] {
            assert!(checked_scope(scope).is_err(), "{scope}");
        }
    }

    #[test]
    fn a_public_url_is_https_or_on_this_machine_and_has_no_path() {
        for (text, expected) in [
            ("https://connect.example.org/", Some("https://connect.example.org")),
            ("https://connect.example.org:8443", Some("https://connect.example.org:8443")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("http://localhost:1", Some("http://localhost:1")),
            ("http://connect.example.org", None),
            ("http://127.example.org", None),
            ("https://example.org/connect", None),
            ("https://me@example.org", None),
            ("https://example.org/?a", None),
            ("connect.example.org", None),
            ("", None),
        ] {
            assert_eq!(checked_public_url(text).ok().as_deref(), expected, "{text}");
        }
    }
}
