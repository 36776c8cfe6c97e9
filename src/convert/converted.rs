//! An archive that has been read to its end.

use std::ops::Range;

use crate::dataset::{Targets, WrittenTable};
use crate::report::Report;
use orcid_xml::MemberName;
use targz_seek::Totals;

/// An archive that has been read to its end; its tables are in a scratch folder.
pub struct Converted {
    pub totals: Totals,
    /// The range of the uncompressed stream that was read, if an index gave it.
    pub range: Option<Range<u64>>,
    pub complete: bool,
    pub release: Option<u16>,
    pub watermark: Option<i64>,
    pub report: Report,
    /// If the source supplies members one by one: which were read and which were not.
    pub accepted: Targets,
    pub rejected: Vec<MemberName>,
    /// The files that were written, none if nothing was to be written.
    pub tables: Vec<WrittenTable>,
}
