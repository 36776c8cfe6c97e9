//! What a download tells whoever watches.

use super::release::ReleaseFile;

/// How a file has come to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetched {
    /// It was there before, with the right content.
    Already,
    Downloaded,
}

/// Watches a download. Calls come from one thread.
pub trait Observer {
    /// The download of a file begins, or continues with so many bytes.
    fn begun(&self, _file: &ReleaseFile, _bytes: u64) {}
    /// A file has so many bytes now.
    fn progressed(&self, _file: &ReleaseFile, _bytes: u64) {}
    /// So many bytes of a file have been compared with its digest.
    fn checking(&self, _file: &ReleaseFile, _bytes: u64) {}
    /// All bytes are there, but they are not those of the release; they are downloaded again.
    fn restarted(&self, _file: &ReleaseFile) {}
    /// A file is there, and it is right.
    fn ended(&self, _file: &ReleaseFile, _how: Fetched) {}
}

/// Watches nothing.
#[derive(Debug, Clone, Copy)]
pub struct Unobserved;

impl Observer for Unobserved {}
