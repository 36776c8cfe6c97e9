//! Whether all is well: for the proxy, for monitors as JSON, and for the administrator as a page.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use minijinja::context;
use serde_json::json;

use super::admin::Administrator;
use super::admin_pages::{STATE, cell, menu, word_cell};
use super::fault::Fault;
use super::state::{Portal, blocking};
use crate::connect::error::ConnectError;
use crate::connect::store::{MarkedHook, PersonState};
use orcid_api::time::{DAY, iso};
use orcid_xml::Timestamp;

/// A webhook without a call for so long is silent: ORCID gives an address up after 25 failures.
const SILENCE: Timestamp = 90 * DAY;

/// `GET /health`: the portal answers, and its database can be read.
pub async fn alive(State(portal): State<Arc<Portal>>) -> StatusCode {
    match blocking(&portal, |portal| portal.connect.store.person(0)).await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// What is looked at, each with its value.
fn checks(portal: &Portal) -> Result<Vec<(&'static str, serde_json::Value)>, ConnectError> {
    let (store, now) = (&portal.connect.store, portal.now());
    let waiting = store.pending_revocations()?;
    let hooks = store.hooks()?;
    let last_call = hooks.iter().filter_map(|hook| hook.last_call).max();
    let is_silent = |hook: &MarkedHook| hook.last_call.max(Some(hook.changed)) < Some(now - SILENCE);
    let is_registered = |state: &str| ["registered", "listed"].contains(&state);
    let silent = hooks.iter().filter(|hook| is_registered(&hook.state) && is_silent(hook)).count();
    let mut checks = vec![
        ("issuer", json!(portal.connect.client.issuer().url())),
        ("client_id", json!(portal.connect.client.client_id())),
        ("running_since", json!(iso(portal.begun))),
        ("pending_revocations", json!(waiting.len())),
        ("oldest_pending_revocation", json!(waiting.iter().map(|waiting| iso(waiting.since)).min())),
        ("webhooks", json!(hooks.len())),
        ("marked_webhooks", json!(hooks.iter().filter(|hook| hook.marked.is_some()).count())),
        ("silent_webhooks", json!(silent)),
        ("last_webhook_call", json!(last_call.map(iso))),
    ];
    checks.extend(store.counts()?.into_iter().map(|(state, count)| (state_name(state), json!(count))));
    Ok(checks)
}

/// The name of a state in JSON.
fn state_name(state: PersonState) -> &'static str {
    match state {
        PersonState::Connected => "connected",
        PersonState::ToConfirm => "to_confirm",
        PersonState::Lost => "permission_lost",
        PersonState::Denied => "denied",
        PersonState::Disconnected => "disconnected",
        PersonState::Invited => "invited",
        PersonState::New => "new",
    }
}

/// `GET /admin/health`.
pub async fn page(
    State(portal): State<Arc<Portal>>,
    mut administrator: Administrator,
) -> Result<Response, Fault> {
    let checks = blocking(&portal, checks).await?;
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    };
    let states = PersonState::ALL.map(state_name);
    let kind = |name: &str| if states.contains(&name) { STATE } else { "health" };
    let rows: Vec<_> =
        checks.iter().map(|(name, value)| vec![word_cell(kind(name), name), cell(text(value))]).collect();
    let columns = ["column_check", "column_value"];
    let values = menu("admin_health", context! { columns, rows, more => "" });
    administrator.visitor.page(&portal, StatusCode::OK, "admin_table.html", values).await
}

/// `GET /admin/health.json`.
pub async fn json(State(portal): State<Arc<Portal>>, _: Administrator) -> Result<Response, Fault> {
    let checks = blocking(&portal, checks).await?;
    let object: serde_json::Map<_, _> =
        checks.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let text = serde_json::Value::Object(object).to_string();
    Ok(([(CONTENT_TYPE, "application/json")], text).into_response())
}
