//! A small S3 on loopback: what orcidlake asks of one, without signatures. It can fail requests,
//! cut connections, and do something in between.

mod answers;
mod http;

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use orcidlake::storage::StorageOptions;

pub use http::Request;

/// The bucket that is there.
pub const BUCKET: &str = "bucket";
/// Credentials and the rest that a client needs, besides the endpoint.
const SETTINGS: [(&str, &str); 4] = [
    ("AWS_ACCESS_KEY_ID", "key"),
    ("AWS_SECRET_ACCESS_KEY", "hush-hush"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ALLOW_HTTP", "true"),
];

/// What is done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Answer,
    /// Nothing is done, and this status is answered.
    Fail(u16),
    /// Nothing is done, and the connection ends.
    Cut,
    /// It is done, and the connection ends without an answer.
    LoseAnswer,
}

type Judge = Box<dyn FnMut(&Request) -> Act + Send>;

/// An object.
#[derive(Debug, Clone)]
struct Object {
    bytes: Arc<Vec<u8>>,
    etag: String,
}

/// An upload in parts that is not complete.
#[derive(Debug, Clone)]
struct Upload {
    key: String,
    parts: BTreeMap<u32, Vec<u8>>,
}

#[derive(Default)]
struct State {
    objects: Mutex<BTreeMap<String, Object>>,
    uploads: Mutex<BTreeMap<String, Upload>>,
    /// Method and path with query of each request, in order.
    requests: Mutex<Vec<String>>,
    judge: Mutex<Option<Judge>>,
    /// True if an object is put though its name is not free.
    ignores_conditions: AtomicBool,
    /// For ids and ETags.
    next: AtomicUsize,
}

/// The server; it ends with the test.
#[derive(Clone)]
pub struct S3 {
    address: SocketAddr,
    state: Arc<State>,
}

impl S3 {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { address: listener.local_addr().unwrap(), state: Arc::default() };
        let state = server.state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = state.clone();
                std::thread::spawn(move || http::serve(&stream, |request| state.answer(request)));
            }
        });
        server
    }

    /// The environment of a program that uses it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let settings = SETTINGS.map(|(name, value)| (name, value.to_owned()));
        [("AWS_ENDPOINT_URL", format!("http://{}", self.address))].into_iter().chain(settings).collect()
    }

    /// The same as options.
    pub fn options(&self) -> StorageOptions {
        self.environment().into_iter().collect()
    }

    /// The URL by which everybody can read an object or a dataset.
    pub fn web_url(&self, name: &str) -> String {
        format!("http://{}/{BUCKET}/{name}", self.address)
    }

    /// Decides from now on what is done with each request.
    pub fn judge(&self, judge: impl FnMut(&Request) -> Act + Send + 'static) {
        *self.state.judge.lock().unwrap() = Some(Box::new(judge));
    }

    pub fn judge_no_more(&self) {
        *self.state.judge.lock().unwrap() = None;
    }

    /// The names below a folder of the bucket, without the folder.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let below = |key: &String| Some(key.strip_prefix(folder)?.strip_prefix('/')?.to_owned());
        self.state.objects.lock().unwrap().keys().filter_map(below).collect()
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        self.state.put(name.to_owned(), bytes.to_vec());
    }

    /// The bytes of an object.
    pub fn get(&self, name: &str) -> Vec<u8> {
        self.state.objects.lock().unwrap()[name].bytes.to_vec()
    }

    /// Copies all objects of a folder.
    pub fn copy(&self, from: &str, to: &str) {
        let mut objects = self.state.objects.lock().unwrap();
        let copied: Vec<_> = objects
            .iter()
            .filter_map(|(key, object)| Some((format!("{to}{}", key.strip_prefix(from)?), object.clone())))
            .collect();
        objects.extend(copied);
    }

    /// Puts objects from now on though their names are not free.
    pub fn ignore_conditions(&self) {
        self.state.ignores_conditions.store(true, Ordering::Relaxed);
    }

    /// A name that nothing has.
    pub fn unique_name(&self) -> String {
        format!("copy-{}", self.state.unique())
    }

    /// The objects that uploads in parts were begun for, and not ended.
    pub fn open_uploads(&self) -> Vec<String> {
        self.state.uploads.lock().unwrap().values().map(|upload| upload.key.clone()).collect()
    }

    /// Forgets the requests until now, and returns them.
    pub fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.state.requests.lock().unwrap())
    }
}

impl State {
    fn answer(&self, request: &Request) -> Option<http::Answer> {
        self.requests.lock().unwrap().push(format!("{} {}", request.method, request.target));
        // Taken out while it decides: what it does may send requests of its own.
        let judge = self.judge.lock().unwrap().take();
        let act = judge.map_or(Act::Answer, |mut judge| {
            let act = judge(request);
            self.judge.lock().unwrap().get_or_insert(judge);
            act
        });
        match act {
            Act::Answer => Some(self.act(request)),
            Act::Fail(status) => {
                let code = if status == 403 { "AccessDenied" } else { "SlowDown" };
                Some(http::Answer::error(status, code, "as the test wants it"))
            }
            Act::Cut => None,
            Act::LoseAnswer => {
                self.act(request);
                None
            }
        }
    }

    fn put(&self, key: String, bytes: Vec<u8>) -> String {
        let object = self.object(bytes);
        let etag = object.etag.clone();
        self.objects.lock().unwrap().insert(key, object);
        etag
    }

    fn object(&self, bytes: Vec<u8>) -> Object {
        Object { bytes: Arc::new(bytes), etag: format!("\"{:032x}\"", self.unique()) }
    }

    fn unique(&self) -> usize {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}
