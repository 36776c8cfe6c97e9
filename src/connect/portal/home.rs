//! The first page: what a person can do next, by the state of the link, and what has just happened.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::{Value, context};

use super::fault::Fault;
use super::state::{Portal, blocking};
use super::visitor::Visitor;
use crate::connect::connecting::Outcome;
use crate::connect::languages::Language;
use crate::connect::settings::Choice;
use crate::connect::store::{Link, LinkState, Person};
use orcid_api::time::readable;
use orcid_xml::Timestamp;

/// The word that a session keeps for the next page.
pub fn outcome_word(outcome: Outcome) -> Option<&'static str> {
    Some(match outcome {
        Outcome::Connected => "connected",
        Outcome::Renewed => "renewed",
        Outcome::ToConfirm => "to confirm",
        Outcome::Taken => "taken",
        Outcome::Denied => "denied",
        Outcome::Refused => "refused",
        Outcome::TryAgain => "failed",
        Outcome::Stranger => return None,
    })
}

/// `GET /`.
pub async fn home(State(portal): State<Arc<Portal>>, mut visitor: Visitor) -> Result<Response, Fault> {
    let Some(person) = visitor.person(&portal).await? else {
        let title =
            visitor.language.text("home_title", &[("institution", &portal.connect.settings.institution)]);
        let (notices, faults): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        let signs_on = portal.connect.settings.sign_on.is_some();
        let values = context! { title, notices, faults, signs_on, state => "nobody" };
        return visitor.page(&portal, StatusCode::OK, "home.html", values).await;
    };
    let id = person.id;
    let links = blocking(&portal, move |portal| portal.connect.store.links(id)).await?;
    // What has just happened is told once.
    let outcome = visitor.visit.outcome.take();
    if outcome.is_some() {
        visitor.save().await?;
    }
    let values = values(&portal, visitor.language, &person, &links, outcome.as_deref());
    visitor.page(&portal, StatusCode::OK, "home.html", values).await
}

/// The state that the page is about.
fn state(person: &Person, links: &[Link], outcome: Option<&str>) -> &'static str {
    let has = |state| links.iter().any(|link| link.state == state);
    match outcome {
        Some("denied") => "denied",
        _ if has(LinkState::ToConfirm) => "to confirm",
        _ if has(LinkState::Connected) => "connected",
        _ if has(LinkState::Lost) => "lost",
        _ if person.denied.is_some() => "denied",
        _ if has(LinkState::Disconnected) || outcome.is_some_and(|word| word.starts_with("disconnected")) => {
            "disconnected"
        }
        _ => "new",
    }
}

fn values(
    portal: &Portal,
    language: &Language,
    person: &Person,
    links: &[Link],
    outcome: Option<&str>,
) -> Value {
    let settings = &portal.connect.settings;
    let state = state(person, links, outcome);
    let is_connected = links.iter().any(|link| link.state == LinkState::Connected);
    let title = match (outcome, state) {
        (Some("taken"), _) => "taken_title",
        (Some("failed" | "refused"), _) => "failed_title",
        (_, "to confirm") => "confirm_title",
        (_, "connected") => "connected_title",
        (_, "lost") => "lost_title",
        (_, "denied") => "denied_title",
        (_, "disconnected") => "disconnected_title",
        _ => "home_title",
    };
    let (notice, fault) = match outcome {
        Some("renewed") => (Some("renewed_notice"), None),
        Some("present") => (Some("present_notice"), None),
        Some("disconnected") => (Some("disconnected_intro"), None),
        Some("disconnected later") => (Some("disconnected_later"), None),
        Some("taken") => (None, Some("taken_intro")),
        Some("failed") => (None, Some("failed_intro")),
        Some("refused") => (None, Some("refused_intro")),
        Some("denied") if is_connected => (Some("still_connected"), None),
        _ => (None, None),
    };
    let institution = settings.institution.as_str();
    let text = |key: &str| language.text(key, &[("institution", institution)]);
    let notices: Vec<String> = notice.map(text).into_iter().collect();
    let faults: Vec<String> = fault.map(text).into_iter().collect();
    let shown = |wanted: &[LinkState]| {
        links.iter().find(|link| wanted.contains(&link.state)).map(|link| shown_link(portal, link))
    };
    let scopes = scope_texts(&settings.scope_of(Choice::All));
    context! {
        title => text(title), notices, faults, state, scopes,
        name => person.shown_name(),
        link => shown(&[LinkState::Connected, LinkState::Lost, LinkState::Disconnected]),
        other => shown(&[LinkState::ToConfirm]),
        offers_read => settings.offers_read(),
        offers_id => settings.offers_id(),
    }
}

fn shown_link(portal: &Portal, link: &Link) -> Value {
    context! {
        // An issuer and an iD hold nothing to be escaped, and slashes stay readable.
        uri => Value::from_safe_string(portal.connect.client.issuer().orcid_uri(&link.orcid)),
        name => link.name.as_deref(),
        since => day(link.since),
        scopes => scope_texts(&link.scope),
    }
}

/// The day of a point in time, as `2025-10-01`.
pub fn day(time: Timestamp) -> String {
    readable(time).chars().take(10).collect()
}

/// The keys of the texts about scopes, each once.
fn scope_texts(scope: &str) -> Vec<&'static str> {
    let mut keys = Vec::new();
    for scope in scope.split(' ') {
        let key = match scope {
            "openid" | "/authenticate" => "scope_id",
            "/read-limited" => "scope_read",
            "/activities/update" => "scope_activities",
            "/person/update" => "scope_person",
            "/email/read-private" => "scope_email",
            _ => continue,
        };
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}
