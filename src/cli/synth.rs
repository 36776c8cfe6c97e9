//! `orcidlake synth`.

use std::path::PathBuf;

use serde_json::json;

use super::failure::Failure;
use super::numbers::{bytes, counted};
use super::output::{bar, print_json};
use super::target::check_folder;
use super::{Common, Done};
use crate::dataset::DatasetError;
use orcid_synth::organizations::ORGANIZATIONS;
use orcid_synth::{Options, Written, write_dump, write_ror};

/// Make a synthetic dump in the true layout, for trying things out and for benchmarks.
///
/// Names and words are made up. The same options give the same members, whatever the number of
/// threads. All members are valid against ORCID's schemas, except those of --damaged and
/// --novelties.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The number of records.
    #[arg(long, value_name = "N", env = "ORCIDLAKE_RECORDS")]
    records: u64,
    /// The seed; each seed gives a different dump.
    #[arg(long, value_name = "N", default_value_t = 1, env = "ORCIDLAKE_SEED")]
    seed: u64,
    /// The folder for the archives.
    #[arg(long, short, value_name = "DIR", default_value = ".", env = "ORCIDLAKE_SYNTH_OUT")]
    out: PathBuf,
    /// The year in names and dates.
    #[arg(long, default_value_t = 2025, env = "ORCIDLAKE_YEAR")]
    year: u16,
    /// Also make the activities archives.
    #[arg(long, env = "ORCIDLAKE_ACTIVITIES", value_parser = clap::builder::BoolishValueParser::new())]
    activities: bool,
    /// The activities archives to make, by the last character of the iD, such as 0,1,X; all if not
    /// given.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "CHAR",
        requires = "activities",
        env = "ORCIDLAKE_ENDINGS"
    )]
    endings: Vec<char>,
    /// Damage the summary, and one activity, of this many records.
    #[arg(long, value_name = "N", default_value_t = 0, env = "ORCIDLAKE_DAMAGED")]
    damaged: u32,
    /// Add an element that no schema has to the summary, and one activity, of this many records.
    #[arg(long, value_name = "N", default_value_t = 0, env = "ORCIDLAKE_NOVELTIES")]
    novelties: u32,
    /// Also make a release of ROR with the first N of the 20,000 institutions in the records.
    #[arg(long = "ror", value_name = "N", num_args = 0..=1, default_missing_value = "20000", env = "ORCIDLAKE_SYNTH_ROR", value_parser = clap::value_parser!(u64).range(1..=ORGANIZATIONS))]
    institutions: Option<u64>,
    /// The gzip level.
    #[arg(long, value_name = "LEVEL", default_value_t = 6, env = "ORCIDLAKE_LEVEL")]
    level: u32,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    check_folder(&args.out)?;
    let options = Options {
        records: args.records,
        seed: args.seed,
        year: args.year,
        activities: args.activities,
        activity_archives: args.endings,
        damaged: args.damaged,
        novelties: args.novelties,
        compression: args.level,
    };
    std::fs::create_dir_all(&args.out).map_err(DatasetError::io("make", &args.out))?;
    let bar = bar(options.records, "records", common.quiet);
    let written = write_dump(&options, &args.out, &|records| bar.set_position(records))?;
    bar.finish_and_clear();
    let ror = args.institutions.map(|count| write_ror(count, &args.out)).transpose()?;
    if common.json {
        let archives: Vec<_> = written.iter().map(to_json).collect();
        print_json(&json!({ "archives": archives, "ror": ror }))?;
    } else if !common.quiet {
        written.iter().for_each(print);
    }
    Ok(Done::All)
}

fn print(written: &Written) {
    let (members, xml) = (counted(written.members, "member"), bytes(written.xml_bytes));
    tell!("{}: {members}, {xml} of XML in {}", written.path.display(), bytes(written.archive_bytes));
}

fn to_json(written: &Written) -> serde_json::Value {
    json!({
        "archive": written.path, "members": written.members, "records": written.records,
        "tombstones": written.tombstones, "activities": written.activities, "damaged": written.damaged,
        "xml_bytes": written.xml_bytes, "archive_bytes": written.archive_bytes,
    })
}
