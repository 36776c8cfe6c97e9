//! Addresses that browsers are sent back to: which ones a client may name, and what is
//! added to them.

use url::form_urlencoded::byte_serialize;
use url::{Host, Url};

use super::switches::{ErrorPlace, RedirectMatch};
use crate::answer::Answer;

/// Whether an address is one of those that are registered.
pub fn matches(registered: &[String], asked: &str, how: RedirectMatch) -> bool {
    registered.iter().any(|own| match how {
        RedirectMatch::Exact => own == asked,
        RedirectMatch::Prefix => begins_with(own, asked).unwrap_or(false),
        RedirectMatch::ThisMachine => false,
    }) || how == RedirectMatch::ThisMachine && is_here(asked)
}

fn is_here(address: &str) -> bool {
    let url = Url::parse(address).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn begins_with(registered: &str, asked: &str) -> Option<bool> {
    let (own, asked) = (Url::parse(registered).ok()?, Url::parse(asked).ok()?);
    let server = |url: &Url| {
        let user = (url.username().to_owned(), url.password().map(str::to_owned));
        (url.scheme().to_owned(), user, url.host_str().map(str::to_owned), url.port_or_known_default())
    };
    Some(server(&own) == server(&asked) && asked.path().starts_with(own.path()))
}

/// An address with more pairs at its end.
pub fn with_pairs(uri: &str, place: ErrorPlace, pairs: &[(&str, &str)], blanks_as_plus: bool) -> String {
    let mark = match place {
        ErrorPlace::Fragment => '#',
        ErrorPlace::Query if uri.contains('?') => '&',
        ErrorPlace::Query => '?',
    };
    let encoded = |text: &str| {
        let text: String = byte_serialize(text.as_bytes()).collect();
        if blanks_as_plus { text } else { text.replace('+', "%20") }
    };
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    format!("{uri}{mark}{}", pairs.join("&"))
}

/// 302.
pub fn to(location: &str) -> Answer {
    Answer::new(302, "text/html", "").with("location", location).with("cache-control", "no-store")
}

/// A text without what looks like HTML, as ORCID does to `state`.
pub fn without_html(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for sign in text.chars() {
        match sign {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if !inside => out.push(sign),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registered_address_matches_letter_by_letter_or_by_the_beginning_of_its_path() {
        let registered = ["https://p.example/cb".to_owned()];
        for (asked, exact, prefix) in [
            ("https://p.example/cb", true, true),
            ("https://p.example/cb/x", false, true),
            ("https://p.example/cb-evil?a=1", false, true),
            ("https://p.example/", false, false),
            ("https://p.example/cb/../x", false, false),
            ("https://p.example:8443/cb", false, false),
            ("http://p.example/cb", false, false),
            ("https://www.p.example/cb", false, false),
            ("https://p.example.org/cb", false, false),
            ("https://user@p.example/cb", false, false),
            ("cb", false, false),
        ] {
            assert_eq!(matches(&registered, asked, RedirectMatch::Exact), exact, "{asked}");
            assert_eq!(matches(&registered, asked, RedirectMatch::Prefix), prefix, "{asked}");
        }
    }

    #[test]
    fn a_demonstration_takes_any_address_of_this_machine() {
        for (asked, expected) in [
            ("http://127.0.0.1:8000/cb", true),
            ("http://localhost/", true),
            ("http://[::1]:1/cb", true),
            ("http://127.0.0.1.example.org/cb", false),
            ("http://example.org/localhost", false),
            ("", false),
        ] {
            assert_eq!(matches(&[], asked, RedirectMatch::ThisMachine), expected, "{asked}");
        }
    }

    #[test]
    fn pairs_go_to_the_query_or_the_fragment() {
        let pairs = [("error", "access_denied"), ("state", "a b&c")];
        for (uri, place, plus, expected) in [
            ("https://p/cb", ErrorPlace::Query, false, "https://p/cb?error=access_denied&state=a%20b%26c"),
            (
                "https://p/cb?x=1",
                ErrorPlace::Query,
                true,
                "https://p/cb?x=1&error=access_denied&state=a+b%26c",
            ),
            ("https://p/cb", ErrorPlace::Fragment, false, "https://p/cb#error=access_denied&state=a%20b%26c"),
        ] {
            assert_eq!(with_pairs(uri, place, &pairs, plus), expected);
        }
    }

    #[test]
    fn html_is_taken_out_of_a_text() {
        assert_eq!(without_html("a<b>c</b>d>e"), "acd>e");
    }
}
