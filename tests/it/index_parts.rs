//! Parts of an archive, which its index tells: together they are the whole.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::index::{SPACING, archives, chunks, pack, whole};
use crate::support::{ONE, convert, dump, files, folder, orcidlake, record, run, tar, write_index};
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use targz_seek::{Archive, Buffers, Meter, Options};

const SMALL: Options = Options::new().chunk_bytes(40_000).max_member_bytes(60_000);

#[test]
fn parts_give_the_chunks_that_the_whole_gives() {
    let folder = folder();
    for archive in archives(folder.path(), 80) {
        let index = Arc::new(write_index(&archive, SMALL, SPACING).0);
        let expected = whole(&archive, SMALL);
        assert!(expected.len() > 15);

        for count in [1, 2, 3, 4, 5, 9, 50] {
            let mut found = Vec::new();
            for number in 1..=count {
                let range = index.part(number, count).unwrap();
                for stretch in index.stretches(range, 1).unwrap() {
                    let (index, buffers) = (index.clone(), Buffers::default());
                    let part = Archive::open_part(index, stretch, SMALL, buffers, Meter::default());
                    found.extend(chunks(part.unwrap()));
                }
            }
            assert!(found == expected, "{} in {count} parts", archive.display());
        }
        let stretches = index.stretches(0..index.contents.stream_bytes, 1).unwrap();
        assert!(stretches.len() > 3, "{} has {} stretches", archive.display(), stretches.len());
    }
}

/// All rows of each table of some datasets, one after the other.
fn rows_of(datasets: &[PathBuf]) -> Vec<(PathBuf, RecordBatch)> {
    let tables = files(&datasets[0]).into_iter().map(|(path, _)| path);
    let mut tables: Vec<PathBuf> = tables
        .filter(|path| path.extension().is_some_and(|extension| extension == "parquet"))
        .map(|path| path.parent().unwrap().to_owned())
        .collect();
    tables.dedup();
    let rows = |table: &Path| {
        let (mut schema, mut batches) = (None, Vec::new());
        // A part without rows of a table has no folder of it.
        let folders = datasets.iter().map(|dataset| dataset.join(table)).filter(|folder| folder.exists());
        for part in folders.flat_map(|folder| files(&folder)) {
            let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(part.1)).unwrap();
            // Files of parts say so in their metadata; the rows are what counts.
            let plain = reader.schema().as_ref().clone().with_metadata(HashMap::new());
            schema.get_or_insert(Arc::new(plain));
            batches.extend(reader.build().unwrap().map(Result::unwrap));
        }
        concat_batches(&schema.unwrap(), &batches).unwrap()
    };
    tables.iter().map(|table| (table.clone(), rows(table))).collect()
}

/// What a file says of itself.
fn metadata(path: &Path) -> Vec<(String, Option<String>)> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap()).unwrap();
    let pairs = reader.metadata().file_metadata().key_value_metadata().unwrap();
    pairs.iter().map(|pair| (pair.key.clone(), pair.value.clone())).collect()
}

#[test]
fn parts_of_an_archive_together_have_the_rows_of_the_whole() {
    let folder = folder();
    let archive = dump(folder.path(), 1_000, false).remove(0);
    let whole = folder.path().join("whole");
    assert_eq!(convert(&[&archive], &whole, &["--index"]).0, 0);
    let expected = rows_of(&[whole]);
    assert!(expected.iter().any(|(_, rows)| rows.num_rows() > 1_000));

    for count in [1, 2, 3, 5] {
        let parts = (1..=count).map(|number| {
            let out = folder.path().join(format!("{number}-of-{count}"));
            let shard = format!("{number}/{count}");
            let (status, messages) = convert(&[&archive], &out, &["--shard", &shard]);
            assert_eq!(status, 0, "{messages}");
            assert!(
                fs::read_to_string(out.join("orcidlake.json")).unwrap().contains(&format!("\"{shard}\""))
            );
            out
        });
        let parts: Vec<PathBuf> = parts.collect();

        assert!(rows_of(&parts) == expected, "{count} parts");
        let metadata = metadata(&parts[0].join("summaries/records/part-00000.parquet"));
        assert!(metadata.contains(&("orcidlake.shard".to_owned(), Some(format!("1/{count}")))));
    }
}

#[test]
fn parts_join_in_one_dataset_but_not_with_other_parts() {
    let folder = folder();
    let archive = dump(folder.path(), 600, false).remove(0);
    let (whole, out) = (folder.path().join("whole"), folder.path().join("out"));
    assert_eq!(convert(&[&archive], &whole, &["--index"]).0, 0);

    assert_eq!(convert(&[&archive], &out, &["--shard", "1/2"]).0, 0);
    for other in [&["--shard", "2/3"][..], &[]] {
        let (status, messages) = convert(&[&archive], &out, other);
        assert!(status == 2 && messages.contains("with another number of shards"), "{messages}");
    }
    assert_eq!(convert(&[&archive], &out, &["--shard", "2/2"]).0, 0);

    assert!(rows_of(std::slice::from_ref(&out)) == rows_of(&[whole]));
    let verified = orcidlake(&["verify"]).arg(&out).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    // All of it is there, in whatever parts it is asked for.
    for other in [&["--shard", "2/2"][..], &["--shard", "2/3"], &[]] {
        let (status, messages) = convert(&[&archive], &out, other);
        assert!(status == 0 && messages.contains("already in the dataset"), "{messages}");
    }
}

#[test]
fn an_archive_with_members_that_come_again_is_not_taken_in_parts() {
    let folder = folder();
    let archive = folder.path().join("a.tar.gz");
    let (one, other) = (record(ONE, "One", ""), record(ONE, "Other", ""));
    let members =
        tar(&[(&format!("x/{ONE}.xml"), one.as_bytes()), (&format!("y/{ONE}.xml"), other.as_bytes())]);
    fs::write(&archive, pack(&members)).unwrap();
    assert!(run(&["index", archive.to_str().unwrap()]).status.success());

    let (status, messages) = convert(&[&archive], &folder.path().join("out"), &["--shard", "1/2"]);

    assert!(status == 2 && messages.contains("several members with the same name"), "{messages}");
    assert_eq!(convert(&[&archive], &folder.path().join("out"), &["--threads", "16"]).0, 0);
}
