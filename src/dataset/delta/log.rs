//! The log of one table: reads its newest state, and adds a version.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::actions::{Action, Add, MetaData, Protocol, Remove};
use super::checkpoint;
use super::error::LogError;
use super::place::LogPlace;
use crate::dataset::error::DatasetError;
use crate::dataset::layout::any_table_of;
use crate::dataset::manifest::Part;
use crate::dataset::store::{Files, StoredFile};
use crate::tables::AnyTable;

/// The folder of a table's log.
pub(super) const LOG_FOLDER: &str = "_delta_log";
/// The file that says where the newest checkpoint is.
const LAST_CHECKPOINT: &str = "_last_checkpoint";
/// Versions after which a log gets a checkpoint; then the files before the last checkpoint but one
/// are removed.
pub(super) const CHECKPOINT_VERSIONS: u64 = 20;
/// Digits that the names of log files begin with: their version.
const VERSION_DIGITS: usize = 20;
/// The time for which a checkpoint remembers a removed file: Delta Lake's default, a week in
/// milliseconds.
const REMEMBERED_MILLIS: i64 = 7 * 24 * 3_600 * 1_000;

/// The files of a table by name, with their sizes and rows.
pub(in crate::dataset) type LogFiles = BTreeMap<String, (u64, Option<u64>)>;

/// One table's log.
pub(super) struct Log<'l> {
    files: &'l dyn Files,
    /// The table's folder.
    table: &'l str,
    /// The log's folder, by its name in the dataset.
    folder: String,
}

/// The state of a table at one version of its log.
#[derive(Default)]
pub(super) struct State {
    version: u64,
    protocol: Option<Protocol>,
    metadata: Option<MetaData>,
    files: BTreeMap<String, Add>,
    removed: BTreeMap<String, Remove>,
}

impl<'l> Log<'l> {
    /// The log of the table with this key.
    pub fn new(files: &'l dyn Files, table: &'l str) -> Self {
        Self { files, table, folder: format!("{table}/{LOG_FOLDER}") }
    }

    /// Adds a version, or the first one, if the files differ from the newest. A log that cannot be
    /// read, or that states another size or number of rows of a file, starts again: a name means
    /// the same content in all versions, and the manifest decides which files the log lists. As
    /// many earlier versions as `history` says stay readable.
    pub fn commit(
        &self,
        place: &dyn LogPlace,
        table: &dyn AnyTable,
        parts: &[&Part],
        history: u64,
    ) -> Result<(), DatasetError> {
        let state = match self.newest() {
            Ok(None) => None,
            Ok(Some(state)) if agree(&state.listed(), parts) => Some(state),
            Ok(Some(_)) | Err(_) => {
                place.remove_all(&self.folder)?;
                None
            }
        };
        let now = millis(SystemTime::now());
        let (version, actions) = match &state {
            None => (0, self.first(place, table, parts, now)?),
            Some(state) => match self.change(place, state, parts, now)? {
                Some(actions) => (state.version + 1, actions),
                None => return Ok(()),
            },
        };
        let line = |action: &Action| serde_json::to_string(action).map(|line| line + "\n");
        let lines: Result<String, _> = actions.iter().map(line).collect();
        let name = self.name(&format!("{version:0VERSION_DIGITS$}.json"));
        let path = self.files.place().join(&name);
        let lines = lines.map_err(|error| DatasetError::io("write", &path)(io::Error::other(error)))?;
        place.add(&name, lines.as_bytes())?;
        if version > 0 && version.is_multiple_of(CHECKPOINT_VERSIONS) {
            let mut state = state.unwrap_or_default();
            state.version = version;
            actions.into_iter().for_each(|action| state.take(action));
            self.write_checkpoint(place, &state, now)?;
            self.trim(place, version, history)?;
        }
        place.end(&self.folder)
    }

    /// The name in the dataset of one of the log's files.
    fn name(&self, file: &str) -> String {
        format!("{}/{file}", self.folder)
    }

    /// The name of the log in messages.
    fn path(&self) -> PathBuf {
        self.files.place().join(&self.folder)
    }

    /// Names of its files, without the folder.
    fn file_names(&self) -> Result<Vec<String>, DatasetError> {
        let names = self.files.list(&self.folder)?.into_iter();
        Ok(names.filter_map(|name| Some(name.rsplit_once('/')?.1.to_owned())).collect())
    }

