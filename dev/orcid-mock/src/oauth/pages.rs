//! The pages that people see: signing in, consent, trusted organizations.

use super::accounts::{Account, Session};
use super::clients::Client;
use super::page::{hidden, html, page};
use super::request::{Prefilled, Request};
use super::scopes::{self, EMAIL};
use super::state::Oauth;
use crate::answer::Answer;
use crate::world::World;

/// As many people of the world are offered beside those with accounts.
const OFFERED: usize = 12;

/// Who signs in, and the form for those who register.
pub fn sign_in(oauth: &Oauth, world: &World, request: Option<&Request>, query: &str) -> Answer {
    let nothing = Prefilled::default();
    let prefilled = request.map_or(&nothing, |request| &request.prefilled);
    let asks = request.map_or(String::new(), |request| {
        format!("<p>to continue to <strong>{}</strong></p>", html(&request.client.name))
    });
    let language = match prefilled.lang.as_str() {
        "" => String::new(),
        lang => format!("<p><small>Language: {}</small></p>", html(lang)),
    };
    // The iD counts where both are there.
    let user = if prefilled.orcid.is_empty() { &prefilled.email } else { &prefilled.orcid };
    let query = hidden("query", query);
    let existing = format!(
        "<form method=\"post\" action=\"/signin\" id=\"sign-in\">{query}\
         <label>E-mail address or ORCID iD <input name=\"user\" value=\"{}\"></label>\
         <button class=\"main\">Sign in</button></form>\n<h2>Or be one of these</h2>\
         <form method=\"post\" action=\"/signin\">{query}<ul class=\"people\">{}</ul></form>",
        html(user),
        people(oauth, world)
    );
    let registration = format!(
        "<form method=\"post\" action=\"/register\" id=\"register\">{query}\
         <label>Given names <input name=\"given_names\" value=\"{}\"></label>\
         <label>Family names <input name=\"family_names\" value=\"{}\"></label>\
         <label>E-mail address <input type=\"email\" name=\"email\" value=\"{}\"></label>\
         <button class=\"main\">Register</button></form>",
        html(&prefilled.given_names),
        html(&prefilled.family_names),
        html(&prefilled.email)
    );
    let content = if prefilled.registers {
        format!("{language}{asks}{registration}<h2>Have an ORCID iD already?</h2>{existing}")
    } else {
        format!("{language}{asks}{existing}<h2>No ORCID iD yet?</h2>{registration}")
    };
    let title = if prefilled.registers { "Register for an ORCID iD" } else { "Sign in to ORCID" };
    page(200, title, &content)
}

fn people(oauth: &Oauth, world: &World) -> String {
    let own = oauth.accounts.iter().cloned();
    let is_own = |orcid: &str| oauth.accounts.iter().any(|account| account.orcid == orcid);
    let others = world.people().filter(|(orcid, _)| !is_own(orcid.as_str())).take(OFFERED);
    let all = own.chain(others.map(|(orcid, person)| Account::of(orcid.as_str(), person)));
    let entry = |account: Account| {
        let more = if account.two_factor { ", with a second factor" } else { "" };
        let more = if account.shows_name { more } else { ", whose name is private" };
        format!(
            "<li><button name=\"orcid\" value=\"{orcid}\">{} <small>{orcid}{more}</small></button></li>",
            html(&account.name()),
            orcid = account.orcid
        )
    };
    all.map(entry).collect()
}

/// What the client asks for, in plain words.
pub fn consent(oauth: &Oauth, world: &World, request: &Request, session: &Session, query: &str) -> Answer {
    let name = oauth.account(world, &session.orcid).map(|account| account.name()).unwrap_or_default();
    let mut meanings: Vec<&str> = Vec::new();
    let known = request.scopes.iter().filter(|word| *word != EMAIL).filter_map(|word| scopes::find(word));
    for scope in known {
        if !meanings.contains(&scope.meaning) {
            meanings.push(scope.meaning);
        }
    }
    let list: String = meanings.iter().map(|meaning| format!("<li>{}</li>", html(meaning))).collect();
    let granted = request.scopes.iter().filter(|word| *word != EMAIL).map(|word| hidden("scope", word));
    let granted: String = granted.collect();
    let email = request.scopes.iter().any(|word| word == EMAIL);
    let email = email.then(|| {
        let meaning = scopes::find(EMAIL).map_or("", |scope| scope.meaning);
        format!("<p><label><input type=\"checkbox\" name=\"scope\" value=\"{EMAIL}\" checked> {meaning}</label></p>")
    });
    let content = format!(
        "<p>You are signed in as {} (<strong>{}</strong>). <a href=\"/signout\">Sign out</a></p>\
         <p>This application wants to:</p><form method=\"post\" action=\"/oauth/authorize\" id=\"consent\">\
         <ul>{list}</ul>{}{granted}{}{}\
         <button class=\"main\" name=\"decision\" value=\"grant\">Authorize access</button> \
         <button name=\"decision\" value=\"deny\">Deny access</button></form>",
        html(&name),
        html(&session.orcid),
        email.unwrap_or_default(),
        hidden("query", query),
        hidden("form_key", &session.form_key)
    );
    page(200, &format!("{} asks for your permission", html(&request.client.name)), &content)
}

/// The organizations that a person trusts.
pub fn trusted(oauth: &Oauth, world: &World, session: &Session) -> Answer {
    let name = oauth.account(world, &session.orcid).map(|account| account.name()).unwrap_or_default();
    let entry = |client: &Client| {
        let pairs: Vec<_> =
            oauth.grants.live_of(&session.orcid).filter(|pair| pair.client_id == client.id).collect();
        if pairs.is_empty() {
            return String::new();
        }
        let scopes = scopes::sorted(pairs.iter().flat_map(|pair| pair.scopes.clone()).collect()).join(" ");
        format!(
            "<li><form method=\"post\" action=\"/trusted-parties\"><strong>{}</strong> <small>{}</small> {}{}\
             <button>Revoke access</button></form></li>",
            html(&client.name),
            html(&scopes),
            hidden("client_id", &client.id),
            hidden("form_key", &session.form_key)
        )
    };
    let list: String = oauth.grants.clients.all().map(entry).collect();
    let list = if list.is_empty() { "<p>None.</p>".to_owned() } else { format!("<ul>{list}</ul>") };
    let content = format!(
        "<p>You are signed in as {} (<strong>{}</strong>). <a href=\"/signout\">Sign out</a></p>{list}",
        html(&name),
        html(&session.orcid)
    );
    page(200, "Trusted organizations", &content)
}
