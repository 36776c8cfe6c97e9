//! The program with datasets in an object store: the same results as in a folder, one version or the
//! other at every moment, nothing left of what died, and messages that help.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use crate::support::damage::{rounds, step};
use crate::support::s3::{Act, BUCKET, Request, S3};
use crate::support::{ONE, OTHER, convert, files, folder, gzip, orcidlake, record, run, tar, work};
use orcidlake::dataset::{DESCRIPTION_NAMES, Dataset, read_dataset_in, record_batches, verify_in};
use orcidlake::storage::{open_objects, open_store};
use serde_json::Value;

/// The program with a store, and a scratch folder of its own.
struct World {
    s3: S3,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        Self { s3: S3::start(), folder: folder() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = orcidlake(arguments);
        command.envs(self.s3.environment()).env("ORCIDLAKE_SCRATCH", self.path("scratch"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Converts archives into a dataset of the bucket; gives status and messages.
    fn convert(&self, archives: &[&Path], name: &str, more: &[&str]) -> (i32, String) {
        let mut command = self.command(&["convert", "--out", &url(name)]);
        let output = command.args(archives).args(more).output().unwrap();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn store(&self, name: &str) -> Arc<dyn orcidlake::dataset::Store> {
        open_store(Path::new(&url(name)), &self.s3.options(), &self.path("scratch")).unwrap()
    }

    fn dataset(&self, name: &str) -> Dataset {
        Dataset::open_in(self.store(name).as_ref()).unwrap()
    }

    /// The rows of the people of [`small`], by table.
    fn rows(&self, name: &str) -> String {
        let orcids = [ONE, OTHER].map(|orcid| orcid_xml::Orcid::new(orcid).unwrap());
        let read = |dataset: &Dataset| record_batches(dataset, &orcids);
        format!("{:?}", read_dataset_in(self.store(name).as_ref(), read).unwrap().1)
    }

    /// Fails unless the dataset is sound and nothing else is there: no file of another version, no
    /// open upload, no scratch.
    fn assert_sound_and_alone(&self, name: &str) {
        let (dataset, problems) = verify_in(self.store(name).as_ref(), &|_| ()).unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        let named: BTreeSet<String> = dataset.manifest.file_names().collect();
        let is_own = |key: &String| !key.contains("/_delta_log/") && !key.starts_with("orcidlake-versions/");
        let mut there: BTreeSet<String> = self.s3.names(name).into_iter().filter(is_own).collect();
        for description in DESCRIPTION_NAMES {
            assert!(there.remove(description), "{description} is missing");
        }
        assert_eq!(there, named);
        assert_eq!(self.s3.open_uploads(), Vec::<String>::new());
        let scratch = self.path("scratch").read_dir().map_or(0, Iterator::count);
        assert_eq!(scratch, 0, "files are left in the scratch folder");
    }
}

fn url(name: &str) -> String {
    format!("s3://{BUCKET}/{name}")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An archive of two people's summaries, and one of a work.
fn small(folder: &Path) -> [PathBuf; 2] {
    let summaries = tar(&[
        (&format!("ORCID_2025_10_summaries/097/{ONE}.xml"), record(ONE, "One", "").as_bytes()),
        (&format!("ORCID_2025_10_summaries/700/{OTHER}.xml"), record(OTHER, "Other", "").as_bytes()),
    ]);
    let path = format!("ORCID_2025_10_activities_7/097/{ONE}/works/{ONE}_works_5.xml");
    let activities = tar(&[(&path, work(5, "Title").as_bytes())]);
    [("ORCID_2025_10_summaries.tar.gz", summaries), ("ORCID_2025_10_activities_7.tar.gz", activities)]
        .map(|(name, bytes)| archive(folder, name, &bytes))
}

/// An archive whose table `records` has more than one part of an upload.
fn large(folder: &Path) -> PathBuf {
    // Text that does not compress well.
    let mut state = 1_u64;
    let text: String = (0..14 << 20)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'0' + (state >> 58) as u8)
        })
        .map(|sign| if sign.is_alphanumeric() { sign } else { '-' })
        .collect();
    let name = format!("ORCID_2025_10_summaries/097/{ONE}.xml");
    archive(folder, "ORCID_2025_10_summaries.tar.gz", &tar(&[(&name, record(ONE, &text, "").as_bytes())]))
}

fn archive(folder: &Path, name: &str, tar: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, gzip(tar)).unwrap();
    path
}

/// The archives of sample-data, and its release of ROR.
fn sample() -> ([PathBuf; 3], PathBuf) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let names = ["summaries", "activities_3", "activities_X"];
    let archives = names.map(|name| folder.join(format!("ORCID_2025_10_{name}.tar.gz")));
    (archives, folder.join("v0.1-2025-10-01-ror-data.zip"))
}

