//! Divides a conversion into tasks, which any number of machines can do.

use std::path::{Path, PathBuf};

use super::division::{Divisible, divide};
use super::following;
use super::index_task::good_index;
use super::options::{ARCHIVE_OPTIONS, CHUNK_BYTES};
use super::plan::{Plan, Step};
use super::shard::{MAX_SHARDS, Shard};
use super::task::{IndexTask, PartTask, Task};
use super::{ConvertError, Options};
use crate::dataset::{LocalStore, Manifest, Store};
use crate::storage::{ArchiveFile, Place, shown};
use targz_seek::index::{IndexError, SPACING_BYTES};
use targz_seek::{Archive, ArchiveError, Meter};

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";
/// ORCID's archives are about an eighteenth of their content. An archive without an index is
/// expected to have no more chunks than its size times this number allows.
const COMPRESSION: u64 = 18;

/// The tasks that convert `archives` into the dataset at `dataset`, which need not exist yet; no
/// tasks for archives that are in it already. The threads and the memory of `options` are not used.
///
/// Without [`Options::parts`] each archive is one task. With it, the archives are divided into so
/// many parts together: each has at least one, larger archives have more, and none more than it has
/// chunks of members. An archive that cannot be divided is one part: a folder, a single XML file,
/// an archive to be salvaged, and one in which names occur more than once. The tasks that make
/// missing indexes come first; they must be done before the others begin.
///
/// # Errors
/// [`ConvertError`] if the archives do not belong together or to the dataset, cannot be read, or are
/// streams.
pub fn plan(archives: &[PathBuf], dataset: &Path, options: &Options) -> Result<Vec<Task>, ConvertError> {
    plan_in(archives, &LocalStore::new(dataset), options)
}

/// Does the same for a dataset in a store.
///
/// # Errors
/// Those of [`plan`].
pub fn plan_in(
    archives: &[PathBuf],
    store: &dyn Store,
    options: &Options,
) -> Result<Vec<Task>, ConvertError> {
    let current = if options.replace { None } else { store.current()? };
    let manifest = current.map(|version| version.manifest);
    if let Some(manifest) = &manifest {
        manifest.check_format(store.place())?;
    }
    tasks(archives, manifest, options)
}

/// Does the same for a new dataset, wherever it will be.
///
/// # Errors
/// Those of [`plan`].
pub fn plan_new(archives: &[PathBuf], options: &Options) -> Result<Vec<Task>, ConvertError> {
    tasks(archives, None, options)
}

fn tasks(
    archives: &[PathBuf],
    manifest: Option<Manifest>,
    options: &Options,
) -> Result<Vec<Task>, ConvertError> {
    check_follows(archives, manifest.as_ref(), options)?;
    let look = |task: &PartTask, archive: &ArchiveFile| match options.parts {
        Some(_) => Form::of(task, archive),
        None => Ok(Form::Whole),
    };
    let list = options.only.as_ref().and_then(|only| only.inputs().ids.clone());
    if let Some(path) = list.filter(|path| path == Path::new(STANDARD_INPUT)) {
        return Err(ConvertError::Stream { path });
    }
    let plan = Plan::looking(archives, manifest, options, &Meter::default(), look)?;
    let steps: Vec<Step<Form>> = plan.steps.into_iter().filter(|step| !step.is_done()).collect();
    if let Some(stream) = steps.iter().find(|step| step.task.fingerprint.is_none()) {
        let path = shown(&stream.task.archive);
        return Err(match Place::is_remote(&stream.task.archive) {
            true => ConvertError::NoRanges { path },
            false => ConvertError::Stream { path },
        });
    }
    let parts: Vec<(PartTask, Form)> =
        steps.into_iter().filter_map(|Step { task, seen, .. }| Some((anywhere(task), seen?))).collect();
    let divisible: Vec<Divisible> = parts.iter().map(|(task, form)| form.divisible(task)).collect();
    let counts = divide(&divisible, options.parts.unwrap_or(0));
    let (mut tasks, mut of_parts) = (Vec::new(), Vec::new());
    for ((task, form), of) in parts.into_iter().zip(counts) {
        if of == 1 {
            of_parts.push(Task::Part(task));
            continue;
        }
        if matches!(form, Form::NoIndex { .. })
            && let Some(fingerprint) = &task.fingerprint
        {
            let (archive, name) = (task.archive.clone(), task.name.clone());
            tasks.push(Task::Index(IndexTask { archive, name, fingerprint: fingerprint.clone() }));
        }
        let shards = (1..=of).map(|number| Some(Shard { number, of }));
        of_parts.extend(shards.map(|shard| Task::Part(PartTask { shard, ..task.clone() })));
    }
    tasks.extend(of_parts);
    Ok(tasks)
}

