//! Who makes a request: the session of the browser, the person in it, and the language.
//!
//! A form counts only with the word of its session. When somebody enters (by an invitation, the
//! sign-on, the administrator's password) or comes back from ORCID, the session gets a new id.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use minijinja::Value;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use super::fault::Fault;
use super::signing_on::{SignedOn, sign_on};
use super::state::{Portal, blocking};
use crate::connect::languages::Language;
use crate::connect::seal::{Digest, digest, is_same, random_word};
use crate::connect::store::Person;
use orcid_xml::Timestamp;

/// The key of the visit in a session.
const KEY: &str = "visit";

/// What a session holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Visit {
    /// The person who entered.
    pub person: Option<i64>,
    /// The person entered by the sign-on, and leaves with it.
    #[serde(default)]
    pub by_sign_on: bool,
    /// The word of its forms.
    pub csrf: String,
    /// The word that requests for permission are bound to.
    pub browser: String,
    #[serde(default)]
    pub language: Option<String>,
    /// What the next page tells.
    #[serde(default)]
    pub outcome: Option<String>,
    /// Until when the browser is an administrator's.
    #[serde(default)]
    pub administrator_until: Option<Timestamp>,
}

/// The maker of a request.
pub struct Visitor {
    session: Session,
    pub visit: Visit,
    pub language: &'static Language,
    /// The session is in the database.
    is_kept: bool,
}

impl Visit {
    fn new() -> Result<Self, Fault> {
        Ok(Self { csrf: random_word()?, browser: random_word()?, ..Self::default() })
    }
}

impl FromRequestParts<Arc<Portal>> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Fault> {
        let session = Session::from_request_parts(parts, portal)
            .await
            .map_err(|(_, what)| Fault::Broken(what.to_owned()))?;
        let kept: Option<Visit> = session.get(KEY).await?;
        let is_kept = kept.is_some();
        let visit = match kept {
            Some(visit) => visit,
            None => Visit::new()?,
        };
        let asked = query_language(parts.uri.query().unwrap_or_default());
        let language = asked
            .or_else(|| Language::find(visit.language.as_deref()?))
            .unwrap_or_else(|| preferred(&parts.headers));
        let mut visitor = Self { session, visit, language, is_kept };
        visitor.sign_on(parts, portal).await?;
        if asked.is_some() && visitor.visit.language.as_deref() != Some(language.code) {
            visitor.visit.language = Some(language.code.to_owned());
            visitor.save().await?;
        }
        Ok(visitor)
    }
}

/// The language of a link on our pages.
fn query_language(query: &str) -> Option<&'static Language> {
    query.split('&').find_map(|pair| Language::find(pair.strip_prefix("lang=")?))
}

/// The language that the browser prefers.
pub fn preferred(headers: &HeaderMap) -> &'static Language {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Language::accepted(header).unwrap_or_else(Language::first)
}

impl Visitor {
    /// Takes the person of the proxy's header, where the portal works with one.
    async fn sign_on(&mut self, parts: &Parts, portal: &Arc<Portal>) -> Result<(), Fault> {
        let Some(settings) = portal.connect.settings.sign_on.clone() else { return Ok(()) };
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        match sign_on(&settings, peer, &parts.headers)? {
            SignedOn::Person(details) => {
                let person = blocking(portal, move |portal| {
                    let store = &portal.connect.store;
                    let known = store.person_by_local_id(&details.local_id)?;
                    let is_same = known.as_ref().is_some_and(|known| {
                        (details.name.is_empty() || known.details.name == details.name)
                            && (details.email.is_empty() || known.details.email == details.email)
                    });
                    match known.filter(|_| is_same) {
                        Some(known) => Ok(known.id),
                        None => store.put_person(&details, portal.now()),
                    }
                });
                let person = person.await?;
                if self.visit.person != Some(person) || !self.visit.by_sign_on {
                    self.enter(person, true).await?;
                }
            }
            SignedOn::Nobody if self.visit.by_sign_on => {
                self.visit = Visit { language: self.visit.language.clone(), ..Visit::new()? };
                self.renew().await?;
            }
            SignedOn::Nobody => {}
        }
        Ok(())
    }

    /// The digest that requests for permission are bound to.
    pub fn browser(&self) -> Digest {
        digest(&self.visit.browser)
    }

    /// The person who entered, if there is one.
    pub async fn person(&self, portal: &Arc<Portal>) -> Result<Option<Person>, Fault> {
        match self.visit.person {
            Some(person) => blocking(portal, move |portal| portal.connect.store.person(person)).await,
            None => Ok(None),
        }
    }

    /// Refuses a form that is not from a page of this session.
    pub fn check(&self, csrf: &str) -> Result<(), Fault> {
        if self.is_kept && is_same(csrf, &self.visit.csrf) { Ok(()) } else { Err(Fault::Refused) }
    }

    /// Makes a person the one of this session.
    pub async fn enter(&mut self, person: i64, by_sign_on: bool) -> Result<(), Fault> {
        let (language, administrator_until) = (self.visit.language.clone(), self.visit.administrator_until);
        self.visit =
            Visit { person: Some(person), by_sign_on, language, administrator_until, ..Visit::new()? };
        self.renew().await
    }

    /// Keeps the visit under a new id of the session.
    pub async fn renew(&mut self) -> Result<(), Fault> {
        if self.is_kept {
            self.session.cycle_id().await?;
        }
        self.save().await
    }

    /// Keeps the visit.
    pub async fn save(&mut self) -> Result<(), Fault> {
        self.session.insert(KEY, &self.visit).await?;
        self.is_kept = true;
        Ok(())
    }

    /// A page with forms: they need a session that is kept.
    pub async fn page(
        &mut self,
        portal: &Portal,
        status: StatusCode,
        template: &str,
        values: Value,
    ) -> Result<Response, Fault> {
        if !self.is_kept {
            self.save().await?;
        }
        let text = portal.pages.render(template, self.language, &self.visit.csrf, values)?;
        Ok((status, Html(text)).into_response())
    }

    /// A page that only tells something.
    pub fn message(
        &self,
        portal: &Portal,
        status: StatusCode,
        title: &str,
        text: &str,
    ) -> Result<Response, Fault> {
        let (title, text) = (self.language.text(title, &[]), self.language.text(text, &[]));
        let values = minijinja::context! { title, text, action => "", button => "", kind => "" };
        Ok((status, Html(portal.pages.render("message.html", self.language, "", values)?)).into_response())
    }
}
