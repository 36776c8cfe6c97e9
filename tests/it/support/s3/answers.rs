//! What S3 does with each request.

use std::sync::atomic::Ordering;

use super::http::{Answer, Request};
use super::{BUCKET, State, Upload};

/// Names on a page of a listing; few, so that there are several pages.
const PAGE: usize = 40;
/// All objects have it: nobody looks at it.
const MODIFIED: &str = "Wed, 21 Oct 2015 07:28:00 GMT";

impl State {
    pub(super) fn act(&self, request: &Request) -> Answer {
        let (bucket, key) = request.path.split_once('/').unwrap_or((&request.path, ""));
        if bucket != BUCKET {
            return Answer::error(404, "NoSuchBucket", "The specified bucket does not exist");
        }
        let upload = request.query("uploadId");
        match (request.method.as_str(), key, upload) {
            ("GET", "", None) if request.query("uploads").is_some() => self.list_uploads(request),
            ("GET", "", None) => self.list(request),
            ("POST", "", None) => self.delete_all(request),
            ("GET", key, None) => self.get(key, request),
            ("HEAD", key, None) => self.get(key, request).head(),
            ("PUT", key, None) => self.put_object(key, request),
            ("POST", key, None) => self.create_upload(key),
            ("PUT", _, Some(id)) => self.put_part(id, request),
            ("POST", _, Some(id)) => self.complete(id),
            ("DELETE", key, None) => {
                self.objects.lock().unwrap().remove(key);
                Answer::new(204, "")
            }
            ("DELETE", _, Some(id)) => match self.uploads.lock().unwrap().remove(id) {
                Some(_) => Answer::new(204, ""),
                None => no_upload(),
            },
            _ => Answer::error(405, "MethodNotAllowed", "nobody needs that"),
        }
    }

    fn get(&self, key: &str, request: &Request) -> Answer {
        let Some(object) = self.objects.lock().unwrap().get(key).cloned() else {
            return Answer::error(404, "NoSuchKey", "The specified key does not exist.");
        };
        if request.header("if-match").is_some_and(|etag| etag != object.etag) {
            return Answer::error(412, "PreconditionFailed", "a condition does not hold");
        }
        let size = object.bytes.len();
        let range = request.header("range").and_then(|range| range.strip_prefix("bytes="));
        let answer = match range.and_then(|range| range.split_once('-')) {
            None => Answer::new(200, object.bytes.as_slice()),
            Some((start, end)) => {
                let number = |text: &str| text.parse::<usize>().unwrap();
                let (start, end) = match (start, end) {
                    ("", length) => (size.saturating_sub(number(length)), size),
                    (start, "") => (number(start), size),
                    (start, end) => (number(start), size.min(number(end) + 1)),
                };
                if start >= size {
                    return Answer::error(416, "InvalidRange", "The requested range is not satisfiable");
                }
                let told = format!("bytes {start}-{}/{size}", end - 1);
                Answer::new(206, &object.bytes[start..end]).with("Content-Range", told)
            }
        };
        answer.with("ETag", object.etag).with("Last-Modified", MODIFIED)
    }

    fn put_object(&self, key: &str, request: &Request) -> Answer {
        let object = self.object(request.body.clone());
        let mut objects = self.objects.lock().unwrap();
        let needs_free_name =
            request.header("if-none-match") == Some("*") && !self.ignores_conditions.load(Ordering::Relaxed);
        if needs_free_name && objects.contains_key(key) {
            return Answer::error(412, "PreconditionFailed", "a condition does not hold");
        }
        let etag = object.etag.clone();
        objects.insert(key.to_owned(), object);
        Answer::new(200, "").with("ETag", etag)
    }

    fn list(&self, request: &Request) -> Answer {
        let prefix = request.query("prefix").unwrap_or_default();
        let after = request.query("continuation-token").unwrap_or_default();
        let objects = self.objects.lock().unwrap();
        let mut rest = objects.iter().filter(|(key, _)| key.starts_with(prefix) && key.as_str() > after);
        let page: Vec<_> = rest.by_ref().take(PAGE).collect();
        let is_truncated = rest.next().is_some();
        let mut text = format!("<ListBucketResult><IsTruncated>{is_truncated}</IsTruncated>");
        if let (true, Some((last, _))) = (is_truncated, page.last()) {
            text += &format!("<NextContinuationToken>{last}</NextContinuationToken>");
        }
        for (key, object) in page {
            text += &format!(
                "<Contents><Key>{key}</Key><LastModified>2015-10-21T07:28:00.000Z</LastModified>\
                 <ETag>{}</ETag><Size>{}</Size></Contents>",
                object.etag,
                object.bytes.len()
            );
        }
        Answer::new(200, text + "</ListBucketResult>")
    }

    fn delete_all(&self, request: &Request) -> Answer {
        let body = String::from_utf8(request.body.clone()).unwrap();
        let mut objects = self.objects.lock().unwrap();
        let mut text = "<DeleteResult>".to_owned();
        for key in body.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next()) {
            objects.remove(key);
            text += &format!("<Deleted><Key>{key}</Key></Deleted>");
        }
        Answer::new(200, text + "</DeleteResult>")
    }

    fn list_uploads(&self, request: &Request) -> Answer {
        let prefix = request.query("prefix").unwrap_or_default();
        let mut text = "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>".to_owned();
        for (id, upload) in self.uploads.lock().unwrap().iter() {
            if upload.key.starts_with(prefix) {
                text += &format!("<Upload><Key>{}</Key><UploadId>{id}</UploadId></Upload>", upload.key);
            }
        }
        Answer::new(200, text + "</ListMultipartUploadsResult>")
    }

    fn create_upload(&self, key: &str) -> Answer {
        let id = format!("upload-{}", self.unique());
        let upload = Upload { key: key.to_owned(), parts: Default::default() };
        self.uploads.lock().unwrap().insert(id.clone(), upload);
        Answer::new(
            200,
            format!(
                "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
            ),
        )
    }

    fn put_part(&self, id: &str, request: &Request) -> Answer {
        let number: u32 = request.query("partNumber").unwrap().parse().unwrap();
        match self.uploads.lock().unwrap().get_mut(id) {
            Some(upload) => drop(upload.parts.insert(number, request.body.clone())),
            None => return no_upload(),
        }
        Answer::new(200, "").with("ETag", format!("\"part-{number}\""))
    }

    fn complete(&self, id: &str) -> Answer {
        let Some(upload) = self.uploads.lock().unwrap().remove(id) else { return no_upload() };
        let etag = self.put(upload.key, upload.parts.into_values().collect::<Vec<_>>().concat());
        Answer::new(
            200,
            format!("<CompleteMultipartUploadResult><ETag>{etag}</ETag></CompleteMultipartUploadResult>"),
        )
    }
}

fn no_upload() -> Answer {
    Answer::error(404, "NoSuchUpload", "The specified upload does not exist.")
}
