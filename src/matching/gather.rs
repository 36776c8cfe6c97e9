//! Gathers the distinct organizations of a dataset, in bounded memory.
//!
//! Keys are counted in memory. When the memory is full, they are written to files by the first bits
//! of their hash, and each file is merged separately later. So keys come in the order of their
//! hashes, whatever the memory.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use rustc_hash::FxHashMap;

use super::key::{Key, SECTIONS, TEXTS};
use crate::dataset::{Dataset, DatasetError, create_file};
use crate::tables::{DumpKind, parse_org_key};

/// Files that keys are spread over.
const SHARES: usize = 64;

/// The keys of a dataset, share by share.
pub struct Keys {
    /// All keys, if they fit into memory.
    here: Vec<Key>,
    files: Vec<PathBuf>,
}

/// Gathers the keys of all sections of `dataset`; `scratch` is a folder for keys that do not fit
/// into `memory_bytes`.
pub fn gather(dataset: &Dataset, scratch: &Path, memory_bytes: usize) -> Result<Keys, DatasetError> {
    let mut gathering = Gathering {
        found: FxHashMap::default(),
        bytes: 0,
        limit: memory_bytes,
        spread: Spread { folder: scratch.to_owned(), files: Vec::new() },
    };
    let columns: Vec<&str> = ["org_key"].into_iter().chain(TEXTS).collect();
    for (section, table) in SECTIONS.into_iter().enumerate() {
        for (place, dump) in DumpKind::ALL.into_iter().enumerate() {
            let key = format!("{dump}/{table}");
            for batch in dataset.rows(&key, &columns) {
                gathering.take(&batch?, section, place)?;
            }
        }
    }
    gathering.end()
}

/// Keys that are being gathered.
struct Gathering {
    found: FxHashMap<u64, Key>,
    bytes: usize,
    limit: usize,
    spread: Spread,
}

/// The files of keys that did not fit.
struct Spread {
    folder: PathBuf,
    files: Vec<(PathBuf, BufWriter<File>)>,
}

impl Gathering {
    fn take(&mut self, batch: &RecordBatch, section: usize, dump: usize) -> Result<(), DatasetError> {
        let column = |name: &str| batch.column_by_name(name).expect("the column was asked for");
        let keys = column("org_key").as_string::<i32>();
        let texts: [&StringArray; 6] = TEXTS.map(|name| column(name).as_string::<i32>());
        for row in (0..batch.num_rows()).filter(|row| keys.is_valid(*row)) {
            let Some(org_key) = parse_org_key(keys.value(row)) else { continue };
            let key = self.found.entry(org_key).or_insert_with(|| {
                let text = |column: &&StringArray| column.is_valid(row).then(|| column.value(row).into());
                let key = Key { org_key, texts: texts.each_ref().map(text), ..Key::default() };
                self.bytes += key.bytes();
                key
            });
            let count = &mut key.counts[section][dump];
            *count = count.saturating_add(1);
        }
        if self.bytes > self.limit { self.spread() } else { Ok(()) }
    }

    fn spread(&mut self) -> Result<(), DatasetError> {
        self.bytes = 0;
        for key in std::mem::take(&mut self.found).into_values() {
            self.spread.write(&key)?;
        }
        Ok(())
    }

    fn end(mut self) -> Result<Keys, DatasetError> {
        if self.spread.files.is_empty() {
            return Ok(Keys { here: in_order(self.found.into_values().collect()), files: Vec::new() });
        }
        self.spread()?;
        Ok(Keys { here: Vec::new(), files: self.spread.end()? })
    }
}

impl Spread {
    fn write(&mut self, key: &Key) -> Result<(), DatasetError> {
        if self.files.is_empty() {
            for share in 0..SHARES {
                let path = self.folder.join(format!("keys-{share:02}"));
                let file = create_file(&path)?;
                self.files.push((path, BufWriter::new(file)));
            }
        }
        let share = (key.org_key >> (u64::BITS - SHARES.ilog2())) as usize;
        let (path, file) = &mut self.files[share];
        key.write(file).map_err(DatasetError::io("write", path))
    }

    fn end(self) -> Result<Vec<PathBuf>, DatasetError> {
        let end = |(path, mut file): (PathBuf, BufWriter<File>)| {
            file.flush().map_err(DatasetError::io("write", &path))?;
            Ok(path)
        };
        self.files.into_iter().map(end).collect()
    }
}

impl Keys {
    /// How many shares there are.
    pub fn shares(&self) -> usize {
        self.files.len().max(1)
    }

    /// Calls `each` with the keys of a share, in their order.
    pub fn with_share<T>(&self, share: usize, each: impl FnOnce(&[Key]) -> T) -> Result<T, DatasetError> {
        let Some(path) = self.files.get(share) else { return Ok(each(&self.here)) };
        let file = File::open(path).map_err(DatasetError::io("open", path))?;
        let mut input = BufReader::new(file);
        let mut found: FxHashMap<u64, Key> = FxHashMap::default();
        while let Some(key) = Key::read(&mut input).map_err(DatasetError::io("read", path))? {
            match found.entry(key.org_key) {
                std::collections::hash_map::Entry::Occupied(mut known) => known.get_mut().add(&key),
                std::collections::hash_map::Entry::Vacant(place) => drop(place.insert(key)),
            }
        }
        Ok(each(&in_order(found.into_values().collect())))
    }
}

fn in_order(mut keys: Vec<Key>) -> Vec<Key> {
    keys.sort_unstable_by_key(|key| key.org_key);
    keys
}