/// Refuses activities of people whom only their records tell, if the dataset has no records yet: the
/// parts would follow nobody.
fn check_follows(
    archives: &[PathBuf],
    manifest: Option<&Manifest>,
    options: &Options,
) -> Result<(), ConvertError> {
    let has_records = manifest.is_some_and(following::has_records);
    let later = archives.iter().find(|archive| following::has_activities(archive));
    match later.filter(|_| following::follows(options) && !has_records) {
        Some(path) => Err(ConvertError::NoRecordsYet { path: shown(path) }),
        None => Ok(()),
    }
}

/// The task with paths that do not depend on the current folder.
fn anywhere(mut task: PartTask) -> PartTask {
    let make_absolute = |path: &mut PathBuf| {
        if !Place::is_remote(path) {
            *path = std::path::absolute(&*path).unwrap_or_else(|_| path.clone());
        }
    };
    make_absolute(&mut task.archive);
    if let Some(only) = &mut task.only {
        only.inputs.files().into_iter().flatten().for_each(make_absolute);
    }
    task
}

/// How an archive can be divided.
enum Form {
    /// Not at all.
    Whole,
    /// By its index.
    Indexed { stream_bytes: u64 },
    /// By the index that a task will write.
    NoIndex { is_compressed: bool },
}

impl Form {
    fn of(task: &PartTask, archive: &ArchiveFile) -> Result<Self, ConvertError> {
        if task.salvage || task.shard.is_some() {
            return Ok(Self::Whole);
        }
        let Some(source) = archive.indexed_source() else { return Ok(Self::Whole) };
        if let Some(index) = good_index(archive)? {
            let contents = &index.contents;
            let stream_bytes = contents.stream_bytes;
            return Ok(if contents.repeats { Self::Whole } else { Self::Indexed { stream_bytes } });
        }
        if !archive.has_place_for_index() {
            return Ok(Self::Whole);
        }
        match Archive::open_source_recorded(&**source, ARCHIVE_OPTIONS, Meter::default(), SPACING_BYTES) {
            Ok(_) => Ok(Self::NoIndex { is_compressed: archive.ends_tell_all()? }),
            Err(ArchiveError::Index(IndexError::NoNeed { .. })) => Ok(Self::Whole),
            Err(error) => Err(error.into()),
        }
    }

    /// A part has a chunk or more: the borders of parts are those of chunks.
    fn divisible(&self, task: &PartTask) -> Divisible {
        let size_bytes = task.size_bytes().unwrap_or(0);
        let chunks = |stream_bytes: u64| stream_bytes.div_ceil(CHUNK_BYTES as u64).clamp(1, MAX_SHARDS);
        let most_parts = match *self {
            Self::Whole => 1,
            Self::Indexed { stream_bytes } => chunks(stream_bytes),
            Self::NoIndex { is_compressed: true } => chunks(size_bytes.saturating_mul(COMPRESSION)),
            Self::NoIndex { is_compressed: false } => chunks(size_bytes),
        };
        Divisible { size_bytes, most_parts }
    }
}
