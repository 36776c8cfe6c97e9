//! Asks an object store for some bytes of an object.
//!
//! `object_store` repeats a request that fails for a passing reason, up to its limits of attempts
//! and time. What it gives up is final here, except for a body that breaks off.

use std::io::{self, Read};
use std::ops::Range;

use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStoreExt};

use super::answer::{Answer, Fault, Version};
use super::wait::wait;
use super::{Connection, Remote};

/// An object in a store.
#[derive(Debug)]
pub struct StoredObject {
    pub connection: Connection,
    pub remote: Remote,
}

/// The bytes of an answer, waited for in the thread that reads.
struct StreamReader {
    stream: BoxStream<'static, object_store::Result<Bytes>>,
    bytes: Bytes,
}

impl StoredObject {
    /// Asks for the bytes of `range`, of the state `known` if one is known.
    ///
    /// # Errors
    /// A [`Fault`] that says whether to ask again.
    pub fn get(&self, range: Range<u64>, known: Option<&Version>) -> Result<Answer, Fault> {
        let Connection { store, path, .. } = &self.connection;
        let if_match = known.and_then(Version::strong_e_tag).map(str::to_owned);
        let options = GetOptions { range: Some(GetRange::Bounded(range)), if_match, ..GetOptions::default() };
        let found = wait(store.get_opts(path, options)).map_err(|error| Fault::passing(error.to_string()))?;
        let found = match found {
            Ok(found) => found,
            Err(object_store::Error::Precondition { .. }) => return Err(Fault::Changed),
            Err(error) => return self.no_part(error, known),
        };
        let version = version_of(&found.meta);
        if known.is_some_and(|known| !known.agrees_with(&version)) {
            return Err(Fault::Changed);
        }
        let range = found.range.clone();
        let body = StreamReader { stream: found.into_stream(), bytes: Bytes::new() };
        Ok(Answer::Part { version, range, body: Box::new(body) })
    }

    /// A store has no range of an empty object; for any other reason it is asked no more.
    fn no_part(&self, error: object_store::Error, known: Option<&Version>) -> Result<Answer, Fault> {
        let Connection { store, path, .. } = &self.connection;
        if matches!(error, object_store::Error::Generic { .. })
            && known.is_none()
            && let Ok(Ok(meta)) = wait(store.head(path))
            && meta.size == 0
        {
            return Ok(Answer::Part { version: version_of(&meta), range: 0..0, body: Box::new(io::empty()) });
        }
        Err(Fault::Final(self.remote.failed("read", error)))
    }
}

impl Read for StreamReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.bytes.is_empty() {
            match wait(self.stream.next())? {
                Some(bytes) => self.bytes = bytes.map_err(io::Error::other)?,
                None => return Ok(0),
            }
        }
        let length = self.bytes.len().min(out.len());
        self.bytes.copy_to_slice(&mut out[..length]);
        Ok(length)
    }
}

fn version_of(meta: &ObjectMeta) -> Version {
    let last_modified = meta.e_tag.is_none().then(|| meta.last_modified.to_rfc2822());
    Version { size_bytes: meta.size, e_tag: meta.e_tag.clone(), last_modified }
}
