//! Archives on web servers: the same bytes and the same tables as from a file, whatever a server
//! does; and a clear message where that is not possible.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::support::gateway::Gateway;
use crate::support::s3::{BUCKET, S3};
use crate::support::web::{Asked, Reply, Web, file};
use crate::support::{ONE, Random, dump, files, folder, gzip, orcidlake, record, run, tar};
use orcidlake::storage::{StorageOptions, open_source};
use targz_seek::index::index_path;
use targz_seek::{ByteSource, Meter};

/// A server that is silent for so long is asked again.
const QUICK: [(&str, &str); 1] = [("read_timeout", "2s")];
/// A program that has not ended by then hangs.
const PATIENCE: Duration = Duration::from_secs(3);

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

#[test]
fn the_bytes_are_right_whatever_the_server_does() {
    type Answer = fn(&Asked, Reply) -> Reply;
    let cases: [(&str, Answer); 17] = [
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
    ];
    let bytes = bytes();
    std::thread::scope(|scope| {
        for (name, answer) in cases {
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

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server that has an archive and its index, and is no better than it must be.
fn troubled(archive: Vec<u8>, index: Option<Vec<u8>>) -> Web {
    Web::start(move |asked| {
        let bytes = if asked.path.contains(".idx") { index.as_ref() } else { Some(&archive) };
        let Some(bytes) = bytes else { return Reply::status(404) };
        match asked.number % 5 {
            3 => Reply::status(503),
            _ => Reply { cut_after: Some(60_000), ..file(asked, bytes, "\"one\"") },
        }
    })
}

#[test]
fn a_url_gives_the_dataset_of_the_file() {
    let folder = folder();
    let archive = dump(folder.path(), 120, true).swap_remove(0);
    let (name, local) = (archive.file_name().unwrap().to_str().unwrap(), folder.path().join("local"));
    let from_file = crate::support::convert(&[&archive], &local, &[]);
    assert_eq!(from_file.0, 0, "{}", from_file.1);
    assert!(run(&["index", archive.to_str().unwrap()]).status.success());
    let (bytes, index) =
        (fs::read(&archive).unwrap(), fs::read(archive.with_file_name(format!("{name}.idx"))).unwrap());
    for (number, (index, threads)) in [(None, "2"), (Some(index.clone()), "8")].into_iter().enumerate() {
        let by_index = index.is_some();
        let web = troubled(bytes.clone(), index);
        let url = format!("{}?X-Signature=hush", web.url(&format!("dumps/{name}")));
        let out = folder.path().join(format!("remote-{number}"));

        let output = run(&["convert", &url, "--json", "--threads", threads, "--out", out.to_str().unwrap()]);

        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        assert!(files(&out) == files(&local), "with an index: {by_index}");
        let said = told(&output) + &String::from_utf8_lossy(&output.stdout);
        let manifest = fs::read_to_string(out.join("orcidlake.json")).unwrap();
        assert!(!said.contains("hush") && !manifest.contains("hush"), "{said}");
        assert!(said.contains(&format!("/dumps/{name}\"")), "{said}");
        assert_eq!(by_index, web.asked().iter().any(|asked| asked.path.contains(".idx?")));
        // The archive is known by its name, its size and its ends.
        let again = run(&["convert", &url, "--out", out.to_str().unwrap()]);
        assert!(told(&again).contains("already in the dataset"), "{}", told(&again));
    }
}

#[test]
fn parts_of_an_archive_elsewhere_are_all_of_it() {
    let folder = folder();
    let archive = dump(folder.path(), 60, false).swap_remove(0);
    let (name, whole) = (archive.file_name().unwrap().to_str().unwrap(), folder.path().join("whole"));
    assert!(run(&["index", archive.to_str().unwrap()]).status.success());
    let index = fs::read(archive.with_file_name(format!("{name}.idx"))).unwrap();
    assert_eq!(crate::support::convert(&[&archive], &whole, &[]).0, 0);
    let web = troubled(fs::read(&archive).unwrap(), Some(index));
    let (url, out) = (web.url(name), folder.path().join("out"));
    for shard in ["1/2", "2/2"] {
        let output = run(&["convert", &url, "--shard", shard, "--out", out.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    }

    let rows = |dataset: &Path| {
        let output = run(&["inspect", dataset.to_str().unwrap(), "--json"]);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()["report"]["rows"].clone()
    };
    assert_eq!(rows(&out), rows(&whole));
}

#[test]
fn records_reports_and_indexes_of_a_url_are_those_of_the_file() {
    let folder = folder();
    let archive = dump(folder.path(), 40, false).swap_remove(0);
    let (path, name) = (archive.to_str().unwrap(), archive.file_name().unwrap().to_str().unwrap());
    let bytes = fs::read(&archive).unwrap();
    let made = run(&["index", path]);
    assert!(made.status.success());
    let index = fs::read(archive.with_file_name(format!("{name}.idx"))).unwrap();
    let listing = run(&["inspect", path]);
    let person = {
        let text = fs::read(folder.path().join(name)).unwrap();
        let mut tar = Vec::new();
        flate2::read::MultiGzDecoder::new(&text[..]).read_to_end(&mut tar).unwrap();
        let text = String::from_utf8_lossy(&tar).into_owned();
        orcid_xml::Orcid::find_all(&text).next().unwrap().1.to_string()
    };
    for index in [None, Some(index.clone())] {
        let by_index = index.is_some();
        let web = troubled(bytes.clone(), index);
        let url = web.url(name);
        for arguments in [&["get", &person][..], &["get", "--rows", &person], &["inspect"]] {
            let of_file = run(&[arguments, &[path]].concat());

            let of_url = run(&[arguments, &[&url]].concat());

            assert_eq!(of_url.status.code(), of_file.status.code(), "{arguments:?}: {}", told(&of_url));
            assert!(of_url.stdout == of_file.stdout, "{arguments:?}, with an index: {by_index}");
            assert!(!of_url.stdout.is_empty(), "{arguments:?}");
        }
    }
    assert!(listing.status.success());
    let (web, out) = (troubled(bytes, None), folder.path().join("made.idx"));
    let indexed = run(&["index", &web.url(name), "--out", out.to_str().unwrap()]);
    assert_eq!(indexed.status.code(), Some(0), "{}", told(&indexed));
    assert!(fs::read(&out).unwrap() == index);
}

#[test]
fn what_is_wrong_with_a_url_is_told_with_what_to_do() {
    let folder = folder();
    let archive = gzip(&tar(&[(&format!("{ONE}.xml"), record(ONE, "One", "").as_bytes())]));
    let page = Web::of(b"<!DOCTYPE html><html>Choose a licence</html>".to_vec());
    let good = Web::of(archive.clone());
    let plain = Web::start(move |asked| Reply { status: 200, body: archive.clone(), ..file(asked, &[], "") });
    let refused = Web::start(|_| Reply::status(403));
    let out = folder.path().join("out");
    let convert = |url: &str, more: &[&str]| {
        let output = run(&[&["convert", url, "--out", out.to_str().unwrap()], more].concat());
        (output.status.code(), told(&output))
    };
    for (url, more, messages) in [
        (page.url("a.tar.gz"), &[][..], &["is an HTML page", "the download gave this"][..]),
        (refused.url("a.tar.gz"), &[], &["status 403 (Forbidden)", "a signed URL may have expired"]),
        (good.url("a.tar.gz"), &["--index"], &["no index can be written beside", "leave out --index"]),
        (good.url("a.tar.gz"), &["--shard", "1/2"], &["has no index"]),
        (plain.url("a.tar.gz"), &["--shard", "1/2"], &["does not send parts of files", "download it first"]),
        ("s3:/bucket/a.tar.gz".into(), &[], &["one slash", "two slashes"]),
        ("ftp://host/a.tar.gz".into(), &[], &["scheme that is not known", "https"]),
    ] {
        let (status, text) = convert(&url, more);

        assert_eq!(status, Some(2), "{url}: {text}");
        messages.iter().for_each(|message| assert!(text.contains(message), "{url}: {text}"));
    }
    assert!(!out.exists() || !out.join("orcidlake.json").exists());
    let (status, text) = convert(&plain.url("a.tar.gz"), &[]);
    assert_eq!(status, Some(0), "{text}");
    let index = run(&["index", &good.url("a.tar.gz")]);
    assert!(told(&index).contains("is on a web server"), "{}", told(&index));
    // Without ranges there is no index, wherever it would be.
    let elsewhere = folder.path().join("a.idx");
    let (whole, parts) = (plain.url("a.tar.gz"), folder.path().join("parts.jsonl"));
    for arguments in [
        &["index", &whole, "--out", elsewhere.to_str().unwrap()][..],
        &["plan", &whole, "--parts", "2", "--index-tasks", parts.to_str().unwrap()],
    ] {
        let refused = run(arguments);
        let text = told(&refused);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(
            text.contains("does not send parts of files") && text.contains("download it first"),
            "{text}"
        );
        assert!(!text.contains("needs no index") && !elsewhere.exists(), "{text}");
    }
}

#[test]
fn an_archive_that_changes_before_it_is_read_is_told_of_a_plan_only_where_there_is_one() {
    let folder = folder();
    let archives =
        ["One", "Other"].map(|name| gzip(&tar(&[(&format!("{ONE}.xml"), record(ONE, name, "").as_bytes())])));
    let changing = |requests: usize| {
        let archives = archives.clone();
        Web::start(move |asked| match asked.path.contains(".idx") {
            true => Reply::status(404),
            // Nothing but the bytes tells one state from the other.
            false => file(asked, &archives[usize::from(asked.number >= requests)], "").without("ETag"),
        })
    };
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();

    let web = changing(1);
    let converted = run(&["convert", &web.url("a.tar.gz"), "--out", out]);
    let planned = changing(1);
    let task = run(&["plan", &planned.url("a.tar.gz"), "--parts", "1"]);
    let task = String::from_utf8(task.stdout).unwrap();
    // The plan has asked once or twice, and the file is another one from the second request on.
    let part = run(&["part", task.trim(), "--out", out]);

    for (output, message, hint, is_planned) in [
        (&converted, "has changed since this run began", "run the same command again", false),
        (&part, "has changed since the task was planned", "plan the conversion again", true),
    ] {
        let text = told(output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(message) && text.contains(hint), "{text}");
        assert_eq!(text.contains("plan"), is_planned, "{text}");
    }
}

#[test]
fn a_dataset_is_not_followed_to_other_schemes() {
    for location in ["file:///etc/hostname", "ftp://127.0.0.1/hush", "/round"] {
        let web = Web::start(move |_| Reply::status(302).with("Location", location));

        let output = run(&["verify", &web.url("orcid")]);

        let text = told(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        let expected = if location == "/round" { "more than 10 times" } else { "only http and https" };
        assert!(text.contains(expected) && !text.contains("hush"), "{location}: {text}");
    }
}

/// True for the request by which an archive is read to its end, unlike that for its first bytes.
fn is_for_all(asked: &Asked, bytes: &[u8]) -> bool {
    asked.range == Some(0..bytes.len() as u64)
}

#[test]
fn an_archive_that_changes_while_it_is_read_is_not_in_the_dataset() {
    let folder = folder();
    let archive = dump(folder.path(), 120, false).swap_remove(0);
    let bytes = fs::read(&archive).unwrap();
    let begun = Arc::new(AtomicBool::new(false));
    let changed = begun.clone();
    let web = Web::start(move |asked| {
        // The first answer that is cut ends the first state.
        let is_new = changed.load(Ordering::Relaxed);
        let reply = file(asked, &bytes, if is_new { "\"two\"" } else { "\"one\"" });
        if is_for_all(asked, &bytes) {
            changed.store(true, Ordering::Relaxed);
            return Reply { cut_after: Some(bytes.len() / 2), ..reply };
        }
        reply
    });
    let out = folder.path().join("out");

    let output = run(&["convert", &web.url("a.tar.gz"), "--salvage", "--out", out.to_str().unwrap()]);

    assert!(begun.load(Ordering::Relaxed), "{:?}", web.asked());
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("has changed while it was read"), "{}", told(&output));
    assert!(!out.join("orcidlake.json").exists());
}

#[test]
fn a_signal_ends_a_run_while_the_server_is_silent() {
    let folder = folder();
    let archive = dump(folder.path(), 40, false).swap_remove(0);
    let bytes = fs::read(&archive).unwrap();
    // Silent before the first byte, and in the middle of the archive.
    for stall_after in [0, bytes.len() / 2] {
        let content = bytes.clone();
        let web = Web::start(move |asked| {
            let stalls = stall_after == 0 || is_for_all(asked, &content);
            let stall_after = stalls.then_some(stall_after);
            Reply { stall_after, ..file(asked, &content, "\"one\"") }
        });
        let out = folder.path().join("out");
        let mut command = orcidlake(&["convert", &web.url("a.tar.gz"), "--out", out.to_str().unwrap()]);
        // Only the signal ends the wait.
        command.args(["--storage-option", "read_timeout=1h"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        while !web.asked().iter().any(|asked| stall_after == 0 || is_for_all(asked, &bytes)) {
            assert!(child.try_wait().unwrap().is_none(), "it ended before: {:?}", web.asked());
            std::thread::sleep(Duration::from_millis(10));
        }
        let signal = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(signal.unwrap().success());

        let begun = Instant::now();
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if begun.elapsed() > PATIENCE => {
                    child.kill().unwrap();
                    panic!("the program did not end, stalled after {stall_after} bytes");
                }
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        };

        assert_eq!(status.code(), Some(2));
        assert!(!out.join("orcidlake.json").exists());
    }
}

#[test]
fn tls_is_not_left_unless_the_user_allows_it() {
    let folder = folder();
    let archive = gzip(&tar(&[(&format!("{ONE}.xml"), record(ONE, "One", "").as_bytes())]));
    let plain = Web::of(archive);
    let elsewhere = plain.url("a.tar.gz");
    let leads = Web::start(move |_| Reply::status(302).with("Location", &elsewhere));
    let certificate = folder.path().join("certificate.pem");
    let tls = Gateway::tls("localhost", leads.port, &certificate);
    let url = format!("https://localhost:{}/a.tar.gz", tls.port);
    let inspect = |more: &[&str], trusted: bool| {
        let mut command = orcidlake(&[&["inspect", &url], more].concat());
        command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
        if trusted {
            command.env("SSL_CERT_FILE", &certificate);
        }
        command.output().unwrap()
    };

    let (untrusted, refused) = (inspect(&[], false), inspect(&[], true));
    let allowed = inspect(&["--storage-option", "allow_http=true"], true);

    assert!(told(&untrusted).contains("is not trusted"), "{}", told(&untrusted));
    assert!(told(&refused).contains("without TLS"), "{}", told(&refused));
    assert!(told(&refused).contains("allow_http=true"), "{}", told(&refused));
    assert_eq!(allowed.status.code(), Some(0), "{}", told(&allowed));
}

#[test]
fn a_release_and_tables_of_matching_are_read_from_urls() {
    let folder = folder();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let release = samples.join("v0.1-2025-10-01-ror-data.zip");
    let dataset = |name: &str| {
        let out = folder.path().join(name);
        let archive = samples.join("ORCID_2025_10_summaries.tar.gz");
        // The samples have rejects.
        assert_eq!(crate::support::convert(&[&archive], &out, &[]).0, 1);
        out
    };
    let (of_file, of_url) = (dataset("file"), dataset("url"));
    let overrides = "name,country,ror\nNowhere at all,DE,\n";
    fs::write(folder.path().join("overrides.csv"), overrides).unwrap();
    let zip = fs::read(&release).unwrap();
    let web = Web::start(move |asked| match asked.path.contains("overrides.csv") {
        true => file(asked, overrides.as_bytes(), "\"o\""),
        // Half of the release at a time.
        false => Reply { cut_after: Some(zip.len() / 2), ..file(asked, &zip, "\"z\"") },
    });
    let matched = |dataset: &Path, release: &str, overrides: &str| {
        let dataset = dataset.to_str().unwrap();
        let output = run(&["match", dataset, "--ror-release", release, "--overrides", overrides, "--quiet"]);
        assert_ne!(output.status.code(), Some(2), "{}", told(&output));
        files(&Path::new(dataset).join("organizations"))
    };

    let by_file =
        matched(&of_file, release.to_str().unwrap(), folder.path().join("overrides.csv").to_str().unwrap());
    let (release, table) = (web.url("ror.zip?hush"), web.url("overrides.csv?hush"));
    let by_url = matched(&of_url, &release, &table);

    assert!(!by_file.is_empty() && by_file == by_url);
    let manifest = fs::read_to_string(of_url.join("orcidlake.json")).unwrap();
    assert!(manifest.contains(&web.url("ror.zip")) && !manifest.contains("hush"), "{manifest}");
    // The same release again, from the manifest; and one that has gone.
    let again = run(&["match", of_url.to_str().unwrap()]);
    assert_ne!(again.status.code(), Some(2), "{}", told(&again));
    drop(web);
    let gone = run(&["match", of_url.to_str().unwrap()]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(told(&gone).contains("attempts in a row") && !told(&gone).contains("hush"), "{}", told(&gone));
}

#[test]
fn an_index_of_an_archive_in_an_object_store_lies_beside_it() {
    let folder = folder();
    let archive = dump(folder.path(), 60, false).swap_remove(0);
    let (path, local) = (archive.to_str().unwrap(), folder.path().join("local"));
    assert!(run(&["index", path]).status.success());
    let index = fs::read(index_path(&archive)).unwrap();
    assert_eq!(crate::support::convert(&[&archive], &local, &[]).0, 0);
    let s3 = S3::start();
    s3.put("dumps/a.tar.gz", &fs::read(&archive).unwrap());
    s3.put("dumps/b.tar.gz", &fs::read(&archive).unwrap());
    s3.put("dumps/b.tar.gz.idx", b"a letter to my mother");
    let run = |arguments: &[&str]| {
        let mut command = orcidlake(arguments);
        command.envs(s3.environment()).env("TMPDIR", folder.path()).output().unwrap()
    };
    let url = format!("s3://{BUCKET}/dumps/a.tar.gz");

    let indexed = run(&["index", &url]);

    assert_eq!(indexed.status.code(), Some(0), "{}", told(&indexed));
    assert!(told(&indexed).contains(&format!("{url}.idx")), "{}", told(&indexed));
    assert_eq!(s3.names("dumps"), ["a.tar.gz", "a.tar.gz.idx", "b.tar.gz", "b.tar.gz.idx"]);
    let put = s3.get("dumps/a.tar.gz.idx");
    assert!(put == index, "{} bytes", put.len());
    let out = folder.path().join("out");
    let shards: Vec<_> = ["1/2", "2/2"]
        .iter()
        .map(|shard| run(&["convert", &url, "--shard", shard, "--out", out.to_str().unwrap()]))
        .collect();
    shards.iter().for_each(|part| assert_eq!(part.status.code(), Some(0), "{}", told(part)));
    // Nothing but an index is replaced by one, and nothing of it remains on this machine.
    let in_the_way = run(&["index", &url.replace("a.tar", "b.tar")]);
    assert_eq!(in_the_way.status.code(), Some(2));
    assert!(told(&in_the_way).contains("is not an index"), "{}", told(&in_the_way));
    let left = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().starts_with("orcidlake-")));
    // While it is converted, the index is written too; a store that fails it fails the run.
    let converted =
        run(&["convert", &url, "--index", "--out", folder.path().join("again").to_str().unwrap()]);
    assert_eq!(converted.status.code(), Some(0), "{}", told(&converted));
    let missing = run(&["inspect", &url.replace("a.tar", "c.tar")]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(told(&missing).contains(&format!("s3://{BUCKET}/dumps/c.tar.gz")), "{}", told(&missing));
    assert!(!told(&missing).contains("hush-hush"));
}
