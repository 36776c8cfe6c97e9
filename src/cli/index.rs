//! `orcidlake index`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::convert::stop_on_signals;
use super::failure::Failure;
use super::numbers::{bytes, counted, grouped, parse_bytes};
use super::output::print_json;
use super::progress::Progress;
use super::target::check_file;
use super::{Common, Done};
use crate::convert::index_with;
use crate::storage::{ArchiveFile, Place, StorageOptions, index_beside, shown};
use targz_seek::Meter;
use targz_seek::index::Contents;

/// Points nearer to each other than this would make the index larger than its archive.
const LEAST_SPACING: usize = 64 << 10;

/// Write an index of an archive, so that get and convert can read any part of it.
///
/// The index has the position of each iD's members, and points where inflating can start. With an
/// index beside the archive, get answers in milliseconds, and convert reads with several threads or
/// converts one part of the archive (--shard).
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A .tar.gz or .tar archive.
    #[arg(value_name = "ARCHIVE")]
    archive: PathBuf,
    /// The file for the index; ARCHIVE.idx if not given. get and convert look for ARCHIVE.idx only.
    // The option has its own id, so that an `out` for datasets in the TOML file does not set it.
    #[arg(id = "index_out", long = "out", short = 'o', value_name = "FILE", env = "ORCIDLAKE_INDEX_OUT")]
    out: Option<PathBuf>,
    /// Uncompressed bytes between two points where reading can start; less makes get faster and the
    /// index larger.
    #[arg(long, value_name = "SIZE", env = "ORCIDLAKE_SPACING", default_value = "2MiB", value_parser = parse_spacing)]
    spacing: usize,
}

fn parse_spacing(text: &str) -> Result<usize, String> {
    let size = parse_bytes(text)?;
    if size < LEAST_SPACING { Err("at least 64KiB are needed".to_owned()) } else { Ok(size) }
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let storage = common.storage();
    let out = args.out.map_or_else(|| index_beside(&args.archive), Ok)?;
    if !Place::is_remote(&out) {
        check_file(&out, &[])?;
    }
    let progress = Progress::new(common.quiet);
    let stop = stop_on_signals()?;
    let spacing = args.spacing as u64;
    let contents = index_with(&args.archive, Some(&out), spacing, &storage, &progress, &stop);
    progress.clear(&args.archive);
    let contents = contents?;
    let size_bytes = size_of(&out, &storage)?;
    let out = shown(&out);
    if common.json {
        print_json(
            &json!({ "index": out.to_string_lossy(), "size_bytes": size_bytes, "contents": contents }),
        )?;
    } else if !common.quiet {
        tell!("{}: {}", out.display(), text(&contents, size_bytes));
    }
    contents.notes.iter().for_each(|note| tell!("note: {note}"));
    Ok(Done::All)
}

/// The size of the index, wherever it was written.
fn size_of(index: &Path, storage: &StorageOptions) -> Result<u64, Failure> {
    let file = ArchiveFile::open(index, storage, &Meter::default())?;
    Ok(file.size_bytes()?.unwrap_or_default())
}

fn text(contents: &Contents, size_bytes: u64) -> String {
    format!(
        "{} for {} ({} of stream), {}, {} of them indexed, {}",
        bytes(size_bytes),
        bytes(contents.archive.size_bytes),
        bytes(contents.stream_bytes),
        counted(contents.members, "member"),
        grouped(contents.keyed),
        counted(contents.points(), "point"),
    )
}

#[cfg(test)]
mod tests {
    use super::parse_spacing;
    use targz_seek::index::SPACING_BYTES;

    #[test]
    fn the_spacing_is_what_the_index_says_of_it() {
        assert_eq!(parse_spacing("2MiB"), Ok(SPACING_BYTES as usize));
        assert!(parse_spacing("1KiB").is_err());
    }
}
