//! Reads a dataset's own files: for one record, for checks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, FieldRef, Schema};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowFilter,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::ChunkReader;
use rustc_hash::FxHashSet;

use super::earlier_types::with_types_of_today;
use super::error::DatasetError;
use super::file::{FILTERS_KEY, filter_digest};
use super::headers::check_headers;
use super::layout::{table_folder, table_of};
use super::manifest::{Manifest, Part};
use super::public_rows::{TableRows, public_rows};
use super::sound::{Compared, check_layout, check_quickly};
use super::store::{Files, LocalStore, Store, StoredFile, Version, VersionId};
use orcid_xml::Orcid;

/// Rows read at a time.
const BATCH_ROWS: usize = 8_192;

/// A version of a dataset, opened to be read.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Its path or URL, for messages.
    pub root: PathBuf,
    pub manifest: Manifest,
    pub(super) files: Arc<dyn Files>,
    /// True if no files of other versions are beside its own.
    pub(super) is_alone: bool,
    version: VersionId,
    /// True if rows and cells that are not public are left out.
    shows_public: bool,
}

impl Dataset {
    /// Opens the dataset in the folder `root`; if a crash left it under its temporary name,
    /// restores it.
    ///
    /// # Errors
    /// [`DatasetError`] if there is none or it cannot be read.
    pub fn open(root: &Path) -> Result<Self, DatasetError> {
        Self::open_in(&LocalStore::new(root))
    }

    /// Opens the current version of the dataset in a store.
    ///
    /// # Errors
    /// Those of [`Dataset::open`].
    pub fn open_in(store: &dyn Store) -> Result<Self, DatasetError> {
        let version = store.current()?;
        let version = version.ok_or_else(|| DatasetError::NoDataset { path: store.place().to_owned() })?;
        let Version { id, manifest, files, is_alone } = version;
        Ok(Self {
            root: files.place().to_owned(),
            manifest,
            files,
            is_alone,
            version: id,
            shows_public: false,
        })
    }

    /// True if the folder `root` is a dataset.
    pub fn is_at(root: &Path) -> bool {
        LocalStore::new(root).is_there()
    }

    /// True if no files of other versions are beside its own, so that a reader may read whole
    /// folders.
    pub fn is_alone(&self) -> bool {
        self.is_alone
    }

    /// The same version of the dataset without rows and cells that are not public.
    pub fn public_only(&self) -> Self {
        Self { shows_public: true, ..self.clone() }
    }

    /// True if rows must be looked at before they are given: not in a public dataset, which has
    /// only public ones.
    pub fn hides(&self) -> bool {
        self.shows_public && !self.manifest.visibility.is_public()
    }

    /// True if another version has replaced it since it was opened.
    ///
    /// # Errors
    /// [`DatasetError`] if the dataset no longer exists or cannot be read.
    pub(super) fn has_changed(&self, store: &dyn Store) -> Result<bool, DatasetError> {
        Ok(Self::open_in(store)?.version != self.version)
    }

    /// The name of a table's file in messages.
    pub fn part_path(&self, key: &str, part: &str) -> PathBuf {
        table_folder(&self.root, key).join(part)
    }

    /// Opens a table's file.
    pub(super) fn part(&self, key: &str, part: &Part) -> Result<StoredFile, DatasetError> {
        StoredFile::open(self.files.as_ref(), &format!("{key}/{}", part.name))
    }
}

/// All rows of some iDs.
///
/// # Errors
/// [`DatasetError`] if a file cannot be read.
pub fn record_batches(dataset: &Dataset, orcids: &[Orcid]) -> Result<TableRows, DatasetError> {
    let mut found = TableRows::new();
    let of_records = dataset.manifest.parts().filter(|(key, _)| table_of(key).is_some());
    for (key, part) in of_records {
        for batch in batches(dataset.part(key, part)?, key, part, Some(orcids))? {
            let batch = batch?;
            if batch.num_rows() > 0 {
                found.entry(key.to_owned()).or_default().push(batch);
            }
        }
    }
    if dataset.hides() {
        let public = public_rows(found);
        return public.map_err(|error| DatasetError::parquet("read", &dataset.root)(error.into()));
    }
    Ok(found)
}

/// The iDs whose rows are wanted, made once for all batches.
pub struct WantedPeople(FxHashSet<Box<str>>);

impl WantedPeople {
    pub fn new(orcids: &[Orcid]) -> Self {
        Self(orcids.iter().map(|orcid| orcid.as_str().into()).collect())
    }

