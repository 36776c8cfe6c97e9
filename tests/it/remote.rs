//! Bytes of files on web servers: the right ones whatever a server does, or an error.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use crate::support::web::{Asked, Reply, Web, file};
use crate::support::{Random, gzip, run, told};
use orcidlake::storage::{StorageOptions, open_source};
use targz_seek::{ByteSource, Meter};

/// A server that is silent for so long is asked again.
const QUICK: [(&str, &str); 1] = [("read_timeout", "2s")];

/// Data that do not compress, in gzip: some blocks long.
fn bytes() -> Vec<u8> {
    let mut random = Random(5);
    gzip(&(0..900_000).map(|_| random.below(256) as u8).collect::<Vec<_>>())
}

fn open(url: &str) -> io::Result<Arc<dyn ByteSource>> {
    open_source(Path::new(url), &QUICK.into_iter().collect::<StorageOptions>(), &Meter::default())
}

fn all(source: &dyn ByteSource) -> io::Result<Vec<u8>> {
    let mut found = Vec::new();
    source.read_all(&Meter::default())?.read_to_end(&mut found).map(|_| found)
}

/// What a server makes of its reply.
type Habit = fn(&Asked, Reply) -> Reply;

/// What servers do that serve the right bytes all the same.
fn habits() -> [(&'static str, Habit); 17] {
    [
        ("serves well", |_, reply| reply),
        ("cuts every connection", |_, reply| Reply { cut_after: Some(100_000), ..reply }),
        (
            "is unavailable at times",
            |asked, reply| {
                if asked.number % 3 == 0 { Reply::status(503) } else { reply }
            },
        ),
        ("asks to wait", |asked, reply| {
            if asked.number % 2 == 0 { Reply::status(429).with("Retry-After", "0") } else { reply }
        }),
        ("has nothing yet", |asked, reply| if asked.number < 2 { Reply::status(202) } else { reply }),
        ("stalls", |asked, reply| match asked.number {
            0 | 1 => Reply { stall_after: Some(70_000), ..reply },
            _ => reply,
        }),
        ("is slow", |_, reply| Reply { is_slow: true, ..reply }),
        ("has no ETag", |_, reply| {
            let reply = Reply { cut_after: Some(300_000), ..reply.without("ETag") };
            reply.with("Last-Modified", "Wed, 21 Oct 2026 07:28:00 GMT")
        }),
        ("tells nothing of its state", |_, reply| reply.without("ETag")),
        ("has a weak ETag", |_, reply| Reply { cut_after: Some(300_000), ..reply.with("ETag", "W/\"one\"") }),
        ("answers with another part once", |asked, reply| match asked.number {
            1 => {
                let found = reply.headers.iter().find(|(name, _)| name == "Content-Range").unwrap();
                let size = found.1.rsplit('/').next().unwrap().to_owned();
                reply.with("Content-Range", &format!("bytes 5-9/{size}"))
            }
            _ => reply,
        }),
        ("says another length once", |asked, reply| match asked.number {
            1 => reply.with("Content-Length", "7"),
            _ => reply,
        }),
        ("does not say which part it is once", |asked, reply| match asked.number {
            0 | 1 => reply.without("Content-Range"),
            _ => reply,
        }),
        ("says that gzip is an encoding", |_, reply| reply.with("Content-Encoding", "gzip")),
        ("leads elsewhere", |asked, reply| match asked.path.as_str() {
            "/a.tar.gz" => Reply::status(302).with("Location", "/elsewhere"),
            _ => reply,
        }),
        ("does not say lengths", |_, reply| Reply { without_length: true, ..reply }),
        ("sends all once", |asked, reply| match asked.number {
            1 => Reply { status: 200, ..reply.without("Content-Range") },
            _ => reply,
        }),
    ]
}

#[test]
fn the_bytes_are_right_whatever_the_server_does() {
    let bytes = bytes();
    std::thread::scope(|scope| {
        for (name, answer) in habits() {
            let bytes = &bytes;
            scope.spawn(move || {
                let content = bytes.clone();
                let web = Web::start(move |asked| answer(asked, file(asked, &content, "\"one\"")));
                let source = open(&web.url("a.tar.gz")).unwrap_or_else(|error| panic!("{name}: {error}"));

                let found = all(&*source).unwrap_or_else(|error| panic!("{name}: {error}"));

                assert!(found == *bytes, "{name}: {} bytes", found.len());
                assert_eq!(source.size_bytes().unwrap(), Some(bytes.len() as u64), "{name}");
                let mut part = Vec::new();
                source.read_range(500_000..800_001).unwrap().read_to_end(&mut part).unwrap();
                assert!(part == bytes[500_000..800_001], "{name}");
                let mut part = vec![0; 300_000];
                source.read_exact_at(&mut part, 200_001).unwrap();
                assert!(part == bytes[200_001..500_001], "{name}");
                assert!(source.read_exact_at(&mut part, bytes.len() as u64 - 5).is_err(), "{name}");
            });
        }
    });
}

#[test]
fn a_server_without_ranges_is_read_once_from_the_beginning() {
    let bytes = bytes();
    for without_length in [false, true] {
        let content = bytes.clone();
        let web = Web::start(move |_| Reply {
            status: 200,
            body: content.clone(),
            without_length,
            ..Reply::default()
        });
        let source = open(&web.url("a")).unwrap();

        assert!(all(&*source).unwrap() == bytes);

        assert_eq!(source.size_bytes().unwrap(), None);
        assert!(source.read_range(0..5).is_err() && all(&*source).is_err());
        assert_eq!(web.asked().len(), 1);
    }
}

#[test]
fn what_cannot_be_read_is_told_and_nothing_wrong_is_given() {
    type Answer = fn(&Asked, &[u8]) -> Reply;
    let cases: [(&str, Answer); 15] = [
        ("has changed", |asked, bytes| {
            let e_tag = if asked.number < 2 { "\"one\"" } else { "\"two\"" };
            Reply { cut_after: Some(100_000), ..file(asked, bytes, e_tag) }
        }),
        ("has changed", |asked, bytes| {
            let reply = file(&Asked { if_match: None, ..asked.clone() }, bytes, "\"one\"");
            let e_tag = if asked.number < 2 { "\"one\"" } else { "\"two\"" };
            Reply { cut_after: Some(100_000), ..reply.with("ETag", e_tag) }
        }),
        ("has changed", |asked, bytes| {
            let bytes = if asked.number < 2 { bytes } else { &bytes[..bytes.len() - 1] };
            Reply { cut_after: Some(100_000), ..file(asked, bytes, "").without("ETag") }
        }),
        ("has changed", |asked, bytes| {
            let bytes = if asked.number < 2 { bytes } else { &bytes[..10] };
            Reply { cut_after: Some(100_000), ..file(asked, bytes, "").without("ETag") }
        }),
        ("status 404 (Not Found)", |_, _| Reply::status(404)),
        ("status 403 (Forbidden)", |asked, bytes| match asked.number {
            0 => file(asked, bytes, "\"one\""),
            _ => Reply::status(403),
        }),
        ("status 401 (Unauthorized)", |_, _| Reply::status(401)),
        ("status 400 (Bad Request)", |_, _| Reply::status(400)),
        ("more than 10 times", |_, _| Reply::status(307).with("Location", "/a")),
        ("the scheme file, which is not followed", |_, _| {
            Reply::status(302).with("Location", "file:///etc/hostname")
        }),
        ("the scheme ftp, which is not followed", |_, _| {
            Reply::status(301).with("Location", "ftp://127.0.0.1/hush")
        }),
        ("the scheme data, which is not followed", |_, _| Reply::status(308).with("Location", "data:,hush")),
        ("no address that can be followed", |_, _| Reply::status(303)),
        ("no address that can be followed", |_, _| Reply::status(302).with("Location", "http://")),
        ("cannot continue there", |_, bytes| Reply {
            cut_after: Some(100_000),
            body: bytes.to_vec(),
            ..Reply::status(200)
        }),
    ];
    let bytes = bytes();
    for (expected, answer) in cases {
        let content = bytes.clone();
        let web = Web::start(move |asked| answer(asked, &content));

        let error = open(&web.url("a?X-Signature=hush")).and_then(|source| all(&*source)).unwrap_err();

        let told = error.to_string();
        assert!(told.contains(expected) && !told.contains("hush"), "{expected}: {told}");
    }
}

#[test]
fn a_host_that_nobody_reaches_is_given_up_soon() {
    let port = Web::of(Vec::new()).port;

    let error = open(&format!("http://127.0.0.1:{port}/a?hush")).unwrap_err().to_string();

    assert!(error.contains("3 attempts in a row") && !error.contains("hush"), "{error}");
}

#[test]
fn an_empty_file_has_no_bytes() {
    let web = Web::of(Vec::new());

    assert!(all(&*open(&web.url("a")).unwrap()).unwrap().is_empty());

    let output = run(&["inspect", &web.url("a.tar.gz")]);
    assert!(told(&output).contains("is empty"), "{}", told(&output));
}
