//! Finds secrets in places where they do not belong: a client's secret in a query, a token
//! in a form for somebody else, a code in a `Referer`.

use super::asked::Asked;
use super::client_auth::basic;
use super::state::Oauth;
use crate::host::Host;

/// What a word of a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Secret {
    OfClient,
    AccessToken,
    RefreshToken,
    Code,
}

impl Secret {
    fn name(self) -> &'static str {
        match self {
            Secret::OfClient => "a client's secret",
            Secret::AccessToken => "an access token",
            Secret::RefreshToken => "a refresh token",
            Secret::Code => "a code",
        }
    }
}

/// Notes where a request has a secret that it should not have.
pub fn note(oauth: &mut Oauth, asked: &Asked<'_>, headers: &[(&str, &str)]) {
    let takes_forms = asked.host == Host::Any && ["/oauth/token", "/oauth/revoke"].contains(&asked.path);
    let mut found = Vec::new();
    let mut look = |place: &str, text: &str, may: &dyn Fn(Secret) -> bool| {
        // Secrets are words of letters, digits, `-` and `_`, which no encoding changes.
        let is_part = |sign: char| sign.is_ascii_alphanumeric() || sign == '-' || sign == '_';
        let secrets = text.split(|sign| !is_part(sign)).filter_map(|word| secret(oauth, word));
        let name = |secret: Secret| format!("{} {}: {} in {place}", asked.method, asked.path, secret.name());
        found.extend(secrets.filter(|secret| !may(*secret)).map(name));
    };
    look("path", asked.path, &|_| false);
    look("query", asked.query, &|_| false);
    for (name, value) in headers.iter().filter(|(name, _)| *name != "authorization") {
        look(name, value, &|_| false);
    }
    match asked.authorization.and_then(basic) {
        Some((_, secret)) => look("authorization", &secret, &|_| takes_forms),
        None => look("authorization", asked.authorization.unwrap_or_default(), &|secret| {
            secret == Secret::AccessToken
        }),
    }
    let is_userinfo = asked.path == "/oauth/userinfo";
    look("body", asked.posted, &|secret| takes_forms || is_userinfo && secret == Secret::AccessToken);
    oauth.log.leaks.append(&mut found);
}

fn secret(oauth: &Oauth, word: &str) -> Option<Secret> {
    if let Some(pair) = oauth.grants.pair_of(word) {
        return Some(if pair.access == word { Secret::AccessToken } else { Secret::RefreshToken });
    }
    if oauth.codes.get(word).is_some() {
        return Some(Secret::Code);
    }
    oauth.grants.clients.all().any(|client| client.secret == word).then_some(Secret::OfClient)
}