/// What a command prints about a dataset, without what differs by its place.
fn printed(output: &Output, place: &str) -> String {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.replace(place, "PLACE")
}

#[test]
fn a_dataset_in_the_place_of_an_archive_is_told_as_what_it_is() {
    let world = World::new();
    let archive = world.path("ORCID_2025_10_summaries.tar.gz");
    let member = format!("ORCID_2025_10_summaries/097/{ONE}.xml");
    std::fs::write(&archive, gzip(&tar(&[(&member, record(ONE, "One", "").as_bytes())]))).unwrap();
    assert_eq!(world.convert(&[&archive], "orcid", &[]).0, 0);

    for name in ["orcid", "orcid/"] {
        let (status, told) = world.convert(&[Path::new(&url(name))], "other", &[]);

        assert_eq!(status, 2, "{told}");
        let expected = "is a dataset that orcidlake has made (of 2025, from ORCID_2025_10_summaries.tar.gz)";
        assert!(told.contains(expected), "{name}: {told}");
    }
    let (status, told) = world.convert(&[Path::new(&url("nothing"))], "other", &[]);
    assert!(status == 2 && !told.contains("dataset that orcidlake"), "{told}");
}

#[test]
fn commands_give_the_same_of_a_dataset_in_a_bucket_as_of_one_in_a_folder() {
    let world = World::new();
    let (archives, release) = sample();
    let archives = archives.each_ref().map(PathBuf::as_path);
    let (local, remote) = (world.path("local"), url("orcid"));
    let (local, release) = (local.to_str().unwrap(), release.to_str().unwrap());

    let here = convert(&archives, Path::new(local), &["--json", "--quiet"]);
    let there = world.convert(&archives, "orcid", &["--json", "--quiet"]);

    assert_eq!(there, here);
    for arguments in [
        &["match", "PLACE", "--ror-release", release, "--quiet"][..],
        &["verify", "PLACE"],
        &["people", "PLACE", "--ror", "https://ror.org/04ttjf776", "--children"],
        &["coverage", "PLACE"],
        &["match", "PLACE", "--quiet"],
    ] {
        let of = |place: &str| -> Vec<String> {
            arguments.iter().map(|argument| argument.replace("PLACE", place)).collect()
        };
        let here = run(&of(local).iter().map(String::as_str).collect::<Vec<_>>());
        let there = world.run(&of(&remote).iter().map(String::as_str).collect::<Vec<_>>());

        assert_eq!(there.status.code(), here.status.code(), "{arguments:?}: {}", told(&there));
        assert_eq!(printed(&there, &remote), printed(&here, local), "{arguments:?}");
    }
    let views = world.run(&["schema", "works", "--format", "duckdb", "--dataset", &remote]);
    let views = String::from_utf8(views.stdout).unwrap();
    let name = &world.dataset("orcid").manifest.archives[1].parts["activities/works"][0].name;
    assert!(
        views.contains(&format!("read_parquet(['s3://bucket/orcid/activities/works/{name}',")),
        "{views}"
    );
    let json = |output: Output| -> Value { serde_json::from_slice(&output.stdout).unwrap() };
    let of_here = json(run(&["inspect", local, "--json"]));
    assert_eq!(json(world.run(&["inspect", &remote, "--json"]))["report"], of_here["report"]);
    let some = of_here["manifest"]["archives"][0]["name"].as_str().unwrap();
    assert!(some.ends_with(".tar.gz"));
    let dataset = Dataset::open(Path::new(local)).unwrap();
    let batch = dataset.rows("summaries/records", &["orcid"]).next().unwrap().unwrap();
    let orcid = arrow::array::AsArray::as_string::<i32>(batch.column(0)).value(0).to_owned();
    let (here, there) = (run(&["get", &orcid, local]), world.run(&["get", &orcid, &remote]));
    assert_eq!(json(there), json(here));
    world.assert_sound_and_alone("orcid");
}

