//! Lists of iDs as people write them, and the lines of a list that have no usable iD, so that all are
//! reported at once.

use std::collections::BTreeSet;
use std::fmt;

use orcid_xml::{IdFault, Orcid, takes_no_room};

/// Lines that are listed one by one; the others are only counted.
const MAX_TOLD_LINES: usize = 20;

/// The faulty lines of one list.
#[derive(Debug, Default)]
pub struct LineFaults {
    faults: Vec<(u64, IdFault)>,
    more: u64,
}

impl LineFaults {
    /// Adds a line by its number, the first of which is 1.
    pub fn note(&mut self, line: u64, fault: IdFault) {
        if self.faults.len() < MAX_TOLD_LINES {
            self.faults.push((line, fault));
        } else {
            self.more += 1;
        }
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }
}

impl fmt::Display for LineFaults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<String> =
            self.faults.iter().map(|(line, fault)| format!("line {line}: {fault}")).collect();
        if let ([one], 0) = (lines.as_slice(), self.more) {
            return formatter.write_str(one);
        }
        let count = self.faults.len() as u64 + self.more;
        if self.more > 0 {
            lines.push(format!("and {} more", self.more));
        }
        write!(formatter, "{count} lines hold no iD that can be used\n    {}", lines.join("\n    "))
    }
}

/// The iDs of a list, sorted and without repeats: one in a line, in any form, in its first cell or
/// else anywhere. Empty lines, lines that begin with `#`, and a heading are passed over.
///
/// # Errors
/// The lines that have no iD, several or a mistyped one.
pub fn read_list(bytes: &[u8]) -> Result<Vec<Orcid>, LineFaults> {
    // Letters of another encoding may be beside iDs, but not in them.
    let text = String::from_utf8_lossy(bytes);
    let mut orcids = BTreeSet::new();
    let mut faults = LineFaults::default();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_matches(|sign: char| sign.is_whitespace() || takes_no_room(sign));
        if line.is_empty() || line.starts_with('#') || number == 0 && is_heading(line) {
            continue;
        }
        let cell = line.split([',', '\t', ';']).next().unwrap_or_default();
        let orcid = match Orcid::read(cell) {
            Err(IdFault::NoId) => Orcid::read(line),
            read => read,
        };
        match orcid {
            Ok(orcid) => drop(orcids.insert(orcid)),
            Err(fault) => faults.note(number as u64 + 1, fault),
        }
    }
    if faults.is_empty() { Ok(orcids.into_iter().collect()) } else { Err(faults) }
}

/// True for a line that names columns.
fn is_heading(line: &str) -> bool {
    let names_ids = |cell: &str| {
        let cell = cell.trim_matches(['"', ' ']).to_ascii_lowercase();
        cell.contains("orcid") || matches!(cell.as_str(), "id" | "ids")
    };
    line.split([',', '\t', ';']).any(names_ids) && !line.contains(|sign: char| sign.is_ascii_digit())
}
