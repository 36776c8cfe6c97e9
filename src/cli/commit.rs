//! `orcidlake commit`.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use clap::builder::BoolishValueParser;
use serde_json::{Value, json};

use super::convert::{print_problems, report_text};
use super::failure::Failure;
use super::hints::Hint;
use super::lines::{Line, lines_of, read_all, read_lines};
use super::numbers::counted;
use super::only_args::tell_nobody;
use super::output::print_json;
use super::stores::{ScratchArg, is_dataset, locked_store};
use super::{Common, Done, open_dataset};
use crate::convert::{
    ConvertError, LineFault, Outcome, PartResult, commit_in, commit_waiting, discard, join_in, uncommitted,
};
use crate::dataset::{ArchiveEntry, Store, WaitingPart};
use crate::report::Report;
use crate::storage::shown;

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Add finished parts to a dataset, in one step.
///
/// Datasets of one release that were made apart become one in the same way, if they share no
/// members. All parts of an archive must be there. The dataset does not depend on the order of the results,
/// nor on which machine wrote them; a part that is given twice counts once. When the commit is done,
/// the files that waited are removed. If it is interrupted, run it again.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The dataset; it need not exist yet.
    #[arg(value_name = "DIR")]
    dataset: PathBuf,
    /// Files with the lines that `orcidlake part` has printed, or - for standard input; or local datasets,
    /// whose archives are copied into this one. All finished parts that wait beside the dataset if
    /// not given.
    #[arg(value_name = "RESULTS")]
    results: Vec<PathBuf>,
    /// Remove the parts of this archive that wait, and add nothing. The dataset stays as it is.
    #[arg(long, value_name = "ARCHIVE", conflicts_with_all = ["results", "replace"])]
    discard: Option<String>,
    /// Replace the whole dataset by one made of these parts alone. If the dataset has archives that are
    /// not among them, the parts must be those of a plan with --replace.
    #[arg(long, env = "ORCIDLAKE_REPLACE", value_parser = BoolishValueParser::new())]
    replace: bool,
    #[command(flatten)]
    scratch: ScratchArg,
}

/// The parts of one archive together.
#[derive(Default)]
struct Archive {
    parts: u64,
    added: u64,
    is_complete: bool,
    report: Report,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let datasets = args
        .results
        .iter()
        .map(|path| Ok((path, path.as_os_str() != STANDARD_INPUT && is_dataset(path, common)?)));
    let datasets = datasets.collect::<Result<Vec<_>, Failure>>()?;
    if datasets.iter().any(|(_, is_dataset)| *is_dataset) {
        return join(&args, &datasets, common);
    }
    let results = args.results.iter().map(|path| read_results(path)).collect::<Result<Vec<_>, _>>()?.concat();
    let store = locked_store(&args.dataset, "commit", &args.scratch, common)?;
    let store = store.as_ref();
    if let Some(archive) = &args.discard {
        return discard_all(archive, store, common);
    }
    let archives = if args.results.is_empty() {
        let committed = commit_waiting(store, args.replace).map_err(|error| stray(error, store.place()))?;
        by_archive(committed.iter().map(|(part, outcome)| (part, outcome)))
    } else {
        let outcomes = commit_in(&results, store, args.replace)?;
        by_archive(
            results.iter().zip(&outcomes).filter_map(|(result, outcome)| Some((result.part()?, outcome))),
        )
    };
    if archives.is_empty() && store.current()?.is_none() {
        let what = format!("no finished parts wait for a commit to {}", store.place().display());
        return Err(Failure::new(what, "run the tasks of `orcidlake plan` with `orcidlake part` first"));
    }
    let mut report = Report::default();
    archives.values().for_each(|archive| report.add(archive.report.clone()));
    tell_archives(&archives, common);
    print_problems(&report);
    let is_odd = |archive: &Archive| archive.added > 0 && (!archive.is_complete || archive.holds_nothing());
    for (name, archive) in archives.iter().filter(|(_, archive)| archive.added > 0) {
        if archive.holds_nothing() {
            tell!("note: {name} holds no ORCID documents");
        }
    }
    tell_nobody(&report.members);
    let has_problems = report.members.rejects > 0 || archives.values().any(is_odd);
    if common.json {
        print_json(&to_json(&args, &archives, &report, u8::from(has_problems)))?;
    } else if !common.quiet && archives.values().any(|archive| archive.added > 0) {
        tell_part!("{}", report_text(&report));
    }
    Ok(if has_problems { Done::WithProblems } else { Done::All })
}

/// Copies the archives of other datasets into this one.
fn join(args: &Args, datasets: &[(&PathBuf, bool)], common: &Common) -> Result<Done, Failure> {
    if let Some((path, _)) = datasets.iter().find(|(_, is_dataset)| !is_dataset) {
        let what = format!("{} is no dataset, but others are", path.display());
        return Err(Failure::new(what, "give results of parts, or datasets, not both"));
    }
    if args.replace {
        return Err(Failure::new("--replace is for parts, not for datasets", "give a new dataset as DIR"));
    }
    let sources = datasets.iter().map(|(path, _)| Ok(open_dataset(path, common)?.1));
    let sources = sources.collect::<Result<Vec<_>, Failure>>()?;
    let store = locked_store(&args.dataset, "commit", &args.scratch, common)?;
    let joined = join_in(&sources, store.as_ref())?;
    let mut archives: BTreeMap<String, Archive> = BTreeMap::new();
    for (name, outcome) in joined.into_iter().flatten() {
        let archive = archives.entry(name).or_default();
        archive.parts += 1;
        if let Outcome::Done(entry) = outcome {
            archive.added += 1;
            archive.is_complete = entry.complete;
            archive.report.add(entry.report);
        }
    }
    tell_archives(&archives, common);
    if common.json {
        let mut report = Report::default();
        archives.values().for_each(|archive| report.add(archive.report.clone()));
        print_json(&to_json(args, &archives, &report, 0))?;
    }
    Ok(Done::All)
}

