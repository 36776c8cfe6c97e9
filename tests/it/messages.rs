//! What is said of inputs that cannot be read: what they are, and what helps, in the
//! commands that have it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use crate::support::{ONE, convert, folder, gzip, orcidlake, record, run, tar};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn messages(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A sound archive of one record.
fn sound() -> Vec<u8> {
    tar(&[(&format!("s/{ONE}.xml"), record(ONE, "One", "").as_bytes())])
}

/// The archive with its first header changed, and its checksum with it.
fn with_header(change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut archive = sound();
    change(&mut archive[..512]);
    archive[148..156].fill(b' ');
    let sum: u32 = archive[..512].iter().map(|byte| u32::from(*byte)).sum();
    archive[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    archive
}

#[test]
fn a_first_header_that_is_damaged_is_damage_and_what_follows_is_salvaged() {
    let folder = folder();
    let mut no_sum = sound();
    no_sum[148..156].fill(b' ');
    let other_sum = {
        let mut archive = sound();
        archive[0] ^= 1;
        archive
    };
    let pax = with_header(|header| header[156] = b'x');
    let long_name = with_header(|header| {
        header[156] = b'L';
        header[124..136].copy_from_slice(b"00200000000\0");
    });
    let negative = with_header(|header| header[124..136].fill(0xff));
    let letters = with_header(|header| header[124..136].copy_from_slice(b"abcdefghijk\0"));
    let damaged = [no_sum, other_sum, pax, long_name, negative, letters];
    for (number, damaged) in damaged.into_iter().enumerate() {
        // What follows is whole.
        let whole = [damaged, sound()].concat();
        for (ending, content) in [("tar", whole.clone()), ("tar.gz", gzip(&whole))] {
            let archive = folder.path().join(format!("{number}.{ending}"));
            fs::write(&archive, content).unwrap();
            let out = folder.path().join(format!("{number}-{ending}"));

            let (status, told) = convert(&[&archive], &out, &[]);
            let inspected = run(&["inspect", text(&archive)]);
            let (salvaged, notes) = convert(&[&archive], &out, &["--salvage"]);

            assert!(status == 2 && told.contains("is damaged near"), "{number} {ending}: {told}");
            assert!(told.contains("--salvage takes the members"), "{told}");
            // Only convert has the option.
            assert!(messages(&inspected).contains("is damaged near"), "{}", messages(&inspected));
            assert!(!messages(&inspected).contains("--salvage"), "{}", messages(&inspected));
            assert_eq!(salvaged, 1, "{number} {ending}: {notes}");
            assert_eq!(crate::support::given_names(&out, ONE), ["One"], "{number} {ending}: {notes}");
        }
    }
    let cut = folder.path().join("cut.tar");
    fs::write(&cut, &sound()[..400]).unwrap();
    assert!(messages(&run(&["inspect", text(&cut)])).contains("is cut off"));
    for arguments in [&["index", text(&cut)][..], &["inspect", text(&cut)], &["get", ONE, text(&cut)]] {
        assert!(!messages(&run(arguments)).contains("--salvage"), "{arguments:?}");
    }
}

#[test]
fn a_path_in_a_pax_record_ends_at_a_nul() {
    let folder = folder();
    let archive = folder.path().join("a.tar");
    let mut builder = tar::Builder::new(Vec::new());
    let path = format!("{ONE}.xml\0more");
    builder.append_pax_extensions([("path", path.as_bytes())]).unwrap();
    let content = record(ONE, "One", "");
    let mut header = tar::Header::new_ustar();
    header.set_size(content.len() as u64);
    builder.append_data(&mut header, "other", content.as_bytes()).unwrap();
    fs::write(&archive, builder.into_inner().unwrap()).unwrap();

    assert_eq!(convert(&[&archive], &folder.path().join("out"), &[]).0, 0);
}

#[test]
fn what_holds_no_documents_ends_with_status_1() {
    let folder = folder();
    let (empty, other) = (folder.path().join("empty"), folder.path().join("other"));
    fs::create_dir(&empty).unwrap();
    fs::create_dir(&other).unwrap();
    fs::write(other.join("README"), "nothing").unwrap();
    let archive = folder.path().join("a.tar");
    fs::write(&archive, tar(&[])).unwrap();
    for path in [&empty, &other, &archive] {
        let output = run(&["inspect", text(path)]);
        assert_eq!(output.status.code(), Some(1), "{}", path.display());
        assert!(messages(&output).contains("holds no ORCID documents"));
    }
}

#[test]
fn members_that_are_no_xml_are_rejected_as_what_they_are() {
    let folder = folder();
    let utf16 = |start: &[u8]| {
        [start, &"<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()].concat()
    };
    let second = record(ONE, "One", "") + "<again/>";
    let place = format!("at byte {}: a second root element, again", second.find("<again").unwrap());
    for (content, code, reason) in [
        (&br#"{"a":1}"#[..], "malformed-xml", r#"no XML, but text that begins with "{\"a\":1}""#),
        (b"Service unavailable", "malformed-xml", "text that begins with \"Service unavailable\""),
        (b" \n", "empty", "is empty"),
        (&utf16(b"\xff\xfe"), "not-utf8", "in the encoding UTF-16"),
        (&utf16(b""), "not-utf8", "in the encoding UTF-16"),
        (second.as_bytes(), "malformed-xml", &place),
    ] {
        let error = orcid_xml::parse(content).unwrap_err();
        assert!(error.code() == code && error.to_string().contains(reason), "{error}");
        let path = folder.path().join(format!("{ONE}.xml"));
        fs::write(&path, content).unwrap();
        let (_, told) = convert(&[folder.path()], &folder.path().with_extension("out"), &["--replace"]);
        assert!(told.contains(&format!("rejects ({code} 1)")), "{told}");
    }
    fs::remove_dir_all(folder.path().with_extension("out")).unwrap();
}

#[test]
fn what_is_no_dataset_or_not_there_is_said() {
    let folder = folder();
    let (file, missing) = (folder.path().join("file"), folder.path().join("missing"));
    fs::write(&file, "name\nA B\n").unwrap();
    let ror = "https://ror.org/04ttjf776";
    let commands = |path: &'static str| {
        [
            vec!["verify", path],
            vec!["people", path, "--ror", ror],
            vec!["coverage", path],
            vec!["reconcile", path, "list.csv"],
            vec!["match", path, "--ror-release", "x.zip"],
            vec!["refresh", path, "--all-in-dataset"],
        ]
    };
    for (name, said) in [
        ("file", "is a file, not a dataset"),
        ("missing", "there is no missing"),
        ("file/x", "there is no file/x"),
    ] {
        for arguments in commands(name) {
            let output = orcidlake(&arguments).current_dir(folder.path()).output().unwrap();
            assert_eq!(output.status.code(), Some(2));
            assert!(messages(&output).contains(said), "{arguments:?}: {}", messages(&output));
        }
    }
    let index = messages(&run(&["index", text(&missing)]));
    assert!(index.contains("cannot open") && !index.contains("needs no index"), "{index}");
}

#[test]
fn each_compression_has_the_hint_of_its_tool_and_empty_input_that_of_a_pipe() {
    let folder = folder();
    for (start, tool) in [
        (&b"BZh91AY"[..], "bzip2"),
        (b"\x28\xb5\x2f\xfdx", "zstd"),
        (b"\x04\x22\x4d\x18x", "lz4"),
        (b"\x1f\x9dx", "gzip"),
    ] {
        let archive = folder.path().join("a.tar.x");
        fs::write(&archive, start).unwrap();
        let told = messages(&run(&["inspect", text(&archive)]));
        assert!(told.contains(&format!("`{tool} -dc FILE |")), "{told}");
    }
    let zip = folder.path().join("a.zip");
    fs::write(&zip, b"PK\x03\x04rest").unwrap();
    assert!(messages(&run(&["inspect", text(&zip)])).contains("is a zip archive, not a tar archive"));
    let told = messages(&run(&["inspect", "-"]));
    assert!(told.contains("standard input is empty") && told.contains("before the pipe"), "{told}");
}

#[test]
fn a_release_of_ror_that_is_damaged_is_to_be_downloaded_again() {
    let folder = folder();
    let whole = orcid_synth::write_ror(20, folder.path()).unwrap();
    let bytes = fs::read(&whole).unwrap();
    let damaged: [(&str, Vec<u8>); 3] = [
        ("cut.zip", bytes[..bytes.len() / 2].to_vec()),
        ("cut.json.gz", gzip(b"[{}]")[..20].to_vec()),
        ("flip.zip", [&bytes[..200], &[!bytes[200]; 40], &bytes[240..]].concat()),
    ];
    for (name, content) in damaged {
        let path: PathBuf = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let told = messages(&run(&["match", "--text", "x", "--ror-release", text(&path)]));
        assert!(told.contains("again"), "{name}: {told}");
    }
}

#[test]
fn help_that_cannot_be_written_is_a_failure() {
    for arguments in [&["help"][..], &["--help"], &["help", "convert"], &["--version"]] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = orcidlake(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(messages(&output).contains("No space left"), "{}", messages(&output));
        assert_eq!(run(arguments).status.code(), Some(0));
    }
}

#[test]
fn the_end_of_a_terminal_stops_a_run_unless_it_is_to_be_passed_over() {
    for (ignored, expected) in [(false, Some(2)), (true, Some(0))] {
        let folder = folder();
        let out = folder.path().join("out");
        let program = format!("exec {} convert - --out {}", env!("CARGO_BIN_EXE_orcidlake"), text(&out));
        let script = if ignored { format!("trap '' HUP; {program}") } else { program };
        let mut shell = std::process::Command::new("sh");
        let mut child =
            shell.args(["-c", &script]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(400));

        let signal = std::process::Command::new("kill").arg("-HUP").arg(child.id().to_string()).status();
        assert!(signal.unwrap().success());
        std::thread::sleep(std::time::Duration::from_millis(200));
        let mut input = child.stdin.take().unwrap();
        let _ = input.write_all(&sound());
        drop(input);

        assert_eq!(child.wait().unwrap().code(), expected);
        let left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), usize::from(ignored), "{left:?}");
    }
}

