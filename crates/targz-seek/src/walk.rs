//! Walks a folder in a fixed order, links included.
//!
//! A link is followed, unless what it leads to lies in the folder, is a folder around
//! it, or was reached by another link: each real file comes once, and a walk always ends. What cannot be
//! reached is named with the reason.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use xxhash_rust::xxh3::xxh3_128;

use super::error::ArchiveError;
use super::foreign::{XML, has_ending};

/// A folder being walked.
pub(super) struct Walk {
    /// What is still to be visited, the next one last.
    pending: Vec<Visit>,
    /// The folder without links in its path.
    root: PathBuf,
    /// Digests of the real paths that were entered: the folder's, and those of links, 16
    /// bytes for each.
    entered: HashSet<u128>,
    /// Links to what is read under another name: how many, and the first.
    read_elsewhere: u64,
    first_elsewhere: String,
}

/// A path without links in it, and the name that it is told by.
struct Visit {
    path: PathBuf,
    name: PathBuf,
}

/// What a walk comes upon.
pub(super) struct Found {
    pub path: PathBuf,
    /// Its path in the folder that is walked, through links.
    pub name: String,
    pub what: What,
}

pub(super) enum What {
    Folder,
    File(Metadata),
    LeftOut(&'static str),
}

impl Walk {
    /// Begins at `root`, which may be a link itself.
    pub fn new(root: &Path) -> Result<Self, ArchiveError> {
        let path = fs::canonicalize(root).map_err(|source| open_error(root, source))?;
        Ok(Self {
            entered: HashSet::from([digest(&path)]),
            pending: vec![Visit { path: path.clone(), name: PathBuf::new() }],
            root: path,
            read_elsewhere: 0,
            first_elsewhere: String::new(),
        })
    }

    /// What comes next; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Found>, ArchiveError> {
        while let Some(visit) = self.pending.pop() {
            if let Some(found) = self.visit(visit)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// What is to be told of links.
    pub fn note(&self) -> Option<String> {
        let (count, first) = (self.read_elsewhere, &self.first_elsewhere);
        (count > 0).then(|| {
            let plural = if count == 1 { "1 link leads" } else { &format!("{count} links lead") };
            format!("{plural} to what is read under another name, or back to a folder around (the first is {first})")
        })
    }

    /// Looks at a path; `None` where it is read elsewhere.
    fn visit(&mut self, visit: Visit) -> Result<Option<Found>, ArchiveError> {
        let Visit { path, mut name } = visit;
        let mut metadata = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) => return left_out(path, &name, error).map(Some),
        };
        let mut real = path;
        if metadata.is_symlink() {
            let target = match fs::canonicalize(&real) {
                Ok(target) => target,
                Err(error) => return left_out(real, &name, error).map(Some),
            };
            // What lies around the folder is not meant by a link back to it.
            let is_around = self.root.starts_with(&target);
            if is_around || target.ancestors().any(|above| self.entered.contains(&digest(above))) {
                return Ok(self.is_elsewhere(&name));
            }
            self.entered.insert(digest(&target));
            metadata = match fs::metadata(&target) {
                Ok(metadata) => metadata,
                Err(error) => return left_out(target, &name, error).map(Some),
            };
            if has_ending(&target, XML) && !has_ending(&name, XML) && metadata.is_file() {
                name.push(target.file_name().unwrap_or_default());
            }
            real = target;
        } else if self.entered.len() > 1
            && !name.as_os_str().is_empty()
            && self.entered.contains(&digest(&real))
        {
            return Ok(self.is_elsewhere(&name));
        }
        let what = match &metadata {
            folder if folder.is_dir() => match children(&real) {
                Ok(children) => {
                    let visits = children.into_iter().rev().map(|child| Visit {
                        name: name.join(child.file_name().unwrap_or_default()),
                        path: child,
                    });
                    self.pending.extend(visits);
                    What::Folder
                }
                Err(error) => return left_out(real, &name, error).map(Some),
            },
            file if file.is_file() => What::File(metadata),
            _ => What::LeftOut("a pipe, a socket or a device"),
        };
        Ok(Some(Found { path: real, name: text(&name), what }))
    }

    fn is_elsewhere(&mut self, name: &Path) -> Option<Found> {
        if self.read_elsewhere == 0 {
            self.first_elsewhere = text(name);
        }
        self.read_elsewhere += 1;
        None
    }
}

/// Why a path is left out, unless the disk itself has failed.
pub(super) fn reason(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::NotFound => Some("a link that leads nowhere, or what is gone"),
        io::ErrorKind::PermissionDenied => Some("it may not be read"),
        io::ErrorKind::InvalidFilename => Some("a link to a name that is too long"),
        io::ErrorKind::NotADirectory => Some("a link through what is no folder"),
        // The standard library has no stable name for it.
        _ if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
            Some("a link that leads back to itself")
        }
        _ => None,
    }
}

fn left_out(path: PathBuf, name: &Path, error: io::Error) -> Result<Found, ArchiveError> {
    match reason(&error) {
        // Nothing at all can be read where the folder itself cannot.
        Some(reason) if !name.as_os_str().is_empty() => {
            Ok(Found { path, name: text(name), what: What::LeftOut(reason) })
        }
        _ => Err(open_error(&path, error)),
    }
}

/// What a folder holds, sorted by name.
fn children(path: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    paths.sort();
    Ok(paths)
}

fn digest(path: &Path) -> u128 {
    xxh3_128(path.as_os_str().as_bytes())
}

fn text(name: &Path) -> String {
    name.to_string_lossy().into_owned()
}

pub(super) fn open_error(path: &Path, source: io::Error) -> ArchiveError {
    ArchiveError::Open { path: path.to_owned(), source }
}