    /// The newest state; `None` if there is no log.
    pub fn newest(&self) -> Result<Option<State>, LogError> {
        let names = self.file_names().map_err(LogError::of)?;
        if names.is_empty() {
            return Ok(None);
        }
        let (mut versions, mut checkpoints) = (BTreeSet::new(), BTreeSet::new());
        for name in &names {
            let Some((version, ending)) = split_name(name) else { continue };
            match ending {
                "json" => versions.insert(version),
                "checkpoint.parquet" => checkpoints.insert(version),
                _ => continue,
            };
        }
        let mut state = State::default();
        let mut next = 0;
        if let Some(&version) = checkpoints.last() {
            let name = self.name(&format!("{version:0VERSION_DIGITS$}.checkpoint.parquet"));
            let file = StoredFile::open(self.files, &name).map_err(LogError::of)?;
            let path = file.path().to_owned();
            let actions = checkpoint::read(file)
                .map_err(|source| LogError::Checkpoint { path, source: Box::new(source) })?;
            actions.into_iter().for_each(|action| state.take(action));
            state.version = version;
            next = version + 1;
        }
        for &version in versions.range(next..) {
            if version != next {
                return Err(LogError::Gap { folder: self.path(), version: next });
            }
            self.read_version(version)?.into_iter().for_each(|action| state.take(action));
            state.version = version;
            next += 1;
        }
        if next == 0 {
            return Err(LogError::Gap { folder: self.path(), version: 0 });
        }
        let is_known = state.protocol.as_ref().is_some_and(Protocol::is_known)
            && state.metadata.as_ref().is_some_and(|metadata| self.has_schema(metadata));
        if is_known { Ok(Some(state)) } else { Err(LogError::Protocol { folder: self.path() }) }
    }

    /// True if the metadata has the schema of the log's table.
    fn has_schema(&self, metadata: &MetaData) -> bool {
        any_table_of(self.table).is_none_or(|table| metadata.is_of(table))
    }

    fn read_version(&self, version: u64) -> Result<Vec<Action>, LogError> {
        let name = self.name(&format!("{version:0VERSION_DIGITS$}.json"));
        let file = StoredFile::open(self.files, &name).map_err(LogError::of)?;
        let (path, text) = (file.path(), file.read_all().map_err(LogError::of)?);
        let text = String::from_utf8(text).map_err(|error| LogError::Io {
            path: path.to_owned(),
            source: io::Error::new(io::ErrorKind::InvalidData, error),
        })?;
        let lines = text.lines().filter(|line| !line.trim().is_empty()).enumerate();
        let actions = lines.map(|(number, line)| {
            serde_json::from_str(line).map_err(|source| LogError::Line {
                path: path.to_owned(),
                line: number + 1,
                source,
            })
        });
        actions.collect()
    }

    /// The actions that begin a log.
    fn first(
        &self,
        place: &dyn LogPlace,
        table: &dyn AnyTable,
        parts: &[&Part],
        now: i64,
    ) -> Result<Vec<Action>, DatasetError> {
        let mut actions = vec![
            info("CREATE TABLE", now),
            Action { protocol: Some(Protocol::ours()), ..Action::default() },
            Action { meta_data: Some(MetaData::of(table, now)), ..Action::default() },
        ];
        for part in parts {
            actions.push(self.add(place, part)?);
        }
        Ok(actions)
    }

    /// A version with the differences as adds and removes; `None` if there are none.
    fn change(
        &self,
        place: &dyn LogPlace,
        state: &State,
        parts: &[&Part],
        now: i64,
    ) -> Result<Option<Vec<Action>>, DatasetError> {
        let wanted: BTreeSet<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        let gone: Vec<&String> = state.files.keys().filter(|name| !wanted.contains(name.as_str())).collect();
        let new: Vec<&&Part> = parts.iter().filter(|part| !state.files.contains_key(&part.name)).collect();
        if gone.is_empty() && new.is_empty() {
            return Ok(None);
        }
        let mut actions = vec![info(if gone.is_empty() { "WRITE" } else { "MERGE" }, now)];
        for part in new {
            actions.push(self.add(place, part)?);
        }
        actions.extend(gone.into_iter().map(|name| {
            let remove = Remove { path: name.clone(), deletion_timestamp: Some(now), data_change: true };
            Action { remove: Some(remove), ..Action::default() }
        }));
        Ok(Some(actions))
    }

