//! Turns a chunk of members into batches of rows, on the pool's threads.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use arrow::array::RecordBatch;

use super::duplicates::SeenName;
use super::entries::{contradiction, dump_of, entry_of, fault_of, values_of};
use super::only::Only;
use crate::dataset::{Visibility, table_key};
use crate::report::Report;
use crate::tables::{self, DumpKind, Entry, Reject, Rows, UnmappedValues};
use orcid_xml::unmapped::check_paths;
use orcid_xml::{MemberName, ParseError, Parsed, Parser, Unmapped};
use targz_seek::{Chunk, Kind, Member};

/// Bytes of XML that are parsed before rows are made of them: the text is then still in the cache.
const GATHERED_BYTES: usize = 256 << 10;

/// Why an entry of the archive named like a member gives no rows.
const NOT_A_FILE: &str = "a link or a device in the archive; what it leads to is not read";

/// The result of a chunk.
#[derive(Default)]
pub struct Batch {
    pub report: Report,
    /// For each kind of dump, a batch for each table that is kept, in the order of [`tables::of`];
    /// empty if the chunk has no members of the kind.
    pub rows: [Vec<Option<RecordBatch>>; DumpKind::ALL.len()],
    /// Members that replace earlier ones of the same name.
    pub replacing: Vec<MemberName>,
    /// Members that were read, and members that could not be read.
    pub accepted: Vec<MemberName>,
    pub rejected: Vec<MemberName>,
    /// The newest change of any record.
    pub watermark: Option<i64>,
    /// The path of the first member.
    pub first_path: Option<String>,
    /// Activities of people whom only their records can tell, and there are no records.
    pub lacks_records: bool,
}

/// Which tables get rows, by their key.
pub type Keep<'k> = &'k (dyn Fn(&str) -> bool + Sync);

/// What is made of the members of an archive.
#[derive(Clone, Copy)]
pub struct Wanted<'k> {
    /// The name of the archive.
    pub archive: &'k str,
    pub keep: Keep<'k>,
    /// Whether documents that are not public may be among them; others are rejected.
    pub may_hold: Visibility,
    /// Whose members are wanted; `None` for everybody's.
    pub only: Option<&'k Only>,
}

/// A member of a chunk.
#[derive(Clone, Copy)]
struct MemberInChunk<'c> {
    path: &'c str,
    name: MemberName,
    data: &'c [u8],
    offset: u64,
    kind: Kind,
    may_hold: Visibility,
    /// A member of this name has been seen before.
    repeated: bool,
    /// The same chunk has a later member of this name.
    replaced: bool,
    /// A member of this name may be in an earlier chunk.
    is_in_earlier: bool,
}

/// For each kind of dump, a builder for each table that is kept; empty until one is needed.
type Builders = [Vec<Option<Box<dyn Rows>>>; DumpKind::ALL.len()];

/// Builders between two chunks; they keep the capacity that the last chunk needed.
#[derive(Default)]
pub struct SpareBuilders(Mutex<Vec<Builders>>);

struct Maker<'k, 'c> {
    wanted: Wanted<'k>,
    /// Learns from each member of the chunk.
    parser: Parser<'c>,
    builders: Builders,
    batch: Batch,
    /// Findings about members, besides their entries.
    unmapped: Vec<(DumpKind, UnmappedValues)>,
}

/// Reads all members of a chunk, whose names were read before.
pub fn read_chunk(chunk: &Chunk, names: &[SeenName], wanted: Wanted<'_>, spare: &SpareBuilders) -> Batch {
    read_members(chunk.members(), names, wanted, spare)
}