#[test]
fn an_id_that_differs_from_the_files_name_is_kept_as_it_is_written() {
    let folder = folder();
    // A record of another sound iD is a reject; this one is mistyped.
    let (other, mistyped) = (crate::support::OTHER, "0000-0002-1825-009");
    let own = record(mistyped, "One", "").replace("record:", "r:").replace("xmlns:record", "xmlns:r");
    let by_uri = format!(
        "<q:record><c:orcid-identifier><c:uri>https://orcid.org/{mistyped}</c:uri></c:orcid-identifier></q:record>"
    );
    let work = format!("<v:work put-code='5' path='/{other}/work/5'/>");
    let archive = folder.path().join("ORCID_2025_10_summaries.tar");
    for (name, content, path, value) in [
        (
            format!("{ONE}.xml"),
            own.as_str(),
            "/r:record/common:orcid-identifier/common:path/text()",
            mistyped.to_owned(),
        ),
        (
            format!("{ONE}.xml"),
            &by_uri,
            "/q:record/c:orcid-identifier/c:uri/text()",
            format!("https://orcid.org/{mistyped}"),
        ),
        (format!("{ONE}_works_5.xml"), &work, "/v:work/@path", format!("/{other}/work/5")),
    ] {
        fs::write(&archive, tar(&[(&name, content.as_bytes())])).unwrap();
        let out = folder.path().join("out");

        let (_, told) = convert(&[&archive], &out, &["--replace"]);

        assert!(told.contains(path), "{told}");
        let rows = run(&["get", ONE, text(&out), "--json"]);
        let rows: serde_json::Value = serde_json::from_slice(&rows.stdout).unwrap();
        let sides = ["summaries/unmapped_values", "activities/unmapped_values"];
        let kept = sides.iter().filter_map(|side| rows[*side].as_array()).flatten();
        let kept: Vec<_> =
            kept.map(|row| (row["path"].as_str(), row["value"].as_str(), row["code"].as_str())).collect();
        assert!(kept.contains(&(Some(path), Some(&value), Some("other-id"))), "{kept:?}");
    }
}
