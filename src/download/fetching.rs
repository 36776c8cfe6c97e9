//! One file of a release: fetched as far as it is missing, compared with its size and digest, and
//! only then given its name.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::error::DownloadError;
use super::observer::{Fetched, Observer};
use super::options::Options;
use super::part_file::PartFile;
use super::release::ReleaseFile;
use super::stopping::watched_with;
use super::stream::download;
use targz_seek::{ArchiveError, local, md5_of_source};

/// Brings a file of a release into a folder.
///
/// # Errors
/// [`DownloadError`] if it cannot be had. What has come stays for the next run, unless it is wrong.
pub fn fetch(
    file: &ReleaseFile,
    folder: &Path,
    options: &Options,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<Fetched, DownloadError> {
    fs::create_dir_all(folder).map_err(DownloadError::io("make", folder))?;
    let path = folder.join(&file.name);
    if is_there(&path, file, observer, stop)? {
        observer.ended(file, Fetched::Already);
        return Ok(Fetched::Already);
    }
    let mut is_second = false;
    loop {
        let (part, there) = PartFile::open(&path, file)?;
        // Another process may have finished it meanwhile.
        if path.exists() {
            part.discard()?;
            return Err(DownloadError::InUse { path });
        }
        part.check_room(file.size_bytes - there.bytes())?;
        observer.begun(file, there.bytes());
        let bytes = AtomicU64::new(there.bytes());
        let mut look = |_: &_| observer.progressed(file, bytes.load(Ordering::Relaxed));
        let told = |total| bytes.store(total, Ordering::Relaxed);
        let own = &part;
        watched_with(stop, &mut look, |meter| download(file, own, there, options, meter, &told))?;
        observer.progressed(file, file.size_bytes);
        let Some((expected, found)) = wrong_digest(part.path(), file, observer, stop)? else {
            part.finish(&path)?;
            observer.ended(file, Fetched::Downloaded);
            return Ok(Fetched::Downloaded);
        };
        part.clear()?;
        if is_second {
            return Err(DownloadError::Digest { path, expected, found });
        }
        // Bytes of an earlier run may be those of another state of the file.
        observer.restarted(file);
        is_second = true;
    }
}

/// True if the file is there and right.
fn is_there(
    path: &Path,
    file: &ReleaseFile,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<bool, DownloadError> {
    let size_bytes = match fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(DownloadError::io("read", path)(error)),
    };
    let other = |what| DownloadError::OtherFile { path: path.to_owned(), what };
    if size_bytes != file.size_bytes {
        return Err(other(format!("it has {size_bytes} bytes, not {}", file.size_bytes)));
    }
    match wrong_digest(path, file, observer, stop)? {
        Some((expected, found)) => Err(other(format!("its MD5 is {found}, not {expected}"))),
        None => Ok(true),
    }
}

/// The digest that a file should have and the one that it has, if they differ.
fn wrong_digest(
    path: &Path,
    file: &ReleaseFile,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<Option<(String, String)>, DownloadError> {
    let Some(expected) = file.md5.clone() else { return Ok(None) };
    let source = local(path).map_err(DownloadError::io("read", path))?;
    let mut look = |meter: &targz_seek::Meter| observer.checking(file, meter.read_bytes());
    let found = watched_with(stop, &mut look, |meter| {
        md5_of_source(&*source, meter.clone()).map_err(|error| match error {
            ArchiveError::Open { source, .. } | ArchiveError::Read { source, .. } => {
                DownloadError::io("read", path)(source)
            }
            _ => DownloadError::Stopped,
        })
    })?;
    Ok((found != expected).then_some((expected, found)))
}
