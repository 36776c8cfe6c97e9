//! Selects people by files: a list of iDs, a dataset, a release of ROR with the user's tables.
//!
//! A manifest and a task say of a selection what can be compared; the files that they name are read
//! here, wherever the selection is needed again, and must select the same people.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use arrow::array::{Array, AsArray};

use crate::dataset::{Dataset, DatasetError, digest};
use crate::slice::{
    Conditions, Inputs, Institution, MadeWith, OrganizationId, RorSelection, Selection, Slice, SliceError,
    read_list,
};
use crate::storage::{InputFiles, StorageOptions, open_store, shown};
use orcid_xml::Orcid;
use ror_match::{Crosswalk, Matcher, Overrides, Preset, Release, RorError, RorId, Scheme};

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";
/// The greatest size of a list of iDs in bytes; twenty million iDs take less.
const MAX_LIST_BYTES: u64 = 1 << 30;
/// The tables with everybody whom a dataset knows: records, and what is in the place of records.
const PEOPLE: [&str; 2] = ["summaries/records", "summaries/tombstones"];
/// What a matching has learned about ids.
const LEARNED: &str = "organizations/learned_crosswalk";

/// An id of an organization with the organisation of ROR that it means.
type LearnedId = (Scheme, String, RorId);

/// The people whom `wanted` and the files of `inputs` select together. `ids` is the list of iDs, if the
/// caller has read it. Values that files give are read from the files, and not taken from `wanted`.
/// `learned` are ids that a matching has learned.
///
/// # Errors
/// [`SliceError`] if a file cannot be read, or does not fit.
pub fn slice_of(
    wanted: &Selection,
    inputs: Inputs,
    ids: Option<Vec<Orcid>>,
    learned: Vec<LearnedId>,
    storage: &StorageOptions,
) -> Result<Slice, SliceError> {
    let ids = if ids.is_some() { ids } else { list_of(&inputs, storage)? };
    let organization_ids = wanted.organization_ids.iter().map(|id| OrganizationId::parse(id));
    let organization_ids: Result<Vec<_>, String> = organization_ids.collect();
    let institution = wanted.ror.as_ref().map(|ror| institution(ror, &inputs, learned, storage));
    Ok(Slice::new(Conditions {
        unknown_list: wanted.ids.clone().filter(|_| ids.is_none()),
        ids,
        countries: wanted.countries.iter().cloned().collect(),
        organization_ids: organization_ids.map_err(|text| SliceError::Invalid { text })?,
        institution: institution.transpose()?,
        current: wanted.current,
        day: None,
        inputs,
    }))
}

/// The same people as those of a manifest or a task, by files that are at hand now. A list of iDs that
/// is not at hand is unknown ([`Slice::lacks_list`]).
///
/// # Errors
/// [`SliceError::Other`] if the files select others; and those of [`slice_of`].
pub fn same_slice(
    selection: &Selection,
    inputs: Inputs,
    ids: Option<Vec<Orcid>>,
    storage: &StorageOptions,
) -> Result<Slice, SliceError> {
    let learned = selection.ror.iter().flat_map(|ror| &ror.learned);
    let learned = learned.map(|(id, ror)| learned_id(id, ror)).collect::<Option<Vec<_>>>();
    let slice = slice_of(selection, inputs, ids, learned.unwrap_or_default(), storage)?;
    let found = slice.selection();
    if found.is_same_as(selection) {
        return Ok(slice);
    }
    let ror = |of: fn(&RorSelection) -> &Option<String>| {
        selection.ror.as_ref().map(of) != found.ror.as_ref().map(of)
    };
    let differs = match () {
        () if found.ids != selection.ids => "the list of iDs",
        () if ror(|own| &own.overrides) => "the table of names",
        () if ror(|own| &own.crosswalk) => "the table of ids",
        () => "the release of ROR",
    };
    Err(SliceError::Other { wanted: selection.to_string(), found: found.to_string(), differs })
}

/// The ids of organizations that a matching of the dataset has learned and used.
///
/// # Errors
/// [`DatasetError`] if the table cannot be read.
pub fn learned_ids(dataset: &Dataset) -> Result<Vec<LearnedId>, DatasetError> {
    let mut learned = Vec::new();
    if dataset.manifest.organizations.is_none() {
        return Ok(learned);
    }
    for batch in dataset.rows(LEARNED, &["source", "identifier", "ror_id", "accepted"]) {
        let batch = batch?;
        let texts = |name: &str| batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
        let accepted = batch.column_by_name("accepted").and_then(|column| column.as_boolean_opt());
        let (Some(sources), Some(ids), Some(rors)) = (texts("source"), texts("identifier"), texts("ror_id"))
        else {
            continue;
        };
        for row in 0..batch.num_rows() {
            let is_used = accepted.is_some_and(|accepted| accepted.is_valid(row) && accepted.value(row));
            let (source, ror) = (Scheme::named(sources.value(row)), RorId::parse(rors.value(row)));
            if let (true, Some(scheme), Ok(ror)) = (is_used, source, ror) {
                learned.push((scheme, ids.value(row).to_owned(), ror));
            }
        }
    }
    Ok(learned)
}

