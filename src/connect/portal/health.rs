//! Whether all is well: for the proxy, for monitors as JSON, and for the administrator as a page.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use minijinja::context;
use serde_json::json;

use super::admin::Administrator;
use super::admin_pages::{cell, menu};
use super::fault::Fault;
use super::state::{Portal, blocking};
use crate::connect::error::ConnectError;
use crate::connect::store::PersonState;
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
    let is_silent = |call: Option<Timestamp>| call.is_none_or(|call| call < now - SILENCE);
    let silent = hooks.iter().filter(|hook| hook.state == "registered" && is_silent(hook.last_call)).count();
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
    for (state, count) in store.counts()? {
        let name = match state {
            PersonState::Connected => "connected",
            PersonState::ToConfirm => "to_confirm",
            PersonState::Lost => "permission_lost",
            PersonState::Denied => "denied",
            PersonState::Disconnected => "disconnected",
            PersonState::Invited => "invited",
            PersonState::New => "new",
        };
        checks.push((name, json!(count)));
    }
    Ok(checks)
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
    let rows: Vec<_> = checks.iter().map(|(name, value)| vec![cell(*name), cell(text(value))]).collect();
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
