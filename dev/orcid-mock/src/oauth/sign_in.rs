//! Signing in and out, registering, and the list of trusted organizations.

use super::accounts::{Account, closed};
use super::asked::{Asked, COOKIE};
use super::redirect;
use super::state::Oauth;
use super::{page, pages};
use crate::answer::Answer;
use crate::form::Form;
use crate::world::{World, id};

/// The page of trusted organizations.
pub const TRUSTED: &str = "/trusted-parties";

/// POST: somebody signs in with an iD or an e-mail address; there are no passwords here.
pub fn sign_in(oauth: &mut Oauth, world: &World, asked: &Asked<'_>) -> Answer {
    let form = Form::parse(asked.posted);
    let name = form.filled("orcid").or(form.filled("user")).unwrap_or_default().trim().to_owned();
    let by_email = oauth.accounts.iter().find(|account| account.email.eq_ignore_ascii_case(&name));
    let account = by_email.cloned().or_else(|| oauth.account(world, &name));
    let Some(account) = account else {
        return page::error(400, "access_denied", "Nobody has this ORCID iD or e-mail address.");
    };
    if let Some(why) = closed(world.get(id(&account.orcid))) {
        return page::error(403, "access_denied", why);
    }
    begin(oauth, &account.orcid, form.get("query").unwrap_or_default())
}

/// POST: somebody new registers.
pub fn register(oauth: &mut Oauth, world: &mut World, asked: &Asked<'_>) -> Answer {
    let form = Form::parse(asked.posted);
    let text = |name| form.get(name).unwrap_or_default().trim().to_owned();
    if text("given_names").is_empty() {
        return page::error(400, "invalid_request", "Please enter your given names.");
    }
    let orcid = world.free_id();
    let mut account = Account::new(orcid.as_str(), &text("given_names"), &text("family_names"));
    if let Some(email) = form.filled("email") {
        account.email = email.trim().to_owned();
    }
    oauth.settle(world, account);
    begin(oauth, orcid.as_str(), form.get("query").unwrap_or_default())
}

/// Sets the cookie and goes on with the request, if there is one.
fn begin(oauth: &mut Oauth, orcid: &str, query: &str) -> Answer {
    let cookie = oauth.sessions.begin(orcid, oauth.grants.clock.now());
    // ORCID drops `prompt` on the way back from the sign-in page, which would come again.
    let rest: Vec<&str> = query.split('&').filter(|pair| *pair != "prompt=login").collect();
    let location =
        if query.is_empty() { TRUSTED.to_owned() } else { format!("/oauth/authorize?{}", rest.join("&")) };
    let cookie = format!("{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax");
    Answer::new(303, "text/html", "").with("location", location).with("set-cookie", cookie)
}

/// Signs out, with a page.
pub fn sign_out(oauth: &mut Oauth, asked: &Asked<'_>) -> Answer {
    oauth.sessions.end(asked.cookie());
    forgetting(redirect::to(TRUSTED))
}

/// `/userStatus.json`, by which portals sign a person out with `?logUserOut=true`.
pub fn status(oauth: &mut Oauth, asked: &Asked<'_>) -> Answer {
    let leaves = Form::parse(asked.query).get("logUserOut") == Some("true");
    if leaves {
        oauth.sessions.end(asked.cookie());
    }
    let signed_in = oauth.session(asked.cookie()).is_some();
    let answer = Answer::json(200, &serde_json::json!({ "loggedIn": signed_in }));
    if leaves { forgetting(answer) } else { answer }
}

fn forgetting(answer: Answer) -> Answer {
    answer.with("set-cookie", format!("{COOKIE}=; Path=/; Max-Age=0"))
}

/// GET: the organizations that the person trusts.
pub fn trusted(oauth: &Oauth, world: &World, asked: &Asked<'_>) -> Answer {
    match oauth.session(asked.cookie()) {
        Some(session) => pages::trusted(oauth, world, session),
        None => pages::sign_in(oauth, world, None, ""),
    }
}

/// POST: the person takes an organization's permission back.
pub fn take_back(oauth: &mut Oauth, asked: &Asked<'_>) -> Answer {
    let form = Form::parse(asked.posted);
    let session =
        oauth.session(asked.cookie()).filter(|session| form.get("form_key") == Some(&session.form_key));
    let Some(session) = session.cloned() else {
        return page::error(403, "access_denied", "Please sign in first.");
    };
    oauth.grants.user_revokes(&session.orcid, form.get("client_id").unwrap_or_default());
    Answer::new(303, "text/html", "").with("location", TRUSTED)
}
