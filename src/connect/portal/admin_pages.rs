//! The administrator's pages: people and their states, history, revocations that wait, webhooks,
//! and lists for download. None shows a token or a secret.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use minijinja::{Value, context};
use serde::Deserialize;

use super::admin::Administrator;
use super::fault::Fault;
use super::home::day;
use super::state::{Portal, blocking};
use crate::connect::export::{AuthenticatedId, csv};
use crate::connect::store::{HistoryRow, PersonRow, PersonState};
use orcid_api::time::readable;
use orcid_xml::Timestamp;

/// People on a page.
const PEOPLE_ON_A_PAGE: u32 = 100;
/// What the keys of states of people begin with.
pub const STATE: &str = "state";
/// Lines of the history on a page.
const HISTORY_ON_A_PAGE: u32 = 200;

/// Where a page of people begins.
#[derive(Debug, Deserialize)]
pub struct From {
    #[serde(default)]
    after: String,
}

/// What all pages of the administrator have: which one it is, and the way to the others.
pub fn menu(page: &str, values: Value) -> Value {
    let menu: Vec<Value> = [
        ("admin_overview", "/admin"),
        ("admin_people", "/admin/people"),
        ("admin_history", "/admin/history"),
        ("admin_queue", "/admin/revocations"),
        ("admin_webhooks", "/admin/webhooks"),
        ("admin_health", "/admin/health"),
    ]
    .into_iter()
    .map(|(key, path)| context! { key, path })
    .collect();
    context! { page, menu, ..values }
}

/// A cell of a table: a text, a link, or an iD.
pub fn cell(text: impl Into<String>) -> Value {
    context! { text => text.into(), word => "", uri => "", path => "", revive => "" }
}

/// A word of the database or of this program, such as a state, in the language of the page. One that
/// the languages do not have, of another version, is shown as it is.
pub fn word_cell(kind: &str, word: &str) -> Value {
    context! { text => word, word => word_key(kind, word), uri => "", path => "", revive => "" }
}

/// The key of a word in the files of texts.
fn word_key(kind: &str, word: &str) -> String {
    format!("{kind}_{}", word.to_lowercase().replace(' ', "_"))
}

fn link_cell(text: &str, path: String) -> Value {
    context! { text, word => "", uri => "", path, revive => "" }
}

fn orcid_cell(portal: &Portal, orcid: Option<&str>) -> Value {
    let uri = orcid.map(|orcid| portal.connect.client.issuer().orcid_uri(orcid)).unwrap_or_default();
    context! { text => orcid.unwrap_or_default(), word => "", uri, path => "", revive => "" }
}

fn time(time: Option<Timestamp>) -> String {
    time.map(readable).unwrap_or_default()
}

