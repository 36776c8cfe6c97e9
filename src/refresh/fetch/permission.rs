//! What it means that ORCID refuses the token of a connected person.
//!
//! ORCID does not say whether a token was revoked or has expired: the permission is lost until the
//! person gives it again. A token that belongs to another record is a fault of ours, and says
//! nothing about the permission.

use super::context::Fetch;
use super::decision::Decision;
use crate::refresh::connected::ConnectedPeople;
use crate::refresh::error::RefreshError;
use crate::refresh::queue::{Effects, Request, Task};
use orcid_api::{ApiError, Reply};

/// The code of a request whose token was refused.
pub const PERMISSION_LOST: &str = "permission-lost";
/// The code of a request that was refused for another reason than the permission.
const WRONG_TOKEN: &str = "wrong-token";
/// Refusals in a row after which the server counts as refusing everybody, so that a wrong server
/// does not make all people connect again.
const MAX_REFUSALS: u32 = 20;

/// Decides about a request that was refused with 401 or 403.
pub fn permission_refused(
    fetch: &Fetch,
    people: &dyn ConnectedPeople,
    task: &Task,
    reply: &Reply,
) -> Decision {
    let Some(orcid) = task.request.orcid() else { return Decision::GiveUp { code: WRONG_TOKEN } };
    if !says_invalid_token(reply) {
        return Decision::GiveUp { code: WRONG_TOKEN };
    }
    if fetch.token.count_in_a_row() >= MAX_REFUSALS {
        return Decision::end(ApiError::Refused { what: "it refuses the tokens of all people".to_owned() });
    }
    match people.lost(orcid) {
        Ok(()) => left(task, PERMISSION_LOST),
        Err(fault) => Decision::end(RefreshError::State(fault)),
    }
}

/// The end of a request whose person is not connected: nothing is kept of the answer. What the
/// dataset has goes with the commit.
pub fn left(task: &Task, code: &'static str) -> Decision {
    match &task.request {
        Request::Recheck(orcid) => Decision::ResolveMissing { orcid: *orcid, listed: None, code },
        _ => Decision::keep_without_body(code, Effects::default()),
    }
}

/// True for ORCID's own word about a token that is unknown, expired or revoked.
fn says_invalid_token(reply: &Reply) -> bool {
    let value: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    reply.status == 401 && value["error"] == "invalid_token"
}
