//! The log of one table: its newest state, and a version more.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::actions::{Action, Add, MetaData, Protocol, Remove};
use super::checkpoint;
use super::error::LogError;
use crate::dataset::error::DatasetError;
use crate::dataset::files::{make_folder, remove, rename, sync_folder, write_file};
use crate::dataset::manifest::Part;
use crate::tables::AnyTable;

/// The folder of a table's log.
pub(super) const LOG_FOLDER: &str = "_delta_log";
/// The file that says where the newest checkpoint is.
const LAST_CHECKPOINT: &str = "_last_checkpoint";
/// What a file is called until it is whole.
const PART_ENDING: &str = "part";
/// After so many versions a log gets a checkpoint, and what stands before the last
/// one but one leaves it.
pub(super) const CHECKPOINT_VERSIONS: u64 = 20;
/// Digits that the names of log files begin with: their version.
const VERSION_DIGITS: usize = 20;
/// For so long a checkpoint remembers a file that was removed: Delta Lake's own default, a
/// week in milliseconds.
const REMEMBERED_MILLIS: i64 = 7 * 24 * 3_600 * 1_000;

/// The files of a table by name, with their sizes and rows.
pub(in crate::dataset) type LogFiles = BTreeMap<String, (u64, Option<u64>)>;

/// One table's log.
pub(super) struct Log<'l> {
    table_folder: &'l Path,
    folder: PathBuf,
    /// Versions that stay readable.
    history: u64,
}

/// What a log says at one version.
#[derive(Default)]
pub(super) struct State {
    version: u64,
    protocol: Option<Protocol>,
    metadata: Option<MetaData>,
    files: BTreeMap<String, Add>,
    removed: BTreeMap<String, Remove>,
}

impl<'l> Log<'l> {
    pub fn new(table_folder: &'l Path, history: u64) -> Self {
        Self { table_folder, folder: table_folder.join(LOG_FOLDER), history }
    }

    /// Adds a version, or the first one, if the files differ from the newest. A log that
    /// cannot be read, or tells another size or number of rows of a file, begins anew: a name
    /// means one content in all versions, and the manifest says what the log must list.
    pub fn commit(&self, table: &dyn AnyTable, parts: &[&Part]) -> Result<(), DatasetError> {
        let state = match self.newest() {
            Ok(None) => None,
            Ok(Some(state)) if agree(&state.listed(), parts) => Some(state),
            Ok(Some(_)) | Err(_) => {
                remove(&self.folder)?;
                None
            }
        };
        let now = millis(SystemTime::now());
        let (version, actions) = match &state {
            None => (0, self.first(table, parts, now)?),
            Some(state) => match self.change(state, parts, now)? {
                Some(actions) => (state.version + 1, actions),
                None => return Ok(()),
            },
        };
        make_folder(&self.folder)?;
        let line = |action: &Action| serde_json::to_string(action).map(|line| line + "\n");
        let lines: Result<String, _> = actions.iter().map(line).collect();
        let path = self.folder.join(format!("{version:0VERSION_DIGITS$}.json"));
        let lines = lines.map_err(|error| DatasetError::io("write", &path)(io::Error::other(error)))?;
        write_file(&path, lines.as_bytes())?;
        if version > 0 && version.is_multiple_of(CHECKPOINT_VERSIONS) {
            let mut state = state.unwrap_or_default();
            state.version = version;
            actions.into_iter().for_each(|action| state.take(action));
            self.write_checkpoint(&state, now)?;
            self.trim(version)?;
        }
        sync_folder(&self.folder)
    }

    /// The newest state; `None` where there is no log.
    pub fn newest(&self) -> Result<Option<State>, LogError> {
        if !self.folder.is_dir() {
            return Ok(None);
        }
        let (mut versions, mut checkpoints) = (BTreeSet::new(), BTreeSet::new());
        for entry in fs::read_dir(&self.folder).map_err(LogError::io(&self.folder))? {
            let name = entry.map_err(LogError::io(&self.folder))?.file_name();
            let Some((version, ending)) = name.to_str().and_then(split_name) else { continue };
            match ending {
                "json" => versions.insert(version),
                "checkpoint.parquet" => checkpoints.insert(version),
                _ => continue,
            };
        }
        let mut state = State::default();
        let mut next = 0;
        if let Some(&version) = checkpoints.last() {
            let path = self.folder.join(format!("{version:0VERSION_DIGITS$}.checkpoint.parquet"));
            let actions = checkpoint::read(&path)
                .map_err(|source| LogError::Checkpoint { path: path.clone(), source: Box::new(source) })?;
            actions.into_iter().for_each(|action| state.take(action));
            state.version = version;
            next = version + 1;
        }
        for &version in versions.range(next..) {
            if version != next {
                return Err(LogError::Gap { folder: self.folder.clone(), version: next });
            }
            self.read_version(version)?.into_iter().for_each(|action| state.take(action));
            state.version = version;
            next += 1;
        }
        if next == 0 {
            return Err(LogError::Gap { folder: self.folder.clone(), version: 0 });
        }
        match &state.protocol {
            Some(protocol) if protocol.is_known() && state.metadata.is_some() => Ok(Some(state)),
            _ => Err(LogError::Protocol { folder: self.folder.clone() }),
        }
    }

