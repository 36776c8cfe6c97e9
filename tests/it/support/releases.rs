//! A server that plays figshare and Zenodo: lists of releases, and files behind addresses that
//! expire. A test says what goes wrong.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use super::web::{Asked, Reply, Web, file};

/// Requests that an address is good for, before it answers as S3 does after the end of a signature.
const GOOD_FOR: u64 = 3;

/// A file of a release.
#[derive(Clone)]
pub struct Served {
    pub name: &'static str,
    pub bytes: Arc<Vec<u8>>,
    pub md5: String,
}

impl Served {
    pub fn new(name: &'static str, bytes: Vec<u8>) -> Self {
        let folder = super::folder();
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let md5 = targz_seek::md5_of(&path).unwrap();
        Self { name, bytes: Arc::new(bytes), md5 }
    }
}

/// The server.
pub struct Releases {
    pub web: Web,
}

impl Releases {
    /// Serves the files as the newest release. `fault` may change each answer.
    pub fn start(files: Vec<Served>, fault: impl Fn(&Asked, Reply) -> Reply + Send + Sync + 'static) -> Self {
        let port = Arc::new(OnceLock::new());
        let (own_port, addresses) = (port.clone(), AtomicU64::new(0));
        let web = Web::start(move |asked| {
            let root = format!("http://127.0.0.1:{}", own_port.get().copied().unwrap_or(0));
            fault(asked, answer(asked, &files, &root, &addresses))
        });
        port.set(web.port).unwrap();
        Self { web }
    }

    /// The root of figshare's API.
    pub fn figshare(&self) -> String {
        self.web.url("v2")
    }

    /// The root of Zenodo's API.
    pub fn zenodo(&self) -> String {
        self.web.url("api")
    }

    /// Requests for the bytes of files.
    pub fn fetched(&self) -> Vec<Asked> {
        self.web.asked().into_iter().filter(|asked| asked.path.starts_with("/signed/")).collect()
    }
}

fn answer(asked: &Asked, files: &[Served], root: &str, addresses: &AtomicU64) -> Reply {
    let path = asked.path.split('?').next().unwrap_or_default();
    let number = |prefix: &str| path.strip_prefix(prefix).and_then(|rest| rest.parse::<usize>().ok());
    if let Some(index) = number("/files/").or_else(|| number("/v2/file/download/")) {
        let address = addresses.fetch_add(1, Ordering::Relaxed);
        return Reply::status(302).with("Location", &format!("{root}/signed/{index}?address={address}"));
    }
    if let Some(served) = number("/signed/").and_then(|index| files.get(index)) {
        let address = asked.path.split_once("address=").and_then(|(_, number)| number.parse::<u64>().ok());
        let newest = addresses.load(Ordering::Relaxed);
        if address.is_none_or(|address| address + GOOD_FOR < newest) {
            return Reply::status(403).with("Content-Type", "application/xml");
        }
        return file(asked, &served.bytes, &format!("\"{}\"", served.md5));
    }
    if let Some(served) =
        path.strip_prefix("/zenodo/").and_then(|name| files.iter().find(|file| file.name == name))
    {
        // Zenodo sends whole files only.
        return Reply { status: 200, body: served.bytes.to_vec(), ..Reply::default() };
    }
    match path {
        "/v2/collections/7931102/articles" => articles(asked),
        "/v2/articles/search" => articles(asked),
        "/v2/articles/30375589/files" => of_json(&json!(entries(files, root))),
        "/v2/articles/27151305/files" => of_json(&json!([])),
        "/api/records" => records(files, root),
        _ => Reply::status(404),
    }
}

fn articles(asked: &Asked) -> Reply {
    if !asked.path.contains("page=1&") && asked.method == "GET" {
        return of_json(&json!([]));
    }
    let article = |id: u64, title: &str, day: &str| {
        json!({ "id": id, "title": title, "doi": format!("10.23640/07243.{id}"),
            "published_date": format!("{day}T09:00:00Z") })
    };
    of_json(&json!([
        article(27_151_305, "ORCID Public Data File 2024", "2024-10-01"),
        article(30_375_589, "ORCID Public Data File 2025", "2025-10-21"),
        article(1, "How we use the ORCID Public Data File", "2025-11-01"),
        article(2, "Something else of 2026", "2026-01-01"),
    ]))
}

fn entries(files: &[Served], root: &str) -> Vec<Value> {
    let entry = |(index, file): (usize, &Served)| {
        json!({ "id": index, "name": file.name, "size": file.bytes.len(), "is_link_only": false,
            "download_url": format!("{root}/files/{index}"), "supplied_md5": file.md5,
            "computed_md5": file.md5 })
    };
    files.iter().enumerate().map(entry).collect()
}

fn records(files: &[Served], root: &str) -> Reply {
    let entry = |file: &Served| {
        json!({ "key": file.name, "size": file.bytes.len(), "checksum": format!("md5:{}", file.md5),
            "links": { "self": format!("{root}/zenodo/{}", file.name) } })
    };
    let record = |id: u64, version: &str, day: &str, file: &Served| {
        json!({ "id": id, "doi": format!("10.5281/zenodo.{id}"), "files": [entry(file)],
            "metadata": { "title": "ROR Data", "version": version, "publication_date": day } })
    };
    let hits: Vec<Value> = files
        .iter()
        .enumerate()
        .map(|(index, file)| {
            let number = index as u64;
            record(100 + number, &format!("v1.{}", 9 + number), &format!("2025-0{}-01", number + 1), file)
        })
        .collect();
    of_json(&json!({ "hits": { "total": hits.len(), "hits": hits } }))
}

fn of_json(value: &Value) -> Reply {
    let reply = Reply { status: 200, body: value.to_string().into_bytes(), ..Reply::default() };
    reply.with("Content-Type", "application/json")
}
