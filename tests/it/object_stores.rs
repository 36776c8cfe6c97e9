//! The program with datasets in an object store or on a web server: the same results as in a folder,
//! few requests, and messages that help.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::dataset_store::small;
use crate::support::object_stores::{World, url};
use crate::support::s3::Act;
use crate::support::{ONE, convert, files, gzip, record, run, tar, told};
use orcidlake::dataset::Dataset;
use orcidlake::storage::open_objects;
use serde_json::Value;

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