async fn table(
    portal: &Portal,
    mut administrator: Administrator,
    page: &str,
    columns: &[&'static str],
    rows: Vec<Vec<Value>>,
    more: String,
) -> Result<Response, Fault> {
    let values = menu(page, context! { columns => columns.to_vec(), rows, more });
    administrator.visitor.page(portal, StatusCode::OK, "admin_table.html", values).await
}

/// `GET /admin`.
pub async fn overview(
    State(portal): State<Arc<Portal>>,
    mut administrator: Administrator,
) -> Result<Response, Fault> {
    let counts = blocking(&portal, |portal| portal.connect.store.counts()).await?;
    let counts: Vec<Value> = counts
        .iter()
        .map(|(state, count)| context! { state => word_key(STATE, state.name()), count })
        .collect();
    let values = menu("admin_overview", context! { counts });
    administrator.visitor.page(&portal, StatusCode::OK, "admin_overview.html", values).await
}

/// `GET /admin/people`.
pub async fn people(
    State(portal): State<Arc<Portal>>,
    administrator: Administrator,
    Query(from): Query<From>,
) -> Result<Response, Fault> {
    let found =
        blocking(&portal, move |portal| portal.connect.store.people_from(&from.after, PEOPLE_ON_A_PAGE));
    let found = found.await?;
    let is_full = found.len() == PEOPLE_ON_A_PAGE as usize;
    let last = found.last().filter(|_| is_full).map(|person| person.local_id.as_str());
    let more =
        last.map(|last| format!("/admin/people?after={}", orcid_api::encoded(last))).unwrap_or_default();
    let rows = found
        .iter()
        .map(|person| {
            vec![
                link_cell(&person.local_id, format!("/admin/people/{}", person.id)),
                cell(&person.name),
                word_cell(STATE, person.state.name()),
                orcid_cell(&portal, person.orcid.as_deref()),
                cell(person.since.map(day).unwrap_or_default()),
            ]
        })
        .collect();
    let columns = ["column_person", "column_name", "column_state", "column_orcid", "column_since"];
    table(&portal, administrator, "admin_people", &columns, rows, more).await
}

/// `GET /admin/people/ID`.
pub async fn person(
    State(portal): State<Arc<Portal>>,
    mut administrator: Administrator,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let found = blocking(&portal, move |portal| {
        let Some(person) = portal.connect.store.person_row(id)? else { return Ok(None) };
        Ok(Some((person, portal.connect.store.history(Some(id), HISTORY_ON_A_PAGE)?)))
    });
    let Some((person, history)) = found.await? else { return Err(Fault::NotFound) };
    let uri = |orcid: &Option<String>| {
        orcid.as_ref().map(|orcid| portal.connect.client.issuer().orcid_uri(orcid)).unwrap_or_default()
    };
    let (own_uri, other_uri) = (uri(&person.orcid), uri(&person.other_orcid));
    let holds = matches!(person.state, PersonState::Connected | PersonState::ToConfirm | PersonState::Lost);
    let shown = context! {
        path => format!("/admin/people/{id}"),
        local_id => person.local_id,
        name => person.name,
        email => person.email,
        state => word_key(STATE, person.state.name()),
        orcid => person.orcid,
        uri => own_uri,
        other_orcid => person.other_orcid,
        other_uri,
        scope => person.scope,
        since => time(person.since),
        holds,
    };
    let (columns, rows) = history_table(&portal, &history, false);
    let values = menu("admin_people", context! { person => shown, columns, rows, more => "" });
    administrator.visitor.page(&portal, StatusCode::OK, "admin_person.html", values).await
}

/// `GET /admin/history`.
pub async fn history(
    State(portal): State<Arc<Portal>>,
    administrator: Administrator,
) -> Result<Response, Fault> {
    let history = blocking(&portal, |portal| portal.connect.store.history(None, HISTORY_ON_A_PAGE)).await?;
    let (columns, rows) = history_table(&portal, &history, true);
    table(&portal, administrator, "admin_history", &columns, rows, String::new()).await
}

fn history_table(
    portal: &Portal,
    history: &[HistoryRow],
    with_person: bool,
) -> (Vec<&'static str>, Vec<Vec<Value>>) {
    let mut columns = vec!["column_when", "column_event", "column_orcid", "column_detail"];
    if with_person {
        columns.insert(1, "column_person");
    }
    let row = |line: &HistoryRow| {
        let mut row = vec![
            cell(readable(line.at)),
            word_cell("event", &line.event),
            orcid_cell(portal, line.orcid.as_deref()),
            cell(&line.detail),
        ];
        if with_person {
            row.insert(1, cell(&line.local_id));
        }
        row
    };
    (columns, history.iter().map(row).collect())
}

/// `GET /admin/revocations`.
pub async fn revocations(
    State(portal): State<Arc<Portal>>,
    administrator: Administrator,
) -> Result<Response, Fault> {
    let waiting = blocking(&portal, |portal| portal.connect.store.pending_revocations()).await?;
    let rows = waiting.iter().map(|waiting| {
        vec![
            cell(&waiting.local_id),
            orcid_cell(&portal, Some(&waiting.orcid)),
            cell(readable(waiting.since)),
            cell(waiting.tries.to_string()),
            cell(readable(waiting.next_try)),
            cell(&waiting.fault),
        ]
    });
    let columns =
        ["column_person", "column_orcid", "column_since", "column_tries", "column_next", "column_fault"];
    table(&portal, administrator, "admin_queue", &columns, rows.collect(), String::new()).await
}

/// `GET /admin/webhooks`.
pub async fn webhooks(
    State(portal): State<Arc<Portal>>,
    administrator: Administrator,
) -> Result<Response, Fault> {
    let hooks = blocking(&portal, |portal| portal.connect.store.hooks()).await?;
    let rows = hooks.iter().map(|hook| {
        vec![
            orcid_cell(&portal, Some(&hook.orcid)),
            word_cell("hook", &hook.state),
            cell(hook.calls.to_string()),
            cell(time(hook.last_call)),
            cell(time(hook.marked)),
            context! { text => "revive_button", word => "", uri => "", path => "", revive => hook.orcid.as_str() },
        ]
    });
    let columns =
        ["column_orcid", "column_state", "column_calls", "column_last_call", "column_marked", "column_act"];
    table(&portal, administrator, "admin_webhooks", &columns, rows.collect(), String::new()).await
}

/// `GET /admin/authenticated-ids.csv`.
pub async fn authenticated_ids(
    State(portal): State<Arc<Portal>>,
    _: Administrator,
) -> Result<Response, Fault> {
    let text = blocking(&portal, |portal| {
        let rows = AuthenticatedId::of(&portal.connect.store.people()?, portal.connect.client.issuer());
        Ok(csv(&rows))
    });
    Ok(download("authenticated-ids.csv", text.await?))
}

/// `GET /admin/people.csv`.
pub async fn people_csv(State(portal): State<Arc<Portal>>, _: Administrator) -> Result<Response, Fault> {
    let text = blocking(&portal, |portal| {
        let people = portal.connect.store.people()?;
        Ok(csv(&people.iter().map(PersonLine::of).collect::<Vec<_>>()))
    });
    Ok(download("people.csv", text.await?))
}

/// A person in a list for download.
#[derive(Default, serde::Serialize)]
struct PersonLine {
    local_id: String,
    name: String,
    email: String,
    state: String,
    orcid: Option<String>,
    other_orcid: Option<String>,
    scopes: String,
    since: String,
}

impl PersonLine {
    fn of(person: &PersonRow) -> Self {
        Self {
            local_id: person.local_id.clone(),
            name: person.name.clone(),
            email: person.email.clone(),
            state: person.state.name().to_owned(),
            orcid: person.orcid.clone(),
            other_orcid: person.other_orcid.clone(),
            scopes: person.scope.clone(),
            since: time(person.since),
        }
    }
}

fn download(name: &str, text: String) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, disposition)];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::languages::Language;
    use crate::connect::store::Event;

    #[test]
    fn every_state_and_event_has_a_text() {
        let texts = &Language::first().texts;
        let states = PersonState::ALL.map(|state| word_key(STATE, state.name()));
        let events = Event::ALL.map(|event| word_key("event", event.name()));

        for key in states.iter().chain(&events) {
            assert!(texts.contains_key(key), "{key}");
        }
    }
}
