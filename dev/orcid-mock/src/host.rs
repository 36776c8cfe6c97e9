//! Which of ORCID's hosts a request is for: one port plays them all.
//!
//! A request says so by the beginning of its path (`/pub/v3.0/…`, `/api/v3.0/…`) or by the
//! name in its `Host` header (`pub.localhost`, `api.localhost`). One that does not say is
//! answered as by the host that knows its path.

/// One of ORCID's hosts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Host {
    /// `orcid.org`, and any other where the request does not say.
    #[default]
    Any,
    /// `pub.orcid.org`.
    Public,
    /// `api.orcid.org`.
    Member,
}

impl Host {
    /// The host of a request, and the rest of its path.
    pub fn of<'p>(path: &'p str, header: Option<&str>) -> (Host, &'p str) {
        for (start, host) in [("/pub/", Host::Public), ("/api/", Host::Member)] {
            if path.starts_with(start) {
                return (host, &path[start.len() - 1..]);
            }
        }
        let host = match header.and_then(|name| name.split_once('.')) {
            Some(("pub", _)) => Host::Public,
            Some(("api", _)) => Host::Member,
            _ => Host::Any,
        };
        (host, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_and_header_name_the_host() {
        for (path, header, host, rest) in [
            ("/v3.0/search", Some("127.0.0.1:80"), Host::Any, "/v3.0/search"),
            ("/pub/v3.0/search", Some("127.0.0.1:80"), Host::Public, "/v3.0/search"),
            ("/api/oauth/token", None, Host::Member, "/oauth/token"),
            ("/oauth/token", Some("pub.localhost:80"), Host::Public, "/oauth/token"),
            ("/oauth/token", Some("api.localhost"), Host::Member, "/oauth/token"),
            ("/publications", None, Host::Any, "/publications"),
        ] {
            assert_eq!(Host::of(path, header), (host, rest), "{path} {header:?}");
        }
    }
}
