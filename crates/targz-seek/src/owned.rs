//! Members from memory that the caller hands over one by one, such as answers of a server.

use std::io;

use md5::{Digest, Md5};

use super::chunk::{Chunk, Kind};
use super::digesting::hex_digest;
use super::input::Meter;
use super::options::Options;

/// A member that the caller holds in memory, for
/// [`Archive::of_members`](crate::Archive::of_members).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedMember {
    /// The member's name: a path as it would stand in an archive.
    pub name: String,
    /// The member's content.
    pub data: Vec<u8>,
}

/// The members of an iterator, in chunks.
pub(super) struct OwnedMembers<'m> {
    members: &'m mut dyn Iterator<Item = io::Result<OwnedMember>>,
    options: Options,
    meter: Meter,
    digest: Md5,
    read_bytes: u64,
}

impl<'m> OwnedMembers<'m> {
    pub fn new(
        members: &'m mut dyn Iterator<Item = io::Result<OwnedMember>>,
        options: Options,
        meter: Meter,
    ) -> Self {
        Self { members, options, meter, digest: Md5::new(), read_bytes: 0 }
    }

    /// Whole members up to about the chunk size; `None` at the end.
    pub fn next_chunk(&mut self) -> io::Result<Option<Chunk>> {
        let mut chunk = Chunk::new();
        let mut bytes = Vec::new();
        while bytes.len() + chunk.overhead_bytes() < self.options.least_chunk_bytes() {
            let Some(member) = self.members.next() else { break };
            self.take(&member?, &mut chunk, &mut bytes);
        }
        chunk.set_bytes(bytes.into());
        Ok((!chunk.is_empty()).then_some(chunk))
    }

    /// Size and MD5 of all members, one after the other.
    pub fn totals(&self) -> (u64, String) {
        (self.read_bytes, hex_digest(self.digest.clone()))
    }

    fn take(&mut self, member: &OwnedMember, chunk: &mut Chunk, bytes: &mut Vec<u8>) {
        let start = bytes.len();
        let size_bytes = member.data.len() as u64;
        let span = self.read_bytes..self.read_bytes + size_bytes;
        if size_bytes > self.options.max_member_bytes {
            chunk.push(&member.name, Kind::TooLarge { size_bytes }, start..start, span);
        } else {
            bytes.extend_from_slice(&member.data);
            chunk.push(&member.name, Kind::File, start..bytes.len(), span);
        }
        self.digest.update(&member.data);
        self.read_bytes += size_bytes;
        self.meter.add(size_bytes);
    }
}
