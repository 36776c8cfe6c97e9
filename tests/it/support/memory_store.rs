//! A store of objects in memory, or in a server on loopback, which can fail as one beyond a network
//! does.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use orcidlake::dataset::store::{Files, Notes, Objects, OpenUpload, Ranges};
use orcidlake::dataset::{DatasetError, NewFile};
use orcidlake::storage::open_objects;

use super::s3::{BUCKET, S3};

/// Where the objects are.
#[derive(Clone)]
enum Contents {
    Here(Arc<Mutex<BTreeMap<String, Arc<Vec<u8>>>>>),
    S3 { server: S3, name: String, objects: Arc<dyn Objects> },
}

impl Default for Contents {
    fn default() -> Self {
        Self::Here(Arc::default())
    }
}

impl Contents {
    fn in_s3(server: S3, name: &str) -> Self {
        let place = format!("s3://{BUCKET}/{name}");
        let objects = open_objects(Path::new(&place), &server.options()).unwrap();
        Self::S3 { server, name: name.to_owned(), objects }
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        match self {
            Self::Here(map) => drop(map.lock().unwrap().insert(name.to_owned(), Arc::new(bytes.to_vec()))),
            Self::S3 { objects, .. } => objects.put(name, bytes).unwrap(),
        }
    }

    fn put_if_absent(&self, name: &str, bytes: &[u8]) -> bool {
        match self {
            Self::Here(map) => {
                let mut map = map.lock().unwrap();
                let is_free = !map.contains_key(name);
                map.entry(name.to_owned()).or_insert_with(|| Arc::new(bytes.to_vec()));
                is_free
            }
            Self::S3 { objects, .. } => objects.put_if_absent(name, bytes).unwrap(),
        }
    }

    fn remove(&self, name: &str) {
        match self {
            Self::Here(map) => drop(map.lock().unwrap().remove(name)),
            Self::S3 { objects, .. } => objects.remove(&[name.to_owned()]).unwrap(),
        }
    }
}

/// What another does just before a version is put.
type Meanwhile = Box<dyn FnOnce() + Send>;

/// Objects by name.
#[derive(Default)]
pub struct Memory {
    contents: Contents,
    /// Changes that have been made.
    changes: AtomicUsize,
    /// The folders that have been listed.
    lists: Mutex<Vec<String>>,
    /// Changes after which all fail, as where the process is dead.
    dies_after: Option<usize>,
    /// A whole object that is put is there, and the answer is lost.
    loses_answers: bool,
    /// The first version that is put fails, and comes to be there just before the next is put.
    lands_late: bool,
    late: Mutex<Option<(String, Vec<u8>)>>,
    meanwhile: Mutex<Option<Meanwhile>>,
}

impl Memory {
    /// The same objects, of which the first `changes` changes succeed and no further.
    pub fn dying_after(&self, changes: usize) -> Self {
        Self { contents: self.contents.clone(), dies_after: Some(changes), ..Self::default() }
    }

    /// The same objects; what is put whole is there, and an error is all that is heard of it.
    pub fn losing_answers(&self) -> Self {
        Self { contents: self.contents.clone(), loses_answers: true, ..Self::default() }
    }

    /// The same objects; the first version that is put comes late, when its change has given up.
    pub fn landing_late(&self) -> Self {
        Self { contents: self.contents.clone(), lands_late: true, ..Self::default() }
    }

    /// The same objects; another does something just before the next version is put.
    pub fn with_another(&self, meanwhile: impl FnOnce() + Send + 'static) -> Self {
        let meanwhile: Meanwhile = Box::new(meanwhile);
        Self { contents: self.contents.clone(), meanwhile: Mutex::new(Some(meanwhile)), ..Self::default() }
    }

    /// The same objects, as another machine reaches them.
    pub fn copy_of(&self) -> Self {
        Self { contents: self.contents.clone(), ..Self::default() }
    }

    /// A store in a server on loopback.
    pub fn in_s3() -> Self {
        Self { contents: Contents::in_s3(S3::start(), "orcid"), ..Self::default() }
    }

    pub fn is_in_s3(&self) -> bool {
        matches!(self.contents, Contents::S3 { .. })
    }

