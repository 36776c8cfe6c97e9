//! An organization as it was written, with how often it occurs.

use std::io::{self, Read, Write};

use crate::tables::organizations::KeyRow;

/// The tables with organizations, and the name under which their rows are counted.
pub const SECTIONS: [&str; 4] = ["affiliations", "fundings", "peer_reviews", "research_resource_hosts"];
/// The texts of a key, by the columns that hold them.
pub const TEXTS: [&str; 6] = [
    "organization_name",
    "city",
    "region",
    "country",
    "disambiguation_source",
    "disambiguated_organization_identifier",
];
/// Bytes of a key without its texts, approximately.
const KEY_BYTES: usize = 256;

/// One distinct organization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Key {
    pub org_key: u64,
    /// In the order of [`TEXTS`].
    pub texts: [Option<Box<str>>; 6],
    /// By section, in summaries and in activities.
    pub counts: [[u32; 2]; 4],
}

impl Key {
    pub fn name(&self) -> Option<&str> {
        self.texts[0].as_deref()
    }

    pub fn city(&self) -> Option<&str> {
        self.texts[1].as_deref()
    }

    pub fn country(&self) -> Option<&str> {
        self.texts[3].as_deref()
    }

    pub fn source(&self) -> Option<&str> {
        self.texts[4].as_deref()
    }

    pub fn identifier(&self) -> Option<&str> {
        self.texts[5].as_deref()
    }

    /// The key as tables have it. An item may occur both in summaries and in activities, so the
    /// larger count is used.
    pub fn row(&self) -> KeyRow<'_> {
        let [affiliations, fundings, peer_reviews, research_resources] =
            self.counts.map(|[summaries, activities]| i64::from(summaries.max(activities)));
        KeyRow {
            org_key: self.org_key,
            name: self.name(),
            city: self.city(),
            region: self.texts[2].as_deref(),
            country: self.country(),
            source: self.source(),
            identifier: self.identifier(),
            affiliations,
            fundings,
            peer_reviews,
            research_resources,
        }
    }

    /// The approximate bytes that it takes in memory.
    pub fn bytes(&self) -> usize {
        KEY_BYTES + self.texts.iter().flatten().map(|text| text.len()).sum::<usize>()
    }

    /// Adds the counts of the same key.
    pub fn add(&mut self, other: &Self) {
        for (counts, others) in self.counts.iter_mut().zip(other.counts) {
            for (count, other) in counts.iter_mut().zip(others) {
                *count = count.saturating_add(other);
            }
        }
    }

    /// Writes the key to a scratch file.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.org_key.to_le_bytes())?;
        for count in self.counts.as_flattened() {
            out.write_all(&count.to_le_bytes())?;
        }
        for text in &self.texts {
            let length = text.as_ref().map_or(u32::MAX, |text| text.len() as u32);
            out.write_all(&length.to_le_bytes())?;
            out.write_all(text.as_deref().unwrap_or_default().as_bytes())?;
        }
        Ok(())
    }

    /// Reads the next key; `None` at the end of the file.
    pub fn read(input: &mut dyn Read) -> io::Result<Option<Self>> {
        let mut eight = [0; 8];
        match input.read_exact(&mut eight) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            result => result?,
        }
        let mut key = Self { org_key: u64::from_le_bytes(eight), ..Self::default() };
        let mut four = [0; 4];
        for count in key.counts.as_flattened_mut() {
            input.read_exact(&mut four)?;
            *count = u32::from_le_bytes(four);
        }
        for text in &mut key.texts {
            input.read_exact(&mut four)?;
            let length = u32::from_le_bytes(four);
            if length != u32::MAX {
                let mut bytes = vec![0; length as usize];
                input.read_exact(&mut bytes)?;
                let read = String::from_utf8(bytes).map_err(io::Error::other)?;
                *text = Some(read.into_boxed_str());
            }
        }
        Ok(Some(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let mut key = Key { org_key: u64::MAX - 5, ..Key::default() };
        key.texts[0] = Some("Universität".into());
        key.texts[4] = Some("".into());
        key.counts[2][1] = 7;
        let mut file = Vec::new();

        key.write(&mut file).unwrap();

        let mut input = file.as_slice();
        assert_eq!(Key::read(&mut input).unwrap(), Some(key));
        assert_eq!(Key::read(&mut input).unwrap(), None);
    }
}
