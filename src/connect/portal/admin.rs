//! The administrator: who is one, and what one does.
//!
//! The password is a file of the institution; a browser that has given it is an administrator's
//! for some hours. Programs give it as a bearer token, and can only read.

use std::sync::Arc;

use axum::Form;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;
use serde::Deserialize;

use super::fault::Fault;
use super::state::{Portal, blocking};
use super::visitor::Visitor;
use crate::connect::error::ConnectError;
use crate::connect::seal::is_same;
use orcid_api::time::SECOND;
use orcid_xml::Timestamp;

/// How long a browser stays an administrator's.
const SESSION_LIFE: Timestamp = 8 * 3_600 * SECOND;
/// Who did something, as the history says it.
const BY_ADMINISTRATOR: &str = "by the administrator";

/// A request of an administrator.
pub struct Administrator {
    pub visitor: Visitor,
    /// A program gave the password with the request; it may only read.
    by_token: bool,
}

/// Why a request is not an administrator's: there is no such part, or the password is asked for.
pub enum NotYet {
    Fault(Fault),
    SignIn(Response),
}

impl From<Fault> for NotYet {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl IntoResponse for NotYet {
    fn into_response(self) -> Response {
        match self {
            Self::Fault(fault) => fault.into_response(),
            Self::SignIn(page) => page,
        }
    }
}

impl FromRequestParts<Arc<Portal>> for Administrator {
    type Rejection = NotYet;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, NotYet> {
        if portal.administrator.is_none() {
            return Err(Fault::NotFound.into());
        }
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let word = header.and_then(|header| header.strip_prefix("Bearer ")).map(str::to_owned);
        let mut visitor = Visitor::from_request_parts(parts, portal).await?;
        if let Some(word) = word {
            return match accepts(portal, &word) {
                Ok(true) => Ok(Self { visitor, by_token: true }),
                Ok(false) | Err(Closed) => Err(Fault::Refused.into()),
            };
        }
        if visitor.visit.administrator_until.is_some_and(|until| until > portal.now()) {
            return Ok(Self { visitor, by_token: false });
        }
        let page = sign_in_page(portal, &mut visitor, StatusCode::UNAUTHORIZED, None).await?;
        Err(NotYet::SignIn(page))
    }
}

/// Too many wrong passwords were given.
struct Closed;

fn accepts(portal: &Portal, word: &str) -> Result<bool, Closed> {
    let now = portal.now();
    if !portal.passwords.is_open(now) {
        return Err(Closed);
    }
    let is_right = portal.administrator.as_ref().is_some_and(|secret| is_same(secret.reveal(), word));
    if !is_right {
        portal.passwords.count(now);
        tracing::warn!("a wrong password of the administrator was given");
    }
    Ok(is_right)
}

async fn sign_in_page(
    portal: &Portal,
    visitor: &mut Visitor,
    status: StatusCode,
    fault: Option<&str>,
) -> Result<Response, Fault> {
    visitor.page(portal, status, "admin_sign_in.html", context! { fault }).await
}

/// The form for the password.
#[derive(Deserialize)]
pub struct SignIn {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    password: String,
}

/// `POST /admin/sign-in`.
pub async fn sign_in(
    State(portal): State<Arc<Portal>>,
    mut visitor: Visitor,
    Form(fields): Form<SignIn>,
) -> Result<Response, Fault> {
    if portal.administrator.is_none() {
        return Err(Fault::NotFound);
    }
    visitor.check(&fields.csrf)?;
    match accepts(&portal, fields.password.trim()) {
        Ok(true) => {
            visitor.visit.administrator_until = Some(portal.now() + SESSION_LIFE);
            visitor.renew().await?;
            Ok(Redirect::to("/admin").into_response())
        }
        Ok(false) => sign_in_page(&portal, &mut visitor, StatusCode::UNAUTHORIZED, Some("admin_wrong")).await,
        Err(Closed) => {
            sign_in_page(&portal, &mut visitor, StatusCode::TOO_MANY_REQUESTS, Some("admin_wait")).await
        }
    }
}

/// The one field of the administrator's other forms.
#[derive(Debug, Deserialize)]
pub struct Fields {
    #[serde(default)]
    csrf: String,
}

/// `POST /admin/sign-out`.
pub async fn sign_out(
    State(_): State<Arc<Portal>>,
    mut administrator: Administrator,
    Form(fields): Form<Fields>,
) -> Result<Response, Fault> {
    administrator.check(&fields)?;
    administrator.visitor.visit.administrator_until = None;
    administrator.visitor.renew().await?;
    Ok(Redirect::to("/admin").into_response())
}

impl Administrator {
    /// Refuses a form that is not from a page of this session.
    fn check(&self, fields: &Fields) -> Result<(), Fault> {
        if self.by_token { Err(Fault::Refused) } else { self.visitor.check(&fields.csrf) }
    }
}

/// `POST /admin/people/ID/confirm`.
pub async fn confirm(
    State(portal): State<Arc<Portal>>,
    administrator: Administrator,
    Path(person): Path<i64>,
    Form(fields): Form<Fields>,
) -> Result<Response, Fault> {
    administrator.check(&fields)?;
    decide(&portal, person, |portal, person| {
        portal.connect.store.confirm(person, BY_ADMINISTRATOR, portal.now()).map(|_| ())
    })
    .await
}

/// `POST /admin/people/ID/reject`.
pub async fn reject(
    State(portal): State<Arc<Portal>>,
    administrator: Administrator,
    Path(person): Path<i64>,
    Form(fields): Form<Fields>,
) -> Result<Response, Fault> {
    administrator.check(&fields)?;
    decide(&portal, person, |portal, person| {
        portal.connect.store.reject(person, BY_ADMINISTRATOR, portal.now()).map(|_| ())
    })
    .await
}

/// `POST /admin/people/ID/disconnect`.
pub async fn disconnect(
    State(portal): State<Arc<Portal>>,
    administrator: Administrator,
    Path(person): Path<i64>,
    Form(fields): Form<Fields>,
) -> Result<Response, Fault> {
    administrator.check(&fields)?;
    decide(&portal, person, |portal, person| {
        portal.connect.disconnect(person, BY_ADMINISTRATOR, portal.now()).map(|_| ())
    })
    .await
}

/// The form that asks for reviving a webhook.
#[derive(Debug, Deserialize)]
pub struct Revive {
    #[serde(default)]
    csrf: String,
    orcid: String,
}

/// `POST /admin/webhooks`.
pub async fn revive(
    State(portal): State<Arc<Portal>>,
    administrator: Administrator,
    Form(Revive { csrf, orcid }): Form<Revive>,
) -> Result<Response, Fault> {
    administrator.check(&Fields { csrf })?;
    blocking(&portal, move |portal| portal.connect.revive_hook(&orcid, portal.now())).await?;
    Ok(Redirect::to("/admin/webhooks").into_response())
}

async fn decide(
    portal: &Arc<Portal>,
    person: i64,
    act: impl FnOnce(&Portal, i64) -> Result<(), ConnectError> + Send + 'static,
) -> Result<Response, Fault> {
    blocking(portal, move |portal| {
        act(portal, person)?;
        portal.connect.run_revocations(portal.now())
    })
    .await?;
    Ok(Redirect::to(&format!("/admin/people/{person}")).into_response())
}
