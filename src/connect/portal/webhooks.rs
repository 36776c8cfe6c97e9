//! Where ORCID's webhooks come in: each iD has an address of its own, which nobody else knows. A
//! call marks the iD as changed, and nothing more; what it brings is not read.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::state::{Portal, blocking};
use crate::connect::seal::digest;

/// `POST /webhook/WORD`. The answer is the same for a word that nobody has. Only such words count
/// for the limit, so that a stranger's calls keep none of ORCID's away.
pub async fn call(State(portal): State<Arc<Portal>>, Path(word): Path<String>) -> StatusCode {
    let now = portal.now();
    match blocking(&portal, move |portal| portal.connect.store.mark(&digest(&word), now)).await {
        Ok(true) => StatusCode::NO_CONTENT,
        Ok(false) if portal.strangers.is_open(now) => {
            portal.strangers.count(now);
            StatusCode::NO_CONTENT
        }
        Ok(false) => StatusCode::TOO_MANY_REQUESTS,
        // ORCID calls again.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
