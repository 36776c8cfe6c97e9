//! Makes a dataset of some of the people of another.
//!
//! All steps on one page: who is kept, by the tables of the dataset; then each archive's files again,
//! with the rows of these people; then one commit. The new dataset is like one that was converted
//! with the same selection: it has the same archives, so the same `convert` has nothing to do.

mod counts;
mod error;
mod rows;

pub use error::ExtractError;

use std::sync::atomic::AtomicBool;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::dataset::{ArchiveEntry, Dataset, Logs, Manifest, NewFile, Part, Selected, Store};
use crate::report::Report;
use crate::slice::Slice;
use counts::Counts;

/// Makes a dataset in `to` of those people of `from` whom `slice` selects; returns the report of
/// the new dataset. Matchings and exported connections are not taken over.
///
/// # Errors
/// [`ExtractError`] if there is a dataset at `to`, if `from` lacks the tables that decide, or cannot
/// be read; then nothing is made.
pub fn extract(
    from: &Dataset,
    to: &dyn Store,
    slice: &Slice,
    threads: usize,
    stop: &AtomicBool,
) -> Result<Report, ExtractError> {
    from.manifest.check_format(&from.root)?;
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| ExtractError::Threads(std::io::Error::other(error)))?;
    let change = to.begin("extract")?;
    if change.manifest()?.is_some() {
        return Err(ExtractError::Exists { path: to.place().to_owned() });
    }
    if let Some(table) = Selected::lacks(from, slice) {
        return Err(ExtractError::NoTable { path: from.root.clone(), table });
    }
    let kept = Selected::of(from, slice)?;
    let old = &from.manifest;
    let mut manifest = Manifest {
        release: old.release,
        watermark: old.watermark,
        visibility: old.visibility,
        selection: Some(slice.selection().clone()),
        ..Manifest::new(old.tables.clone())
    };
    let run = Run { from, kept: &kept, pool: &pool, stop };
    let (mut files, suffix) = (Vec::new(), change.suffix());
    for (number, archive) in old.archives.iter().enumerate() {
        let scratch = change.scratch(&format!("archive-{number}"))?;
        let entry = run.archive(archive, &scratch, &suffix, &mut manifest, &mut files)?;
        manifest.archives.push(entry);
    }
    change.commit(&manifest, &files, Logs::Begin)?;
    // The dataset is there; the next change removes leftovers that cannot be removed now.
    let _ = change.end();
    Ok(manifest.report())
}

struct Run<'r> {
    from: &'r Dataset,
    kept: &'r Selected<'r>,
    pool: &'r ThreadPool,
    stop: &'r AtomicBool,
}

impl Run<'_> {
    /// Writes the files of an archive again; gives its entry in the new manifest.
    fn archive(
        &self,
        archive: &ArchiveEntry,
        scratch: &std::path::Path,
        suffix: &str,
        manifest: &mut Manifest,
        files: &mut Vec<NewFile>,
    ) -> Result<ArchiveEntry, ExtractError> {
        let mut entry = ArchiveEntry {
            rows_in: Default::default(),
            rows_out: Default::default(),
            parts: Default::default(),
            ..archive.clone()
        };
        let mut counts = Counts::default();
        for (key, parts) in &archive.parts {
            let written =
                rows::write(self.from, key, parts, self.kept, scratch, self.pool, self.stop, &mut counts)?;
            counts.rows.insert(key.clone(), Part::total_rows(&written));
            let folder = scratch.join(key);
            for part in written {
                let (part, file) = manifest.take_in_with(key, part, &folder, suffix);
                entry.parts.entry(key.clone()).or_default().push(part);
                files.push(file);
            }
        }
        entry.report = counts.report(&archive.report);
        Ok(entry)
    }
}
