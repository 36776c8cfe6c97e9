//! Where ORCID sends people back. The answer is dealt with at once, and the browser goes on to a
//! clean address: neither a code nor a state stays in its history.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;
use serde::Deserialize;

use super::fault::Fault;
use super::home::outcome_word;
use super::state::{Portal, blocking};
use super::visitor::Visitor;
use crate::connect::connecting::{Outcome, Reply};
use orcid_api::Secret;

/// The query of the callback. `error_description` is not even read: it is for nobody here.
#[derive(Deserialize)]
pub struct Answer {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// The form of the page that reads the fragment.
#[derive(Debug, Deserialize)]
pub struct FragmentFields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    error: String,
}

/// `GET /callback/KIND`.
pub async fn callback(
    State(portal): State<Arc<Portal>>,
    Path(kind): Path<String>,
    mut visitor: Visitor,
    Query(answer): Query<Answer>,
) -> Result<Response, Fault> {
    // Each kind of server has an address of its own, so that no answer is taken for another's.
    if kind != portal.connect.client.issuer().kind().name() {
        return Err(Fault::NotFound);
    }
    let Answer { code, state, error } = answer;
    if code.is_none() && state.is_none() && error.is_none() {
        let values = context! { action => format!("/callback/{kind}") };
        return visitor.page(&portal, StatusCode::OK, "fragment.html", values).await;
    }
    end(&portal, visitor, Reply { code: code.map(Secret::new), state, error }).await
}

/// `POST /callback/KIND`: the name of the error that stood in the fragment.
pub async fn fragment(
    State(portal): State<Arc<Portal>>,
    visitor: Visitor,
    Form(fields): Form<FragmentFields>,
) -> Result<Response, Fault> {
    visitor.check(&fields.csrf)?;
    let reply = Reply { error: Some(fields.error), ..Reply::default() };
    end(&portal, visitor, reply).await
}

async fn end(portal: &Arc<Portal>, mut visitor: Visitor, reply: Reply) -> Result<Response, Fault> {
    let browser = visitor.browser();
    let outcome =
        blocking(portal, move |portal| portal.connect.complete(&browser, &reply, portal.now())).await?;
    let Some(word) = outcome_word(outcome) else {
        return visitor.message(portal, StatusCode::BAD_REQUEST, "stranger_title", "stranger_intro");
    };
    visitor.visit.outcome = Some(word.to_owned());
    visitor.renew().await?;
    if matches!(outcome, Outcome::Renewed | Outcome::Taken) {
        // The tokens that are no longer needed are revoked beside this; what fails is tried again.
        let portal = portal.clone();
        tokio::task::spawn_blocking(move || portal.connect.run_revocations(portal.now()));
    }
    Ok(Redirect::to("/").into_response())
}
