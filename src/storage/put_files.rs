//! Puts the files of a dataset into an object store: small ones whole, others in parts, several at a
//! time. Uploads are noted, so that a later change can abort those of a dead process. The index of an
//! archive, one file without notes, is put by `put_index.rs`.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use object_store::multipart::PartId;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt, PutPayload};

use super::object_place::StoredObjects;
use crate::dataset::store::Notes;
use crate::dataset::{DatasetError, NewFile};

/// Bytes of a part, and of the largest file that is put whole. S3 wants at least 5 MiB.
const PART_BYTES: u64 = 8 << 20;
/// The most parts that S3 takes; a larger file has larger parts.
const MAX_PARTS: u64 = 10_000;
/// Parts or files that are sent at a time. They are in memory: 64 MiB.
const SIDE_BY_SIDE: usize = 8;

/// A file on its way.
struct Upload<'f> {
    new: &'f NewFile,
    file: File,
    name: String,
    path: ObjectPath,
    size_bytes: u64,
    part_bytes: u64,
    parts: usize,
    progress: Mutex<Progress>,
}

/// How far a file has come.
#[derive(Default)]
struct Progress {
    /// The id of an upload in parts that has begun and not ended.
    id: Option<String>,
    sent: Vec<Option<PartId>>,
}

/// Puts all files; if one fails, the uploads in parts that have begun are aborted.
pub(super) fn put_files(
    objects: &StoredObjects,
    files: &[NewFile],
    notes: &Notes,
) -> Result<(), DatasetError> {
    let uploads: Vec<Upload<'_>> =
        files.iter().map(|file| Upload::open(objects, file)).collect::<Result<_, _>>()?;
    let of = |(number, upload): (usize, &Upload<'_>)| (0..upload.parts).map(move |part| (number, part));
    let tasks: Vec<(usize, usize)> = uploads.iter().enumerate().flat_map(of).collect();
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(None));
    let work = || {
        while let Some(&(number, part)) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(error) = uploads[number].send(objects, part, notes) {
                // The others find no more tasks.
                next.store(tasks.len(), Ordering::Relaxed);
                failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..SIDE_BY_SIDE.min(tasks.len()) {
            scope.spawn(work);
        }
        work();
    });
    let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) else { return Ok(()) };
    for upload in &uploads {
        let id = upload.progress().id.take();
        // The notes keep an upload that cannot be aborted now for the next run.
        if let Some(id) = id.filter(|id| objects.abort_upload(&upload.name, id).is_ok()) {
            let _ = notes.ended(&id);
        }
    }
    Err(error)
}

impl<'f> Upload<'f> {
    fn open(objects: &StoredObjects, new: &'f NewFile) -> Result<Self, DatasetError> {
        let file = File::open(&new.from).map_err(DatasetError::io("open", &new.from))?;
        let size_bytes = file.metadata().map_err(DatasetError::io("look at", &new.from))?.len();
        let part_bytes = PART_BYTES.max(size_bytes.div_ceil(MAX_PARTS));
        let parts = size_bytes.div_ceil(part_bytes).max(1) as usize;
        let name = new.in_dataset();
        let path = objects.path(&name);
        let progress = Mutex::new(Progress { id: None, sent: (0..parts).map(|_| None).collect() });
        Ok(Self { new, file, name, path, size_bytes, part_bytes, parts, progress })
    }

    /// Sends a part; the last that is sent ends the upload.
    fn send(&self, objects: &StoredObjects, part: usize, notes: &Notes) -> Result<(), DatasetError> {
        let payload = PutPayload::from(self.read(part)?);
        let store = &objects.connection.store;
        let Some(multipart) = objects.connection.parts().filter(|_| self.parts > 1) else {
            return objects.run("write", &self.name, store.put(&self.path, payload)).map(drop);
        };
        let id = self.begin(objects, notes)?;
        let sent = multipart.put_part(&self.path, &id, part, payload);
        let sent = objects.run("write", &self.name, sent)?;
        let parts: Vec<PartId> = {
            let mut progress = self.progress();
            progress.sent[part] = Some(sent);
            progress.sent.iter().flatten().cloned().collect()
        };
        if parts.len() < self.parts {
            return Ok(());
        }
        let complete = async {
            match multipart.complete_multipart(&self.path, &id, parts).await {
                // If the answer was lost, the second request finds no upload any more.
                Err(error @ object_store::Error::NotFound { .. }) => {
                    let is_whole =
                        store.head(&self.path).await.is_ok_and(|found| found.size == self.size_bytes);
                    if is_whole { Ok(()) } else { Err(error) }
                }
                completed => completed.map(drop),
            }
        };
        objects.run("write", &self.name, complete)?;
        self.progress().id = None;
        notes.ended(&id)
    }

    /// The id of the upload, which begins with the first part.
    fn begin(&self, objects: &StoredObjects, notes: &Notes) -> Result<String, DatasetError> {
        // The other parts wait until it has an id.
        let mut progress = self.progress();
        if let Some(id) = &progress.id {
            return Ok(id.clone());
        }
        let Some(multipart) = objects.connection.parts() else { return Ok(String::new()) };
        let id = objects.run("write", &self.name, multipart.create_multipart(&self.path))?;
        progress.id = Some(id.clone());
        notes.upload(&self.name, &id)?;
        Ok(id)
    }

    fn read(&self, part: usize) -> Result<Vec<u8>, DatasetError> {
        let start = part as u64 * self.part_bytes;
        let mut bytes = vec![0; self.part_bytes.min(self.size_bytes - start) as usize];
        self.file.read_exact_at(&mut bytes, start).map_err(DatasetError::io("read", &self.new.from))?;
        Ok(bytes)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
