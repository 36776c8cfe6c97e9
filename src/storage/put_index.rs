//! Puts the index of an archive into an object store: one file, beside the archive, part by part.
//!
//! The files of a dataset are many and belong to a change that may die, so they are put otherwise
//! (`put_files.rs`): several parts at a time, with notes by which a later change finds uploads that
//! a dead process has left. Who makes an index has no place for notes; the parts that it has sent
//! when it is killed stay until the rules of the bucket remove them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use bytes::Bytes;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload};

use super::wait::wait;
use super::{Connection, Remote, StorageError, StorageOptions};

/// Bytes of a part of an upload. S3 takes at most 10,000 parts, so files of up to 160 GB; the index
/// of the largest archive has 1.3 GB.
const PART_BYTES: usize = 16 << 20;

/// Writes the index in the local file `from` to `to`. The object appears when it is whole; `is_stopped` is asked
/// before each part.
///
/// # Errors
/// An I/O error, with a [`StorageError`] in it, if the file cannot be read, the store fails or the
/// upload was stopped. Nothing of the upload remains then, if the store can still be reached.
pub fn put_index(
    from: &Path,
    to: &Remote,
    options: &StorageOptions,
    is_stopped: &dyn Fn() -> bool,
) -> io::Result<()> {
    if to.is_web() {
        return Err(StorageError::ReadOnly { place: to.shown().to_owned() }.into());
    }
    let Connection { store, path, .. } = Connection::new(to, options)?;
    let failed = |error| io::Error::from(to.failed("write", error));
    let mut file = File::open(from)?;
    let first = part(&mut file)?;
    if first.len() < PART_BYTES {
        return wait(store.put(&path, first.into()))?.map(|_| ()).map_err(failed);
    }
    let mut upload = wait(store.put_multipart(&path))?.map_err(failed)?;
    let sent = send(&mut *upload, first, &mut file, is_stopped, &failed);
    if sent.is_err() {
        // The first error is the cause.
        let _ = wait(upload.abort());
    }
    sent
}

fn send(
    upload: &mut dyn MultipartUpload,
    first: Bytes,
    file: &mut File,
    is_stopped: &dyn Fn() -> bool,
    failed: &dyn Fn(object_store::Error) -> io::Error,
) -> io::Result<()> {
    let mut next = first;
    while !next.is_empty() {
        if is_stopped() {
            return Err(io::Error::other("the upload was stopped"));
        }
        wait(upload.put_part(PutPayload::from_bytes(next)))?.map_err(failed)?;
        next = part(file)?;
    }
    wait(upload.complete())?.map(|_| ()).map_err(failed)
}

fn part(file: &mut File) -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    file.take(PART_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}
