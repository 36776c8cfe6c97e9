//! Streams that stall or never end: a signal ends the program at once and leaves
//! nothing behind, and who waits for data is told so.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{ONE, folder, gzip, orcidlake, record, tar};

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Waits until the program ends; its status, what it said, and how long it took.
fn ended(mut child: Child) -> (Option<i32>, String, Duration) {
    let begun = Instant::now();
    let status = crate::support::ended(&mut child);
    let mut messages = String::new();
    child.stderr.take().unwrap().read_to_string(&mut messages).unwrap();
    (status.code(), messages, begun.elapsed())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

fn sample() -> Vec<u8> {
    tar(&[(&format!("{ONE}.xml"), record(ONE, "One", "").as_bytes())])
}

/// Begins to convert `archive`, with some bytes on standard input and no end.
fn begin(archive: &Path, out: &Path, input: &[u8]) -> (Child, impl Write + use<>) {
    let mut command = orcidlake(&["convert"]);
    command.arg(archive).arg("--out").arg(out).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input).unwrap();
    (child, stdin)
}

#[test]
fn the_first_signal_ends_a_run_whose_input_stalls() {
    let whole = sample();
    let packed = gzip(&whole);
    let padded = [packed.clone(), vec![0; 100_000]].concat();
    for input in [&b""[..], &whole[..300], &whole[..1_000], &whole, &packed[..50], &padded] {
        for name in ["-INT", "-TERM"] {
            let folder = folder();
            let (child, _stdin) = begin(Path::new("-"), &folder.path().join("out"), input);
            std::thread::sleep(Duration::from_millis(300));

            signal(&child, name);
            let (status, messages, time) = ended(child);

            assert_eq!(status, Some(2), "{} bytes: {messages}", input.len());
            assert!(messages.contains("stopped before the end"), "{messages}");
            assert!(time < Duration::from_secs(1), "{time:?}");
            assert!(names(folder.path()).is_empty(), "{:?}", names(folder.path()));
        }
    }
}

#[test]
fn the_first_signal_ends_a_run_over_zeros_without_end_or_a_pipe_without_a_writer() {
    let folder = folder();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for archive in [Path::new("/dev/zero"), &pipe] {
        for command in ["convert", "inspect"] {
            let mut program = orcidlake(&[command]);
            program.arg(archive).stderr(Stdio::piped()).stdout(Stdio::null());
            if command == "convert" {
                program.arg("--out").arg(folder.path().join("out"));
            }
            let child = program.spawn().unwrap();
            std::thread::sleep(Duration::from_millis(500));

            signal(&child, "-INT");
            let (status, messages, time) = ended(child);

            assert_eq!(status, Some(2), "{}: {messages}", archive.display());
            assert!(time < Duration::from_secs(2), "{time:?}");
            assert_eq!(names(folder.path()), ["pipe"], "{messages}");
        }
    }
}

#[test]
fn who_waits_for_data_is_told_so_and_it_may_still_come() {
    let folder = folder();
    let out = folder.path().join("out");
    let (child, mut stdin) = begin(Path::new("-"), &out, b"");
    std::thread::sleep(Duration::from_millis(2_600));

    stdin.write_all(&sample()).unwrap();
    drop(stdin);
    let (status, messages, _) = ended(child);

    assert_eq!(status, Some(0), "{messages}");
    assert_eq!(messages.matches("waiting for data on standard input").count(), 1, "{messages}");
    assert_eq!(crate::support::given_names(&out, ONE), ["One"]);
}

#[test]
fn the_first_signal_ends_a_run_over_an_archive_that_never_ends() {
    let whole = sample();
    for (first, filling) in [(whole.clone(), 0), (gzip(&whole), 0), (whole, b'x')] {
        let folder = folder();
        let (child, mut stdin) = begin(Path::new("-"), &folder.path().join("out"), &first);
        let feeder = std::thread::spawn(move || {
            let filling = vec![filling; 1 << 20];
            while stdin.write_all(&filling).is_ok() {}
        });
        std::thread::sleep(Duration::from_millis(500));

        signal(&child, "-TERM");
        let (status, messages, time) = ended(child);
        feeder.join().unwrap();

        assert_eq!(status, Some(2), "{messages}");
        assert!(time < Duration::from_secs(2), "{time:?}");
        assert!(names(folder.path()).is_empty(), "{:?}", names(folder.path()));
    }
}