    /// A mask of the rows of an iD column whose iD is wanted.
    ///
    /// # Errors
    /// [`ArrowError`] if the column does not hold text.
    pub fn rows_of(&self, column: &dyn Array) -> Result<BooleanArray, ArrowError> {
        let column = column.as_string_opt::<i32>();
        let column = column.ok_or_else(|| ArrowError::SchemaError("iDs are no text".to_owned()))?;
        let mut people = self.0.iter();
        if let (Some(only), None) = (people.next(), people.next()) {
            return Ok(BooleanArray::from_unary(column, |other| other == &**only));
        }
        Ok(column.iter().map(|orcid| Some(orcid.is_some_and(|orcid| self.0.contains(orcid)))).collect())
    }
}

impl Dataset {
    /// All rows of a table's file, batch by batch, whoever may see them.
    ///
    /// # Errors
    /// [`DatasetError`] if the file cannot be opened.
    pub fn part_rows(
        &self,
        key: &str,
        part: &Part,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, DatasetError>> + use<>, DatasetError> {
        batches(self.part(key, part)?, key, part, None)
    }
}

/// The batches of a file with the named columns only.
pub(super) fn columns_of(
    file: StoredFile,
    key: &str,
    part: &Part,
    columns: &[&str],
) -> Result<impl Iterator<Item = Result<RecordBatch, DatasetError>> + Send + use<>, DatasetError> {
    let opened = Opened::new(file, key, part)?;
    let mask = ProjectionMask::columns(opened.metadata.parquet_schema(), columns.iter().copied());
    let groups = 0..opened.metadata.metadata().num_row_groups();
    Ok(opened.read(groups, mask, None))
}

/// Does the same for the rows of some iDs.
pub(super) fn columns_of_people(
    file: StoredFile,
    key: &str,
    part: &Part,
    columns: &[&str],
    orcids: &[Orcid],
) -> Result<impl Iterator<Item = Result<RecordBatch, DatasetError>> + use<>, DatasetError> {
    let opened = Opened::new(file, key, part)?;
    let mask = ProjectionMask::columns(opened.metadata.parquet_schema(), columns.iter().copied());
    let groups = opened.groups_with(orcids)?;
    Ok(opened.read(groups.into_iter(), mask, Some(Arc::from(orcids))))
}

/// The batches of a file, with the rows of some iDs or all rows; row groups whose Bloom filter
/// rules out the iDs are not read.
pub(super) fn batches(
    file: StoredFile,
    key: &str,
    part: &Part,
    orcids: Option<&[Orcid]>,
) -> Result<impl Iterator<Item = Result<RecordBatch, DatasetError>> + use<>, DatasetError> {
    let opened = Opened::new(file, key, part)?;
    let groups = 0..opened.metadata.metadata().num_row_groups();
    let has_orcid = opened.metadata.schema().field_with_name("orcid").is_ok();
    let orcids = orcids.filter(|_| has_orcid);
    let groups = match orcids {
        Some(orcids) => opened.groups_with(orcids)?,
        None => groups.collect(),
    };
    Ok(opened.read(groups.into_iter(), ProjectionMask::all(), orcids.map(Arc::from)))
}

/// The row groups of a file.
pub(super) fn row_groups(path: &Path) -> Result<usize, DatasetError> {
    Ok(open(path)?.metadata().num_row_groups())
}

/// The batches of one row group of a file.
pub(super) fn group_batches(
    path: &Path,
    group: usize,
) -> Result<impl Iterator<Item = Result<RecordBatch, DatasetError>> + use<>, DatasetError> {
    let reader = open(path)?.with_row_groups(vec![group]).build();
    let reader = reader.map_err(DatasetError::parquet("read", path))?;
    let path = path.to_owned();
    Ok(reader.map(move |batch| batch.map_err(|error| DatasetError::parquet("read", &path)(error.into()))))
}

/// True if the row group may hold rows of one of `orcids`: its Bloom filter does
/// not rule them all out, or it has none.
pub(super) fn may_hold<R: ChunkReader + 'static>(
    builder: &ParquetRecordBatchReaderBuilder<R>,
    group: usize,
    orcids: &[Orcid],
) -> Result<bool, ParquetError> {
    let column = builder.parquet_schema().columns().iter().position(|column| column.name() == "orcid");
    let filter = column.map(|column| builder.get_row_group_column_bloom_filter(group, column));
    let filter = filter.transpose()?.flatten();
    if let (Some(filter), Some(known)) = (&filter, filter_digest_of(builder.metadata(), group))
        && filter_digest(filter)? != known
    {
        return Err(ParquetError::General("the Bloom filter is not the one that was written".to_owned()));
    }
    Ok(filter.is_none_or(|filter| orcids.iter().any(|orcid| filter.check(&orcid.as_str()))))
}

/// The digest of a row group's Bloom filter by the footer; `None` in files of earlier
/// versions.
fn filter_digest_of(metadata: &ParquetMetaData, group: usize) -> Option<&str> {
    let entries = metadata.file_metadata().key_value_metadata()?;
    let digests = entries.iter().find(|entry| entry.key == FILTERS_KEY)?.value.as_deref()?;
    digests.split(',').nth(group).filter(|digest| !digest.is_empty())
}

