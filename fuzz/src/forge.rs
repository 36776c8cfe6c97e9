//! Indexes that are wrong and yet have right digests, so that a target reaches what lies
//! behind the digests. Writes the format of `targz_seek::index` a second time on purpose:
//! the crate should not offer this.

use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64;

/// What an index begins and ends with.
const MAGIC: &[u8; 8] = b"orcidIdx";
/// Numbers of a point, of a run, and of a page in a directory.
const POINT_FIELDS: usize = 6;
const RUN_FIELDS: usize = 3;
const PAGE_FIELDS: usize = 4;
/// Numbers of the contents that a change can set, by their paths in the JSON.
const NUMBERS: [&str; 8] = [
    "/stream_bytes",
    "/chunk_bytes",
    "/spacing_bytes",
    "/members",
    "/keyed",
    "/points/records",
    "/runs/records",
    "/format_version",
];

/// An index in its parts. Small archives have one page of points and one of runs.
#[derive(Clone)]
pub struct Parts {
    /// From the magic to the last window.
    blobs: Vec<u8>,
    points: Vec<[u64; POINT_FIELDS]>,
    runs: Vec<[u64; RUN_FIELDS]>,
    contents: Value,
}

impl Parts {
    /// Takes a sound index apart.
    pub fn of(index: &[u8]) -> Self {
        let tail = &index[index.len() - 24..];
        let length = u64::from_le_bytes(tail[..8].try_into().expect("eight bytes")) as usize;
        let json = &index[index.len() - 24 - length..index.len() - 24];
        let contents: Value = serde_json::from_slice(json).expect("the contents are JSON");
        let (blobs_end, points) = pages(index, &contents["points"]["directory"]);
        let (_, runs) = pages(index, &contents["runs"]["directory"]);
        Self { blobs: index[..blobs_end].to_vec(), points, runs, contents }
    }

    /// Makes one change, that eleven bytes say: table, record, field, and the number to add.
    pub fn change(&mut self, change: &[u8; 11]) {
        let [table, record, field, value @ ..] = *change;
        let (record, value) = (usize::from(record), u64::from_le_bytes(value));
        let number = match table % 4 {
            0 => self.points.get_mut(record).map(|point| &mut point[usize::from(field) % POINT_FIELDS]),
            1 => self.runs.get_mut(record).map(|run| &mut run[usize::from(field) % RUN_FIELDS]),
            2 => {
                let number = self.contents.pointer_mut(NUMBERS[usize::from(field) % NUMBERS.len()]);
                let number = number.expect("the contents have it");
                let changed = number.as_u64().expect("it is a number").wrapping_add(value);
                *number = changed.into();
                return;
            }
            _ if field % 2 == 0 => {
                self.points.truncate(record);
                return;
            }
            _ => {
                self.runs.truncate(record);
                return;
            }
        };
        if let Some(number) = number {
            *number = number.wrapping_add(value);
        }
    }

    /// The index of these parts, with the digests that belong to them.
    pub fn into_index(mut self) -> Vec<u8> {
        let mut index = self.blobs;
        self.contents["points"]["directory"] = put_table(&mut index, &self.points);
        self.contents["runs"]["directory"] = put_table(&mut index, &self.runs);
        let json = self.contents.to_string().into_bytes();
        index.extend(&json);
        index.extend((json.len() as u64).to_le_bytes());
        index.extend(xxh3_64(&json).to_le_bytes());
        index.extend(MAGIC);
        index
    }
}

/// Where the first page of a table is, and its records.
fn pages<const FIELDS: usize>(index: &[u8], directory: &Value) -> (usize, Vec<[u64; FIELDS]>) {
    let at = |name: &str| directory[name].as_u64().expect("a directory has a place") as usize;
    let directory = decode::<PAGE_FIELDS>(&index[at("offset")..][..at("length")]);
    let page = |&[_, offset, length, _]: &[u64; PAGE_FIELDS]| {
        decode::<FIELDS>(&index[offset as usize..][..length as usize])
    };
    (directory[0][1] as usize, directory.iter().flat_map(page).collect())
}

fn put_table<const FIELDS: usize>(index: &mut Vec<u8>, records: &[[u64; FIELDS]]) -> Value {
    let mut put = |bytes: &[u8]| {
        let offset = index.len() as u64;
        index.extend(bytes);
        [offset, bytes.len() as u64, xxh3_64(bytes)]
    };
    let page = put(&encode(records));
    let first = records.first().map_or(0, |record| record[0]);
    let [offset, length, xxh3] = put(&encode(&[[first, page[0], page[1], page[2]]]));
    json!({ "offset": offset, "length": length, "xxh3": xxh3 })
}

/// Each number as its difference from the one before, zigzag, seven bits a byte.
fn encode<const FIELDS: usize>(records: &[[u64; FIELDS]]) -> Vec<u8> {
    let (mut bytes, mut before) = (Vec::new(), [0; FIELDS]);
    for record in records {
        for (value, before) in record.iter().zip(before) {
            let difference = value.wrapping_sub(before);
            let mut rest = (difference << 1) ^ ((difference as i64 >> 63) as u64);
            while rest >= 0x80 {
                bytes.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            bytes.push(rest as u8);
        }
        before = *record;
    }
    bytes
}

fn decode<const FIELDS: usize>(bytes: &[u8]) -> Vec<[u64; FIELDS]> {
    let (mut records, mut record, mut field) = (Vec::new(), [0u64; FIELDS], 0);
    let (mut number, mut shift) = (0u64, 0);
    for byte in bytes {
        number |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            let difference = (number >> 1) ^ (number & 1).wrapping_neg();
            record[field] = record[field].wrapping_add(difference);
            (number, shift, field) = (0, 0, field + 1);
            if field == FIELDS {
                records.push(record);
                field = 0;
            }
        }
    }
    records
}
