//! Which table of an archive is read, and which of its columns.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::ConvertError;
use super::options::ARCHIVE_OPTIONS;
use crate::dataset::table_key;
use crate::storage::ArchiveFile;
use crate::tables::{self, AnyTable, DumpKind};
use orcid_xml::MemberName;
use targz_seek::Meter;

/// Chunks that are read to find the kind of dump: the names of the first members show it.
const LOOKED_AT: usize = 4;
/// The table whose rows stay if a later member replaces their member.
const KEEPS_REPEATS: &str = "rejects";

/// The table of an archive that is read.
#[derive(Debug, Clone, Default)]
pub struct ArchiveTable {
    /// Its name, such as `summaries/works`, or `works`: the archive's members then tell the kind
    /// of dump.
    pub name: String,
    /// The columns that are read, in this order; `None` for all.
    pub columns: Option<Vec<String>>,
    /// Also give rows of members that a later member of the same name replaces, instead of failing
    /// at the end.
    pub allow_repeats: bool,
}

/// The table that was found.
pub struct ChosenTable {
    /// Its key, such as `summaries/works`.
    pub key: String,
    pub dump: DumpKind,
    /// The schema of its columns that are read.
    pub schema: SchemaRef,
    /// Its place among the tables of its kind of dump.
    pub place: usize,
    columns: Option<Vec<usize>>,
}

impl ChosenTable {
    /// Finds the table of an archive; reads the archive's first members if only they tell the kind
    /// of dump.
    pub fn find(archive: &ArchiveFile, wanted: &ArchiveTable, salvage: bool) -> Result<Self, ConvertError> {
        let place = |dump: DumpKind| {
            let own = |table: &dyn AnyTable| {
                wanted.name == table.name() || wanted.name == table_key(dump, table.name())
            };
            tables::of(dump).iter().position(|table| own(table.as_ref()))
        };
        let found: Vec<(DumpKind, usize)> =
            DumpKind::ALL.into_iter().filter_map(|dump| Some((dump, place(dump)?))).collect();
        let chosen = match found[..] {
            [] => return Err(ConvertError::UnknownTable { name: wanted.name.clone() }),
            [one] => one,
            _ => {
                let dump = dump_in(archive, salvage)?;
                let unclear = || ConvertError::WhichDump {
                    path: archive.path().to_owned(),
                    table: wanted.name.clone(),
                };
                let of_dump = |dump| found.iter().find(|(own, _)| *own == dump);
                *dump.and_then(of_dump).ok_or_else(unclear)?
            }
        };
        let (dump, place) = chosen;
        let table = tables::of(dump)[place].as_ref();
        let (key, whole) = (table_key(dump, table.name()), table.schema());
        let columns = wanted.columns.as_ref().map(|names| places(&key, &whole, names)).transpose()?;
        let schema = match &columns {
            Some(columns) => whole.project(columns).map(SchemaRef::new).expect("the columns were found"),
            None => whole,
        };
        Ok(Self { key, dump, schema, place, columns })
    }

    /// The columns of a batch that are read.
    pub fn project(&self, batch: RecordBatch) -> RecordBatch {
        match &self.columns {
            Some(columns) => batch.project(columns).expect("the columns were found in its schema"),
            None => batch,
        }
    }

    /// True if a conversion keeps rows of replaced members too.
    pub fn keeps_repeats(&self) -> bool {
        self.key.ends_with(KEEPS_REPEATS)
    }
}

/// The places of columns in a table.
fn places(key: &str, schema: &SchemaRef, names: &[String]) -> Result<Vec<usize>, ConvertError> {
    let place = |name: &String| {
        let unknown = || ConvertError::UnknownColumn { table: key.to_owned(), name: name.clone() };
        schema.column_with_name(name).map(|(place, _)| place).ok_or_else(unknown)
    };
    names.iter().map(place).collect()
}

/// The kind of dump that an archive's first members belong to; `None` if they do not tell it, or
/// if it is a stream, which can be read only once.
fn dump_in(archive: &ArchiveFile, salvage: bool) -> Result<Option<DumpKind>, ConvertError> {
    if archive.is_stream()? {
        return Ok(None);
    }
    // With a meter of its own, since these bytes are read again.
    let mut members = archive.read(ARCHIVE_OPTIONS.resync(salvage), Meter::default())?;
    for _ in 0..LOOKED_AT {
        let Some(chunk) = members.next_chunk()? else { break };
        let dump = chunk.members().find_map(|(name, ..)| match MemberName::new(name) {
            MemberName::Summary(_) => Some(DumpKind::Summaries),
            MemberName::Activity { .. } => Some(DumpKind::Activities),
            MemberName::OtherXml | MemberName::Other => None,
        });
        if dump.is_some() {
            return Ok(dump);
        }
    }
    Ok(None)
}
