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
use crate::convert::{Options, Uncommitted, inspect, release_of};
use crate::dataset::{ArchiveEntry, Citation, EntryKind, Manifest, citations, to_bibtex};
use crate::storage::{Place, file_name, shown};

/// Show what is in an archive or a dataset: year, members, rows, sizes, problems.
///
/// Of a dataset, also what waits for `orcidlake commit`. An archive that was converted in parts is
/// listed once, with the parts that are there. Ends with 1 if it finds problems in an archive; of a
/// dataset it reports what the conversion has told, and ends with 0.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An archive in any format that convert reads, or a dataset.
    #[arg(value_name = "ARCHIVE|DIR")]
    what: PathBuf,
    /// Print what to cite, as BibTeX: the public data file, the ROR release, this program; of an
    /// archive by its name, without reading it.
    #[arg(long)]
    bibtex: bool,
    #[command(flatten)]
    machine: Machine,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    if args.bibtex {
        return cite(&args.what, common);
    }
    let waiting = uncommitted_at(&args.what, common)?;
    let is_amiss = if is_dataset(&args.what, common)? {
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
        print_problems(&report);
        // What the conversion has left out, it has told; this only reports it.
        false
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
        print_problems(&entry.report);
        entry.report.members.rejects > 0 || !entry.complete || holds_nothing
    };
    Ok(if is_amiss { Done::WithProblems } else { Done::All })
}

/// Prints what to cite.
fn cite(what: &Path, common: &Common) -> Result<Done, Failure> {
    let citations = match is_dataset(what, common)? {
        true => citations(&open_dataset(what, common)?.1.manifest),
        false => {
            if matches!(Place::of(what)?, Place::Local(path) if !path.exists()) {
                let message = format!("there is nothing at {}", shown(what).display());
                return Err(Failure::new(message, "give an archive or a dataset"));
            }
            Citation::of_archive(release_of(&file_name(what)))
        }
    };
    if citations[0].doi.is_none() && !common.quiet {
        tell!("note: the DOI of this public data file is not known; see https://orcid.figshare.com");
    }
    match common.json {
        true => print_json(&json!({ "citations": citations }))?,
        false => print(&to_bibtex(&citations))?,
    }
    Ok(Done::All)
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
        let parts = parts_text(&own);
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

/// Which parts of an archive there are: `, in 5 parts`, or `, parts 1, 3 and 4 of 5`.
fn parts_text(own: &[&ArchiveEntry]) -> String {
    let shards = own.iter().filter_map(|part| part.shard.as_deref()?.split_once('/'));
    let shards: Vec<(&str, &str)> = shards.collect();
    let Some((_, of)) = shards.first() else { return String::new() };
    if *of == shards.len().to_string() {
        return format!(", in {of} parts");
    }
    let mut numbers: Vec<&str> = shards.iter().map(|(number, _)| *number).collect();
    numbers.sort_by_key(|number| number.parse::<u64>().unwrap_or(u64::MAX));
    match &numbers[..] {
        [one] => format!(", part {one} of {of}"),
        [others @ .., last] => format!(", parts {} and {last} of {of}", others.join(", ")),
        [] => String::new(),
    }
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
