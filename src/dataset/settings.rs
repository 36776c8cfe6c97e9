//! How a table is written: each column with the settings that suit its values, page statistics for
//! skipping, a Bloom filter on the iD. docs/performance.md has the costs and gains of other
//! settings.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use parquet::arrow::add_encoded_arrow_schema_to_metadata;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::schema::types::ColumnPath;
use parquet_columns::Filter;

use super::manifest::FORMAT_VERSION;
use crate::tables::{AnyTable, EncodingHint};

/// Rows of a row group; readers skip and parallelise by row groups.
pub(super) const ROW_GROUP_ROWS: usize = 262_144;
/// Zstandard's levels: the usual one, and one for identifiers, numbers and times, which hardly become
/// smaller at a higher level, and some of them larger.
const ZSTD_LEVEL: i32 = 3;
const CODES_LEVEL: i32 = 2;
/// Rows of a page: with fewer, pages of repeated values are mostly header.
const PAGE_ROWS: usize = 60_000;
/// Bytes of a page of text, before compression; a larger window compresses better.
const TEXT_PAGE_BYTES: usize = 4 << 20;
/// Encoded bytes of a dictionary, after which a column continues without one; and the smaller limit
/// for columns for which a dictionary may not pay.
const DICTIONARY_BYTES: usize = 1 << 20;
const TRIED_DICTIONARY_BYTES: usize = 256 << 10;
/// The column with a Bloom filter: only iDs are looked up one by one.
const FILTERED_COLUMN: &str = "orcid";
/// Distinct iDs for which a Bloom filter is made if there are too many for a dictionary, before it is
/// folded to its final size; and its share of false positives.
pub(super) const FILTER: Filter = Filter::new(ROW_GROUP_ROWS as u64, 0.01);

/// How a table is written.
#[derive(Clone)]
pub(super) struct Settings {
    /// Settings of the encoders, without compression, which is done later.
    pub properties: WriterPropertiesPtr,
    /// The column that has a Bloom filter.
    pub filtered: Option<usize>,
    /// How each column is compressed.
    pub levels: Arc<[ZstdLevel]>,
}

impl Settings {
    /// Settings of the table `key`, and further notes for the metadata of its files.
    pub fn new(key: &str, table: &dyn AnyTable, schema: &SchemaRef, notes: &[(&str, String)]) -> Self {
        let filtered = schema.index_of(FILTERED_COLUMN).ok();
        Self { properties: Arc::new(properties(key, table, schema, notes)), filtered, levels: levels(table) }
    }
}

/// How a column is encoded and compressed.
struct Encoding {
    level: i32,
    dictionary: bool,
    /// Minimum and maximum of unordered values do not let a reader skip anything.
    statistics: bool,
    /// Long pages, and a dictionary only while it is small.
    long_text: bool,
}

/// The settings that follow from the kind of a column's values.
fn encoding(encoding_hint: EncodingHint) -> Encoding {
    let (level, dictionary, statistics, long_text) = match encoding_hint {
        EncodingHint::Repeating => (ZSTD_LEVEL, true, true, false),
        EncodingHint::Labels => (ZSTD_LEVEL, true, false, false),
        EncodingHint::Words => (ZSTD_LEVEL, true, false, true),
        EncodingHint::Codes => (CODES_LEVEL, false, false, true),
        EncodingHint::Numbers => (CODES_LEVEL, false, true, false),
    };
    Encoding { level, dictionary, statistics, long_text }
}

fn levels(table: &dyn AnyTable) -> Arc<[ZstdLevel]> {
    let level = |level| ZstdLevel::try_new(level).expect("the level is one that Zstandard has");
    table.columns().iter().map(|column| level(encoding(column.encoding_hint).level)).collect()
}

fn properties(
    key: &str,
    table: &dyn AnyTable,
    schema: &SchemaRef,
    notes: &[(&str, String)],
) -> WriterProperties {
    let version = env!("CARGO_PKG_VERSION");
    let metadata = [
        ("orcidlake.version", version.to_owned()),
        ("orcidlake.format_version", FORMAT_VERSION.to_string()),
        ("orcidlake.table", key.to_owned()),
        ("orcidlake.description", table.doc().to_owned()),
    ];
    let metadata = metadata.into_iter().chain(notes.iter().cloned());
    let metadata = metadata.map(|(key, value)| KeyValue::new(key.to_owned(), value)).collect();
    let mut builder = WriterProperties::builder()
        .set_created_by(format!("orcidlake version {version}"))
        .set_compression(Compression::UNCOMPRESSED)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_max_row_group_row_count(None)
        .set_key_value_metadata(Some(metadata));
    for column in table.columns() {
        let path = ColumnPath::from(column.name);
        let encoding = encoding(column.encoding_hint);
        builder = builder.set_column_dictionary_enabled(path.clone(), encoding.dictionary);
        if !encoding.statistics {
            builder = builder.set_column_statistics_enabled(path.clone(), EnabledStatistics::None);
        }
        if encoding.long_text {
            builder = builder
                .set_column_dictionary_page_size_limit(path.clone(), TRIED_DICTIONARY_BYTES)
                .set_column_data_page_size_limit(path, TEXT_PAGE_BYTES);
        }
    }
    let mut properties = builder.build();
    add_encoded_arrow_schema_to_metadata(schema, &mut properties);
    properties
}
