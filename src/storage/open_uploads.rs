//! Lists uploads in parts that are not complete, which `object_store` cannot. Only S3 is asked: a
//! process that was killed between the beginning of an upload and the answer with its id has left
//! an upload whose id nobody knows.

use std::time::Duration;

use http::Method;
use object_store::client::{HttpRequest, HttpRequestBody};
use object_store::path::Path as ObjectPath;
use object_store::signer::{SignedUrlOptions, Signer};
use object_store::{Error, Result};

use super::{Backend, Connection};

/// How long the signature of a request holds.
const VALID: Duration = Duration::from_secs(300);
/// Pages of a listing, with 1,000 uploads each; there are never so many.
const MAX_PAGES: usize = 100;

/// The paths and the ids of the uploads below a place that are not complete; none if the store
/// does not list them.
pub(super) async fn open_uploads(connection: &Connection) -> Result<Vec<(ObjectPath, String)>> {
    let Backend::S3 { store, client } = &connection.backend else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let mut next: Option<(String, String)> = None;
    for _ in 0..MAX_PAGES {
        let mut query = vec![("uploads", String::new()), ("prefix", connection.path.to_string())];
        if let Some((key, id)) = next.take() {
            query.extend([("key-marker", key), ("upload-id-marker", id)]);
        }
        let options = SignedUrlOptions::default().with_query(query);
        let url = store.signed_url_opts(Method::GET, &ObjectPath::default(), VALID, &options).await?;
        let mut request = HttpRequest::new(HttpRequestBody::empty());
        *request.uri_mut() = url.as_str().parse().map_err(generic)?;
        let answer = client.execute(request).await.map_err(generic)?;
        let status = answer.status();
        let text = answer.into_body().bytes().await.map_err(generic)?;
        let text = String::from_utf8_lossy(&text).into_owned();
        if !status.is_success() {
            return Err(generic(std::io::Error::other(format!("the answer is {status}: {text}"))));
        }
        for upload in text.split("<Upload>").skip(1) {
            if let (Some(key), Some(id)) = (element(upload, "Key"), element(upload, "UploadId")) {
                found.push((ObjectPath::from(key), id));
            }
        }
        if element(&text, "IsTruncated").as_deref() != Some("true") {
            break;
        }
        next = element(&text, "NextKeyMarker").zip(element(&text, "NextUploadIdMarker"));
        if next.is_none() {
            break;
        }
    }
    Ok(found)
}

/// The text of the first element of this name.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once("</")?;
    let known = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    Some(known.iter().fold(text.to_owned(), |text, (written, meant)| text.replace(written, meant)))
}

fn generic(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Generic { store: "S3", source: Box::new(error) }
}