/// Sets texts to be read as views of their pages, so that they are not copied when they are
/// read.
pub(super) fn with_views(metadata: &ArrowReaderMetadata) -> Result<ArrowReaderMetadata, ParquetError> {
    let view = |field: &FieldRef| match field.data_type() {
        DataType::Utf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)),
        _ => field.clone(),
    };
    let schema = metadata.schema();
    let fields: Vec<FieldRef> = schema.fields().iter().map(view).collect();
    let schema = Schema::new_with_metadata(fields, schema.metadata().clone());
    let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
    ArrowReaderMetadata::try_new(metadata.metadata().clone(), options)
}

/// A file whose metadata has been read, but no rows yet.
fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<StoredFile>, DatasetError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(StoredFile::on_disk(path)?);
    Ok(builder.map_err(DatasetError::parquet("read", path))?.with_batch_size(BATCH_ROWS))
}

/// A file whose columns agree with its table, and whose number of rows agrees with the manifest.
struct Opened {
    file: StoredFile,
    metadata: ArrowReaderMetadata,
    compared: Compared,
}

impl Opened {
    /// Opens the file only once, because a commit may put another file under its name.
    fn new(file: StoredFile, key: &str, part: &Part) -> Result<Self, DatasetError> {
        let path = file.path();
        let compared = check_quickly(&file, part)?;
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::default());
        let metadata = metadata.map_err(DatasetError::parquet("read", path))?;
        check_layout(path, key, part, metadata.schema(), metadata.metadata())?;
        Ok(Self { file, metadata, compared })
    }

    /// The row groups whose Bloom filter does not rule all of `orcids` out.
    fn groups_with(&self, orcids: &[Orcid]) -> Result<Vec<usize>, DatasetError> {
        let find = || -> Result<Vec<usize>, ParquetError> {
            let builder = self.builder();
            let mut groups = Vec::new();
            for group in 0..self.metadata.metadata().num_row_groups() {
                if may_hold(&builder, group, orcids)? {
                    groups.push(group);
                }
            }
            Ok(groups)
        };
        find().map_err(DatasetError::parquet("read", self.file.path()))
    }

    fn builder(&self) -> ParquetRecordBatchReaderBuilder<StoredFile> {
        ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.clone(), self.metadata.clone())
    }

    /// The batches of some row groups and columns, with the rows of some iDs or all rows; each row
    /// group is checked before it is read.
    fn read(
        self,
        groups: impl Iterator<Item = usize> + Send,
        mask: ProjectionMask,
        orcids: Option<Arc<[Orcid]>>,
    ) -> impl Iterator<Item = Result<RecordBatch, DatasetError>> + Send {
        groups.flat_map(move |group| -> Box<dyn Iterator<Item = Result<RecordBatch, DatasetError>> + Send> {
            match self.read_group(group, &mask, orcids.clone()) {
                Ok(batches) => {
                    let path = self.file.path().to_owned();
                    Box::new(batches.map(move |batch| {
                        let batch = batch.and_then(with_types_of_today);
                        batch.map_err(|error| DatasetError::parquet("read", &path)(error.into()))
                    }))
                }
                Err(error) => Box::new(std::iter::once(Err(error))),
            }
        })
    }

    fn read_group(
        &self,
        group: usize,
        mask: &ProjectionMask,
        orcids: Option<Arc<[Orcid]>>,
    ) -> Result<ParquetRecordBatchReader, DatasetError> {
        if self.compared == Compared::Footer {
            let metadata = self.metadata.metadata();
            let columns = 0..metadata.row_group(group).num_columns();
            let read = columns.filter(|column| mask.leaf_included(*column));
            check_headers(self.file.path(), self.file.ranges(), metadata, group, read)?;
        }
        let build = || -> Result<ParquetRecordBatchReader, ParquetError> {
            let builder = self.builder().with_batch_size(BATCH_ROWS).with_row_groups(vec![group]);
            match orcids {
                Some(orcids) => with_rows_of(builder, &orcids).with_projection(mask.clone()).build(),
                None => builder.with_projection(mask.clone()).build(),
            }
        };
        build().map_err(DatasetError::parquet("read", self.file.path()))
    }
}

fn with_rows_of(
    builder: ParquetRecordBatchReaderBuilder<StoredFile>,
    orcids: &[Orcid],
) -> ParquetRecordBatchReaderBuilder<StoredFile> {
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["orcid"]);
    let wanted = WantedPeople::new(orcids);
    let is_of = ArrowPredicateFn::new(mask, move |batch: RecordBatch| wanted.rows_of(batch.column(0)));
    builder.with_row_filter(RowFilter::new(vec![Box::new(is_of)]))
}
