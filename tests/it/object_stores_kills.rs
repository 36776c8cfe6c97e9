//! Changes of a dataset in an object store that are killed, overtaken by another program or refused by
//! a busy store: one version or the other at every moment, and nothing left of what died.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use crate::support::damage::{rounds, step};
use crate::support::dataset_store::small;
use crate::support::object_stores::{World, url};
use crate::support::s3::{Act, Request};
use crate::support::{ONE, Random, gzip, orcidlake, record, tar};

/// Longer than two parts of an upload, when it has been compressed.
const LARGE_BYTES: usize = 12 << 20;

/// An archive whose table `records` has more than one part of an upload.
fn large(folder: &Path) -> PathBuf {
    // Text that does not compress well.
    let letters: Vec<u8> = (b'0'..=b'9').chain(b'A'..=b'Z').chain(b'a'..=b'z').chain(*b"-_").collect();
    let mut random = Random(1);
    let mut text = Vec::with_capacity(LARGE_BYTES);
    while text.len() < LARGE_BYTES {
        let number = random.below(1 << 60);
        text.extend((0..60).step_by(6).map(|bit| letters[(number >> bit) & 63]));
    }
    let text = String::from_utf8(text).unwrap();
    let name = format!("ORCID_2025_10_summaries/097/{ONE}.xml");
    archive(folder, "ORCID_2025_10_summaries.tar.gz", &tar(&[(&name, record(ONE, &text, "").as_bytes())]))
}

fn archive(folder: &Path, name: &str, tar: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, gzip(tar)).unwrap();
    path
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