/// Reads some members of a chunk, each with its path and its data, whose names were read before.
pub fn read_members<'c>(
    members: impl Iterator<Item = (&'c str, &'c [u8], &'c Member)>,
    names: &[SeenName],
    wanted: Wanted<'_>,
    spare: &SpareBuilders,
) -> Batch {
    let mut members: Vec<MemberInChunk<'_>> = members
        .zip(names)
        .map(|((path, data, member), &SeenName { name, is_repeated: repeated })| {
            let (offset, kind) = (member.offset, member.kind);
            let (replaced, is_in_earlier) = (false, repeated);
            let may_hold = wanted.may_hold;
            MemberInChunk { path, name, data, offset, kind, may_hold, repeated, replaced, is_in_earlier }
        })
        .collect();
    mark_replaced(&mut members);
    let (parser, builders) = (Parser::new(), spare.take());
    let mut maker = Maker { wanted, parser, builders, batch: Batch::default(), unmapped: Vec::new() };
    maker.batch.first_path = members.first().map(|member| member.path.to_owned());
    members.retain(|member| !maker.passes_over(member));
    let mut rest = members.as_slice();
    while !rest.is_empty() {
        let mut bytes = 0;
        let last = rest.iter().position(|member| {
            bytes += member.data.len();
            bytes >= GATHERED_BYTES
        });
        let (group, after) = rest.split_at(last.map_or(rest.len(), |last| last + 1));
        maker.read_group(group);
        rest = after;
    }
    let (batch, builders) = maker.finish();
    spare.put(builders);
    batch
}

impl SpareBuilders {
    fn take(&self) -> Builders {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn put(&self, builders: Builders) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(builders);
    }
}

/// If a chunk has a name more than once, the last readable member replaces the others. A name that
/// is new at its first member here is in no earlier chunk.
fn mark_replaced(members: &mut [MemberInChunk<'_>]) {
    let repeated: HashSet<MemberName> =
        members.iter().filter(|member| member.repeated).map(|member| member.name).collect();
    if repeated.is_empty() {
        return;
    }
    let new: HashSet<MemberName> = members
        .iter()
        .filter(|member| !member.repeated && repeated.contains(&member.name))
        .map(|member| member.name)
        .collect();
    let mut won = HashSet::new();
    for member in members.iter_mut().rev().filter(|member| repeated.contains(&member.name)) {
        member.replaced = won.contains(&member.name);
        member.is_in_earlier = !new.contains(&member.name);
        if !member.replaced && is_sound(member) {
            won.insert(member.name);
        }
    }
}

/// True if the member gives rows, so that it may replace an earlier one.
fn is_sound(member: &MemberInChunk<'_>) -> bool {
    let source = orcid_xml::cleaned(member.data);
    member.parse(&source, orcid_xml::parse_by_scanner(&source)).is_ok()
}

impl MemberInChunk<'_> {
    /// The entry of the member's document, and its values without a column. `regular` is the
    /// scanner's result for `source`.
    fn parse<'s>(
        &self,
        source: &'s [u8],
        regular: Option<Parsed<'s>>,
    ) -> Result<(Entry<'s>, Vec<Unmapped>), ParseError> {
        let parsed = regular.map_or_else(|| orcid_xml::parse_by_reference(source), Ok);
        let mut parsed = parsed.map_err(|error| fault_of(&self.name, error))?;
        if let Some(found) = parsed.not_public.take().filter(|_| self.may_hold.is_public()) {
            return Err(ParseError::NotPublic { found });
        }
        parsed.unmapped.extend(contradiction(&self.name, &parsed, source));
        check_paths(self.path, &parsed.unmapped, source.len())?;
        let entry = entry_of(&self.name, parsed.document)?;
        Ok((entry, parsed.unmapped))
    }
}

