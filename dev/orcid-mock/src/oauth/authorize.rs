//! `/oauth/authorize`: a person signs in, and grants or denies what a client asks for.

use super::accounts::{self, Session};
use super::asked::Asked;
use super::code_grant::identity_token;
use super::codes::{self, Code};
use super::random::uuid;
use super::redirect::{self, with_pairs};
use super::request::{Request, ResponseType, read};
use super::scopes::EMAIL;
use super::state::Oauth;
use super::switches::{ErrorPlace, LoginRequired};
use super::{page, pages};
use crate::answer::Answer;
use crate::form::Form;
use crate::instants::SECOND;
use crate::world::{World, id};

/// How long an implicitly granted token lives.
const IMPLICIT_LIFE_SECONDS: i64 = 600;

/// GET: the sign-in page, the page that asks for consent, or the way back at once.
pub fn ask(oauth: &mut Oauth, world: &World, asked: &Asked<'_>) -> Answer {
    let request = match read(oauth, asked.query) {
        Ok(request) => request,
        Err(answer) => return answer,
    };
    let session = oauth.session(asked.cookie()).cloned();
    let prompt = request.prompt.as_deref();
    let is_known = |session: &Session| {
        oauth.switches.skip_known_consent
            && oauth.grants.has_granted(&session.orcid, &request.client.id, &request.scopes)
    };
    match session {
        None if prompt == Some("none") => login_required(oauth, &request),
        Some(session) if prompt == Some("none") && !is_known(&session) => {
            let pairs = [("error", "interaction_required")];
            redirect::to(&with_pairs(&request.redirect_uri, ErrorPlace::Fragment, &pairs, false))
        }
        Some(session) if prompt != Some("login") && !is_too_old(oauth, &request, &session) => {
            if let Some(why) = accounts::closed(world.get(id(&session.orcid))) {
                return page::error(403, "access_denied", why);
            }
            if prompt == Some("confirm") || !is_known(&session) {
                return pages::consent(oauth, world, &request, &session, asked.query);
            }
            granted(oauth, world, &request, &session, request.scopes.clone())
        }
        _ => pages::sign_in(oauth, world, Some(&request), asked.query),
    }
}

fn is_too_old(oauth: &Oauth, request: &Request, session: &Session) -> bool {
    let age = (oauth.grants.clock.now() - session.since).div_euclid(SECOND);
    request.max_age_seconds.is_some_and(|seconds| age > seconds)
}

fn login_required(oauth: &Oauth, request: &Request) -> Answer {
    let pairs = [("error", "login_required")];
    let with = |place| with_pairs(&request.redirect_uri, place, &pairs, false);
    redirect::to(&match oauth.switches.login_required {
        LoginRequired::Bare => format!("{}#login_required", request.redirect_uri),
        LoginRequired::Fragment => with(ErrorPlace::Fragment),
        LoginRequired::Query => with(ErrorPlace::Query),
    })
}

/// POST: what the person decided on the consent page.
pub fn decide(oauth: &mut Oauth, world: &World, asked: &Asked<'_>) -> Answer {
    let form = Form::parse(asked.posted);
    let Some(session) = oauth.session(asked.cookie()).cloned() else {
        return page::error(403, "access_denied", "Please sign in first.");
    };
    if form.get("form_key") != Some(&session.form_key) {
        return page::error(403, "access_denied", "This form is not from this page.");
    }
    let request = match read(oauth, form.get("query").unwrap_or_default()) {
        Ok(request) => request,
        Err(answer) => return answer,
    };
    if form.get("decision") != Some("grant") {
        return denied(oauth, &request);
    }
    let ticked: Vec<&str> = form.all("scope").collect();
    let kept = request.scopes.iter().filter(|scope| *scope != EMAIL || ticked.contains(&EMAIL));
    let scopes = kept.cloned().collect();
    granted(oauth, world, &request, &session, scopes)
}

fn denied(oauth: &Oauth, request: &Request) -> Answer {
    let text = &oauth.switches.denial_text;
    let mut pairs = vec![("error", "access_denied")];
    if !text.is_empty() {
        pairs.push(("error_description", text));
    }
    if let Some(state) = &request.state {
        pairs.push(("state", state));
    }
    let place = request.response_type.place();
    redirect::to(&with_pairs(&request.redirect_uri, place, &pairs, oauth.switches.blanks_as_plus))
}

fn granted(
    oauth: &mut Oauth,
    world: &World,
    request: &Request,
    session: &Session,
    scopes: Vec<String>,
) -> Answer {
    let code = Code {
        code: codes::fresh(oauth.switches.code_form),
        client_id: request.client.id.clone(),
        redirect_uri: request.redirect_uri.clone(),
        scopes,
        orcid: session.orcid.clone(),
        nonce: request.nonce.clone(),
        signed_in: session.since,
        given: oauth.grants.clock.now(),
        challenged: request.challenged,
        is_used: false,
    };
    if request.response_type != ResponseType::Code {
        return implicit(oauth, world, request, &code);
    }
    let mut pairs = vec![("code", code.code.as_str())];
    if let Some(state) = &request.state {
        pairs.push(("state", state));
    }
    let location =
        with_pairs(&request.redirect_uri, ErrorPlace::Query, &pairs, oauth.switches.blanks_as_plus);
    oauth.codes.add(code);
    redirect::to(&location)
}

/// A token in the fragment: it permits to know who the person is, and no more.
fn implicit(oauth: &mut Oauth, world: &World, request: &Request, code: &Code) -> Answer {
    let scopes = code.scopes.iter().filter(|scope| ["openid", "/authenticate"].contains(&scope.as_str()));
    let pair = oauth.grants.issue(
        &code.client_id,
        Some(&code.orcid),
        scopes.cloned().collect(),
        IMPLICIT_LIFE_SECONDS,
        None,
    );
    let pair = oauth.grants.without_refresh(&pair.access);
    let id_token = request.response_type.has_id_token() || code.scopes.iter().any(|scope| scope == "openid");
    let id_token =
        id_token.then(|| identity_token(oauth, world, &request.client, code, &pair.access)).flatten();
    let (expires_in, token_id) = ((IMPLICIT_LIFE_SECONDS - 1).to_string(), uuid());
    let mut pairs = Vec::new();
    if request.response_type != ResponseType::IdToken {
        pairs.extend([
            ("access_token", pair.access.as_str()),
            ("token_type", "bearer"),
            ("expires_in", &expires_in),
            ("tokenVersion", "1"),
            ("persistent", "false"),
        ]);
    }
    if let Some(id_token) = &id_token {
        pairs.push(("id_token", id_token));
    }
    pairs.push(("tokenId", &token_id));
    if let Some(state) = &request.state {
        pairs.push(("state", state));
    }
    redirect::to(&with_pairs(
        &request.redirect_uri,
        ErrorPlace::Fragment,
        &pairs,
        oauth.switches.blanks_as_plus,
    ))
}
