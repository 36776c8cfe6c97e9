//! An authorization request: what a client's link to `/oauth/authorize` asks for, checked in
//! the order in which ORCID checks it.

use super::clients::Client;
use super::page;
use super::redirect::{self, matches, with_pairs, without_html};
use super::scopes::{self, Giver};
use super::state::Oauth;
use super::switches::{ClientScopes, ErrorPlace};
use crate::answer::Answer;
use crate::form::Form;

/// What comes back to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseType {
    Code,
    Token,
    IdToken,
    IdTokenToken,
}

/// A request that may be put to a person.
#[derive(Clone, Debug)]
pub struct Request {
    pub client: Client,
    pub response_type: ResponseType,
    pub redirect_uri: String,
    pub scopes: Vec<String>,
    /// As it goes back: without HTML.
    pub state: Option<String>,
    pub nonce: Option<String>,
    /// Honoured with the scope `openid` only, and `None` without it.
    pub prompt: Option<String>,
    /// The same.
    pub max_age_seconds: Option<i64>,
    pub challenged: bool,
    pub prefilled: Prefilled,
}

/// What the client knows of the person already.
#[derive(Clone, Debug, Default)]
pub struct Prefilled {
    pub orcid: String,
    pub email: String,
    pub given_names: String,
    pub family_names: String,
    /// Whether the registration form comes first.
    pub registers: bool,
    pub lang: String,
}

impl ResponseType {
    fn new(text: &str) -> Option<ResponseType> {
        let mut words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        Some(match words.as_slice() {
            ["code"] => ResponseType::Code,
            ["token"] => ResponseType::Token,
            ["id_token"] => ResponseType::IdToken,
            ["id_token", "token"] => ResponseType::IdTokenToken,
            _ => return None,
        })
    }

    /// Where the answer stands in the address.
    pub fn place(self) -> ErrorPlace {
        if self == ResponseType::Code { ErrorPlace::Query } else { ErrorPlace::Fragment }
    }

    pub fn has_id_token(self) -> bool {
        matches!(self, ResponseType::IdToken | ResponseType::IdTokenToken)
    }
}

/// Reads a request.
///
/// # Errors
///
/// With ORCID's own page, which never sends the browser on, or with a way back to the client.
pub fn read(oauth: &Oauth, query: &str) -> Result<Request, Answer> {
    let form = Form::parse(query);
    let needed = |name, what: &str| {
        let missing = || page::error(400, "oauth_error", &format!("Please specify {what}"));
        form.filled(name).ok_or_else(missing)
    };
    let client_id = needed("client_id", "a client id")?;
    let scope = needed("scope", "the desired scopes")?;
    let redirect_uri = needed("redirect_uri", "a redirect URL")?;
    let response_type = needed("response_type", "a response type")?;
    let client = client(oauth, client_id)?;
    if !matches(&client.redirect_uris, redirect_uri, oauth.switches.redirect_match) {
        let why = "Redirect URI doesn't match your registered redirect URIs.";
        return Err(page::error(400, "invalid_grant", why));
    }
    let Some(response_type) = ResponseType::new(response_type) else {
        let why = "Unsupported response type.";
        return Err(back(oauth, redirect_uri, "unsupported_response_type", why));
    };
    let scopes = scopes(oauth, &client, scope)
        .map_err(|word| back(oauth, redirect_uri, "invalid_scope", &format!("Invalid scope: {word}")))?;
    let text = |name| form.filled(name).map(str::to_owned);
    let nonce = text("nonce");
    if response_type.has_id_token() && nonce.is_none() {
        let why = "Implicit id_token requests must have nonce";
        return Err(page::error(400, "invalid_request", why));
    }
    let openid = scopes.iter().any(|scope| scope == "openid");
    Ok(Request {
        client,
        response_type,
        redirect_uri: redirect_uri.to_owned(),
        max_age_seconds: max_age(&form)?.filter(|_| openid),
        scopes,
        state: form.get("state").map(without_html),
        nonce,
        prompt: text("prompt").filter(|_| openid),
        challenged: form.filled("code_challenge").is_some(),
        prefilled: prefilled(&form),
    })
}

fn client(oauth: &Oauth, id: &str) -> Result<Client, Answer> {
    let Some(client) = oauth.grants.clients.get(id) else {
        return Err(page::error(400, "invalid_client", "invalid client_id"));
    };
    if client.locked {
        return Err(page::error(400, "client_locked", "The client is locked"));
    }
    if client.deactivated {
        return Err(page::error(400, "client_deactivated", "The client is deactivated"));
    }
    Ok(client.clone())
}

/// The scopes that the person is asked for, or the word that cannot be.
fn scopes(oauth: &Oauth, client: &Client, parameter: &str) -> Result<Vec<String>, String> {
    let mut wanted = scopes::words(parameter);
    let is_for_client = |word: &String| scopes::find(word).is_some_and(|scope| scope.giver == Giver::Client);
    if oauth.switches.client_scopes == ClientScopes::Dropped {
        wanted.retain(|word| !is_for_client(word));
    }
    for word in &wanted {
        let allowed =
            scopes::find(word).is_some_and(|scope| scope.giver == Giver::Person && scope.is_for(client));
        if !allowed {
            return Err(word.clone());
        }
    }
    if wanted.is_empty() { Err(parameter.trim().to_owned()) } else { Ok(scopes::sorted(wanted)) }
}

fn max_age(form: &Form) -> Result<Option<i64>, Answer> {
    let Some(text) = form.filled("max_age") else { return Ok(None) };
    let seconds = text.parse().map_err(|_| page::error(400, "invalid_request", "Invalid max_age param"))?;
    Ok(Some(seconds))
}

fn prefilled(form: &Form) -> Prefilled {
    let text = |name| form.get(name).unwrap_or_default().trim().to_owned();
    Prefilled {
        orcid: text("orcid"),
        email: text("email"),
        given_names: text("given_names"),
        family_names: text("family_names"),
        registers: form.get("show_login") == Some("false"),
        lang: text("lang"),
    }
}

/// Sends an error back to the client, without `state`.
fn back(oauth: &Oauth, redirect_uri: &str, error: &str, why: &str) -> Answer {
    let place = oauth.switches.authorize_errors;
    let described = [("error", error), ("error_description", why)];
    let pairs = if place == ErrorPlace::Query { &described[..] } else { &described[..1] };
    redirect::to(&with_pairs(redirect_uri, place, pairs, oauth.switches.blanks_as_plus))
}
