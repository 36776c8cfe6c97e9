//! `orcidlake part`.

use std::io;
use std::path::{Path, PathBuf};

use super::convert::{Machine, stop_on_signals};
use super::failure::Failure;
use super::lines::{Line, read_all, read_lines};
use super::numbers::counted;
use super::output::print;
use super::progress::Progress;
use super::stores::{ScratchArg, store_to_change};
use super::{Common, Done};
use crate::convert::{LineFault, Options, PartResult, Task, write_part_in};

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Run one task of a plan.
///
/// Writes the files of a part, which wait for `orcidlake commit`: beside a local dataset, in
/// .NAME.orcidlake-parts, or in the object store. Or writes the index of an archive. Prints the result as one line of JSON. A task may
/// run twice, or on two machines at once: a part that is finished is not converted again. Ends with
/// 0 when the part is finished, even if members were left out: commit reports them.
///
/// In an array of jobs, give --task-file and the job's number:
/// `orcidlake part --task-file tasks.jsonl --number $SLURM_ARRAY_TASK_ID --out orcid`
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("which").required(true))]
pub struct Args {
    /// The task: a line that `orcidlake plan` has printed, or - to read it from standard input.
    #[arg(value_name = "TASK", group = "which")]
    task: Option<String>,
    /// The file of all tasks; --number says which of them to run.
    #[arg(long, value_name = "FILE", group = "which", requires = "number", env = "ORCIDLAKE_TASK_FILE")]
    task_file: Option<PathBuf>,
    /// The number of the task in the file. The first has the number 0, or that of --first-number.
    #[arg(long, value_name = "I", requires = "task_file", env = "ORCIDLAKE_NUMBER")]
    number: Option<u64>,
    /// The number of the first task in the file.
    #[arg(long, value_name = "N", default_value = "0", env = "ORCIDLAKE_FIRST_NUMBER")]
    first_number: u64,
    /// The dataset that the part is for; it need not exist yet.
    #[arg(long, short, value_name = "DIR", env = "ORCIDLAKE_OUT")]
    out: PathBuf,
    #[command(flatten)]
    machine: Machine,
    #[command(flatten)]
    scratch: ScratchArg,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let task = task_of(&args)?;
    let progress = Progress::new(common.quiet);
    let stop = stop_on_signals()?;
    let options = Options { storage: common.storage(), ..args.machine.options() };
    let store = store_to_change(&args.out, &args.scratch, common)?;
    let result = write_part_in(&task, store.as_ref(), &options, &progress, &stop);
    progress.clear(task.archive());
    let result = result?;
    if !common.quiet {
        tell!("{}", told(&result));
    }
    print(&format!("{}\n", serde_json::json!(result)))?;
    Ok(Done::All)
}

fn told(result: &PartResult) -> String {
    match result {
        PartResult::Index(index) => {
            format!("{}: the index of {}", index.index.display(), counted(index.members, "member"))
        }
        PartResult::Part(part) => {
            let (entry, members) = (&part.entry, counted(part.entry.report.members.members, "member"));
            match &entry.shard {
                Some(shard) => format!("part {shard} of {}: {members}", entry.name),
                None => format!("{}: {members}", entry.name),
            }
        }
    }
}

fn task_of(args: &Args) -> Result<Task, Failure> {
    let (place, text) = match (&args.task, &args.task_file, args.number) {
        (Some(text), ..) if text == STANDARD_INPUT => {
            ("standard input".to_owned(), Line::of_bytes(read_all(io::stdin())?))
        }
        (Some(text), ..) => ("the task".to_owned(), Ok(text.clone())),
        (None, Some(path), Some(number)) => {
            let Line { number, text } = line_of(path, number, args.first_number)?;
            (format!("line {number} of {}", path.display()), text)
        }
        // Refused before, as an error of usage.
        _ => return Err(Failure::new("no task was given", "give a task, or --task-file and --number")),
    };
    let task = text.and_then(|text| text.parse());
    task.map_err(|fault| Failure::new(format!("{place} is not a task to run: {fault}"), hint_for(&fault)))
}

/// What to do about a line that is not a task.
fn hint_for(fault: &LineFault) -> &'static str {
    match fault {
        LineFault::Edited | LineFault::Incomplete => {
            "plan again with the options that you want; of a task, only the path of its archive may be changed"
        }
        LineFault::OtherVersion { .. } => "plan again with this version, or use the version of the plan",
        LineFault::IsResult => "give it to `orcidlake commit`; `part` takes the lines of `orcidlake plan`",
        LineFault::Several => "give one line of the plan; --task-file and --number choose one from a file",
        _ => "give a line that `orcidlake plan` of this version has printed, in single quotes",
    }
}

/// The line of a file that has a task's number.
fn line_of(path: &Path, number: u64, first: u64) -> Result<Line, Failure> {
    let lines = read_lines(path, "give the file of `orcidlake plan`")?;
    let count = lines.len() as u64;
    let place = number.checked_sub(first).and_then(|place| usize::try_from(place).ok());
    place.and_then(|place| lines.into_iter().nth(place)).ok_or_else(|| {
        let has = match count {
            0 => "it has no tasks".to_owned(),
            count => format!("its tasks have the numbers {first} to {}", first + count - 1),
        };
        let hint = "give --number within that range; --first-number sets the number of the first task";
        Failure::new(format!("there is no task {number} in {}: {has}", path.display()), hint)
    })
}
