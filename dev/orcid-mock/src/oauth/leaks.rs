//! Finds secrets in places where they do not belong: a client's secret in a query, a token
//! in a form for somebody else, a code in a `Referer`.

use super::asked::Asked;
use super::client_auth::basic;
use super::state::Oauth;
use crate::host::Host;

/// Notes where a request has a secret that it should not have.
pub fn note(oauth: &mut Oauth, asked: &Asked<'_>, headers: &[(&str, &str)]) {
    let is_token_request = asked.host == Host::Any && ["/oauth/token", "/oauth/revoke"].contains(&asked.path);
    let is_form = is_token_request || asked.path == "/oauth/userinfo";
    let given = headers.iter().find(|(name, _)| *name == "authorization").map(|(_, value)| *value);
    let by_header = given.and_then(basic).map(|(_, secret)| secret);
    let mut places = vec![("path", asked.path), ("query", asked.query)];
    places.extend(headers.iter().filter(|(name, _)| *name != "authorization"));
    let outside = [("body", asked.posted)];
    let found = |kind: &str, secret: &str, in_body: bool, in_header: bool| {
        let body = if in_body { &[][..] } else { &outside[..] };
        let place = places.iter().chain(body).find(|(_, text)| !secret.is_empty() && text.contains(secret));
        let place = place.map(|(name, _)| *name);
        let place =
            place.or_else(|| (in_header && by_header.as_deref() == Some(secret)).then_some("authorization"));
        place.map(|place| format!("{} {}: {kind} in {place}", asked.method, asked.path))
    };
    let mut leaks = Vec::new();
    for client in oauth.grants.clients.all() {
        leaks.extend(found("a client's secret", &client.secret, is_token_request, !is_token_request));
    }
    for pair in oauth.grants.pairs() {
        leaks.extend(found("an access token", &pair.access, is_form, false));
        leaks.extend(
            pair.refresh
                .as_deref()
                .and_then(|token| found("a refresh token", token, is_token_request, false)),
        );
    }
    for code in oauth.codes.all() {
        leaks.extend(found("a code", &code.code, is_token_request, false));
    }
    oauth.log.leaks.append(&mut leaks);
}