#[test]
fn one_record_takes_few_requests() {
    let world = World::new();
    let (archives, _) = sample();
    let (status, told) = world.convert(&archives.each_ref().map(PathBuf::as_path), "orcid", &[]);
    assert!(status <= 1, "{told}");
    let files = world.dataset("orcid").manifest.parts().count();
    world.s3.take_requests();

    let found = world.run(&["get", ONE, &url("orcid")]);

    let requests = world.s3.take_requests();
    assert_eq!(found.status.code(), Some(1), "{}", self::told(&found));
    // Each small file is fetched whole, mostly by one request; the version is looked for twice.
    assert!(requests.len() < 3 * files, "{} requests for {files} files", requests.len());
    assert!(requests.iter().all(|request| request.starts_with("GET ")), "{requests:?}");
}

#[test]
fn a_file_is_read_in_blocks_and_never_mixed_with_the_one_that_replaces_it() {
    let world = World::new();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|place| (place * 7 % 251) as u8).collect();
    world.s3.put("orcid/file", &bytes);
    let objects = open_objects(Path::new(&url("orcid")), &world.s3.options()).unwrap();
    let file = objects.open("file").unwrap();
    let mut found = vec![0; 8_192];
    for offset in (0..bytes.len() as u64 - 8_192).step_by(8_192) {
        file.read_range(&mut found, offset).unwrap();
        assert_eq!(found, bytes[offset as usize..][..8_192]);
    }
    let requests = world.s3.take_requests().len();
    assert!(requests <= 6, "{requests} requests");

    let file = objects.open("file").unwrap();
    world.s3.put("orcid/file", &vec![1; bytes.len()]);
    let error = file.read_range(&mut found, 0).unwrap_err();

    assert!(error.to_string().contains("replaced") || error.to_string().contains("condition"), "{error}");
    let error = objects.open("other").unwrap_err();
    assert!(error.to_string().contains("cannot open s3://bucket/orcid/other"), "{error}");
}

/// A judge that tells the test when the change of this number is asked for, and then waits until
/// the test has killed the program.
fn stop_at(
    number: usize,
    is_meant: fn(&Request) -> bool,
    act: Act,
) -> (impl FnMut(&Request) -> Act, Receiver<()>, Sender<()>) {
    let (reached, was_reached) = channel();
    let (killed, was_killed) = channel();
    let mut count = 0;
    let judge = move |request: &Request| {
        if !is_meant(request) {
            return Act::Answer;
        }
        count += 1;
        if count - 1 != number {
            return Act::Answer;
        }
        // Nobody waits where the program has ended before.
        let _ = reached.send(());
        let _ = was_killed.recv();
        act
    };
    (judge, was_reached, killed)
}

/// Runs `convert` and kills it at a request; false if it ended before.
fn killed_at(
    world: &World,
    archive: &Path,
    name: &str,
    number: usize,
    is_meant: fn(&Request) -> bool,
    act: Act,
) -> bool {
    let (judge, reached, killed) = stop_at(number, is_meant, act);
    world.s3.judge(judge);
    let mut command = world.command(&["convert", "--quiet", "--out", &url(name)]);
    let mut child = command.arg(archive).spawn().unwrap();
    let was_reached = loop {
        match reached.recv_timeout(std::time::Duration::from_millis(20)) {
            Ok(()) => break true,
            Err(_) if child.try_wait().unwrap().is_some() => break false,
            Err(_) => {}
        }
    };
    child.kill().unwrap();
    child.wait().unwrap();
    drop(killed);
    world.s3.judge_no_more();
    was_reached
}

