//! What people do with forms: use an invitation, connect, disconnect, confirm an iD. Each needs the
//! word of its session, and ends with a redirect to a page.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;
use serde::Deserialize;

use super::fault::Fault;
use super::state::{Portal, blocking};
use super::visitor::Visitor;
use crate::connect::connecting::Begun;
use crate::connect::error::ConnectError;
use crate::connect::seal::digest;
use crate::connect::settings::Choice;
use crate::connect::store::InvitationState;

/// Who did something, as the history says it.
const BY_PERSON: &str = "by the person";

/// The fields of all forms.
#[derive(Debug, Deserialize)]
pub struct Fields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    choice: String,
    #[serde(default)]
    renew: String,
}

/// `GET /invitation/WORD`: shows whose it is, and changes nothing, since mail scanners look too.
pub async fn invitation(
    State(portal): State<Arc<Portal>>,
    Path(word): Path<String>,
    mut visitor: Visitor,
) -> Result<Response, Fault> {
    let word_digest = digest(&word);
    let found = blocking(&portal, move |portal| {
        let store = &portal.connect.store;
        let Some(invitation) = store.invitation(&word_digest, portal.now())? else { return Ok(None) };
        Ok(store.person(invitation.person)?.map(|person| (invitation.state, person)))
    });
    let Some((state, person)) = found.await? else {
        return visitor.message(
            &portal,
            StatusCode::NOT_FOUND,
            "invitation_unknown_title",
            "invitation_unknown",
        );
    };
    match state {
        InvitationState::Open => {
            let words = [("name", person.shown_name())];
            let values = context! {
                title => visitor.language.text("invitation_title", &[]),
                text => visitor.language.text("invitation_intro", &words),
                button => visitor.language.text("invitation_button", &words),
                action => format!("/invitation/{word}"),
                kind => "",
            };
            visitor.page(&portal, StatusCode::OK, "message.html", values).await
        }
        // Whoever used it in this browser sees the state.
        InvitationState::Used if visitor.visit.person == Some(person.id) => {
            Ok(Redirect::to("/").into_response())
        }
        InvitationState::Used => {
            visitor.message(&portal, StatusCode::GONE, "invitation_used_title", "invitation_used")
        }
        InvitationState::Expired | InvitationState::Withdrawn => {
            visitor.message(&portal, StatusCode::GONE, "invitation_expired_title", "invitation_expired")
        }
    }
}

/// `POST /invitation/WORD`: uses it.
pub async fn use_invitation(
    State(portal): State<Arc<Portal>>,
    Path(word): Path<String>,
    mut visitor: Visitor,
    Form(fields): Form<Fields>,
) -> Result<Response, Fault> {
    visitor.check(&fields.csrf)?;
    let used =
        blocking(&portal, move |portal| portal.connect.store.use_invitation(&digest(&word), portal.now()));
    match used.await? {
        Some(person) => {
            visitor.enter(person, false).await?;
            Ok(Redirect::to("/").into_response())
        }
        // It was used, or has expired, since the page was shown; a double click comes here too.
        None if visitor.visit.person.is_some() => Ok(Redirect::to("/").into_response()),
        None => visitor.message(&portal, StatusCode::GONE, "invitation_used_title", "invitation_used"),
    }
}

/// `POST /connect`: sends the person to ORCID.
pub async fn connect(
    State(portal): State<Arc<Portal>>,
    mut visitor: Visitor,
    Form(fields): Form<Fields>,
) -> Result<Response, Fault> {
    visitor.check(&fields.csrf)?;
    let Some(person) = visitor.person(&portal).await? else { return Err(Fault::Refused) };
    let (browser, language) = (visitor.browser(), visitor.language.code);
    let (choice, renews) = (Choice::of(&fields.choice), fields.renew == "1");
    let begun = blocking(&portal, move |portal| {
        portal.connect.begin(&person, &browser, choice, renews, language, portal.now())
    });
    match begun.await? {
        Begun::Goto(url) => Ok((StatusCode::FOUND, [(LOCATION, url)]).into_response()),
        Begun::Present => {
            visitor.visit.outcome = Some("present".to_owned());
            visitor.save().await?;
            Ok(Redirect::to("/").into_response())
        }
    }
}

/// `GET /disconnect`: asks whether it is meant.
pub async fn ask_disconnect(
    State(portal): State<Arc<Portal>>,
    mut visitor: Visitor,
) -> Result<Response, Fault> {
    if visitor.visit.person.is_none() {
        return Ok(Redirect::to("/").into_response());
    }
    let values = context! {
        title => visitor.language.text("disconnect_title", &[]),
        text => visitor.language.text("disconnect_intro", &[]),
        button => visitor.language.text("disconnect_button", &[]),
        action => "/disconnect",
        kind => "danger",
    };
    visitor.page(&portal, StatusCode::OK, "message.html", values).await
}

/// `POST /disconnect`: erases the permission, and revokes it at ORCID.
pub async fn disconnect(
    State(portal): State<Arc<Portal>>,
    mut visitor: Visitor,
    Form(fields): Form<Fields>,
) -> Result<Response, Fault> {
    visitor.check(&fields.csrf)?;
    let Some(person) = visitor.visit.person else { return Err(Fault::Refused) };
    let revoked = blocking(&portal, move |portal| {
        portal.connect.disconnect(person, BY_PERSON, portal.now())?;
        if let Err(error) = portal.connect.remove_hooks(portal.now()) {
            // The work beside the pages tries again.
            tracing::warn!(%error, "a webhook could not be removed");
        }
        portal.connect.run_revocations(portal.now())
    });
    let word = if revoked.await?.failed > 0 { "disconnected later" } else { "disconnected" };
    visitor.visit.outcome = Some(word.to_owned());
    visitor.save().await?;
    Ok(Redirect::to("/").into_response())
}

/// `POST /confirm`: the person's other iD is the right one.
pub async fn confirm(
    State(portal): State<Arc<Portal>>,
    visitor: Visitor,
    Form(fields): Form<Fields>,
) -> Result<Response, Fault> {
    decide(&portal, &visitor, &fields, |portal, person| {
        portal.connect.store.confirm(person, BY_PERSON, portal.now())
    })
    .await
}

/// `POST /reject`: the person's iD of before is the right one.
pub async fn reject(
    State(portal): State<Arc<Portal>>,
    visitor: Visitor,
    Form(fields): Form<Fields>,
) -> Result<Response, Fault> {
    decide(&portal, &visitor, &fields, |portal, person| {
        portal.connect.store.reject(person, BY_PERSON, portal.now())
    })
    .await
}

async fn decide(
    portal: &Arc<Portal>,
    visitor: &Visitor,
    fields: &Fields,
    act: impl FnOnce(&Portal, i64) -> Result<bool, ConnectError> + Send + 'static,
) -> Result<Response, Fault> {
    visitor.check(&fields.csrf)?;
    let Some(person) = visitor.visit.person else { return Err(Fault::Refused) };
    blocking(portal, move |portal| {
        act(portal, person)?;
        portal.connect.run_revocations(portal.now())
    })
    .await?;
    Ok(Redirect::to("/").into_response())
}
