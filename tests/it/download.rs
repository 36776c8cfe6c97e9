//! Downloads from a server that plays figshare and Zenodo, with the faults that they are known for:
//! the right bytes or a clear error, whatever happens.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::support::releases::{Releases, Served};
use crate::support::web::{Asked, Reply};
use crate::support::{Random, folder, orcidlake, run};
use orcidlake::download::{DownloadError, Fetched, Options, Source, Unobserved, fetch, release};
use orcidlake::storage::Patience;

const SUMMARIES: &str = "ORCID_2025_10_summaries.tar.gz";
const ACTIVITIES: &str = "ORCID_2025_10_activities_0.tar.gz";
/// Longer than two pieces that one request asks for.
const SIZE_BYTES: usize = 18_500_000;

fn bytes(seed: u64, length: usize) -> Vec<u8> {
    // A piece again and again, each time with other bytes before it: no two places have the same.
    let mut random = Random(seed);
    let piece: Vec<u8> = (0..4096).map(|_| random.below(256) as u8).collect();
    let mut bytes = Vec::with_capacity(length + 2 * piece.len());
    while bytes.len() < length {
        bytes.extend(random.below(usize::MAX).to_le_bytes());
        bytes.extend(&piece);
    }
    bytes.truncate(length);
    bytes
}

fn two_files() -> Vec<Served> {
    vec![Served::new(SUMMARIES, bytes(1, SIZE_BYTES)), Served::new(ACTIVITIES, bytes(2, 10_000))]
}

/// Options with which faults are soon over, and silence too.
fn options(api_url: String) -> Options {
    let mut options = Options::default();
    options.api_url = Some(api_url);
    options.patience = Patience { attempts: 10, first_wait: Duration::from_millis(1) };
    options.storage.set("read_timeout", "2s");
    options
}