#[test]
fn wherever_the_program_is_killed_a_whole_version_is_there_and_the_next_run_removes_the_rest() {
    let world = World::new();
    let [summaries, activities] = small(world.folder.path());
    assert_eq!(world.convert(&[&summaries], "before", &[]).0, 0);
    world.s3.copy("before/", "after/");
    assert_eq!(world.convert(&[&activities], "after", &[]).0, 0);
    let (old, new) = (world.rows("before"), world.rows("after"));
    assert_ne!(old, new);
    let mut seen = [0, 0];

    for (turn, number) in (0..).step_by(step()).enumerate() {
        let name = format!("killed-{number}");
        world.s3.copy("before/", &format!("{name}/"));
        let act = [Act::Cut, Act::LoseAnswer][turn % 2];
        let was_killed = killed_at(&world, &activities, &name, number, Request::changes, act);

        let found = world.rows(&name);
        assert!(found == old || found == new, "at change {number} neither old nor new");
        seen[usize::from(found == new)] += 1;
        let (status, told) = world.convert(&[&activities], &name, &[]);
        assert_eq!(status, 0, "at change {number}: {told}");
        assert_eq!(world.rows(&name), new);
        world.assert_sound_and_alone(&name);
        if !was_killed {
            break;
        }
    }

    assert!(seen.iter().all(|&times| times > rounds(1)), "{seen:?}");
}

#[test]
fn uploads_in_parts_are_whole_or_aborted() {
    let world = World::new();
    let archive = large(world.folder.path());
    let is_of_upload =
        |request: &Request| request.query("uploads").is_some() || request.query("uploadId").is_some();
    let mut killed = 0;

    for number in 0.. {
        let name = format!("killed-{number}");
        let act = [Act::LoseAnswer, Act::Cut][number % 2];
        let was_killed = killed_at(&world, &archive, &name, number, is_of_upload, act);
        if !was_killed {
            break;
        }
        killed += 1;
        assert!(world.store(&name).current().unwrap().is_none());
        let (status, told) = world.convert(&[&archive], &name, &[]);
        assert_eq!(status, 0, "{told}");
        world.assert_sound_and_alone(&name);
    }

    // The beginning, two parts, and the end.
    assert!(killed >= 4, "{killed}");
    // Where the store fails for good, the program itself aborts.
    let mut parts = 0;
    world.s3.judge(move |request| {
        parts += usize::from(request.query("partNumber").is_some());
        if parts == 2 && request.query("partNumber").is_some() { Act::Fail(403) } else { Act::Answer }
    });
    let (status, told) = world.convert(&[&archive], "failed", &[]);
    assert_eq!(status, 2);
    assert!(told.contains("cannot write s3://bucket/failed/summaries/records/part-"), "{told}");
    assert_eq!((world.s3.open_uploads().len(), world.s3.names("failed").len()), (0, 0));
}

#[test]
fn of_two_programs_one_wins_and_the_other_is_told() {
    let world = World::new();
    let [summaries, activities] = small(world.folder.path());
    let other = Arc::new(Mutex::new(Some((world.s3.environment(), activities.clone()))));
    let second = world.path("second");
    // The other program runs when this one has put its files, and is about to put its version.
    world.s3.judge(move |request| {
        let is_version = request.method == "PUT" && request.path.contains("orcidlake-versions/0");
        if let Some((environment, archive)) = other.lock().unwrap().take_if(|_| is_version) {
            let mut command = orcidlake(&["convert", "--quiet", "--out", "s3://bucket/orcid"]);
            let status = command.arg(archive).envs(environment).env("ORCIDLAKE_SCRATCH", &second).status();
            assert!(status.unwrap().success());
        }
        Act::Answer
    });

    let (status, told) = world.convert(&[&summaries], "orcid", &[]);

    assert_eq!(status, 2);
    assert!(told.contains("has been changed by another orcidlake"), "{told}");
    assert!(told.contains("hint: run the same command again"), "{told}");
    world.assert_sound_and_alone("orcid");
    assert_eq!(world.convert(&[&summaries], "orcid", &[]).0, 0);
    assert_eq!(world.dataset("orcid").manifest.archives.len(), 2);
    world.assert_sound_and_alone("orcid");
}

#[test]
fn a_store_that_is_busy_is_asked_again() {
    let world = World::new();
    let [summaries, activities] = small(world.folder.path());
    let mut count = 0;
    world.s3.judge(move |_| {
        count += 1;
        [Act::Answer, Act::Fail(503), Act::Answer, Act::Answer, Act::Cut][count % 5]
    });

    let (status, told) = world.convert(&[&summaries, &activities], "orcid", &[]);

    assert_eq!(status, 0, "{told}");
    world.s3.judge_no_more();
    world.assert_sound_and_alone("orcid");
}

