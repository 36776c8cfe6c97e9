//! `orcidlake inspect`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::convert::{Machine, print_problems, report_text, stop_on_signals};
use super::failure::Failure;
use super::numbers::{bytes, counted};
use super::output::{print, print_json};
use super::progress::Progress;
use super::stores::is_dataset;
use super::{Common, Done, open_dataset};
use crate::convert::{Options, inspect};
use crate::dataset::{ArchiveEntry, EntryKind, Manifest};
use crate::storage::shown;

/// Show what is in an archive or a dataset: year, members, rows, sizes, problems.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An archive in any format that convert reads, or a dataset.
    #[arg(value_name = "ARCHIVE|DIR")]
    what: PathBuf,
    #[command(flatten)]
    machine: Machine,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let (report, is_amiss) = if is_dataset(&args.what, common)? {
        let manifest = open_dataset(&args.what, common)?.1.manifest;
        let report = manifest.report();
        if common.json {
            print_json(
                &json!({ "dataset": shown(&args.what).to_string_lossy(), "manifest": manifest, "report": report }),
            )?;
        } else {
            print(&dataset_text(&shown(&args.what), &manifest))?;
        }
        (report, manifest.archives.iter().any(|archive| !archive.complete))
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
    for archive in &manifest.archives {
        let state = match (archive.kind, archive.complete) {
            (EntryKind::Refresh, _) => ", refresh",
            (EntryKind::Archive, true) => "",
            (EntryKind::Archive, false) => ", salvaged",
        };
        let size = bytes(archive.size_bytes);
        let _ = writeln!(text, "  {} ({size}, md5 {}{state})", archive.name, archive.md5);
    }
    text + &report_text(&manifest.report())
}

fn year(release: Option<u16>) -> String {
    release.map_or_else(|| "of unknown year".to_owned(), |year| format!("of {year}"))
}
