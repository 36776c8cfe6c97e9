//! `/oauth/revoke`: a client gives a token back.

use super::asked::Asked;
use super::client_auth::authenticated;
use super::state::Oauth;
use crate::answer::Answer;
use crate::form::Form;

/// 200 and an empty body, also for tokens that are unknown, dead, or another client's.
pub fn revoke(oauth: &mut Oauth, asked: &Asked<'_>) -> Answer {
    let form = Form::parse(asked.posted);
    let client = match authenticated(oauth, asked, &form) {
        Ok(client) => client,
        Err(refusal) => return refusal.answer(),
    };
    let Some(token) = form.filled("token") else {
        return Answer::new(500, "text/html", "Please provide the token to be param");
    };
    let with_children = oauth.switches.children_die_with_parent;
    oauth.grants.client_revokes(&client.id, token, with_children);
    Answer::new(200, "application/json;charset=UTF-8", "").with("oauth_token_validation", "ON")
}
