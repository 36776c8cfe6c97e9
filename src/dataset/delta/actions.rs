//! The actions of a Delta Lake log, with the protocol's names; each is a line of JSON.
//!
//! <https://github.com/delta-io/delta/blob/master/PROTOCOL.md>

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::tables::{AnyTable, Type};

/// The protocol versions that a reader or writer of Delta Lake needs for our tables.
const READER_VERSION: i32 = 1;
const WRITER_VERSION: i32 = 2;
/// The newest protocol versions that we can read; their features must be in [`FEATURES`].
const FEATURE_READER: i32 = 3;
const FEATURE_WRITER: i32 = 7;
/// Protocol features that require nothing of a program that reads the table, or only adds and
/// removes whole files.
const FEATURES: [&str; 2] = ["appendOnly", "invariants"];

/// A line of the log.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Action {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit_info: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta_data: Option<MetaData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub add: Option<Add>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remove: Option<Remove>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Protocol {
    pub min_reader_version: i32,
    pub min_writer_version: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader_features: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writer_features: Option<Vec<String>>,
}

/// The table's metadata.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MetaData {
    pub id: String,
    pub format: Format,
    pub schema_string: String,
    #[serde(default)]
    pub partition_columns: Vec<String>,
    #[serde(default)]
    pub configuration: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_time: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Format {
    pub provider: String,
    #[serde(default)]
    pub options: BTreeMap<String, String>,
}

/// A file that is part of the table from this version on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Add {
    pub path: String,
    #[serde(default)]
    pub partition_values: BTreeMap<String, String>,
    pub size: u64,
    /// Milliseconds since 1970.
    pub modification_time: i64,
    pub data_change: bool,
    /// JSON with `numRecords`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<String>,
}

/// A file that is no longer part of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Remove {
    pub path: String,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_timestamp: Option<i64>,
    pub data_change: bool,
}

/// The columns of a schema, as far as we check them.
#[derive(Deserialize)]
struct Schema {
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    /// Readers need these two as well.
    #[serde(rename = "nullable")]
    _nullable: bool,
    #[serde(rename = "metadata")]
    _metadata: BTreeMap<String, serde_json::Value>,
}

/// The fields of an [`Add`]'s `stats` that we use.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stats {
    num_records: Option<u64>,
}

impl Protocol {
    pub fn ours() -> Self {
        Self {
            min_reader_version: READER_VERSION,
            min_writer_version: WRITER_VERSION,
            reader_features: None,
            writer_features: None,
        }
    }

    /// True if we support all that the protocol requires of readers and writers.
    pub fn is_known(&self) -> bool {
        let known = |features: &Option<Vec<String>>| {
            features.iter().flatten().all(|feature| FEATURES.contains(&feature.as_str()))
        };
        let (reader, writer) = (self.min_reader_version, self.min_writer_version);
        (reader == READER_VERSION || reader == FEATURE_READER && known(&self.reader_features))
            && (writer <= WRITER_VERSION || writer == FEATURE_WRITER && known(&self.writer_features))
    }
}

impl MetaData {
    /// The metadata of a new table; `now` in milliseconds since 1970.
    pub fn of(table: &dyn AnyTable, now: i64) -> Self {
        Self {
            id: new_id(),
            format: Format { provider: "parquet".to_owned(), options: BTreeMap::new() },
            schema_string: schema_string(table),
            partition_columns: Vec::new(),
            configuration: BTreeMap::new(),
            created_time: Some(now),
        }
    }

    /// True if all columns of the schema are columns of the table. Earlier versions wrote some columns as
    /// numbers, and others not at all.
    pub fn is_of(&self, table: &dyn AnyTable) -> bool {
        let columns = table.columns();
        let is_known = |field: &Field| {
            let types = columns.iter().filter(|column| column.name == field.name).map(|column| column.kind);
            types.map(type_name).any(|known| field.kind == known || field.kind == type_name(Type::Int64))
        };
        serde_json::from_str::<Schema>(&self.schema_string)
            .is_ok_and(|schema| schema.fields.iter().all(is_known))
    }
}

impl Add {
    /// The number of rows, if the log tells it.
    pub fn rows(&self) -> Option<u64> {
        serde_json::from_str::<Stats>(self.stats.as_ref()?).ok()?.num_records
    }
}

/// The table's columns; the meaning of each is its comment.
fn schema_string(table: &dyn AnyTable) -> String {
    let fields = table.columns().into_iter().map(|column| {
        json!({
            "name": column.name,
            "type": type_name(column.kind),
            "nullable": column.nullable,
            "metadata": { "comment": column.doc },
        })
    });
    json!({ "type": "struct", "fields": fields.collect::<Vec<_>>() }).to_string()
}

fn type_name(kind: Type) -> &'static str {
    match kind {
        Type::Text => "string",
        Type::Int64 => "long",
        Type::Int32 => "integer",
        Type::Int16 => "short",
        Type::Float64 => "double",
        Type::Boolean => "boolean",
        Type::Timestamp => "timestamp",
    }
}

/// A random UUID (version 4, RFC 9562).
fn new_id() -> String {
    let random = || RandomState::new().hash_one(0);
    let (high, low) = (random(), random());
    let (high, low) = (high & !0xf000 | 0x4000, low & !(0b11 << 62) | 0b10 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_an_id_of_its_own() {
        let ids = [new_id(), new_id()];

        assert_ne!(ids[0], ids[1]);
        for id in &ids {
            let parts: Vec<&str> = id.split('-').collect();
            assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{id}");
            assert!(parts[2].starts_with('4') && parts[3].starts_with(['8', '9', 'a', 'b']), "{id}");
        }
    }

    #[test]
    fn only_protocols_that_ask_nothing_more_are_read() {
        let protocol = |reader, writer, features: &[&str]| Protocol {
            min_reader_version: reader,
            min_writer_version: writer,
            reader_features: Some(Vec::new()),
            writer_features: Some(features.iter().map(|&feature| feature.to_owned()).collect()),
        };
        for (protocol, known) in [
            (Protocol::ours(), true),
            (protocol(3, 7, &["invariants"]), true),
            (protocol(3, 7, &["deletionVectors"]), false),
            (protocol(2, 5, &[]), false),
            (protocol(4, 9, &[]), false),
        ] {
            assert_eq!(protocol.is_known(), known, "{protocol:?}");
        }
    }
}
