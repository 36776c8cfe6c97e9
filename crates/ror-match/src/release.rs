//! A ROR release: all its organisations, by id and by number.

use std::fs::File;
use std::io::Read;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread;

use rustc_hash::FxHashMap;

use super::error::RorError;
use super::id::RorId;
use super::objects::{NoObject, Objects};
use super::organization::{Organization, Status};
use super::raw::RawOrganization;
use super::source::{open, with_json};

/// Successors are followed so far, lest two name each other.
const MAX_SUCCESSIONS: usize = 8;
/// Bytes of objects that are given to the thread that parses them at a time: so few that they are in
/// the processor's cache.
const BATCH_BYTES: usize = 64 << 10;
/// Room for the last object of a batch, which most need less of.
const MORE_BYTES: usize = 16 << 10;
/// Batches that wait for that thread at most.
const MAX_WAITING: usize = 8;

/// A ROR release: all its organisations, in the order of their ids. Each has a number, its place
/// in this order from 0 on, which all other types of this crate use. Numbers hold for one
/// release only.
#[derive(Debug)]
pub struct Release {
    /// The version and day of the release, from the name of its file, such as `v2.9-2026-06-23`.
    pub name: String,
    /// The organisations, ascending by id.
    pub organizations: Vec<Organization>,
    by_id: FxHashMap<RorId, u32>,
}

impl Release {
    /// Reads a release as ROR publishes it: the zip file, the JSON in it, or the JSON compressed
    /// with gzip, told apart by their first bytes; schema 1 or 2, told apart by content. Of a zip
    /// with both schemas the second is read.
    ///
    /// # Errors
    /// [`RorError`] if the file cannot be read or is no ROR release.
    pub fn read(path: &Path) -> Result<Self, RorError> {
        Self::read_file(path, open(path)?)
    }

    /// Does the same for a file that is open; `path` is its name for messages.
    ///
    /// # Errors
    /// As [`Release::read`].
    pub fn read_file(path: &Path, file: File) -> Result<Self, RorError> {
        let (name, mut organizations) =
            with_json(path, file, |json, name| Ok((name.to_owned(), organizations(path, json)?)))?;
        organizations.sort_by_cached_key(|organization| organization.id);
        if let Some(pair) = organizations.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(RorError::Twice { path: path.to_owned(), id: pair[0].id.to_string() });
        }
        if organizations.is_empty() {
            return Err(RorError::NotRor { path: path.to_owned(), what: "it has no organisation" });
        }
        Ok(Self::new(release_name(&name), organizations))
    }

    /// A release of organisations that the caller has. They must be ascending by id, without
    /// repeats.
    pub fn new(name: String, organizations: Vec<Organization>) -> Self {
        let by_id =
            (0..).zip(&organizations).map(|(number, organization)| (organization.id, number)).collect();
        Self { name, organizations, by_id }
    }

    /// The number of the organisation with an id; `None` if the release does not have it.
    pub fn number(&self, id: RorId) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    /// The organisation with a number.
    ///
    /// # Panics
    /// Panics if the release has fewer organisations.
    pub fn organization(&self, number: u32) -> &Organization {
        &self.organizations[number as usize]
    }

    /// The active organisation that took the place of organisation `number`, followed step by
    /// step; `number` itself if it is active. Stops at an organisation with no successor or with
    /// several, which is then not active.
    pub fn successor(&self, mut number: u32) -> u32 {
        for _ in 0..MAX_SUCCESSIONS {
            let organization = self.organization(number);
            let next = match organization.successors.as_slice() {
                [one] if organization.status != Status::Active => self.number(*one),
                _ => None,
            };
            match next {
                Some(next) => number = next,
                None => break,
            }
        }
        number
    }
}

/// `v2.9-2026-06-23-ror-data.json` without what says nothing.
fn release_name(file: &str) -> String {
    let name = file.trim_end_matches(".json").trim_end_matches("_schema_v2").trim_end_matches("-ror-data");
    name.to_owned()
}