/// Removes what waits of an archive.
fn discard_all(archive: &str, store: &dyn Store, common: &Common) -> Result<Done, Failure> {
    let parts = discard(store, archive)?;
    if parts == 0 {
        let mut names: Vec<String> = uncommitted(store)?.into_iter().map(|waiting| waiting.archive).collect();
        names.dedup();
        let waiting = if names.is_empty() { "nothing waits".to_owned() } else { names.join(", ") };
        let hint = format!("give the file name of an archive that waits: {waiting}");
        let what = format!("no parts of {archive} wait for a commit to {}", store.place().display());
        return Err(Failure::new(what, &hint));
    }
    if common.json {
        print_json(
            &json!({ "dataset": store.place().to_string_lossy(), "discarded": archive, "parts": parts,
            "exit_status": 0 }),
        )?;
    } else if !common.quiet {
        tell!("{archive}: removed {} from what waits for a commit", counted(parts, "part"));
    }
    Ok(Done::All)
}

/// The failure of a commit of all that waits; it says how to get rid of a part that does not belong.
fn stray(error: ConvertError, dataset: &Path) -> Failure {
    let archive = match &error {
        ConvertError::MissingParts { path, .. }
        | ConvertError::Gap { path, .. }
        | ConvertError::OtherContents { path }
        | ConvertError::OtherRelease { path, .. }
        | ConvertError::OtherContent { path }
        | ConvertError::OtherParts { path }
        | ConvertError::Refreshed { path } => path.display().to_string(),
        ConvertError::OtherVersion { archive, .. }
        | ConvertError::PartOfOtherTables { archive, .. }
        | ConvertError::NoPart { archive, .. } => archive.clone(),
        _ => return error.into(),
    };
    let hint = format!(
        "{}; if it is left from another plan, remove it: `orcidlake commit {} --discard {archive}`",
        error.hint(),
        dataset.display()
    );
    Failure::from(error).with_hint(hint)
}

impl Archive {
    fn holds_nothing(&self) -> bool {
        self.report.members.members == self.report.members.other
    }
}

fn by_archive<'p>(parts: impl Iterator<Item = (&'p WaitingPart, &'p Outcome)>) -> BTreeMap<String, Archive> {
    let mut archives: BTreeMap<String, Archive> = BTreeMap::new();
    for (part, outcome) in parts {
        let archive = archives.entry(part.entry.name.clone()).or_default();
        archive.parts += 1;
        if let Outcome::Done(entry) | Outcome::Kept(entry) = outcome {
            let ArchiveEntry { complete, report, .. } = &**entry;
            archive.is_complete = *complete && (archive.added == 0 || archive.is_complete);
            archive.added += 1;
            archive.report.add(report.clone());
        }
    }
    archives
}

fn tell_archives(archives: &BTreeMap<String, Archive>, common: &Common) {
    if common.quiet {
        return;
    }
    if archives.is_empty() {
        tell!("no parts wait for a commit");
    }
    for (name, archive) in archives {
        let members = counted(archive.report.members.members, "member");
        match archive.added {
            0 => tell!("{name}: already in the dataset"),
            added => tell!("{name}: {members} in {}", counted(added, "part")),
        }
    }
}

fn to_json(args: &Args, archives: &BTreeMap<String, Archive>, report: &Report, exit_status: u8) -> Value {
    let archives = archives.iter().map(|(name, archive)| {
        let outcome = if archive.added > 0 { "done" } else { "skipped" };
        let (parts, complete) = (archive.parts, archive.is_complete);
        match archive.added {
            0 => json!({ "archive": name, "outcome": outcome, "parts": parts }),
            _ => json!({ "archive": name, "outcome": outcome, "parts": parts, "complete": complete,
                "report": archive.report }),
        }
    });
    json!({ "dataset": shown(&args.dataset).to_string_lossy(), "archives": archives.collect::<Vec<_>>(),
        "report": report, "exit_status": exit_status })
}

/// The results in a file of JSON lines.
fn read_results(path: &Path) -> Result<Vec<PartResult>, Failure> {
    let hint = "give files with the lines that `orcidlake part` has printed";
    let (place, lines) = match path.as_os_str() == STANDARD_INPUT {
        true => ("standard input".into(), lines_of(&read_all(io::stdin())?)),
        false => (path.display().to_string(), read_lines(path, hint)?),
    };
    let parse = |line: Line| {
        line.text.and_then(|text| text.parse()).map_err(|fault| {
            let hint = match fault {
                LineFault::IsTask => "run it with `orcidlake part`, and give the line that it prints",
                LineFault::OtherVersion { .. } => {
                    "run `orcidlake part` again for its task with this version, or commit with that version"
                }
                _ => hint,
            };
            Failure::new(format!("line {} of {place} is not a result: {fault}", line.number), hint)
        })
    };
    lines.into_iter().map(parse).collect()
}
