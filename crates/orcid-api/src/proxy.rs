//! Which proxy a request goes through: the environment says it, read as curl
//! reads it.
//!
//! `HTTPS_PROXY` or `HTTP_PROXY` by the URL's scheme, else `ALL_PROXY`, in capitals
//! or small letters; none for hosts that `NO_PROXY` names. No message shows a
//! proxy's URL, since a password may stand in it.

use ureq::Proxy;
use ureq::http::Uri;

use super::ApiError;

/// The proxy for `url`; `None` where it is asked without one.
///
/// # Errors
/// [`ApiError::Proxy`] where a variable holds no proxy's URL.
pub fn proxy_for(url: &str) -> Result<Option<Proxy>, ApiError> {
    choose(url, &|name| std::env::var(name).ok())
}

fn choose(url: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<Proxy>, ApiError> {
    let Ok(uri) = url.parse::<Uri>() else { return Ok(None) };
    let host = uri.host().unwrap_or_default();
    let own = if uri.scheme_str() == Some("https") { "HTTPS_PROXY" } else { "HTTP_PROXY" };
    let either = |name: &str| {
        let found = variable(name).or_else(|| variable(&name.to_ascii_lowercase()));
        found.filter(|value| !value.trim().is_empty())
    };
    let Some((name, value)) = [own, "ALL_PROXY"].into_iter().find_map(|name| Some((name, either(name)?)))
    else {
        return Ok(None);
    };
    if either("NO_PROXY").is_some_and(|list| list.split(',').any(|entry| names(entry, host))) {
        return Ok(None);
    }
    Proxy::new(value.trim()).map(Some).map_err(|_| ApiError::Proxy { name })
}

/// True where an entry of `NO_PROXY` means the host: by its name, by a domain
/// above it, or as `*`.
fn names(entry: &str, host: &str) -> bool {
    let entry = entry.trim().trim_start_matches('*').trim_start_matches('.').to_ascii_lowercase();
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    // `*` alone has become nothing.
    let all = entry.is_empty();
    all || host == entry || host.strip_suffix(&entry).is_some_and(|above| above.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_chooses_by_scheme_and_host() {
        let api = "https://pub.orcid.org/v3.0";
        for (variables, url, expected) in [
            (&[][..], api, None),
            (&[("HTTPS_PROXY", "http://one:1")], api, Some("one")),
            (&[("https_proxy", "one:1"), ("ALL_PROXY", "http://two:2")], api, Some("one")),
            (&[("HTTP_PROXY", "http://one:1")], api, None),
            (&[("HTTP_PROXY", "http://one:1")], "http://127.0.0.1:8/v3.0", Some("one")),
            (&[("HTTP_PROXY", "http://one:1"), ("all_proxy", "socks5://two:2")], api, Some("two")),
            (&[("HTTPS_PROXY", "http://one:1"), ("NO_PROXY", "a.b, .orcid.org")], api, None),
            (&[("HTTPS_PROXY", "http://one:1"), ("NO_PROXY", "orcid.org")], api, None),
            (&[("HTTPS_PROXY", "http://one:1"), ("NO_PROXY", "*")], api, None),
            (&[("HTTPS_PROXY", "http://one:1"), ("NO_PROXY", "id.org,b.orcid.org")], api, Some("one")),
            (&[("HTTPS_PROXY", "http://one:1"), ("NO_PROXY", "")], api, Some("one")),
            (&[("HTTPS_PROXY", " ")], api, None),
        ] {
            let variable = |name: &str| {
                variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
            };

            let found = choose(url, &variable).unwrap();

            assert_eq!(found.as_ref().map(Proxy::host), expected, "{variables:?} {url}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_named_without_its_password() {
        let variable = |name: &str| (name == "ALL_PROXY").then(|| "gopher://me:hush@one".to_owned());

        let error = choose("https://pub.orcid.org", &variable).unwrap_err();

        assert!(error.to_string().contains("ALL_PROXY") && !error.to_string().contains("hush"), "{error}");
    }
}