/// The organisations of a release, in any order: this thread finds the objects and another one parses
/// them; if that one has enough to do, this one parses too.
fn organizations(path: &Path, json: &mut dyn Read) -> Result<Vec<Organization>, RorError> {
    thread::scope(|scope| {
        let (sender, batches) = sync_channel(MAX_WAITING);
        let parser = scope.spawn(move || {
            let mut parsed = Parsed::default();
            batches.iter().all(|batch| parsed.add(path, &batch));
            parsed
        });
        let mut own = Parsed::default();
        let split = split(path, json, sender, &mut own);
        let mut parsed = parser.join().unwrap_or_else(|panic| resume_unwind(panic));
        // An object that cannot be parsed stands before the place where no object was found.
        if let Some((_, fault)) = [own.fault, parsed.fault].into_iter().flatten().min_by_key(|fault| fault.0)
        {
            return Err(fault);
        }
        parsed.found.append(&mut own.found);
        match split {
            Ok(()) => Ok(parsed.found),
            Err(NoObject::Io(source)) => Err(RorError::Read { path: path.to_owned(), source }),
            Err(NoObject::Malformed(what)) => Err(RorError::NotRor { path: path.to_owned(), what }),
        }
    })
}

/// JSON objects on their way to the thread that parses them.
struct Batch {
    bytes: Vec<u8>,
    /// Where each object ends in `bytes`.
    ends: Vec<usize>,
    /// Objects of the release that stand before these.
    before: usize,
}

impl Batch {
    fn after(before: usize) -> Self {
        Self { bytes: Vec::with_capacity(BATCH_BYTES + MORE_BYTES), ends: Vec::new(), before }
    }
}

/// Sends the objects of an array until it ends, or until nobody takes them. Parses those for which
/// there is no room.
fn split(
    path: &Path,
    json: &mut dyn Read,
    sender: SyncSender<Batch>,
    own: &mut Parsed,
) -> Result<(), NoObject> {
    let mut objects = Objects::new(json);
    let mut batch = Batch::after(0);
    let ended = loop {
        match objects.next_object() {
            Ok(Some(object)) => {
                batch.bytes.extend_from_slice(object);
                batch.ends.push(batch.bytes.len());
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
        if batch.bytes.len() >= BATCH_BYTES {
            let next = Batch::after(batch.before + batch.ends.len());
            let goes_on = match sender.try_send(batch) {
                Ok(()) => true,
                Err(TrySendError::Full(batch)) => own.add(path, &batch),
                // An object could not be parsed.
                Err(TrySendError::Disconnected(_)) => false,
            };
            if !goes_on {
                return Ok(());
            }
            batch = next;
        }
    };
    own.add(path, &batch);
    ended
}

/// What one thread has parsed.
#[derive(Default)]
struct Parsed {
    found: Vec<Organization>,
    /// The first object that could not be parsed, by its number, and why.
    fault: Option<(usize, RorError)>,
}

impl Parsed {
    /// Parses a batch; false if an object cannot be parsed.
    fn add(&mut self, path: &Path, batch: &Batch) -> bool {
        let mut start = 0;
        for (number, end) in (batch.before + 1..).zip(&batch.ends) {
            match organization(path, number, &batch.bytes[start..*end]) {
                Ok(organization) => self.found.push(organization),
                Err(fault) => {
                    self.fault = Some((number, fault));
                    return false;
                }
            }
            start = *end;
        }
        true
    }
}

fn organization(path: &Path, number: usize, object: &[u8]) -> Result<Organization, RorError> {
    // Text is checked sooner as a whole than string by string.
    let raw: Result<RawOrganization<'_>, _> = match std::str::from_utf8(object) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(object),
    };
    let raw = raw.map_err(|source| RorError::Organization { path: path.to_owned(), number, source })?;
    match RorId::parse(raw.id.as_str()) {
        Ok(id) => Ok(raw.finish(id)),
        Err(_) => Err(RorError::Id { path: path.to_owned(), number, id: raw.id.as_str().to_owned() }),
    }
}