impl<'c> Maker<'_, 'c> {
    /// True for a member that is certainly not of the selected people; it is counted and not parsed.
    fn passes_over(&mut self, member: &MemberInChunk<'_>) -> bool {
        let Some(only) = self.wanted.only.filter(|_| member.kind != Kind::Directory) else { return false };
        self.batch.lacks_records |= only.lacks_records_for(&member.name);
        // The rows of an earlier member of this name go if this one can be read.
        let decides_alone = member.kind == Kind::File && !member.repeated && !member.replaced;
        let passed = only.passes_over(&member.name, decides_alone.then_some(member.data));
        if passed {
            let not_read = if let Kind::NotWanted { size_bytes } = member.kind { size_bytes } else { 0 };
            let counts = &mut self.batch.report.members;
            counts.members += 1;
            counts.left_out += 1;
            counts.xml_bytes += member.data.len() as u64 + not_read;
            self.prepare(dump_of(&member.name));
        }
        passed
    }

    /// Parses some members, then makes rows of them. If the scanner cannot read a document, for
    /// whatever reason, forbidden characters are removed and the reference reader reads it again.
    fn read_group(&mut self, group: &[MemberInChunk<'c>]) {
        let begun = Instant::now();
        let regular: Vec<Option<Parsed<'c>>> =
            group.iter().map(|member| self.parser.parse_by_scanner(member.data)).collect();
        let sources: Vec<Cow<'_, [u8]>> = group
            .iter()
            .zip(&regular)
            .map(|(member, regular)| match regular {
                Some(_) => member.data.into(),
                None => orcid_xml::cleaned(member.data),
            })
            .collect();
        let mut entries: [Vec<Entry<'_>>; DumpKind::ALL.len()] = Default::default();
        for ((member, source), regular) in group.iter().zip(&sources).zip(regular) {
            if let Some((dump, entry)) = self.read(member, source, regular) {
                let kept = &mut entries[dump as usize];
                kept.reserve_exact(if kept.is_empty() { group.len() } else { 0 });
                kept.push(entry);
            }
        }
        for (dump, values) in self.unmapped.drain(..) {
            entries[dump as usize].push(Entry::Unmapped(values));
        }
        let parsed = Instant::now();
        for dump in DumpKind::ALL {
            self.build(dump, &entries[dump as usize]);
        }
        self.batch.report.times.parse += parsed - begun;
        self.batch.report.times.build += parsed.elapsed();
    }

    /// One member's entry; `None` if it gives no rows.
    fn read<'s>(
        &mut self,
        member: &MemberInChunk<'_>,
        source: &'s [u8],
        regular: Option<Parsed<'s>>,
    ) -> Option<(DumpKind, Entry<'s>)> {
        let counts = &mut self.batch.report.members;
        if member.kind == Kind::Directory {
            return None;
        }
        counts.members += 1;
        if let Kind::LeftOut { reason } = member.kind {
            return Some(self.reject(member, "unreadable", reason.to_owned(), 0));
        }
        if member.name == MemberName::Other || member.kind == Kind::Special && member.name.orcid().is_none() {
            counts.other += 1;
            return None;
        }
        counts.xml_bytes += member.data.len() as u64;
        // An activity may only seem to be repeated, because put codes are compared without iDs.
        // Repeats from other chunks are counted when their rows are removed.
        let comes_again = match member.name {
            MemberName::Activity { .. } => member.replaced,
            _ => member.repeated,
        };
        counts.duplicates += u64::from(comes_again);
        let forbidden = member.data.len() - source.len();
        if member.kind == Kind::Special {
            return Some(self.reject(member, "not-a-file", NOT_A_FILE.to_owned(), 0));
        }
        if let Kind::TooLarge { size_bytes } = member.kind {
            let reason = format!("larger than the limit: {size_bytes} bytes");
            return Some(self.reject(member, "too-large", reason, size_bytes));
        }
        match member.parse(source, regular) {
            Ok((entry, _)) if self.wanted.only.is_some_and(|only| !only.has(&entry)) => {
                self.leave_out(member);
                None
            }
            Ok((entry, unmapped)) => {
                self.batch.report.members.cleaned += u64::from(forbidden > 0);
                unmapped.iter().for_each(|value| self.batch.report.count_unmapped(value.label(), 1));
                let (dump, entry) = self.accept(member, entry);
                if !unmapped.is_empty() && !member.replaced {
                    self.unmapped
                        .extend(values_of(member.path, &entry, unmapped).map(|values| (dump, values)));
                }
                Some((dump, entry)).filter(|_| !member.replaced)
            }
            Err(ParseError::UnknownRoot { .. }) if member.name == MemberName::OtherXml => {
                self.batch.report.members.other += 1;
                None
            }
            Err(error) => {
                let counted = format!("; {forbidden} bytes that XML forbids are not counted");
                let reason = format!("{error}{}", if forbidden > 0 { &counted } else { "" });
                Some(self.reject(member, error.code(), reason, member.data.len() as u64))
            }
        }
    }

    /// A member of somebody who was not selected; it still takes the place of an earlier one.
    fn leave_out(&mut self, member: &MemberInChunk<'_>) {
        self.batch.report.members.left_out += 1;
        self.prepare(dump_of(&member.name));
        if member.is_in_earlier && !member.replaced {
            self.batch.replacing.push(member.name);
        }
    }

    fn accept<'s>(&mut self, member: &MemberInChunk<'_>, entry: Entry<'s>) -> (DumpKind, Entry<'s>) {
        let report = &mut self.batch.report;
        let dump = match &entry {
            Entry::Record { record, .. } => {
                report.members.records += 1;
                self.batch.watermark = self.batch.watermark.max(record.history.last_modified_date);
                DumpKind::Summaries
            }
            Entry::Tombstone { activity, stub, .. } => {
                report.members.tombstones += 1;
                *report.tombstones.entry(stub.status().to_owned()).or_default() += 1;
                if activity.is_some() { DumpKind::Activities } else { DumpKind::Summaries }
            }
            Entry::Activity { .. } => {
                report.members.activities += 1;
                DumpKind::Activities
            }
            Entry::Reject(_) | Entry::Unmapped(_) => unreachable!("only what was read is accepted"),
        };
        self.batch.accepted.push(member.name);
        if member.is_in_earlier && !member.replaced {
            self.batch.replacing.push(member.name);
        }
        (dump, entry)
    }

    fn reject(
        &mut self,
        member: &MemberInChunk<'_>,
        code: &'static str,
        reason: String,
        size_bytes: u64,
    ) -> (DumpKind, Entry<'static>) {
        self.batch.rejected.push(member.name);
        let report = &mut self.batch.report;
        report.members.rejects += 1;
        *report.rejects.entry(code.to_owned()).or_default() += 1;
        let reject = Reject {
            orcid: member.name.orcid(),
            archive: self.wanted.archive.to_owned(),
            path: member.path.to_owned(),
            code,
            reason,
            offset: member.offset,
            size_bytes,
        };
        (dump_of(&member.name), Entry::Reject(reject))
    }

    fn build(&mut self, dump: DumpKind, entries: &[Entry<'_>]) {
        if !entries.is_empty() {
            self.prepare(dump);
            self.builders[dump as usize].iter_mut().flatten().for_each(|builder| builder.append(entries));
        }
    }

    /// Makes the builders of a kind of dump. Tables are written if there are builders, also without rows:
    /// where everybody was left out, readers find the tables all the same.
    fn prepare(&mut self, dump: DumpKind) {
        let builders = &mut self.builders[dump as usize];
        if builders.is_empty() {
            let keep = |name| (self.wanted.keep)(&table_key(dump, name));
            builders.extend(tables::of(dump).iter().map(|table| keep(table.name()).then(|| table.rows())));
        }
    }

    fn finish(mut self) -> (Batch, Builders) {
        let begun = Instant::now();
        for dump in DumpKind::ALL {
            let builders = self.builders[dump as usize].iter_mut();
            let batches: Vec<_> = builders.map(|rows| rows.as_mut().map(|rows| rows.finish())).collect();
            for (table, batch) in tables::of(dump).iter().zip(&batches) {
                if let Some(batch) = batch {
                    self.batch.report.rows.insert(table_key(dump, table.name()), batch.num_rows() as u64);
                }
            }
            self.batch.rows[dump as usize] = batches;
        }
        self.batch.report.times.build += begun.elapsed();
        (self.batch, self.builders)
    }
}