    fn read_version(&self, version: u64) -> Result<Vec<Action>, LogError> {
        let path = self.folder.join(format!("{version:0VERSION_DIGITS$}.json"));
        let text = fs::read_to_string(&path).map_err(LogError::io(&path))?;
        let lines = text.lines().filter(|line| !line.trim().is_empty()).enumerate();
        let actions = lines.map(|(number, line)| {
            serde_json::from_str(line).map_err(|source| LogError::Line {
                path: path.clone(),
                line: number + 1,
                source,
            })
        });
        actions.collect()
    }

    /// The actions that begin a log.
    fn first(&self, table: &dyn AnyTable, parts: &[&Part], now: i64) -> Result<Vec<Action>, DatasetError> {
        let mut actions = vec![
            info("CREATE TABLE", now),
            Action { protocol: Some(Protocol::ours()), ..Action::default() },
            Action { meta_data: Some(MetaData::of(table, now)), ..Action::default() },
        ];
        for part in parts {
            actions.push(self.add(part)?);
        }
        Ok(actions)
    }

    /// One version that adds and removes what differs; `None` where nothing does.
    fn change(&self, state: &State, parts: &[&Part], now: i64) -> Result<Option<Vec<Action>>, DatasetError> {
        let wanted: BTreeSet<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        let gone: Vec<&String> = state.files.keys().filter(|name| !wanted.contains(name.as_str())).collect();
        let new: Vec<&&Part> = parts.iter().filter(|part| !state.files.contains_key(&part.name)).collect();
        if gone.is_empty() && new.is_empty() {
            return Ok(None);
        }
        let mut actions = vec![info(if gone.is_empty() { "WRITE" } else { "MERGE" }, now)];
        for part in new {
            actions.push(self.add(part)?);
        }
        actions.extend(gone.into_iter().map(|name| {
            let remove = Remove { path: name.clone(), deletion_timestamp: Some(now), data_change: true };
            Action { remove: Some(remove), ..Action::default() }
        }));
        Ok(Some(actions))
    }

    fn add(&self, part: &Part) -> Result<Action, DatasetError> {
        let path = self.table_folder.join(&part.name);
        let modified = fs::metadata(&path).and_then(|metadata| metadata.modified());
        let add = Add {
            path: part.name.clone(),
            partition_values: BTreeMap::new(),
            size: part.size_bytes,
            modification_time: millis(modified.map_err(DatasetError::io("read", &path))?),
            data_change: true,
            stats: Some(json!({ "numRecords": part.rows }).to_string()),
        };
        Ok(Action { add: Some(add), ..Action::default() })
    }

    /// Writes a checkpoint, and where it is. Both are made under other names first: the
    /// log's files are links to those of the state before.
    fn write_checkpoint(&self, state: &State, now: i64) -> Result<(), DatasetError> {
        let actions = state.actions(now);
        let path = self.folder.join(format!("{:0VERSION_DIGITS$}.checkpoint.parquet", state.version));
        let bytes = checkpoint::encode(&actions)
            .map_err(|error| DatasetError::io("write", &path)(io::Error::other(error)))?;
        let last = json!({ "version": state.version, "size": actions.len() }).to_string();
        for (path, bytes) in [(path, bytes), (self.folder.join(LAST_CHECKPOINT), last.into_bytes())] {
            let part = path.with_extension(PART_ENDING);
            write_file(&part, &bytes)?;
            rename(&part, &path)?;
        }
        Ok(())
    }

    /// Takes log files away that no version within the history needs.
    fn trim(&self, version: u64) -> Result<(), DatasetError> {
        let needed = version.saturating_sub(self.history) / CHECKPOINT_VERSIONS * CHECKPOINT_VERSIONS;
        for entry in fs::read_dir(&self.folder).map_err(DatasetError::io("read", &self.folder))? {
            let entry = entry.map_err(DatasetError::io("read", &self.folder))?;
            let name = entry.file_name();
            if name.to_str().and_then(split_name).is_some_and(|(own, _)| own < needed) {
                remove(&entry.path())?;
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
        // In a checkpoint nothing changes.
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

/// What a log tells of a file: its size and rows.
pub(in crate::dataset) fn told_of(part: &Part) -> (u64, Option<u64>) {
    (part.size_bytes, Some(part.rows))
}

/// True where a log tells of the files that stay what the manifest does.
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
