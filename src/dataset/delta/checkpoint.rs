//! A checkpoint: the state of a log at one version, as a Parquet file, so that readers need
//! not read the versions before it.

use std::io::{self, Cursor};
use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::json::{LineDelimitedWriter, ReaderBuilder};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::ChunkReader;

use super::actions::Action;

/// Actions that are converted to rows at a time.
const BATCH_ROWS: usize = 8_192;

/// The columns of a checkpoint: one for each kind of action; in each row, one of them has a value.
static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let field = |name: &str, kind: &DataType| Field::new(name, kind.clone(), true);
    let (text, long, int) = (DataType::Utf8, DataType::Int64, DataType::Int32);
    let texts = DataType::List(Arc::new(field("element", &text)));
    let entries = Fields::from(vec![Field::new("key", DataType::Utf8, false), field("value", &text)]);
    let map = DataType::Map(Arc::new(Field::new("key_value", DataType::Struct(entries), false)), false);
    let action = |name: &str, fields: &[(&str, &DataType)]| {
        let fields: Fields = fields.iter().map(|(name, kind)| field(name, kind)).collect();
        Field::new(name, DataType::Struct(fields), true)
    };
    let format: Fields = vec![field("provider", &text), field("options", &map)].into();
    Arc::new(Schema::new(vec![
        action(
            "protocol",
            &[
                ("minReaderVersion", &int),
                ("minWriterVersion", &int),
                ("readerFeatures", &texts),
                ("writerFeatures", &texts),
            ],
        ),
        action(
            "metaData",
            &[
                ("id", &text),
                ("format", &DataType::Struct(format)),
                ("schemaString", &text),
                ("partitionColumns", &texts),
                ("configuration", &map),
                ("createdTime", &long),
            ],
        ),
        action(
            "add",
            &[
                ("path", &text),
                ("partitionValues", &map),
                ("size", &long),
                ("modificationTime", &long),
                ("dataChange", &DataType::Boolean),
                ("stats", &text),
            ],
        ),
        action(
            "remove",
            &[("path", &text), ("deletionTimestamp", &long), ("dataChange", &DataType::Boolean)],
        ),
    ]))
});

/// The bytes of a checkpoint that holds these actions.
pub(super) fn encode(actions: &[Action]) -> Result<Vec<u8>, ArrowError> {
    let mut decoder = ReaderBuilder::new(SCHEMA.clone()).with_batch_size(BATCH_ROWS).build_decoder()?;
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, SCHEMA.clone(), None)?;
    for actions in actions.chunks(BATCH_ROWS) {
        decoder.serialize(actions)?;
        if let Some(batch) = decoder.flush()? {
            writer.write(&batch)?;
        }
    }
    writer.close()?;
    Ok(bytes)
}

/// The actions of a checkpoint.
pub(super) fn read(file: impl ChunkReader + 'static) -> Result<Vec<Action>, ArrowError> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(BATCH_ROWS).build()?;
    let mut lines = LineDelimitedWriter::new(Vec::new());
    for batch in reader {
        lines.write(&batch?)?;
    }
    lines.finish()?;
    let lines = Cursor::new(lines.into_inner());
    let actions = serde_json::Deserializer::from_reader(lines).into_iter::<Action>();
    let invalid = |error| ArrowError::IoError("a row is no action".to_owned(), io::Error::other(error));
    actions.map(|action| action.map_err(|error: serde_json::Error| invalid(error))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::actions::{Add, MetaData, Protocol, Remove};
    use super::*;
    use crate::tables::{self, DumpKind};
    use bytes::Bytes;

    #[test]
    fn actions_come_back_as_they_went() {
        let add = Add {
            path: "part-00001.parquet".to_owned(),
            partition_values: Default::default(),
            size: 5,
            modification_time: 7,
            data_change: true,
            stats: Some("{\"numRecords\":3}".to_owned()),
        };
        let remove =
            Remove { path: "part-00000.parquet".to_owned(), deletion_timestamp: Some(9), data_change: true };
        let metadata = MetaData::of(tables::of(DumpKind::Summaries)[0].as_ref(), 1);
        let actions = [
            Action { protocol: Some(Protocol::ours()), ..Action::default() },
            Action { meta_data: Some(metadata.clone()), ..Action::default() },
            Action { add: Some(add.clone()), ..Action::default() },
            Action { remove: Some(remove.clone()), ..Action::default() },
        ];
        let found = read(Bytes::from(encode(&actions).unwrap())).unwrap();

        assert_eq!(found.len(), 4);
        assert_eq!(found[0].protocol, Some(Protocol::ours()));
        assert_eq!(found[1].meta_data, Some(metadata));
        assert_eq!(found[2].add, Some(add));
        assert_eq!(found[3].remove, Some(remove));
    }

    #[test]
    fn what_is_no_checkpoint_is_an_error() {
        assert!(read(Bytes::from_static(b"PAR1 and no more")).is_err());
    }
}
