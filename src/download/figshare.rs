//! ORCID's public data files on figshare: one article a year, in a collection.

use serde_json::{Value, json};

use super::api::Api;
use super::error::DownloadError;
use super::release::{Release, ReleaseFile, is_file_name};
use crate::storage::StorageError;

/// The root of figshare's API.
pub const API_URL: &str = "https://api.figshare.com/v2";
/// ORCID's collection of all years.
const COLLECTION: u64 = 7_931_102;
/// Entries of a page; figshare gives ten unless it is asked for more.
const PAGE_ENTRIES: usize = 100;
/// Pages of a list: no list of ORCID's is as long.
const MAX_PAGES: usize = 20;
/// Words in the title of each release.
const TITLE: [&str; 2] = ["orcid", "public data file"];
/// The first year of which there is a release.
const FIRST_YEAR: u16 = 2013;

/// All releases, the newest first, without their files.
pub fn releases(api: &Api) -> Result<Vec<Release>, DownloadError> {
    let collected = pages(|page| {
        api.get(&format!("collections/{COLLECTION}/articles?page={page}&page_size={PAGE_ENTRIES}"))
    });
    let mut found = match collected {
        Ok(articles) => articles.iter().filter_map(release_of).collect(),
        // The collection may have been replaced by another.
        Err(DownloadError::Storage(StorageError::Status { status: 400 | 404 | 410, .. })) => Vec::new(),
        Err(error) => return Err(error),
    };
    if found.is_empty() {
        let articles = pages(|page| {
            let query = json!({ "search_for": ":title: ORCID Public Data File", "page": page,
                "page_size": PAGE_ENTRIES });
            api.post("articles/search", &query)
        })?;
        found = articles.iter().filter_map(release_of).collect();
    }
    if found.is_empty() {
        return Err(api.not_understood("it lists no public data file of ORCID's"));
    }
    found.sort_by(|one, other| {
        (&other.name, &other.published, other.id).cmp(&(&one.name, &one.published, one.id))
    });
    found.dedup_by(|later, earlier| later.name == earlier.name && later.id == earlier.id);
    Ok(found)
}

/// The files of a release.
pub fn files(api: &Api, release: &Release) -> Result<Vec<ReleaseFile>, DownloadError> {
    let id = release.id;
    let entries =
        pages(|page| api.get(&format!("articles/{id}/files?page={page}&page_size={PAGE_ENTRIES}")))?;
    let linked = |entry: &&Value| entry["is_link_only"].as_bool() != Some(true);
    entries.iter().filter(linked).map(|entry| file_of(api, entry)).collect()
}

/// All entries of a list. The last page is the first that is not full; a page that brings nothing
/// new ends the list too.
fn pages(ask: impl Fn(usize) -> Result<Value, DownloadError>) -> Result<Vec<Value>, DownloadError> {
    let mut all: Vec<Value> = Vec::new();
    for page in 1..=MAX_PAGES {
        let answer = ask(page)?;
        let entries = answer.as_array().cloned().unwrap_or_default();
        let is_last = entries.len() < PAGE_ENTRIES;
        let known = all.len();
        let fresh: Vec<Value> =
            entries.into_iter().filter(|entry| !all.iter().any(|one| one["id"] == entry["id"])).collect();
        all.extend(fresh);
        if is_last || all.len() == known {
            break;
        }
    }
    Ok(all)
}

/// The release of an article, if it is one.
fn release_of(article: &Value) -> Option<Release> {
    let title = article["title"].as_str()?.trim();
    let lower = title.to_lowercase();
    if !TITLE.iter().all(|word| lower.contains(word)) {
        return None;
    }
    let year = year_of(title)?;
    let published = article["published_date"].as_str().unwrap_or_default();
    Some(Release {
        name: year.to_string(),
        title: title.to_owned(),
        doi: article["doi"].as_str().filter(|doi| !doi.is_empty()).map(str::to_owned),
        published: published.chars().take(10).collect(),
        id: article["id"].as_u64()?,
        files: Vec::new(),
    })
}

/// The year in a title, such as that of `ORCID Public Data File 2025`.
fn year_of(title: &str) -> Option<u16> {
    let runs = title.split(|sign: char| !sign.is_ascii_digit()).filter(|run| run.len() == 4);
    runs.filter_map(|run| run.parse().ok()).find(|year| (FIRST_YEAR..2100).contains(year))
}

fn file_of(api: &Api, entry: &Value) -> Result<ReleaseFile, DownloadError> {
    let text = |key: &str| entry[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let (name, url) = (text("name"), text("download_url"));
    let (Some(name), Some(url), Some(size_bytes)) = (name, url, entry["size"].as_u64()) else {
        return Err(api.not_understood("a file has no name, no size or no address"));
    };
    if !is_file_name(&name) {
        return Err(api.not_understood("the name of a file is no file name"));
    }
    api.check_address(&url)?;
    let md5 = text("computed_md5").or_else(|| text("supplied_md5")).map(|md5| md5.to_ascii_lowercase());
    // The usual address answers without content at times; the API has another way to the file.
    let other = entry["id"].as_u64().map(|id| format!("{}/file/download/{id}", api.root()));
    let urls = std::iter::once(url).chain(other).collect();
    Ok(ReleaseFile { name, size_bytes, md5, urls })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_told_by_its_title() {
        for (title, expected) in [
            ("ORCID Public Data File 2025", Some("2025")),
            ("ORCID Public Data File 2018 (XML, activities)", Some("2018")),
            ("Orcid public data file, 2014", Some("2014")),
            ("ORCID Public Data File", None),
            ("A study of the ORCID data of 2019", None),
            ("ORCID Public Data File 1999", None),
        ] {
            let found =
                release_of(&json!({ "title": title, "id": 5, "published_date": "2025-10-21T10:00:00Z" }));

            assert_eq!(found.as_ref().map(|release| release.name.as_str()), expected, "{title}");
            assert!(found.is_none_or(|release| release.published == "2025-10-21"));
        }
    }

    #[test]
    fn a_list_ends_with_a_page_that_is_not_full_or_that_repeats() {
        let full = |from: usize| {
            json!((from..from + PAGE_ENTRIES).map(|id| json!({ "id": id })).collect::<Vec<_>>())
        };
        let first_forever = pages(|_| Ok(full(0))).unwrap();
        let two = pages(|page| Ok(if page == 1 { full(0) } else { json!([{ "id": 500 }]) })).unwrap();

        assert_eq!((first_forever.len(), two.len()), (PAGE_ENTRIES, PAGE_ENTRIES + 1));
    }
}
