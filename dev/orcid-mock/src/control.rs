//! What a person or a script can tell a server that stands alone: paths that
//! begin with an underscore, and are not counted.

use std::time::Duration;

use serde_json::{Value, json};

use super::answer::Answer;
use super::form::Form;
use super::member::MemberCalls;
use super::oauth::control;
use super::state::{Shared, State, locked};

/// What members asked and wrote.
fn of_members(calls: &MemberCalls) -> Value {
    json!({
        "calls": calls.0.len(),
        "writes": calls.writes().count(),
        "created": calls.created(),
        "busiest_second": calls.busiest(Duration::from_secs(1)),
        "too_fast": calls.too_fast(),
    })
}

/// Does what the path says; `None` for all other paths.
pub fn answer(shared: &Shared, path: &str, query: &str) -> Option<Answer> {
    let form = Form::parse(query);
    let mut state = locked(shared);
    let State { oauth, world, .. } = &mut *state;
    if let Some(done) = control::act(oauth, world, path, &form) {
        return Some(match done {
            Ok(said) => Answer::json(200, &said),
            Err(why) => Answer::json(400, &json!({ "error": why })),
        });
    }
    let said = match path {
        "/_counts" => {
            let mut counts = state.log.counts();
            counts["tokens_issued"] = state.oauth.grants.issued().into();
            counts["quota_used"] = json!(state.gate.used());
            counts["members"] = of_members(&state.member.calls);
            counts
        }
        "/_reset-quota" => {
            state.gate.reset_quota();
            json!({ "done": true })
        }
        "/_expire-token" => {
            state.oauth.grants.expire_all();
            json!({ "done": true })
        }
        "/_evolve" => {
            let seed = form.get("seed").and_then(|seed| seed.parse().ok()).unwrap_or(1);
            let share = form.get("share").and_then(|share| share.parse().ok()).unwrap_or(0.1);
            let changes = state.world.evolve(seed, share);
            json!({ "changes": changes.iter().map(|change| format!("{change:?}")).collect::<Vec<_>>() })
        }
        _ => return None,
    };
    Some(Answer::json(200, &said))
}
