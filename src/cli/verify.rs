//! `orcidlake verify`.

use std::path::PathBuf;

use serde_json::json;

use super::failure::Failure;
use super::numbers::grouped;
use super::{Common, Done};
use crate::dataset::{self, Dataset};

/// Check a dataset against its manifest: files, digests, counts, keys.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The dataset.
    #[arg(value_name = "DIR")]
    dataset: PathBuf,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let dataset = Dataset::open(&args.dataset)?;
    let problems = dataset::verify(&dataset, &|_| {})?;
    let files = dataset.manifest.parts().count();
    let rows: u64 = dataset.manifest.parts().map(|(_, part)| part.rows).sum();
    if common.json {
        println!(
            "{:#}",
            json!({ "dataset": args.dataset, "files": files, "rows": rows, "problems": problems })
        );
    } else {
        problems.iter().for_each(|problem| println!("{}: {}", problem.path.display(), problem.what));
    }
    if !common.quiet {
        let verdict =
            if problems.is_empty() { "sound".to_owned() } else { format!("{} problems", problems.len()) };
        eprintln!("{} files, {} rows: {verdict}", grouped(files as u64), grouped(rows));
    }
    Ok(if problems.is_empty() { Done::All } else { Done::WithProblems })
}
