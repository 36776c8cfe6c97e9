//! Records by their iDs, from archives and from datasets: as members, and as rows.
//!
//! [`find_members`] gives the XML of an archive as it stands. [`rows`] gives Arrow batches by
//! table, from an archive the same as from a dataset that was converted from it. Both hold what
//! they give and one chunk of the archive, not the archive.

mod by_index;
mod error;
mod json;
mod member_filter;
mod observer;
mod search;

pub use crate::dataset::TableRows;
pub use error::GetError;
pub use json::to_json;
pub use observer::{Observer, Unobserved};

use std::path::Path;

use crate::convert::MemberRows;
use crate::dataset::{Dataset, DatasetError, LocalStore, Store, read_dataset_in, record_batches};
use crate::storage::{ArchiveFile, StorageOptions};
use by_index::ByIndex;
use member_filter::MemberFilter;
use orcid_xml::{MemberName, Orcid};
use search::Search;
use targz_seek::{ArchiveError, Kind, Meter, OwnedMember};

/// A file of an archive whose name says that it belongs to an iD that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundMember<'c> {
    /// Its path in the archive.
    pub path: &'c str,
    /// The iD in its name.
    pub orcid: Orcid,
    /// Its content.
    pub data: &'c [u8],
}

/// Hands the files of some iDs in an archive to `each`, in the archive's order: by the index
/// beside the archive where there is one, else by reading all of it. Where the index cannot be
/// used, or not to its end, `observer` is told, and the archive is read; no file comes twice by
/// that.
///
/// # Errors
/// Those of `each`, which end the search, and [`ArchiveError`] where the archive cannot be read.
/// What has been handed over until then is sound.
pub fn find_members<E: From<ArchiveError>>(
    archive: &Path,
    orcids: &[Orcid],
    observer: &dyn Observer,
    each: impl FnMut(FoundMember<'_>) -> Result<(), E>,
) -> Result<(), E> {
    find_members_with(archive, &StorageOptions::default(), orcids, observer, each)
}

/// Does the same for a path or URL, with options of object stores.
///
/// # Errors
/// Those of [`find_members`].
pub fn find_members_with<E: From<ArchiveError>>(
    archive: &Path,
    storage: &StorageOptions,
    orcids: &[Orcid],
    observer: &dyn Observer,
    mut each: impl FnMut(FoundMember<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut search = Search::begin(archive, storage, MemberFilter::by_name(orcids), observer)?;
    while let Some(chunk) = search.next_chunk()? {
        for (path, data, member) in search.select(&chunk) {
            if let (Some(orcid), Kind::File) = (MemberName::new(path).orcid(), member.kind) {
                each(FoundMember { path, orcid, data })?;
            }
        }
    }
    Ok(())
}

/// The files of `orcid` by the index beside an archive alone, in the archive's order; `None`
/// where there is no index.
///
/// # Errors
/// [`ArchiveError`] where index or archive are damaged or do not belong together: never
/// a file of another iD.
pub fn indexed_members(archive: &Path, orcid: Orcid) -> Result<Option<Vec<OwnedMember>>, ArchiveError> {
    let filter = MemberFilter::by_name(&[orcid]);
    let archive = ArchiveFile::open(archive, &StorageOptions::default(), &Meter::default())?;
    let Some(mut runs) = ByIndex::open(&archive, &filter)? else { return Ok(None) };
    let mut found = Vec::new();
    while let Some(chunk) = runs.next_chunk()? {
        let files = filter.select(&chunk).into_iter().filter(|(_, _, member)| member.kind == Kind::File);
        found.extend(files.map(|(name, data, _)| OwnedMember { name: name.to_owned(), data: data.to_vec() }));
    }
    Ok(Some(found))
}

/// All rows of some iDs in a dataset or an archive, whichever `from` is.
///
/// # Errors
/// As [`dataset_rows`] and [`archive_rows`].
pub fn rows(from: &Path, orcids: &[Orcid], observer: &dyn Observer) -> Result<TableRows, GetError> {
    match Dataset::is_at(from) {
        true => Ok(dataset_rows(from, orcids)?),
        false => archive_rows(from, orcids, observer),
    }
}

/// All rows of some iDs in the dataset at `root`. All are of one version of it, should it be
/// changed meanwhile.
///
/// # Errors
/// [`DatasetError`] where there is no dataset, or it cannot be read.
pub fn dataset_rows(root: &Path, orcids: &[Orcid]) -> Result<TableRows, DatasetError> {
    dataset_rows_in(&LocalStore::new(root), orcids)
}

/// Does the same for a dataset in a store.
///
/// # Errors
/// Those of [`dataset_rows`].
pub fn dataset_rows_in(store: &dyn Store, orcids: &[Orcid]) -> Result<TableRows, DatasetError> {
    Ok(read_dataset_in(store, |dataset| record_batches(dataset, orcids))?.1)
}

/// Does the same, without what is not public.
///
/// # Errors
/// Those of [`dataset_rows`].
pub fn public_rows_in(store: &dyn Store, orcids: &[Orcid]) -> Result<TableRows, DatasetError> {
    Ok(read_dataset_in(store, |dataset| record_batches(&dataset.public_only(), orcids))?.1)
}

/// All rows of some iDs that a conversion of the archive would give, with rejects and
/// tombstones. They have the columns that a dataset has before it is matched. An archive is
/// searched as by [`find_members`]; records under names without an iD are found too.
///
/// # Errors
/// [`GetError`] where the archive cannot be read to its end, or too many members come again.
pub fn archive_rows(
    archive: &Path,
    orcids: &[Orcid],
    observer: &dyn Observer,
) -> Result<TableRows, GetError> {
    archive_rows_with(archive, &StorageOptions::default(), orcids, observer)
}

/// Does the same for a path or URL, with options of object stores.
///
/// # Errors
/// Those of [`archive_rows`].
pub fn archive_rows_with(
    archive: &Path,
    storage: &StorageOptions,
    orcids: &[Orcid],
    observer: &dyn Observer,
) -> Result<TableRows, GetError> {
    let mut search = Search::begin(archive, storage, MemberFilter::for_rows(orcids), observer)?;
    let mut rows = MemberRows::new(archive, orcids);
    while let Some(chunk) = search.next_chunk()? {
        let members = search.select(&chunk);
        if !members.is_empty() {
            rows.add(&members)?;
        }
    }
    Ok(rows.finish())
}