/// Fetches the first file of the newest release into a folder.
fn first(server: &Releases, to: &Path) -> Result<Fetched, DownloadError> {
    let (options, go_on) = (options(server.figshare()), AtomicBool::new(false));
    let release = release(Source::Orcid, "latest", &options, &go_on)?;
    fetch(&release.files[0], to, &options, &Unobserved, &go_on)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn is_file(asked: &Asked) -> bool {
    asked.path.starts_with("/signed/")
}

fn page() -> Reply {
    let body = b"<!DOCTYPE html><html><body>Just a moment...</body></html>".to_vec();
    Reply { status: 200, body, ..Reply::default() }.with("Content-Type", "text/html; charset=utf-8")
}

fn messages(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_bytes_are_right_whatever_the_server_does() {
    type Fault = fn(&Asked, Reply) -> Reply;
    let cases: [(&str, Fault); 13] = [
        ("serves well", |_, reply| reply),
        ("is empty at first (202)", |asked, reply| {
            match asked.number < 5 || asked.number.is_multiple_of(7) {
                true => Reply::status(202),
                false => reply,
            }
        }),
        ("gives pages in the place of lists and files", |asked, reply| match asked.number % 5 {
            0 | 3 => page(),
            _ => reply,
        }),
        ("gives empty answers", |asked, reply| match asked.number % 5 {
            1 | 2 => Reply::status(200),
            _ => reply,
        }),
        ("cuts connections", |_, reply| Reply { cut_after: Some(3_000_000), ..reply }),
        ("stalls", |asked, reply| match is_file(asked) && asked.number % 3 == 0 {
            true => Reply { stall_after: Some(1_000_000), ..reply },
            false => reply,
        }),
        ("is in trouble", |asked, reply| match asked.number % 7 {
            0 => Reply::status(503).with("Retry-After", "0"),
            2 => Reply::status(500),
            5 => Reply::status(429).with("Retry-After", "0"),
            _ => reply,
        }),
        ("lets addresses expire", |asked, reply| match is_file(asked) && asked.number % 2 == 0 {
            true => Reply::status(403),
            false => reply,
        }),
        ("has nothing at the usual address", |asked, reply| match asked.path.starts_with("/files/") {
            true => Reply::status(202),
            false => reply,
        }),
        ("refuses the usual address", |asked, reply| match asked.path.starts_with("/files/") {
            true => Reply::status(404),
            false => reply,
        }),
        ("has no collection", |asked, reply| match asked.path.contains("/collections/") {
            true => Reply::status(404),
            false => reply,
        }),
        ("has an empty collection", |asked, reply| match asked.path.contains("/collections/") {
            true => Reply { status: 200, body: b"[]".to_vec(), ..Reply::default() },
            false => reply,
        }),
        ("answers with other parts at times", |asked, reply| match is_file(asked) && asked.number % 2 == 0 {
            true => reply.with("Content-Range", "bytes 5-9/18500000"),
            false => reply,
        }),
    ];
    std::thread::scope(|scope| {
        for (name, fault) in cases {
            scope.spawn(move || {
                let (to, files) = (folder(), two_files());
                let expected = files[0].bytes.clone();
                let server = Releases::start(files, fault);

                let fetched = first(&server, to.path()).unwrap_or_else(|error| panic!("{name}: {error}"));

                assert_eq!(fetched, Fetched::Downloaded, "{name}");
                let found = fs::read(to.path().join(SUMMARIES)).unwrap();
                assert!(found == *expected, "{name}: {} bytes", found.len());
                assert_eq!(names(to.path()), [SUMMARIES], "{name}");
            });
        }
    });
}

#[test]
fn a_server_without_ranges_is_read_by_one_connection_to_the_end() {
    let files = vec![
        Served::new("v1.9-ror-data.zip", bytes(3, SIZE_BYTES)),
        Served::new("v1.10-ror-data.zip", bytes(4, 5)),
    ];
    let expected = files[0].bytes.clone();
    // The connection breaks, each time farther on.
    let server = Releases::start(files, |asked, reply| match asked.path.starts_with("/zenodo/") {
        true => Reply { cut_after: Some(2_000_000 * (asked.number + 1)), ..reply },
        false => reply,
    });
    let (to, options, go_on) = (folder(), options(server.zenodo()), AtomicBool::new(false));

    let latest = release(Source::Ror, "latest", &options, &go_on).unwrap();
    let older = release(Source::Ror, "v1.9", &options, &go_on).unwrap();
    fetch(&older.files[0], to.path(), &options, &Unobserved, &go_on).unwrap();

    assert_eq!((latest.name.as_str(), older.name.as_str()), ("1.10", "1.9"));
    assert!(fs::read(to.path().join("v1.9-ror-data.zip")).unwrap() == *expected);
}

#[test]
fn what_cannot_be_had_is_a_clear_error_and_no_file() {
    type Fault = fn(&Asked, Reply) -> Reply;
    let cases: [(&str, Fault); 7] = [
        ("instead of the file", |asked, reply| if is_file(asked) { page() } else { reply }),
        ("status 202", |asked, reply| if is_file(asked) { Reply::status(202) } else { reply }),
        ("status 403", |asked, reply| if is_file(asked) { Reply::status(403) } else { reply }),
        ("instead of JSON", |_, _| page()),
        ("not understood", |asked, reply| match asked.path.contains("/articles") {
            true => Reply { status: 200, body: b"{}".to_vec(), ..Reply::default() },
            false => reply,
        }),
        ("its MD5 is", |asked, mut reply| {
            if is_file(asked) {
                reply.body.iter_mut().for_each(|byte| *byte ^= 1);
            }
            reply
        }),
        ("status 404", |asked, reply| {
            match asked.path.contains("file") && !asked.path.contains("articles") {
                true => Reply::status(404),
                false => reply,
            }
        }),
    ];
    std::thread::scope(|scope| {
        for (expected, fault) in cases {
            scope.spawn(move || {
                let to = folder();
                let server = Releases::start(two_files(), fault);

                let told = first(&server, to.path()).unwrap_err().to_string();

                assert!(told.contains(expected), "{expected}: {told}");
                assert!(!names(to.path()).contains(&SUMMARIES.to_owned()), "{expected}");
            });
        }
    });
}

#[test]
fn a_file_that_is_there_is_not_fetched_again_and_another_file_is_not_touched() {
    let to = folder();
    let server = Releases::start(two_files(), |_, reply| reply);
    first(&server, to.path()).unwrap();
    let before = server.fetched().len();

    let again = first(&server, to.path()).unwrap();

    assert_eq!((again, server.fetched().len()), (Fetched::Already, before));
    for other in [b"mine".to_vec(), vec![0; SIZE_BYTES]] {
        fs::write(to.path().join(SUMMARIES), &other).unwrap();
        let refused = first(&server, to.path()).unwrap_err();
        assert!(matches!(refused, DownloadError::OtherFile { .. }), "{refused}");
        assert!(fs::read(to.path().join(SUMMARIES)).unwrap() == other);
    }
}

#[test]
fn bytes_that_are_wrong_on_the_disk_are_fetched_once_more() {
    let to = folder();
    let server = Releases::start(two_files(), |_, reply| reply);
    let files = two_files();
    let notes = format!(r#"{{"size_bytes":{SIZE_BYTES},"md5":"{}","done":[[0,9000000]]}}"#, files[0].md5);
    fs::write(to.path().join(format!("{SUMMARIES}.part")), vec![7; 9_000_000]).unwrap();
    fs::write(to.path().join(format!("{SUMMARIES}.part.json")), notes).unwrap();

    first(&server, to.path()).unwrap();

    assert!(fs::read(to.path().join(SUMMARIES)).unwrap() == *files[0].bytes);
    assert_eq!(names(to.path()), [SUMMARIES]);
}

#[test]
fn two_processes_do_not_write_one_file() {
    let to = folder();
    let server = Releases::start(two_files(), |asked, reply| match is_file(asked) {
        true => Reply { pause: Some(Duration::from_millis(20)), ..reply },
        false => reply,
    });
    std::thread::scope(|scope| {
        let one = scope.spawn(|| first(&server, to.path()));
        while server.fetched().is_empty() {
            std::thread::yield_now();
        }
        let other = first(&server, to.path()).unwrap_err();
        assert!(matches!(other, DownloadError::InUse { .. }), "{other}");
        one.join().unwrap().unwrap();
    });
}

fn download(server: &Releases, to: &Path, more: &[&str]) -> Command {
    let mut command = orcidlake(&["download", "latest", "--url", &server.figshare(), "--to"]);
    command.arg(to).args(more).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn a_kill_at_any_moment_costs_at_most_the_last_megabytes() {
    /// What a kill may cost: the bytes since the last note, and what four connections have on the way.
    const MAX_LOSS_BYTES: u64 = 16_000_000;
    let size_bytes = 60_000_000;
    let files = vec![Served::new(SUMMARIES, bytes(5, size_bytes))];
    let expected = files[0].bytes.clone();
    let server = Releases::start(files, |asked, reply| match is_file(asked) {
        true => Reply { pause: Some(Duration::from_millis(4)), ..reply },
        false => reply,
    });
    let (to, mut random, mut kills) = (folder(), Random(9), 0);

    let done = loop {
        let mut child = download(&server, to.path(), &[]).spawn().unwrap();
        let until = Duration::from_millis(100 + random.below(700) as u64);
        std::thread::sleep(until);
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if kills > 200 => panic!("it never ends"),
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                kills += 1;
            }
        }
    };

    assert!(done.success() && kills > 0, "{kills} kills");
    assert!(fs::read(to.path().join(SUMMARIES)).unwrap() == *expected);
    assert_eq!(names(to.path()), [SUMMARIES]);
    let most = size_bytes as u64 + kills * MAX_LOSS_BYTES;
    assert!(
        server.web.sent_bytes() <= most,
        "{} bytes for {size_bytes}, {kills} kills",
        server.web.sent_bytes()
    );
}

#[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
#[test]
fn a_disk_that_fills_is_told_and_the_next_run_finishes() {
    let place = folder();
    let (to, shim) = (place.path().join("to"), crate::support::shim::shim_in(place.path()));
    let server = Releases::start(two_files(), |_, reply| reply);
    fs::create_dir(&to).unwrap();
    // Some calls write bytes of the file, some its notes: the disk fills at one after the other.
    for full_from in [0, 1, 2, 3, 5, 8, 13, 21] {
        let mut command = download(&server, &to, &["--summaries"]);
        command.env("LD_PRELOAD", &shim).env("FAULT_ROOT", to.canonicalize().unwrap());
        command.env("FAULT_AT", full_from.to_string()).env("FAULT_HOW", "full");

        let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();

        let told = messages(&output);
        assert_eq!(output.status.code(), Some(2), "{full_from}: {told}");
        assert!(told.contains("No space left") && told.contains("hint: "), "{full_from}: {told}");
        assert!(!to.join(SUMMARIES).exists(), "{full_from}");
    }

    let output = download(&server, &to, &["--summaries"]).stderr(Stdio::piped()).output().unwrap();

    assert!(output.status.success(), "{}", messages(&output));
    assert!(fs::read(to.join(SUMMARIES)).unwrap() == *two_files()[0].bytes);
    assert_eq!(names(&to), [SUMMARIES]);
}

#[test]
fn the_program_downloads_what_is_chosen_and_prints_the_paths() {
    let to = folder();
    let server = Releases::start(two_files(), |_, reply| reply);
    let url = server.figshare();
    let ask = |arguments: &[&str]| run(&[&["download", "--url", &url], arguments].concat());
    let text = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();

    let listed = ask(&["--list"]);
    let files = ask(&["2025", "--list"]);
    let urls = ask(&["2025", "--summaries", "--urls"]);
    let to_text = to.path().to_str().unwrap();
    let fetched = ask(&["latest", "--activities", "0", "--to", to_text]);
    let json = ask(&["latest", "--activities", "0", "--to", to_text, "--json"]);

    let lines: Vec<String> = text(&listed).lines().map(|line| line[..4].to_owned()).collect();
    assert_eq!(lines, ["2025", "2024"]);
    assert!(text(&files).contains(SUMMARIES) && text(&files).contains(ACTIVITIES), "{}", text(&files));
    assert_eq!(text(&urls), server.web.url("files/0\n"));
    let path = to.path().join(ACTIVITIES);
    assert_eq!(text(&fetched), format!("{}\n", path.display()), "{}", messages(&fetched));
    assert!(fs::read(&path).unwrap() == *two_files()[1].bytes);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (&json["release"]["name"], &json["files"][0]),
        (&"2025".into(), &path.to_str().unwrap().into())
    );
    assert_eq!(names(to.path()), [ACTIVITIES]);
}

#[test]
fn what_does_not_exist_is_told_with_what_does() {
    let server = Releases::start(two_files(), |_, reply| reply);
    let url = server.figshare();
    for (arguments, expected) in [
        (&["1999", "--to", "x"][..], "there is no release 1999; there are 2025, 2024"),
        (&["2025", "--activities", "7", "--to", "x"], "no activities of iDs that end with 7"),
        (&["2024", "--to", "x"], "has no files"),
        (&["soon", "--to", "x"], "neither a year nor latest nor ror"),
        (&["2025", "2.0", "--to", "x"], "only ror has versions"),
        (&["ror", "--summaries", "--to", "x"], "not of ROR"),
        (&["2025"], "--to"),
    ] {
        let output = run(&[&["download", "--url", &url], arguments].concat());

        let told = messages(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(told.contains(expected), "{arguments:?}: {told}");
    }
}