    /// A copy of all objects as they are now.
    pub fn copy(&self) -> Self {
        let contents = match &self.contents {
            Contents::Here(map) => Contents::Here(Arc::new(Mutex::new(map.lock().unwrap().clone()))),
            Contents::S3 { server, name, .. } => {
                let copy = server.unique_name();
                server.copy(&format!("{name}/"), &format!("{copy}/"));
                Contents::in_s3(server.clone(), &copy)
            }
        };
        Self { contents, ..Self::default() }
    }

    pub fn changes(&self) -> usize {
        self.changes.load(Ordering::Relaxed)
    }

    /// The folders that have been listed since this was asked last.
    pub fn lists(&self) -> Vec<String> {
        std::mem::take(&mut *self.lists.lock().unwrap())
    }

    pub fn names(&self) -> Vec<String> {
        match &self.contents {
            Contents::Here(map) => map.lock().unwrap().keys().cloned().collect(),
            Contents::S3 { server, name, .. } => server.names(name),
        }
    }

    /// Counts a change, which fails where the process is dead.
    fn change(&self) -> Result<(), DatasetError> {
        let number = self.changes.fetch_add(1, Ordering::Relaxed);
        match self.dies_after {
            Some(last) if number >= last => Err(broken("the process is dead")),
            _ => Ok(()),
        }
    }
}

fn broken(what: &str) -> DatasetError {
    DatasetError::io("reach", Path::new("memory://orcid"))(io::Error::other(what.to_owned()))
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Memory").field(&self.names()).finish()
    }
}

#[derive(Debug)]
struct Object(Arc<Vec<u8>>);

impl Ranges for Object {
    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.0.len() as u64)
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = self.0.get(offset as usize..).unwrap_or_default();
        // Fewer than asked for, as it may be.
        let length = bytes.len().min(rest.len()).min(100_000);
        bytes[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }
}

impl Files for Memory {
    fn place(&self) -> &Path {
        Path::new("memory://orcid")
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, DatasetError> {
        self.lists.lock().unwrap().push(folder.to_owned());
        if let Contents::S3 { objects, .. } = &self.contents {
            return objects.list(folder);
        }
        let below = |name: &String| folder.is_empty() || name.starts_with(&format!("{folder}/"));
        Ok(self.names().into_iter().filter(below).collect())
    }

    fn open(&self, name: &str) -> Result<Arc<dyn Ranges>, DatasetError> {
        let found = match &self.contents {
            Contents::Here(map) => map.lock().unwrap().get(name).cloned(),
            Contents::S3 { objects, .. } => return objects.open(name),
        };
        let missing = || DatasetError::io("open", &self.place().join(name))(io::ErrorKind::NotFound.into());
        Ok(Arc::new(Object(found.ok_or_else(missing)?)))
    }
}

impl Objects for Memory {
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), DatasetError> {
        self.change()?;
        self.contents.put(name, bytes);
        Ok(())
    }

    fn put_files(&self, files: &[NewFile], _notes: &Notes) -> Result<(), DatasetError> {
        files.iter().try_for_each(|file| self.put(&file.in_dataset(), &std::fs::read(&file.from).unwrap()))
    }

    fn put_if_absent(&self, name: &str, bytes: &[u8]) -> Result<bool, DatasetError> {
        let is_new_version =
            name.starts_with("orcidlake-versions/0") && !self.names().iter().any(|there| there == name);
        if is_new_version && let Some(meanwhile) = self.meanwhile.lock().unwrap().take() {
            meanwhile();
        }
        self.change()?;
        if self.lands_late && is_new_version {
            let mut late = self.late.lock().unwrap();
            match late.take() {
                Some((name, bytes)) => self.contents.put(&name, &bytes),
                None => {
                    *late = Some((name.to_owned(), bytes.to_vec()));
                    return Err(broken("nothing is heard"));
                }
            }
        }
        if !self.contents.put_if_absent(name, bytes) {
            return Ok(false);
        }
        if self.loses_answers && !name.contains("/check-") {
            Err(broken("the answer is lost"))
        } else {
            Ok(true)
        }
    }

    fn remove(&self, names: &[String]) -> Result<(), DatasetError> {
        names.iter().try_for_each(|name| {
            self.change()?;
            self.contents.remove(name);
            Ok(())
        })
    }

    fn abort(&self, _uploads: &[OpenUpload]) -> Result<(), DatasetError> {
        Ok(())
    }
}
