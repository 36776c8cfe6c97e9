//! The header of a reverse proxy that says who somebody is. It counts only from the addresses that
//! the institution has named; from others, or written twice, the request is refused.

use std::net::IpAddr;

use axum::http::HeaderMap;

use super::fault::Fault;
use crate::connect::settings::SignOn;
use crate::connect::store::NewPerson;

/// Signs of a value that are taken; more is no name and no address.
const MAX_SIGNS: usize = 300;

/// Who has signed on.
#[derive(Debug, PartialEq, Eq)]
pub enum SignedOn {
    Person(NewPerson),
    Nobody,
}

/// Reads who has signed on.
pub fn sign_on(settings: &SignOn, peer: Option<IpAddr>, headers: &HeaderMap) -> Result<SignedOn, Fault> {
    let names = [Some(&settings.header), settings.name_header.as_ref(), settings.email_header.as_ref()];
    let is_there = names.iter().flatten().any(|name| headers.contains_key(name.as_str()));
    let is_named = peer.is_some_and(|peer| settings.from.contains(&peer.to_canonical()));
    if is_there && !is_named {
        tracing::warn!(peer = ?peer, "a sign-on header came from an address that is not named");
        return Err(Fault::Refused);
    }
    let [local_id, name, email] =
        names.map(|name| name.map_or(Ok(String::new()), |name| value(headers, name)));
    let (local_id, name, email) = (local_id?, name?, email?);
    if local_id.is_empty() {
        return Ok(SignedOn::Nobody);
    }
    Ok(SignedOn::Person(NewPerson { local_id, name, email, ..NewPerson::default() }))
}

/// The one value of a header; empty where there is none.
fn value(headers: &HeaderMap, name: &str) -> Result<String, Fault> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(String::new()) };
    if values.next().is_some() {
        tracing::warn!(name, "a sign-on header came twice");
        return Err(Fault::Refused);
    }
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| Fault::Refused)?.trim();
    if text.chars().count() > MAX_SIGNS || text.chars().any(char::is_control) {
        return Err(Fault::Refused);
    }
    // Shibboleth writes this where it knows nothing.
    Ok(if text == "(null)" { String::new() } else { text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn settings() -> SignOn {
        SignOn {
            header: "x-remote-user".to_owned(),
            name_header: Some("x-remote-name".to_owned()),
            email_header: None,
            from: vec!["127.0.0.1".parse().unwrap()],
        }
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn the_header_counts_only_once_and_from_a_named_address() {
        for (peer, pairs, expected) in [
            ("127.0.0.1", &[("x-remote-user", "u1"), ("x-remote-name", "Sofia")][..], Some("u1")),
            ("::ffff:127.0.0.1", &[("x-remote-user", "u1")], Some("u1")),
            ("127.0.0.1", &[], Some("")),
            ("127.0.0.1", &[("x-remote-user", "(null)")], Some("")),
            ("192.0.2.1", &[], Some("")),
            ("192.0.2.1", &[("x-remote-user", "u1")], None),
            ("192.0.2.1", &[("x-remote-name", "Sofia")], None),
            ("127.0.0.1", &[("x-remote-user", "u1"), ("x-remote-user", "u2")], None),
        ] {
            let found = sign_on(&settings(), Some(peer.parse().unwrap()), &headers(pairs));

            let found = found.ok().map(|found| match found {
                SignedOn::Person(person) => person.local_id,
                SignedOn::Nobody => String::new(),
            });
            assert_eq!(found.as_deref(), expected, "{peer} {pairs:?}");
        }
        assert!(sign_on(&settings(), None, &headers(&[("x-remote-user", "u1")])).is_err());
    }
}
