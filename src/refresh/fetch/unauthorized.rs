//! Decides whether a 401 is about the token or about a single request.
//!
//! If the token has expired, a new one is obtained. If the server refuses one record and gives all
//! others, that record is given up, and the run continues. To find out which case it is, a request
//! is repeated that the token was good for.

use super::context::Fetch;
use super::decision::Decision;
use crate::refresh::queue::Task;
use orcid_api::ApiError;
use orcid_xml::Timestamp;

/// Refusals of one request after which it is given up, if the token is good.
const MAX_LOOKS: u32 = 3;
/// New tokens in a row without an answer to any request, after which another one would not help.
const MAX_RENEWALS: u32 = 3;
/// Refusals in a row, of any requests, after which the token counts as refused, whatever else is
/// answered.
const MAX_REFUSALS: u32 = 60;
/// A path that every token may read, if no request has been answered yet.
const PROBE_PATH: &str = "/search?q=orcid%3A0000-0002-1825-0097&rows=1";
/// The code of a request that is refused though the token is good.
const UNAUTHORIZED: &str = "unauthorized";

/// Decides about a refused request.
pub fn refused(fetch: &Fetch, task: &Task, asked_at: Timestamp) -> Decision {
    let looks = fetch.token.refused(task.id);
    let refused = |what: &str| Decision::end(ApiError::Refused { what: what.to_owned() });
    if fetch.token.count_in_a_row() >= MAX_REFUSALS {
        return refused("it refuses one request after the other");
    }
    if looks >= MAX_LOOKS {
        return match token_is_good(fetch) {
            true => Decision::GiveUp { code: UNAUTHORIZED },
            false => refused("a new one does not help"),
        };
    }
    if fetch.token.renewals() >= MAX_RENEWALS {
        return match token_is_good(fetch) {
            true => Decision::AskAgain { code: UNAUTHORIZED, after: None, counts: true },
            false => refused("a new one does not help"),
        };
    }
    match fetch.client.renew(asked_at, fetch.clock.wall()) {
        Ok(renewed) => {
            if renewed {
                fetch.token.renewed();
            }
            Decision::AskAgain { code: "token-renewed", after: None, counts: false }
        }
        Err(_) if token_is_good(fetch) => {
            Decision::AskAgain { code: UNAUTHORIZED, after: None, counts: true }
        }
        Err(error) => Decision::end(error),
    }
}

/// Repeats a request that was answered before. If it fails for another reason than the token, the
/// token still counts as good.
fn token_is_good(fetch: &Fetch) -> bool {
    let path = fetch.token.last_accepted().unwrap_or_else(|| PROBE_PATH.to_owned());
    if !fetch.may_go(None) {
        return true;
    }
    !matches!(fetch.client.get(&path), Ok(reply) if matches!(reply.status, 401 | 403))
}
