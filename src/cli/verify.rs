//! `orcidlake verify`.

use std::path::PathBuf;

use serde_json::json;

use super::failure::Failure;
use super::numbers::counted;
use super::output::{bar, print, print_json};
use super::{Common, Done, open_dataset};
use crate::dataset;
use crate::storage::shown;

/// Check a dataset against its manifest: files, digests, counts, keys.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The dataset.
    #[arg(value_name = "DIR")]
    dataset: PathBuf,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let (store, dataset) = open_dataset(&args.dataset, common)?;
    let files = dataset.manifest.parts().count() as u64;
    let bar = bar(files, "files", common.quiet);
    let (dataset, problems) = dataset::verify_in(store.as_ref(), &|_| bar.inc(1))?;
    bar.finish_and_clear();
    let files = dataset.manifest.parts().count() as u64;
    let rows: u64 = dataset.manifest.parts().map(|(_, part)| part.rows).sum();
    if common.json {
        print_json(
            &json!({ "dataset": shown(&args.dataset).to_string_lossy(), "files": files, "rows": rows, "problems": problems }),
        )?;
    } else {
        let lines: Vec<String> = problems
            .iter()
            .map(|problem| format!("{}: {}\n", problem.path.display(), problem.what))
            .collect();
        print(&lines.concat())?;
    }
    if !common.quiet {
        let verdict =
            if problems.is_empty() { "sound".to_owned() } else { counted(problems.len() as u64, "problem") };
        tell!("{}, {}: {verdict}", counted(files, "file"), counted(rows, "row"));
    }
    Ok(if problems.is_empty() { Done::All } else { Done::WithProblems })
}
