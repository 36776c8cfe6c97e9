//! What people have connected, as rows: a table of a dataset, or CSV. No row has a token.

use std::collections::BTreeMap;

use serde::Serialize;

use super::error::ConnectError;
use super::store::{PersonRow, PersonState};
use crate::dataset::{
    Connections, DatasetError, Logs, Part, Store as DatasetStore, TableWriter, begin_change_in,
};
use crate::tables::AnyTable;
use crate::tables::connections::{AUTHENTICATED_IDS, AuthenticatedIdRow, FOLDER};
use orcid_api::oauth::Issuer;
use orcid_api::time::iso;

/// A row of the table, and a line of the CSV file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuthenticatedId {
    pub local_id: String,
    pub orcid: String,
    pub orcid_uri: String,
    pub scopes: String,
    pub since: String,
    pub state: String,
}

/// Everybody with an iD, by local id.
pub fn rows(people: &[PersonRow], issuer: &Issuer) -> Vec<AuthenticatedIdRow> {
    let row = |person: &PersonRow| {
        let orcid = person.orcid.clone()?;
        // Another iD that waits changes nothing about the present one; a denial neither.
        let state = match person.state {
            PersonState::Lost => PersonState::Lost,
            PersonState::Disconnected | PersonState::Denied => PersonState::Disconnected,
            _ => PersonState::Connected,
        };
        Some(AuthenticatedIdRow {
            local_id: person.local_id.clone(),
            orcid_uri: issuer.orcid_uri(&orcid),
            orcid,
            scopes: person.scope.clone(),
            since: person.since,
            state: state.name().to_owned(),
        })
    };
    people.iter().filter_map(row).collect()
}

impl AuthenticatedId {
    /// The lines of a CSV file.
    pub fn of(people: &[PersonRow], issuer: &Issuer) -> Vec<Self> {
        let line = |row: AuthenticatedIdRow| Self {
            local_id: row.local_id,
            orcid: row.orcid,
            orcid_uri: row.orcid_uri,
            scopes: row.scopes,
            since: row.since.map(iso).unwrap_or_default(),
            state: row.state,
        };
        rows(people, issuer).into_iter().map(line).collect()
    }
}

/// Lines as CSV; the names of the columns come first, even without lines.
pub fn csv<R: Serialize + Default>(lines: &[R]) -> String {
    let mut writer = csv::WriterBuilder::new().has_headers(true).from_writer(Vec::new());
    let no_lines = [R::default()];
    for line in if lines.is_empty() { &no_lines[..] } else { lines } {
        // Structs of texts are always rows, and memory takes them.
        let _ = writer.serialize(line);
    }
    let text = String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default();
    if lines.is_empty() { text.lines().take(1).map(|line| format!("{line}\n")).collect() } else { text }
}

/// Writes `connections/authenticated_ids` into a dataset, in the place of an earlier one.
///
/// # Errors
/// [`ConnectError::Dataset`] where the dataset cannot be read or written; it is as it was then.
pub fn export(
    store: &dyn DatasetStore,
    rows: &[AuthenticatedIdRow],
    issuer: &Issuer,
) -> Result<(), ConnectError> {
    let (change, dataset) = begin_change_in(store, "connect export")?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.map_err(|source| {
        DatasetError::io("start a thread for", store.place())(std::io::Error::other(source))
    })?;
    let scratch = change.scratch("connections")?;
    let table: &'static dyn AnyTable = &*AUTHENTICATED_IDS;
    let mut writer = TableWriter::with_notes(&scratch, format!("{FOLDER}/{}", table.name()), table, &[]);
    if !rows.is_empty() {
        writer.write(&AUTHENTICATED_IDS.batch(&rows.iter().collect::<Vec<_>>()), &pool)?;
    }
    let written = writer.finish(&pool)?;
    let mut manifest = dataset.manifest;
    let suffix = change.suffix();
    let (mut files, mut parts): (Vec<_>, BTreeMap<String, Vec<Part>>) = Default::default();
    for part in written.parts {
        let folder = scratch.join(&written.key);
        let (part, file) = manifest.take_in_with(&written.key, part, &folder, &suffix);
        parts.entry(written.key.clone()).or_default().push(part);
        files.push(file);
    }
    let tool_version = env!("CARGO_PKG_VERSION").to_owned();
    manifest.connections = Some(Connections { issuer: issuer.url().to_owned(), tool_version, parts });
    change.commit(&manifest, &files, Logs::Continue)?;
    // The dataset is changed; what cannot be cleared now is cleared by the next run.
    let _ = change.end();
    Ok(())
}
