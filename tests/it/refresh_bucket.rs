//! Refreshing from a bucket with all records, in the place of the API.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use crate::support::bucket::{
    ENDINGS, change_works, files_of, folder_of, put, refresh, work, work_rows, write,
};
use crate::support::refresh::{Here, json, records, rows, text, with_most_works};
use crate::support::s3::{BUCKET, S3};
use crate::support::tables::{all_rows, assert_same, without_people};
use orcid_mock::Change;
use orcidlake::dataset::Manifest;

#[test]
fn a_refresh_from_a_folder_gives_the_rows_of_a_fresh_conversion() {
    let here = Here::new(60, 7, &ENDINGS);
    let changes = here.server.change(|world| world.evolve(1, 0.3));
    let folder = folder_of(&here);
    let newcomers = changes.iter().filter(|change| matches!(change, Change::NewPerson { .. }));
    let mut world = here.server.world();
    newcomers.for_each(|change| world.remove(change.orcid().as_str()));
    // Nobody who has vanished without a trace is in the list.
    let removed = changes.iter().filter(|change| matches!(change, Change::Removed { .. }));
    let removed: BTreeSet<String> = removed.map(|change| change.orcid().to_string()).collect();

    let output = refresh(&here, &folder, &["--json"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_same(&without_people(&here.dataset, &removed), &without_people(&here.fresh(&world), &removed));
    assert_eq!(here.server.log().total(), 0);
    here.assert_sound();
    let again = refresh(&here, &folder, &["--json"]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again));
    assert_eq!(json(&again)["plan"]["records"], 0, "{}", text(&again));
}

#[test]
fn a_refresh_from_a_store_reads_the_changed_files_only() {
    let (here, s3) = (Here::new(30, 5, &ENDINGS), S3::start());
    let (orcid, works) = change_works(&here);
    put(&s3, "mirror", &files_of(&here.server.world()));
    let url = format!("s3://{BUCKET}/mirror/");
    let mut command = here.command(&["--all-in-dataset", "--bucket", &url, "--json"]);

    let output = command.envs(s3.environment()).output().unwrap();

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(here.server.log().total(), 0);
    let fresh = here.fresh(&here.server.world());
    assert_same(&all_rows(&here.dataset), &all_rows(&fresh));
    let requests = s3.take_requests();
    let read: BTreeSet<&str> = requests.iter().filter_map(|line| line.rsplit('/').next()).collect();
    assert!(works.iter().all(|work| read.contains(format!("{orcid}_works_{work}.xml").as_str())));
    let summaries = json(&output)["plan"]["records"].as_u64().unwrap();
    let others = here.server.world().active().len() as u64;
    assert!(summaries < others && !requests.iter().any(|line| line.starts_with("PUT")), "{requests:?}");
    let hidden = "hush-hush";
    assert!(!text(&output).contains(hidden) && !json(&output).to_string().contains(hidden));
}

#[test]
fn orcids_own_buckets_are_found_by_their_names() {
    let (here, s3) = (Here::new(4, 5, &[]), S3::start());
    let mut command = here.command(&["--all-in-dataset", "--bucket", "s3://"]);

    let output = command.envs(s3.environment()).output().unwrap();

    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    let requests = s3.take_requests();
    assert!(
        requests.iter().any(|line| line.contains("/orcid-lambda-file/last_modified.csv.tar")),
        "{requests:?}"
    );
}

#[test]
fn the_folder_that_orcids_program_writes_is_understood_too() {
    let here = Here::new(30, 5, &ENDINGS);
    change_works(&here);
    let folder = PathBuf::from(here.path("mirror"));
    let rename = |(name, bytes): (String, Vec<u8>)| {
        let (bucket, rest) = name.split_once('/').unwrap();
        let name = match bucket {
            "orcid-lambda-file" => rest.to_owned(),
            "v3.0-summaries" => format!("summaries/{rest}"),
            _ => format!("activities/{rest}"),
        };
        (name, bytes)
    };
    write(&folder, &files_of(&here.server.world()).into_iter().map(rename).collect());

    let output = refresh(&here, &folder, &[]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_same(&all_rows(&here.dataset), &all_rows(&here.fresh(&here.server.world())));
}

#[test]
fn new_people_of_a_list_come_and_closed_records_go() {
    let here = Here::new(30, 5, &ENDINGS);
    let people: Vec<String> = here.server.world().active().iter().map(ToString::to_string).collect();
    let mut newcomer = String::new();
    here.server.change(|world| {
        let changes = world.evolve(3, 0.4);
        let found = changes.iter().find(|change| matches!(change, Change::NewPerson { .. }));
        newcomer = found.expect("somebody is new").orcid().to_string();
    });
    let left: Vec<&String> = people
        .iter()
        .filter(|orcid| here.server.world().active().iter().any(|one| one.as_str() == orcid.as_str()))
        .take(3)
        .collect();
    here.server.change(|world| {
        world.lock(left[0]);
        world.deactivate(left[1]);
        world.deprecate(left[2], &newcomer);
    });
    let folder = folder_of(&here);
    let ids = here.write("ids", &[people.join("\n"), newcomer.clone()].join("\n"));

    let output =
        here.refresh(&["--ids", &ids, "--bucket", folder.to_str().unwrap(), "--max-removals", "100%"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(records(&here.dataset, &newcomer).len(), 1);
    for (orcid, status) in left.iter().zip(["locked", "deactivated", "deprecated"]) {
        assert!(records(&here.dataset, orcid).is_empty(), "{orcid}");
        let tombstones = rows(&here.dataset, orcid, "summaries/tombstones");
        assert_eq!(tombstones[0]["status"], status, "{tombstones:?}");
        assert!(work_rows(&here, orcid).is_empty(), "{orcid}");
    }
    here.assert_sound();
}

/// A record without the group of a work.
fn without_group_of(xml: &str, put_code: i64) -> String {
    let own = format!("put-code=\"{put_code}\"");
    let is_own = |place: &usize| xml[*place..].split('>').next().unwrap().contains(&own);
    let place = xml.match_indices("<work:work-summary ").map(|(place, _)| place).find(is_own).unwrap();
    let (start, end) = ("<activities:group>", "</activities:group>");
    let begin = xml[..place].rfind(start).unwrap();
    let rest = place + xml[place..].find(end).unwrap() + end.len();
    format!("{}{}", &xml[..begin], &xml[rest..])
}

#[test]
fn the_summary_decides_which_activities_exist() {
    let here = Here::new(30, 5, &ENDINGS);
    let (orcid, works) = with_most_works(&here);
    let gone = works[0];
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        world.edit(&orcid, clock, |xml| without_group_of(xml, gone));
    });
    let folder = folder_of(&here);
    // ORCID's buckets keep files of activities that were deleted.
    assert!(work(&folder, &orcid, gone).is_file());

    let output = refresh(&here, &folder, &[]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(!work_rows(&here, &orcid).contains(&gone));
}

#[test]
fn a_kill_at_any_moment_loses_nothing() {
    let here = Here::new(60, 5, &['0', '4', 'X']);
    here.server.change(|world| world.evolve(1, 0.5));
    let folder = folder_of(&here);
    let calm = here.again();
    assert_eq!(refresh(&calm, &folder, &[]).status.code(), Some(0));
    let slow = ["--rate", "60", "--burst", "1", "--in-flight", "2"];
    for round in 0..8 {
        let mut arguments = vec!["--all-in-dataset", "--bucket", folder.to_str().unwrap()];
        arguments.extend(slow);
        let mut child = here.command(&arguments).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(100 + round * 61 % 300));
        let _ = child.kill();
        let _ = child.wait();
    }

    let output = refresh(&here, &folder, &slow);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_same(&all_rows(&here.dataset), &all_rows(&calm.dataset));
    here.assert_sound();
}

#[test]
fn a_plan_says_how_many_files_and_bytes_it_would_read_and_changes_nothing() {
    let here = Here::new(20, 5, &ENDINGS);
    let (_, works) = change_works(&here);
    let folder = folder_of(&here);
    let before = Manifest::read(&here.dataset).unwrap().unwrap().archives.len();

    let shown = refresh(&here, &folder, &["--plan"]);
    let counted = json(&refresh(&here, &folder, &["--plan", "--json"]));

    let said = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(said.contains("files to read: about ") && said.contains("estimated from "), "{said}");
    let reads = &counted["plan"]["reads"];
    assert!(reads["objects"].as_u64().unwrap() > works.len() as u64, "{counted}");
    assert!(reads["bytes"].as_u64().unwrap() > 1_000, "{counted}");
    assert_eq!(Manifest::read(&here.dataset).unwrap().unwrap().archives.len(), before);
}

#[test]
fn a_scope_that_only_a_search_finds_is_refused() {
    let here = Here::new(4, 5, &[]);
    let folder = folder_of(&here);
    for scope in [
        ["--ror", "https://ror.org/05dxps055"].as_slice(),
        &["--query", "text:a"],
        &["--all-in-dataset", "--strategy", "windows"],
    ] {
        let output = here.refresh(&[scope, &["--bucket", folder.to_str().unwrap()]].concat());

        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains("cannot be searched"), "{}", text(&output));
        assert_eq!(here.server.log().total(), 0);
    }
}
