//! A person with a browser, for tests that need no real one: signs in at the local ORCID,
//! and grants or denies what a client asks for.
//!
//! It follows no address that leads away from the server; it gives it to the test.

use hyper::Method;

use super::form::decoded;
use super::host::Host;
use super::oauth::{self, COOKIE};
use super::state::{Shared, locked};

/// A browser, with its cookie.
pub struct Browser {
    shared: Shared,
    cookie: String,
}

/// What the browser shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub status: u16,
    /// Where it is sent.
    pub location: Option<String>,
    pub html: String,
}

impl Page {
    /// The key of an error page of ORCID's, such as `invalid_client`.
    pub fn error(&self) -> Option<&str> {
        let (_, rest) = self.html.split_once("data-error=\"")?;
        rest.split('"').next()
    }

    /// The value of a field that is filled in.
    pub fn field(&self, name: &str) -> Option<String> {
        let (_, rest) = self.html.split_once(&format!("name=\"{name}\" value=\""))?;
        let value = rest.split('"').next()?;
        Some(
            value
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&"),
        )
    }

    /// Whether it is the page that asks for consent.
    pub fn asks_for_consent(&self) -> bool {
        self.html.contains("id=\"consent\"")
    }

    /// Whether it is the page for signing in.
    pub fn asks_to_sign_in(&self) -> bool {
        self.html.contains("id=\"sign-in\"")
    }
}

impl Browser {
    pub(super) fn new(shared: Shared) -> Browser {
        Browser { shared, cookie: String::new() }
    }

    /// Signs in as the person with this iD.
    pub fn sign_in(&mut self, orcid: &str) -> Page {
        self.post("/signin", &[("orcid", orcid)])
    }

    pub fn sign_out(&mut self) -> Page {
        self.go(&Method::GET, "/signout", "")
    }

    /// Opens an address of the server, such as a client's link to `/oauth/authorize`.
    pub fn open(&mut self, address: &str) -> Page {
        let base = locked(&self.shared).oauth.issuer.clone();
        let target = address.strip_prefix(&base).unwrap_or(address).to_owned();
        self.go(&Method::GET, &target, "")
    }

    /// Follows a client's link as this person, and grants all that is asked for; gives the
    /// address to which the browser is sent.
    ///
    /// # Panics
    ///
    /// If there is nothing to be granted.
    pub fn grant(&mut self, address: &str, orcid: &str) -> String {
        self.decide(address, orcid, "grant", None)
    }

    /// The same, leaving out the permission to read e-mail addresses.
    pub fn grant_without_email(&mut self, address: &str, orcid: &str) -> String {
        self.decide(address, orcid, "grant", Some("/email/read-private"))
    }

    /// Follows a client's link as this person, and denies what is asked for.
    ///
    /// # Panics
    ///
    /// If nothing is asked for.
    pub fn deny(&mut self, address: &str, orcid: &str) -> String {
        self.decide(address, orcid, "deny", None)
    }

    fn decide(&mut self, address: &str, orcid: &str, decision: &str, without: Option<&str>) -> String {
        self.sign_in(orcid);
        let mut page = self.open(address);
        if page.asks_to_sign_in() {
            let query = page.field("query").expect("the form carries the request");
            let next = self.post("/signin", &[("orcid", orcid), ("query", &query)]);
            page = self.open(&next.location.expect("a person who signs in goes on"));
        }
        if let Some(location) = page.location {
            return location;
        }
        assert!(page.asks_for_consent(), "{}", page.html);
        let query = page.field("query").expect("the form carries the request");
        let key = page.field("form_key").expect("the form has a key");
        let mut form = vec![("query", query.as_str()), ("form_key", &key), ("decision", decision)];
        let scopes: Vec<String> =
            page.html.split("name=\"scope\" value=\"").skip(1).filter_map(first).collect();
        form.extend(
            scopes
                .iter()
                .filter(|scope| Some(scope.as_str()) != without)
                .map(|scope| ("scope", scope.as_str())),
        );
        self.post("/oauth/authorize", &form).location.expect("a decision leads back to the client")
    }

    /// Takes back what the person who is signed in has granted a client, on the page of
    /// trusted organizations.
    pub fn revoke(&mut self, client_id: &str) -> Page {
        let key = self.open("/trusted-parties").field("form_key").unwrap_or_default();
        self.post("/trusted-parties", &[("client_id", client_id), ("form_key", &key)])
    }

    /// Posts a form.
    pub fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        self.go(&Method::POST, path, &body.finish())
    }

    fn go(&mut self, method: &Method, target: &str, posted: &str) -> Page {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let cookies = format!("{COOKIE}={}", self.cookie);
        let asked = oauth::Asked {
            method,
            path,
            query,
            host: Host::Any,
            authorization: None,
            cookies: &cookies,
            posted,
        };
        let mut state = locked(&self.shared);
        let state = &mut *state;
        let answer = oauth::answer(&mut state.oauth, &mut state.world, &asked);
        let answer = answer.expect("the browser opens pages of the authorization server");
        let header = |wanted: &str| {
            answer.headers.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone())
        };
        if let Some(cookie) = header("set-cookie") {
            let (_, value) = cookie.split_once('=').expect("a cookie has a value");
            value.split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
        }
        Page {
            status: answer.status,
            location: header("location"),
            html: String::from_utf8_lossy(&answer.body).into_owned(),
        }
    }
}

/// The value of a pair of an address's query or fragment.
pub fn pair(address: &str, name: &str) -> Option<String> {
    let (_, rest) = address.split_once(['?', '#'])?;
    let pairs = rest.split(['&', '#']).filter_map(|pair| pair.split_once('='));
    let mut found = pairs.filter(|(own, _)| *own == name);
    found.next().map(|(_, value)| decoded(value))
}

fn first(rest: &str) -> Option<String> {
    rest.split('"').next().map(str::to_owned)
}
