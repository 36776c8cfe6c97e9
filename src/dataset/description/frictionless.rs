//! `datapackage.json`: <https://datapackage.org>, version 2.

use serde_json::{Value, json};

use super::super::layout::any_table_of;
use super::super::manifest::{Manifest, Part};
use super::source::{AUTHOR, AUTHOR_URL, LICENCE, LICENCE_TITLE, LICENCE_URL, about, citations, title, url};
use crate::tables::{AnyTable, ColumnInfo, Type};

const PACKAGE: &str = "https://datapackage.org/profiles/2.0/datapackage.json";
const RESOURCE: &str = "https://datapackage.org/profiles/2.0/dataresource.json";
const TABLE: &str = "https://datapackage.org/profiles/2.0/tableschema.json";
/// The media type of Parquet files.
const MEDIA_TYPE: &str = "application/vnd.apache.parquet";

/// The package of a dataset.
pub fn package(manifest: &Manifest) -> Value {
    let year = manifest.release.map(|year| format!("-{year}")).unwrap_or_default();
    let tables = manifest.parts_by_table();
    let resources = tables.iter().filter_map(|(key, parts)| Some(resource(key, parts, any_table_of(key)?)));
    let sources: Vec<Value> = citations(manifest)
        .into_iter()
        .filter_map(|citation| Some((citation.title, citation.doi?)))
        .map(|(title, doi)| json!({ "title": title, "path": format!("https://doi.org/{doi}") }))
        .collect();
    let mut package = json!({
        "$schema": PACKAGE,
        "name": format!("orcid-public-data{year}"),
        "title": title(manifest),
        "description": about(manifest),
        "homepage": url(manifest.release),
        "contributors": [{ "title": AUTHOR, "path": AUTHOR_URL, "roles": ["author"] }],
        "resources": resources.collect::<Vec<_>>(),
    });
    if !sources.is_empty() {
        package["sources"] = sources.into();
    }
    // What people show to trusted parties only is not in the public domain.
    if manifest.visibility.is_public() {
        package["licenses"] = json!([{ "name": LICENCE, "path": LICENCE_URL, "title": LICENCE_TITLE }]);
    }
    package
}

fn resource(key: &str, parts: &[&Part], table: &dyn AnyTable) -> Value {
    let paths: Vec<String> = parts.iter().map(|part| format!("{key}/{}", part.name)).collect();
    let fields: Vec<Value> = table.columns().iter().map(field).collect();
    json!({
        "$schema": RESOURCE,
        "name": key.replace('/', "_"),
        "type": "table",
        "path": if let [path] = &paths[..] { json!(path) } else { json!(paths) },
        "format": "parquet",
        "mediatype": MEDIA_TYPE,
        "bytes": parts.iter().map(|part| part.size_bytes).sum::<u64>(),
        "description": table.doc(),
        "schema": { "$schema": TABLE, "fields": fields },
    })
}

fn field(column: &ColumnInfo) -> Value {
    let kind = match column.kind {
        Type::Text => "string",
        Type::Int64 | Type::Int32 | Type::Int16 => "integer",
        Type::Float64 => "number",
        Type::Boolean => "boolean",
        Type::Timestamp => "datetime",
    };
    let mut field = json!({ "name": column.name, "type": kind, "description": column.doc });
    if !column.nullable {
        field["constraints"] = json!({ "required": true });
    }
    field
}
