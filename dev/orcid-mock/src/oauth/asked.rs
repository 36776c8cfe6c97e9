//! A request as far as the authorization server looks at it.

use hyper::Method;

use crate::host::Host;

/// The cookie of somebody who is signed in. A portal on another port of the same machine
/// gets it too, so that its name must be no other's.
pub const COOKIE: &str = "local-orcid-session";

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'r> {
    pub method: &'r Method,
    pub path: &'r str,
    pub query: &'r str,
    pub host: Host,
    pub authorization: Option<&'r str>,
    /// The `Cookie` header.
    pub cookies: &'r str,
    /// The body.
    pub posted: &'r str,
}

impl Asked<'_> {
    /// The cookie of the session, if there is one.
    pub fn cookie(&self) -> &str {
        let pairs = self.cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        let mut own = pairs.filter(|(name, _)| *name == COOKIE);
        own.next().map_or("", |(_, value)| value)
    }
}
