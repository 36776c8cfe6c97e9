//! `croissant.json`: <https://docs.mlcommons.org/croissant>, version 1.0.

use serde_json::{Value, json};

use super::super::layout::any_table_of;
use super::super::manifest::{Manifest, Part};
use super::source::{AUTHOR, AUTHOR_URL, LICENCE_URL, about, citations, title, to_bibtex, url};
use crate::tables::{AnyTable, ColumnInfo, Type};

const CROISSANT: &str = "http://mlcommons.org/croissant/1.0";
/// The media type of Parquet files, as Croissant names it.
const MEDIA_TYPE: &str = "application/x-parquet";

/// The dataset with its files and their columns.
pub fn dataset(manifest: &Manifest) -> Value {
    let tables = manifest.parts_by_table();
    let files = tables.iter().map(|(key, parts)| file_set(key, parts));
    let records = tables.keys().filter_map(|key| Some(record_set(key, any_table_of(key)?)));
    let mut dataset = json!({
        "@context": context(),
        "@type": "sc:Dataset",
        "conformsTo": CROISSANT,
        "name": title(manifest),
        "description": about(manifest),
        "url": url(manifest.release),
        "creator": { "@type": "sc:Organization", "name": AUTHOR, "url": AUTHOR_URL },
        "citeAs": to_bibtex(&citations(manifest)),
        "distribution": files.collect::<Vec<_>>(),
        "recordSet": records.collect::<Vec<_>>(),
    });
    if let Some(year) = manifest.release {
        dataset["datePublished"] = year.to_string().into();
    }
    // What people show to trusted parties only is not in the public domain.
    if manifest.visibility.is_public() {
        dataset["license"] = LICENCE_URL.into();
    }
    dataset
}

fn id(key: &str) -> String {
    key.replace('/', "_")
}

fn id_of_files(key: &str) -> String {
    format!("{}_files", id(key))
}

/// The files by their names: a pattern would also find files of other versions.
fn file_set(key: &str, parts: &[&Part]) -> Value {
    let includes: Vec<String> = parts.iter().map(|part| format!("{key}/{}", part.name)).collect();
    json!({
        "@type": "cr:FileSet",
        "@id": id_of_files(key),
        "name": id_of_files(key),
        "description": format!("The files of {key}."),
        "encodingFormat": MEDIA_TYPE,
        "includes": includes,
    })
}

fn record_set(key: &str, table: &dyn AnyTable) -> Value {
    let fields: Vec<Value> = table.columns().iter().map(|column| field(key, column)).collect();
    json!({
        "@type": "cr:RecordSet",
        "@id": id(key),
        "name": id(key),
        "description": table.doc(),
        "field": fields,
    })
}

fn field(key: &str, column: &ColumnInfo) -> Value {
    let kind = match column.kind {
        Type::Text => "sc:Text",
        Type::Int64 | Type::Int32 | Type::Int16 => "sc:Integer",
        Type::Float64 => "sc:Float",
        Type::Boolean => "sc:Boolean",
        Type::Timestamp => "sc:DateTime",
    };
    json!({
        "@type": "cr:Field",
        "@id": format!("{}/{}", id(key), column.name),
        "name": column.name,
        "description": column.doc,
        "dataType": kind,
        "source": { "fileSet": { "@id": id_of_files(key) }, "extract": { "column": column.name } },
    })
}

/// The words of Croissant 1.0, as its specification gives them; readers compare them.
fn context() -> Value {
    json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "data": { "@id": "cr:data", "@type": "@json" },
        "dataType": { "@id": "cr:dataType", "@type": "@vocab" },
        "dct": "http://purl.org/dc/terms/",
        "equivalentProperty": "cr:equivalentProperty",
        "examples": { "@id": "cr:examples", "@type": "@json" },
        "extract": "cr:extract",
        "field": "cr:field",
        "fileProperty": "cr:fileProperty",
        "fileObject": "cr:fileObject",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "parentField": "cr:parentField",
        "path": "cr:path",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "repeated": "cr:repeated",
        "replace": "cr:replace",
        "samplingRate": "cr:samplingRate",
        "sc": "https://schema.org/",
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform",
    })
}