    fn add(&self, place: &dyn LogPlace, part: &Part) -> Result<Action, DatasetError> {
        let add = Add {
            path: part.name.clone(),
            partition_values: BTreeMap::new(),
            size: part.size_bytes,
            modification_time: millis(place.written(&format!("{}/{}", self.table, part.name))?),
            data_change: true,
            stats: Some(json!({ "numRecords": part.rows }).to_string()),
        };
        Ok(Action { add: Some(add), ..Action::default() })
    }

    /// Writes a checkpoint, and the file that names the newest checkpoint.
    fn write_checkpoint(&self, place: &dyn LogPlace, state: &State, now: i64) -> Result<(), DatasetError> {
        let actions = state.actions(now);
        let name = self.name(&format!("{:0VERSION_DIGITS$}.checkpoint.parquet", state.version));
        let path = self.files.place().join(&name);
        let bytes = checkpoint::encode(&actions)
            .map_err(|error| DatasetError::io("write", &path)(io::Error::other(error)))?;
        let last = json!({ "version": state.version, "size": actions.len() }).to_string();
        place.replace(&name, &bytes)?;
        place.replace(&self.name(LAST_CHECKPOINT), last.as_bytes())
    }

    /// Removes log files that no version within the history needs.
    fn trim(&self, place: &dyn LogPlace, version: u64, history: u64) -> Result<(), DatasetError> {
        let needed = version.saturating_sub(history) / CHECKPOINT_VERSIONS * CHECKPOINT_VERSIONS;
        for name in self.file_names()? {
            if split_name(&name).is_some_and(|(own, _)| own < needed) {
                place.remove(&self.name(&name))?;
            }
        }
        Ok(())
    }
}

impl State {
    /// The files of the table by name, with their sizes and rows.
    pub fn listed(&self) -> LogFiles {
        self.files.iter().map(|(name, add)| (name.clone(), (add.size, add.rows()))).collect()
    }

    fn take(&mut self, action: Action) {
        self.protocol = action.protocol.or(self.protocol.take());
        self.metadata = action.meta_data.or(self.metadata.take());
        if let Some(remove) = action.remove {
            self.files.remove(&remove.path);
            self.removed.insert(remove.path.clone(), remove);
        }
        if let Some(add) = action.add {
            self.removed.remove(&add.path);
            self.files.insert(add.path.clone(), add);
        }
    }

    /// The actions that lead to this state.
    fn actions(&self, now: i64) -> Vec<Action> {
        let is_remembered = |remove: &&Remove| {
            remove.deletion_timestamp.is_none_or(|gone| now.saturating_sub(gone) < REMEMBERED_MILLIS)
        };
        // A checkpoint does not change data.
        let add =
            |add: &Add| Action { add: Some(Add { data_change: false, ..add.clone() }), ..Action::default() };
        let remove = |remove: &Remove| Action {
            remove: Some(Remove { data_change: false, ..remove.clone() }),
            ..Action::default()
        };
        let mut actions = vec![
            Action { protocol: self.protocol.clone(), ..Action::default() },
            Action { meta_data: self.metadata.clone(), ..Action::default() },
        ];
        actions.extend(self.files.values().map(add));
        actions.extend(self.removed.values().filter(is_remembered).map(remove));
        actions
    }
}

/// The size and the rows of a file, as stated by a log.
pub(in crate::dataset) fn told_of(part: &Part) -> (u64, Option<u64>) {
    (part.size_bytes, Some(part.rows))
}

/// True if a log and the manifest state the same about the files that stay.
fn agree(listed: &LogFiles, parts: &[&Part]) -> bool {
    let told = |part: &&Part| listed.get(&part.name).is_none_or(|told| *told == told_of(part));
    parts.iter().all(told)
}

/// The version and the ending of a log file's name.
fn split_name(name: &str) -> Option<(u64, &str)> {
    let (digits, ending) = name.split_once('.')?;
    let is_version = digits.len() == VERSION_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    Some((digits.parse().ok().filter(|_| is_version)?, ending))
}

fn info(operation: &str, now: i64) -> Action {
    let engine = format!("orcidlake/{}", env!("CARGO_PKG_VERSION"));
    let info = json!({
        "timestamp": now, "operation": operation, "operationParameters": {}, "engineInfo": engine,
    });
    Action { commit_info: Some(info), ..Action::default() }
}

/// Milliseconds since 1970.
fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(i64::MAX)
}
