//! What the queue promises, over the life of its file.

use std::time::Duration;

use super::*;
use crate::refresh::search::{Finding, Search};
use orcid_xml::{Orcid, Timestamp};

fn run(queue: &mut Queue) -> Run {
    let run = Run {
        id: 0,
        scope: "all".to_owned(),
        source: "api-now".to_owned(),
        api: "https://a".to_owned(),
        strategy: "each".to_owned(),
        asked: String::new(),
        mark: String::new(),
        since: 0,
        until: 1,
        begun: 0,
        stage: Stage::Fetch,
        part: 1,
    };
    queue.begin(run).unwrap()
}

fn next(queue: &mut Queue, run: &Run, now: Timestamp) -> Task {
    match queue.take(run.id, now).unwrap() {
        Next::Task(task) => *task,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_answered_stays_so_and_what_was_on_its_way_waits_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut queue = Queue::open(folder.path()).unwrap();
    let own = run(&mut queue);
    let orcids = ["0000-0002-1825-0097", "0000-0002-1694-233X"].map(|text| Orcid::new(text).unwrap());
    queue.add(own.id, orcids.map(Request::Record)).unwrap();
    queue.add(own.id, orcids.map(Request::Record)).unwrap();
    assert_eq!(queue.take(own.id, 0).unwrap(), Next::Nothing);
    assert_eq!(queue.release_records(own.id, 9).unwrap(), 2);
    let (first, second) = (next(&mut queue, &own, 0), next(&mut queue, &own, 0));
    assert_eq!(queue.take(own.id, 0).unwrap(), Next::Nothing);
    queue.keep(own.id, &first, "record", Some(&PackedBody::pack(b"<xml/>")), &Effects::default(), 5).unwrap();
    drop(queue);

    let mut queue = Queue::open(folder.path()).unwrap();

    assert_eq!(queue.unfinished("all", "https://a").unwrap().as_ref(), Some(&own));
    assert_eq!(next(&mut queue, &own, 0), second);
    assert_eq!(queue.fill_commit(&own).unwrap(), 1);
    let answers = queue.answers(&own, 0, 10).unwrap();
    assert_eq!(answers.len(), 1);
    assert_eq!((&answers[0].request, answers[0].body.as_slice()), (&first.request, &b"<xml/>"[..]));
    queue.finish(&own, &[], false).unwrap();
    assert_eq!(queue.unfinished("all", "https://a").unwrap(), None);
}

#[test]
fn what_is_to_be_asked_again_waits_for_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut queue = Queue::open(folder.path()).unwrap();
    let own = run(&mut queue);
    queue.add(own.id, [Request::Record(Orcid::new("0000-0002-1825-0097").unwrap())]).unwrap();
    queue.release_records(own.id, 1).unwrap();
    let task = next(&mut queue, &own, 0);

    queue.retry_later(own.id, &task, "busy", true, 1_000).unwrap();

    assert_eq!(queue.take(own.id, 400).unwrap(), Next::Later(Duration::from_micros(600)));
    let task = next(&mut queue, &own, 1_000);
    assert_eq!(task.tries, 1);
    assert_eq!(queue.code_counts(own.id).unwrap(), [("busy".to_owned(), 1)]);
    // Written by a clock that was years ahead.
    queue.retry_later(own.id, &task, "busy", true, Timestamp::MAX / 2).unwrap();
    assert_eq!(next(&mut queue, &own, 2_000).tries, 2);
}

#[test]
fn a_queue_that_is_being_read_is_not_closed_before_all_is_in_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut queue = Queue::open(folder.path()).unwrap();
    let reader = Queue::look_at(folder.path()).unwrap().unwrap();
    reader.db.execute_batch("BEGIN; SELECT count(*) FROM run").unwrap();
    let own = run(&mut queue);
    queue.db.busy_timeout(Duration::from_millis(50)).unwrap();

    let error = queue.close().unwrap_err();

    assert!(matches!(error, QueueError::BeingRead { .. }), "{error}");
    drop(reader);
    Queue::make_one_file(folder.path()).unwrap();
    assert!(!folder.path().join("refresh.sqlite-wal").exists());
    let queue = Queue::look_at(folder.path()).unwrap().unwrap();
    assert_eq!(queue.runs().unwrap(), [own]);
}

#[test]
fn a_search_on_its_way_goes_with_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut queue = Queue::open(folder.path()).unwrap();
    let own = run(&mut queue);
    let search = |query| Request::Search(Search::new(Finding::Present, query, 0, 1));
    queue.add(own.id, [search("one"), search("other")]).unwrap();
    next(&mut queue, &own, 0);

    queue.drop_searches(own.id).unwrap();

    drop(queue);
    let mut queue = Queue::open(folder.path()).unwrap();
    assert_eq!(queue.take(own.id, 0).unwrap(), Next::Nothing);
}
