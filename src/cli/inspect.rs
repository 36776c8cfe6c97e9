//! `orcidlake inspect`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::convert::{Machine, print_problems, report_text, stop_on_signals};
use super::failure::Failure;
use super::numbers::{bytes, counted, grouped};
use super::output::{print, print_json};
use super::progress::Progress;
use super::stores::{is_dataset, uncommitted_at};
use super::{Common, Done, open_dataset};
use crate::convert::{Options, Uncommitted, inspect};
use crate::dataset::{ArchiveEntry, EntryKind, Manifest};
use crate::storage::shown;

/// Show what is in an archive or a dataset: year, members, rows, sizes, problems.
///
/// Of a dataset, also what waits for `orcidlake commit`. An archive that was converted in parts is
/// listed once.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An archive in any format that convert reads, or a dataset.
    #[arg(value_name = "ARCHIVE|DIR")]
    what: PathBuf,
    #[command(flatten)]
    machine: Machine,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let waiting = uncommitted_at(&args.what, common)?;
    let (report, is_amiss) = if is_dataset(&args.what, common)? {
        let manifest = open_dataset(&args.what, common)?.1.manifest;
        let report = manifest.report();
        if common.json {
            print_json(
                &json!({ "dataset": shown(&args.what).to_string_lossy(), "manifest": manifest, "report": report,
                    "waiting": waiting }),
            )?;
        } else {
            print(&(dataset_text(&shown(&args.what), &manifest) + &waiting_text(&waiting)))?;
        }
        (report, manifest.archives.iter().any(|archive| !archive.complete))
    } else if !waiting.is_empty() {
        let place = shown(&args.what);
        if common.json {
            print_json(&json!({ "dataset": place.to_string_lossy(), "manifest": null, "waiting": waiting }))?;
        } else {
            print(&format!("{}: no dataset yet\n{}", place.display(), waiting_text(&waiting)))?;
        }
        return Ok(Done::All);
    } else {
        let progress = Progress::new(common.quiet);
        let stop = stop_on_signals()?;
        let options = Options { storage: common.storage(), ..args.machine.options() };
        let entry = inspect(&args.what, &options, &progress, &stop);
        progress.clear(&args.what);
        let entry = entry?;
        if common.json {
            print_json(&json!(entry))?
        } else {
            print(&archive_text(&entry))?
        }
        let holds_nothing = entry.holds_nothing();
        if holds_nothing {
            tell!("note: {} holds no ORCID documents", shown(&args.what).display());
        }
        (entry.report, !entry.complete || holds_nothing)
    };
    print_problems(&report);
    Ok(if report.members.rejects > 0 || is_amiss { Done::WithProblems } else { Done::All })
}

fn archive_text(entry: &ArchiveEntry) -> String {
    let size = bytes(entry.size_bytes);
    format!(
        "{}: {}, {size}, md5 {}\n{}",
        entry.name,
        year(entry.release),
        entry.md5,
        report_text(&entry.report)
    )
}

fn dataset_text(root: &Path, manifest: &Manifest) -> String {
    let (format, version) = (manifest.format_version, &manifest.tool_version);
    let size: u64 = manifest.parts().map(|(_, part)| part.size_bytes).sum();
    let files = counted(manifest.parts().count() as u64, "file");
    let mut text = format!(
        "{}: dataset {}, {} in {files}, format {format}, written by orcidlake {version}\n",
        root.display(),
        year(manifest.release),
        bytes(size)
    );
    for own in by_archive(&manifest.archives) {
        let archive = own[0];
        let state = match (archive.kind, own.iter().all(|part| part.complete)) {
            (EntryKind::Refresh, _) => ", refresh",
            (EntryKind::Archive, true) => "",
            (EntryKind::Archive, false) => ", salvaged",
        };
        let parts = match archive.shard.as_deref().and_then(|shard| shard.split_once('/')) {
            Some((_, of)) if of == own.len().to_string() => format!(", in {of} parts"),
            Some((_, of)) => format!(", {} of {of} parts", own.len()),
            None => String::new(),
        };
        let size = bytes(archive.size_bytes);
        let _ = writeln!(text, "  {} ({size}, md5 {}{state}{parts})", archive.name, archive.md5);
    }
    text + &people_text(manifest) + &report_text(&manifest.report())
}

/// Who the people of the dataset are, if they were selected, and how many have left them.
fn people_text(manifest: &Manifest) -> String {
    let Some(selection) = &manifest.selection else { return String::new() };
    let mut text = format!("  only people by {selection}\n");
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for leaver in manifest.left.values() {
        *reasons.entry(&leaver.reason).or_default() += 1;
    }
    if !reasons.is_empty() {
        let reasons: Vec<String> =
            reasons.into_iter().map(|(reason, count)| format!("{} {reason}", grouped(count))).collect();
        let _ = writeln!(text, "  {} left them: {}", manifest.left.len(), reasons.join(", "));
    }
    text
}

/// The entries of each archive and each refresh, in the order of the first of each.
fn by_archive(entries: &[ArchiveEntry]) -> Vec<Vec<&ArchiveEntry>> {
    let mut archives: Vec<Vec<&ArchiveEntry>> = Vec::new();
    for entry in entries {
        // Parts of an archive are added one after the other; those of `--shard` need not be.
        let is_same = |own: &&mut Vec<&ArchiveEntry>| {
            own[0].shard.is_some()
                && entry.shard.is_some()
                && (&own[0].name, &own[0].md5) == (&entry.name, &entry.md5)
        };
        match archives.iter_mut().rev().find(is_same) {
            Some(own) => own.push(entry),
            None => archives.push(vec![entry]),
        }
    }
    archives
}

fn waiting_text(waiting: &[Uncommitted]) -> String {
    let mut text = String::new();
    for Uncommitted { archive, parts, of, .. } in waiting {
        let _ = match *of {
            1 => writeln!(text, "  {archive} is finished and waits for `orcidlake commit`"),
            of => writeln!(
                text,
                "  {archive}: {parts} of {of} parts are finished and wait for `orcidlake commit`"
            ),
        };
    }
    text
}

fn year(release: Option<u16>) -> String {
    release.map_or_else(|| "of unknown year".to_owned(), |year| format!("of {year}"))
}
