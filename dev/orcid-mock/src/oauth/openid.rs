//! What OpenID Connect adds: the discovery document, the keys, and who a token is about.

use hyper::Method;
use serde_json::{Value, json};

use super::asked::Asked;
use super::state::Oauth;
use crate::answer::Answer;
use crate::form::Form;
use crate::token::bearer;
use crate::world::World;

/// `/.well-known/openid-configuration`.
pub fn discovery(oauth: &Oauth) -> Answer {
    let issuer = &oauth.issuer;
    let at = |path: &str| format!("{issuer}{path}");
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "userinfo_endpoint": at("/oauth/userinfo"),
        "jwks_uri": at("/oauth/jwks"),
        "response_types_supported": ["code", "id_token", "id_token token"],
        "grant_types_supported": ["authorization_code", "implicit", "refresh_token"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid"],
        "claims_supported": ["family_name", "given_name", "name", "auth_time", "iss", "sub"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "claims_parameter_supported": false,
    });
    let text = serde_json::to_string_pretty(&document).expect("a value is JSON");
    Answer::new(200, "application/json;charset=UTF-8", text)
}

/// `/oauth/jwks`.
pub fn keys(oauth: &Oauth) -> Answer {
    Answer::json(200, &oauth.keys.published())
}

/// `/oauth/userinfo`, by GET with a header or by POST with a form.
pub fn user(oauth: &Oauth, world: &World, asked: &Asked<'_>) -> Answer {
    let form = Form::parse(asked.posted);
    let posted = form.get("access_token").filter(|_| asked.method == Method::POST);
    let token = asked.authorization.and_then(bearer).or(posted).unwrap_or_default();
    let grant = oauth.grants.check(token).filter(|grant| grant.is_live() && grant.permits("/authenticate"));
    let account = grant.and_then(|grant| oauth.account(world, &grant.orcid?));
    let Some(account) = account else {
        // With a hyphen, unlike all other errors.
        let body = json!({ "error": "access_denied", "error-description": "access_token is invalid" });
        return Answer::json(403, &body);
    };
    let shown = |text: &str| if account.shows_name { Value::from(text) } else { Value::Null };
    let body = json!({
        "id": format!("https://orcid.org/{}", account.orcid),
        "sub": account.orcid,
        "name": shown(&account.name()),
        "family_name": shown(&account.family_name),
        "given_name": shown(&account.given_names),
    });
    Answer::json(200, &body)
}