fn learned_id(id: &str, ror: &str) -> Option<LearnedId> {
    let (scheme, value) = id.split_once(':')?;
    Some((Scheme::named(scheme)?, value.to_owned(), RorId::parse(ror).ok()?))
}

/// The iDs of a list, or of everybody in a dataset; `None` if there is neither.
fn list_of(inputs: &Inputs, storage: &StorageOptions) -> Result<Option<Vec<Orcid>>, SliceError> {
    if let Some(path) = &inputs.ids {
        let fault = |source| SliceError::Read { path: shown(path), source };
        let stream: Box<dyn Read> = if path == Path::new(STANDARD_INPUT) {
            Box::new(io::stdin())
        } else {
            Box::new(InputFiles::new(storage.clone()).open(path).map_err(fault)?)
        };
        let mut bytes = Vec::new();
        stream.take(MAX_LIST_BYTES).read_to_end(&mut bytes).map_err(fault)?;
        let ids = read_list(&bytes).map_err(|faults| SliceError::Lines { path: shown(path), faults })?;
        if ids.is_empty() {
            let text = format!("{} has no iDs", shown(path).display());
            return Err(SliceError::Invalid { text });
        }
        return Ok(Some(ids));
    }
    let Some(path) = &inputs.ids_of else { return Ok(None) };
    people_of(path, storage).map(Some)
}

fn people_of(path: &Path, storage: &StorageOptions) -> Result<Vec<Orcid>, SliceError> {
    let fault = |source| SliceError::Read { path: shown(path), source };
    let store = open_store(path, storage, &std::env::temp_dir()).map_err(|error| fault(error.into()))?;
    let read = || -> Result<Vec<Orcid>, DatasetError> {
        let dataset = Dataset::open_in(store.as_ref())?;
        let mut ids = Vec::new();
        for table in PEOPLE {
            for batch in dataset.rows(table, &["orcid"]) {
                let batch = batch?;
                ids.extend(batch.column(0).as_string::<i32>().iter().flatten().filter_map(Orcid::new));
            }
        }
        Ok(ids)
    };
    read().map_err(|error| fault(io::Error::other(error)))
}

fn institution(
    wanted: &RorSelection,
    inputs: &Inputs,
    learned: Vec<LearnedId>,
    storage: &StorageOptions,
) -> Result<Institution, SliceError> {
    let files = InputFiles::new(storage.clone());
    let open = |path: &Path| -> Result<File, RorError> {
        files.open(path).map_err(|source| RorError::Read { path: shown(path), source })
    };
    let path = inputs.ror_release.as_deref().ok_or(SliceError::NoRelease)?;
    let preset = Preset::ALL.into_iter().find(|preset| preset.name() == wanted.preset);
    let mut matcher =
        Matcher::new(Release::read_file(&shown(path), open(path)?)?, preset.unwrap_or(Preset::Balanced));
    let mut made_with = MadeWith { learned, ..MadeWith::default() };
    if let Some(path) = inputs.overrides.as_deref() {
        let (release, lexicon) = (&matcher.index.release, &matcher.index.lexicon);
        matcher.overrides = Overrides::read_file(&shown(path), open(path)?, release, lexicon)?;
        made_with.overrides = Some(digest_of(path, open(path)?)?);
    }
    let mut crosswalk = Crosswalk::new(&matcher.index.release);
    if let Some(path) = inputs.crosswalk.as_deref() {
        crosswalk.add_table_file(&shown(path), open(path)?, &matcher.index.release)?;
        made_with.crosswalk = Some(digest_of(path, open(path)?)?);
    }
    let ids: Result<Vec<RorId>, _> = wanted.ids.iter().map(|id| RorId::parse(id)).collect();
    let ids = ids.map_err(|_| SliceError::Invalid { text: "an id of ROR is mistyped".to_owned() })?;
    Institution::new(matcher, crosswalk, &ids, wanted.children, made_with)
}

fn digest_of(path: &Path, mut file: File) -> Result<String, SliceError> {
    let (_, xxh3) = digest(&mut file).map_err(|source| SliceError::Read { path: shown(path), source })?;
    Ok(xxh3)
}
