//! Which members of an archive are looked for.

use std::collections::BTreeSet;

use crate::convert::{ChunkMember, NAMELESS_KEY};
use crate::dataset::OrcidSet;
use orcid_xml::{MemberName, Orcid};
use targz_seek::Chunk;

/// Which members of an archive are looked for.
pub struct MemberFilter {
    orcids: OrcidSet,
    keys: BTreeSet<u64>,
    nameless: bool,
}

impl MemberFilter {
    /// Members whose names have one of the iDs.
    pub fn by_name(orcids: &[Orcid]) -> Self {
        let keys = orcids.iter().map(Orcid::number).collect();
        Self { orcids: orcids.iter().copied().collect(), keys, nameless: false }
    }

    /// Members that may give rows of the iDs: those whose names have one, and documents whose
    /// names have none.
    pub fn for_rows(orcids: &[Orcid]) -> Self {
        let mut filter = Self::by_name(orcids);
        filter.keys.insert(NAMELESS_KEY);
        Self { nameless: true, ..filter }
    }

    /// The keys under which an index has them.
    pub fn keys(&self) -> impl Iterator<Item = u64> {
        self.keys.iter().copied()
    }

    /// Those in a chunk, in its order.
    pub fn select<'c>(&self, chunk: &'c Chunk) -> Vec<ChunkMember<'c>> {
        chunk.members().filter(|(path, ..)| self.has(path)).collect()
    }

    /// True for the path of a member that is looked for.
    pub fn has(&self, path: &str) -> bool {
        match MemberName::new(path) {
            MemberName::OtherXml => self.nameless,
            name => name.orcid().is_some_and(|orcid| self.orcids.contains(&orcid)),
        }
    }
}
