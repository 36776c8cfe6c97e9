//! `orcidlake inspect`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::convert::{Machine, print_problems, print_report, stop_on_signals};
use super::failure::Failure;
use super::numbers::bytes;
use super::progress::Progress;
use super::{Common, Done};
use crate::convert::{Outcome, Watch, inspect};
use crate::dataset::{ArchiveEntry, Dataset, Manifest};

/// Say what is in an archive or a dataset: year, members, rows, sizes, problems.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An archive in any form that convert reads, or a dataset.
    #[arg(value_name = "ARCHIVE|DIR")]
    what: PathBuf,
    #[command(flatten)]
    machine: Machine,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let report = if Dataset::is_at(&args.what) {
        let manifest = Dataset::open(&args.what)?.manifest;
        if common.json {
            println!(
                "{:#}",
                json!({ "dataset": args.what, "manifest": manifest, "report": manifest.report() })
            );
        } else {
            print_dataset(&args.what, &manifest);
        }
        manifest.report()
    } else {
        let progress = Progress::new(common.quiet);
        let stop = stop_on_signals()?;
        let entry = inspect(&args.what, &args.machine.options(), &progress, &stop);
        let entry = entry.inspect_err(|_| progress.ended(&args.what, &Outcome::Skipped))?;
        if common.json {
            println!("{:#}", json!(entry));
        } else {
            print_archive(&entry);
        }
        entry.report
    };
    print_problems(&report);
    Ok(if report.members.rejects > 0 { Done::WithProblems } else { Done::All })
}

fn print_archive(entry: &ArchiveEntry) {
    println!("{}: {}, md5 {}", entry.name, bytes(entry.size_bytes), entry.md5);
    print_report(&entry.report);
}

fn print_dataset(root: &Path, manifest: &Manifest) {
    let release = manifest.release.map_or_else(|| "of unknown year".to_owned(), |year| format!("of {year}"));
    println!(
        "{}: dataset {release}, format {}, written by orcidlake {}",
        root.display(),
        manifest.format_version,
        manifest.tool_version
    );
    let size: u64 = manifest.parts().map(|(_, part)| part.size_bytes).sum();
    println!("{} in {} files", bytes(size), manifest.parts().count());
    for archive in &manifest.archives {
        let state = if archive.complete { "" } else { ", salvaged" };
        println!("  {} ({}, md5 {}{state})", archive.name, bytes(archive.size_bytes), archive.md5);
    }
    print_report(&manifest.report());
}
