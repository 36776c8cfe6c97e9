//! ROR's releases on Zenodo: versions of one record.

use serde_json::Value;

use super::api::Api;
use super::error::DownloadError;
use super::release::{Release, ReleaseFile, is_file_name};
use super::ror_versions::{version_of, version_order};

/// The root of Zenodo's API.
pub const API_URL: &str = "https://zenodo.org/api";
/// The number that all versions of ROR's record share.
const CONCEPT: u64 = 6_347_574;
/// Entries of a page: as many as Zenodo gives without a token.
const PAGE_ENTRIES: usize = 25;
/// Pages of the list: ROR publishes about one release a month.
const MAX_PAGES: usize = 40;

/// All releases with their files, the newest first.
pub fn releases(api: &Api) -> Result<Vec<Release>, DownloadError> {
    let mut found: Vec<Release> = Vec::new();
    for page in 1..=MAX_PAGES {
        let answer = api.get(&format!(
            "records?q=conceptrecid:{CONCEPT}&all_versions=true&sort=mostrecent&size={PAGE_ENTRIES}&page={page}"
        ))?;
        let hits = answer["hits"]["hits"].as_array().cloned().unwrap_or_default();
        let known = found.len();
        for hit in &hits {
            if let Some(release) = release_of(api, hit)?
                && !found.iter().any(|one| one.id == release.id)
            {
                found.push(release);
            }
        }
        if hits.len() < PAGE_ENTRIES || found.len() == known {
            break;
        }
    }
    if found.is_empty() {
        return Err(api.not_understood("it lists no release of ROR"));
    }
    let order = |release: &Release| (release.published.clone(), version_order(&release.name), release.id);
    found.sort_by_key(|release| std::cmp::Reverse(order(release)));
    Ok(found)
}

/// The release of a record, if the record has data of ROR.
fn release_of(api: &Api, hit: &Value) -> Result<Option<Release>, DownloadError> {
    let entries = hit["files"].as_array().cloned().unwrap_or_default();
    let data = |entry: &&Value| entry["key"].as_str().is_some_and(|name| name.ends_with(".zip"));
    let files = entries.iter().filter(data).map(|entry| file_of(api, entry));
    let files = files.collect::<Result<Vec<ReleaseFile>, DownloadError>>()?;
    let (Some(id), Some(first)) = (hit["id"].as_u64(), files.first()) else { return Ok(None) };
    let metadata = &hit["metadata"];
    let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
    let doi = Some(text(&hit["doi"])).filter(|doi| !doi.is_empty());
    let version = text(&metadata["version"]);
    let name = version_of(&version).or_else(|| version_of(&first.name));
    Ok(Some(Release {
        name: name.unwrap_or_else(|| id.to_string()),
        title: text(&metadata["title"]),
        doi,
        published: text(&metadata["publication_date"]),
        id,
        files,
    }))
}

fn file_of(api: &Api, entry: &Value) -> Result<ReleaseFile, DownloadError> {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let links = &entry["links"];
    let (name, url) = (text(&entry["key"]), text(&links["self"]).or_else(|| text(&links["content"])));
    let (Some(name), Some(url), Some(size_bytes)) = (name, url, entry["size"].as_u64()) else {
        return Err(api.not_understood("a file has no name, no size or no address"));
    };
    if !is_file_name(&name) {
        return Err(api.not_understood("the name of a file is no file name"));
    }
    api.check_address(&url)?;
    let md5 = text(&entry["checksum"]);
    let md5 = md5.and_then(|sum| sum.strip_prefix("md5:").map(str::to_ascii_lowercase));
    Ok(ReleaseFile { name, size_bytes, md5, urls: vec![url] })
}