#[test]
fn a_dataset_on_a_web_server_is_read_and_not_changed() {
    let world = World::new();
    let [summaries, activities] = small(world.folder.path());
    assert_eq!(world.convert(&[&summaries], "orcid", &[]).0, 0);
    assert_eq!(world.convert(&[&activities], "orcid", &[]).0, 0);
    let place = world.s3.web_url("orcid/");
    let web = run;

    let found = web(&["get", ONE, &place]);
    let verified = web(&["verify", &place]);
    let refused = web(&["convert", summaries.to_str().unwrap(), "--out", &place]);

    let rows: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(rows["activities/works"][0]["title"], "Title");
    assert!(verified.status.success(), "{}", told(&verified));
    assert_eq!(refused.status.code(), Some(2));
    assert!(told(&refused).contains("can be read only"), "{}", told(&refused));
    let nothing = web(&["verify", &world.s3.web_url("nothing")]);
    assert!(told(&nothing).contains("there is no dataset at http://"), "{}", told(&nothing));
}

#[test]
fn a_copied_dataset_folder_is_read_and_not_changed() {
    let world = World::new();
    let [summaries, activities] = small(world.folder.path());
    let local = world.path("local");
    convert(&[&summaries], &local, &[]);
    for (path, bytes) in files(&local) {
        world.s3.put(&format!("copy/{}", path.display()), &bytes);
    }
    let before = world.s3.names("copy");

    let found = world.run(&["get", ONE, &url("copy")]);
    let (status, refused) = world.convert(&[&activities], "copy", &[]);

    assert!(String::from_utf8_lossy(&found.stdout).contains("One"), "{}", told(&found));
    assert!(world.run(&["get", ONE, &world.s3.web_url("copy")]).status.success());
    assert_eq!(status, 2);
    assert!(refused.contains("is the copy of a dataset folder"), "{refused}");
    assert_eq!(world.s3.names("copy"), before);
}

#[test]
fn messages_say_what_a_store_lacks_and_no_secret() {
    let world = World::new();
    let [summaries, _] = small(world.folder.path());
    let archive = summaries.to_str().unwrap();
    let convert = |out: &str, environment: &[(&str, &str)], act: Act| {
        world.s3.judge(move |_| act);
        let mut command = world.command(&["convert", archive, "--out", out]);
        let output = command.envs(environment.iter().copied()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        assert!(!told(&output).contains("hush"), "{}", told(&output));
        told(&output)
    };
    for (out, environment, act, expected) in [
        ("s3://nobody/orcid", &[][..], Act::Answer, "check the name of the bucket"),
        ("s3://bucket/orcid", &[], Act::Fail(403), "ask the owner of the bucket"),
        ("s3://bucket/orcid", &[("AWS_ALLOW_HTTP", "false")], Act::Answer, "allow plain http with"),
        ("s3://bucket/orcid", &[("ORCIDLAKE_STORAGE_OPTIONS", "hush-hush")], Act::Answer, "is not KEY=VALUE"),
        (
            "s3://bucket/orcid",
            &[("ORCIDLAKE_STORAGE_OPTIONS", "regoin=hush")],
            Act::Answer,
            "no option regoin",
        ),
        (
            "s3://bucket/orcid",
            &[("AWS_CONDITIONAL_PUT", "disabled")],
            Act::Answer,
            "convert into a local folder",
        ),
        ("hdfs://bucket/orcid", &[], Act::Answer, "a scheme that is not known"),
        ("s3:/bucket/orcid", &[], Act::Answer, "two slashes"),
    ] {
        let found = convert(out, environment, act);

        assert!(found.contains(expected), "{out} {environment:?}: {found}");
    }
    world.s3.judge_no_more();
    world.s3.ignore_conditions();
    let (_, found) = world.convert(&[&summaries], "orcid", &[]);
    assert!(found.contains("replaces an object although"), "{found}");
    assert_eq!(world.s3.names("orcid"), Vec::<String>::new());
    let refused = world.run(&["refresh", &url("orcid"), "--all-in-dataset"]);
    assert!(told(&refused).contains("refresh works on a dataset in a local folder"), "{}", told(&refused));
}
