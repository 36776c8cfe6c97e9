//! Headers of all answers: no scripts but ours, no frames, no referrer, nothing kept by caches; and
//! the pages about faults.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;
use minijinja::context;

use super::fault::FaultPage;
use super::state::Portal;
use super::visitor::preferred;

/// Adds the headers, and makes the page of a fault.
pub async fn finish(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let language = preferred(request.headers());
    let mut response = next.run(request).await;
    if let Some(page) = response.extensions().get::<FaultPage>().copied() {
        let (title, text) = (language.text(page.title, &[]), language.text(page.text, &[]));
        let values = context! { title, text, action => "", button => "", kind => "" };
        if let Ok(text) = portal.pages.render("message.html", language, "", values) {
            // Its other headers stay: a session may have a new id.
            let (mut parts, _) = response.into_parts();
            parts.headers.remove(CONTENT_LENGTH);
            parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            response = Response::from_parts(parts, Body::from(text));
        }
    }
    let headers = response.headers_mut();
    let policy = policy(portal.connect.client.issuer().url());
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if portal.connect.settings.is_secure() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// Browsers hold redirects of a form to the policy too, so ORCID must be among the targets.
fn policy(issuer: &str) -> String {
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self' {issuer}; \
         frame-ancestors 'none'; base-uri 'none'"
    )
}
