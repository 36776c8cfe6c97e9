//! The files of a dataset in an object store, or on a web server.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use object_store::path::Path as ObjectPath;
use object_store::{GetOptions, GetRange, ObjectStoreExt, PutMode, PutPayload};

use super::Scheme;
use super::cached_ranges::{StoredRanges, TAIL_BYTES};
use super::fault::{StoreError, StoreFault};
use super::object_place::StoredObjects;
use super::open_uploads::open_uploads;
use super::put_files::put_files;
use super::wait::wait;
use crate::dataset::store::{Files, Notes, Objects, OpenUpload, Ranges, StoredFile};
use crate::dataset::{DatasetError, NewFile};

/// How often an object is put if its name is free. `object_store` does not repeat it after a broken
/// connection, since it cannot tell whether the object is its own; and if two writers try at the
/// same moment, S3 answers both with a conflict, though one of them may fail.
const ATTEMPTS: u32 = 6;
/// Time before the second attempt; it grows with each.
const PAUSE: Duration = Duration::from_millis(200);

impl StoredObjects {
    /// The size, the ETag and the last bytes of an object.
    async fn look(&self, path: &ObjectPath) -> object_store::Result<StoredRanges> {
        let store = &self.connection.store;
        let opened = |(size, etag), tail| {
            StoredRanges::new(store.clone(), self.remote.clone(), path.clone(), (size, etag), tail)
        };
        // Azure has no ranges that count from the end.
        if self.remote.scheme() != Scheme::Azure {
            let tail = Some(GetRange::Suffix(TAIL_BYTES));
            match store.get_opts(path, GetOptions { range: tail, ..GetOptions::default() }).await {
                Ok(found) => {
                    let (size, etag) = (found.meta.size, found.meta.e_tag.clone());
                    return Ok(opened((size, etag), found.bytes().await?));
                }
                Err(error) => {
                    let fault = StoreError::new(self.remote.url(), &error).fault;
                    // An empty object has no last bytes: some stores answer an error, others all.
                    if !matches!(fault, StoreFault::Other | StoreFault::NoRanges) {
                        return Err(error);
                    }
                    let found = store.head(path).await?;
                    if found.size > 0 && fault == StoreFault::NoRanges {
                        return Err(error);
                    }
                    return Ok(opened((found.size, found.e_tag), bytes::Bytes::new()));
                }
            }
        }
        let found = store.head(path).await?;
        Ok(opened((found.size, found.e_tag), bytes::Bytes::new()))
    }
}

impl Files for StoredObjects {
    fn place(&self) -> &Path {
        &self.place
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, DatasetError> {
        let mut found = self.connection.store.list(Some(&self.path(folder)));
        let mut names = Vec::new();
        let all = async {
            while let Some(object) = found.next().await {
                names.extend(self.name(&object?.location));
            }
            Ok(())
        };
        self.run("list", folder, all)?;
        names.sort();
        Ok(names)
    }

    fn can_list(&self) -> bool {
        !self.remote.is_web()
    }

    fn open(&self, name: &str) -> Result<Arc<dyn Ranges>, DatasetError> {
        Ok(Arc::new(self.run("open", name, self.look(&self.path(name)))?))
    }
}

impl Objects for StoredObjects {
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), DatasetError> {
        let (path, payload) = (self.path(name), PutPayload::from(bytes.to_vec()));
        self.run("write", name, self.connection.store.put(&path, payload)).map(drop)
    }

    fn put_if_absent(&self, name: &str, bytes: &[u8]) -> Result<bool, DatasetError> {
        let (path, payload) = (self.path(name), PutPayload::from(bytes.to_vec()));
        // The answer to an attempt was lost, so that an object of that name may be its own.
        let mut may_be_own = false;
        for attempt in 1.. {
            let put = self.connection.store.put_opts(&path, payload.clone(), PutMode::Create.into());
            let error = match wait(put) {
                Ok(Ok(_)) => return Ok(true),
                Ok(Err(object_store::Error::AlreadyExists { .. })) => {
                    match StoredFile::open(self, name) {
                        Ok(file) => return Ok(may_be_own && file.read_all()? == bytes),
                        // Another writer was about to put it.
                        Err(DatasetError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                            io::Error::new(io::ErrorKind::ResourceBusy, "others write it at the same time")
                        }
                        Err(error) => return Err(error),
                    }
                }
                Ok(Err(error)) => {
                    let error = StoreError::new(self.remote.url(), &error);
                    if error.fault != StoreFault::Unreachable {
                        return Err(DatasetError::io("write", &self.place.join(name))(error.into()));
                    }
                    may_be_own = true;
                    error.into()
                }
                Err(error) => error,
            };
            if attempt == ATTEMPTS {
                return Err(DatasetError::io("write", &self.place.join(name))(error));
            }
            std::thread::sleep(PAUSE * attempt);
        }
        Ok(false)
    }

    fn put_files(&self, files: &[NewFile], notes: &Notes) -> Result<(), DatasetError> {
        put_files(self, files, notes)
    }

    fn remove(&self, names: &[String]) -> Result<(), DatasetError> {
        let Some(first) = names.first() else { return Ok(()) };
        let paths: Vec<_> = names.iter().map(|name| Ok(self.path(name))).collect();
        let mut removed = self.connection.store.delete_stream(stream::iter(paths).boxed());
        let all = async {
            while let Some(removed) = removed.next().await {
                match removed {
                    Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        };
        self.run("remove", first, all)
    }

    fn abort(&self, uploads: &[OpenUpload]) -> Result<(), DatasetError> {
        let mut ids: Vec<(String, String)> = Vec::new();
        for upload in uploads {
            ids.extend(upload.id.clone().map(|id| (upload.name.clone(), id)));
        }
        let unknown = |name: &str| uploads.iter().any(|upload| upload.id.is_none() && upload.name == name);
        if uploads.iter().any(|upload| upload.id.is_none()) {
            let open = self.run("list the uploads of", "", open_uploads(&self.connection))?;
            let named = open.into_iter().filter_map(|(path, id)| Some((self.name(&path)?, id)));
            ids.extend(named.filter(|(name, _)| unknown(name)));
        }
        ids.iter().try_for_each(|(name, id)| self.abort_upload(name, id))
    }
}
