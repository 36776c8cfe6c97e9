//! What the queue promises, over the life of its file.

use std::time::Duration;

use super::*;
use crate::refresh::search::{Finding, Search};
use orcid_xml::{ActivitySection, Orcid, Timestamp};

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

/// A queue that an earlier program has written, in a folder of its own.
fn queue_of_version_3() -> (tempfile::TempDir, Queue) {
    let folder = tempfile::tempdir().unwrap();
    let db = rusqlite::Connection::open(folder.path().join(QUEUE_NAME)).unwrap();
    db.execute_batch(include_str!("version_3.sql")).unwrap();
    drop(db);
    let queue = Queue::open(folder.path()).unwrap();
    (folder, queue)
}

#[test]
fn a_queue_of_the_version_before_goes_on() {
    let (_folder, mut queue) = queue_of_version_3();
    let [deprecated, primary, member] = ["0000-0001-5109-3700", "0000-0002-1694-233X", "0000-0002-1825-0097"]
        .map(|orcid| Orcid::new(orcid).unwrap());

    let own = queue.unfinished("all", "https://a").unwrap().unwrap();

    assert_eq!((own.id, own.stage, own.strategy.as_str(), own.part), (1, Stage::Fetch, "each", 1));
    let counts = |kinds: &[Kind]| {
        let counts = queue.counts(1, kinds).unwrap();
        (counts.waiting, counts.answered, counts.given_up)
    };
    assert_eq!((counts(&[Kind::Search]), counts(&[Kind::Record])), ((1, 0, 0), (2, 1, 1)));
    assert_eq!((counts(&[Kind::Works, Kind::Item]), counts(&[Kind::Recheck])), ((3, 1, 0), (0, 1, 0)));
    assert_eq!(queue.given_up(1).unwrap(), [("locked".to_owned(), 1)].into());
    assert_eq!((queue.missing_results(1).unwrap(), queue.used("one", 0).unwrap()), (2, 3));
    assert_eq!(queue.requests(1).unwrap().planned, 9);
    assert!(queue.finds_anybody(1, FoundAs::Changed).unwrap());
    assert_eq!(queue.members_left(&own).unwrap(), (1, 1));
    let work = (ActivitySection::Works, 3);
    assert_eq!(queue.newest_item_dates(1, member, 99).unwrap(), [(work, Some(20))].into());
    // What was on its way goes again, with all its tries.
    let search = next(&mut queue, &own, 0);
    assert!(matches!(&search.request, Request::Search(search) if search.finding == Finding::Present));
    let record = next(&mut queue, &own, 0);
    assert_eq!((&record.request, record.tries), (&Request::Record(member), 0));
    assert_eq!(
        (record.dataset_modified, record.counts_as_changed, record.was_missing),
        (Some(4), true, false)
    );
    // Each state that waits for something continues.
    assert_eq!((queue.release_records(1, 9).unwrap(), queue.release_items(1).unwrap()), (1, 1));
    assert_eq!((queue.release_missing_items(1).unwrap(), queue.release_rechecks(1).unwrap()), (1, 1));
    let tasks: Vec<Task> = (0..4).map(|_| next(&mut queue, &own, 0)).collect();
    assert_eq!(tasks[1].request, Request::Works(member, vec![1, 2]));
    assert_eq!((&tasks[2].request, tasks[2].was_missing), (&Request::Item(member, work.0, work.1), true));
    assert_eq!(tasks[3].request, Request::Recheck(member));
    queue.resolve_missing_items(1, &tasks[3], member, Some(&[work]), "record").unwrap();
    assert_eq!(queue.take(1, 0).unwrap(), Next::Nothing);
    assert_eq!((queue.fill_commit(&own).unwrap(), queue.answers(&own, 0, 9).unwrap().len()), (1, 3));
    assert_eq!(queue.without_successor(1).unwrap()[0].0, deprecated);
    queue.note_successor(1, deprecated, primary).unwrap();
    assert!(queue.without_successor(1).unwrap().is_empty());
}

#[test]
fn deprecated_records_that_lead_back_to_themselves_are_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut queue = Queue::open(folder.path()).unwrap();
    let own = run(&mut queue);
    let orcids = ["0000-0002-1825-0097", "0000-0002-1694-233X"].map(|text| Orcid::new(text).unwrap());
    queue.add(own.id, orcids.map(Request::Record)).unwrap();
    queue.release_records(own.id, 2).unwrap();
    let (first, second) = (next(&mut queue, &own, 0), next(&mut queue, &own, 0));
    let effects = Effects { primary: Some(orcids[1]), ..Effects::default() };
    let body = PackedBody::pack(b"what nobody reads");
    assert!(!queue.give_up_circle(own.id, &first, orcids[0], orcids[1]).unwrap());
    queue.keep(own.id, &first, "deprecated", Some(&body), &effects, 5).unwrap();

    let is_circle = queue.give_up_circle(own.id, &second, orcids[1], orcids[0]).unwrap();

    assert!(is_circle);
    assert_eq!(queue.given_up(own.id).unwrap(), [("circle".to_owned(), 2)].into());
}

#[test]
fn what_is_left_counts_the_works_of_a_bulk_and_samples_records_evenly() {
    let folder = tempfile::tempdir().unwrap();
    let mut queue = Queue::open(folder.path()).unwrap();
    let own = run(&mut queue);
    let texts = ["0000-0002-1825-0097", "0000-0002-1694-233X", "0000-0001-5109-3700", "0000-0002-9079-593X"];
    let orcids = texts.map(|text| Orcid::new(text).unwrap());
    let items =
        [Request::Works(orcids[0], vec![1, 2, 3]), Request::Item(orcids[0], ActivitySection::Works, 4)];
    queue.add(own.id, orcids.map(Request::Record).into_iter().chain(items)).unwrap();

    let (two, all) = (queue.left(own.id, 2).unwrap(), queue.left(own.id, 9).unwrap());

    assert_eq!((two.records, two.items, two.sample), (4, 4, vec![orcids[0], orcids[2]]));
    assert_eq!(all.sample, orcids);
}

#[test]
fn a_record_that_is_behind_its_list_is_read_by_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut queue = Queue::open(folder.path()).unwrap();
    let own = run(&mut queue);
    let orcids = ["0000-0002-1825-0097", "0000-0002-1694-233X"].map(|text| Orcid::new(text).unwrap());
    queue.add(own.id, orcids.map(Request::Record)).unwrap();
    queue.release_records(own.id, 2).unwrap();
    let dates = [(orcids[0], 7), (orcids[0], 5), (orcids[1], 1)];
    let noted = queue.note_list_dates(own.id, |note| {
        dates.iter().for_each(|(orcid, date)| note(*orcid, *date));
        Ok::<(), ()>(())
    });
    assert_eq!(noted.unwrap(), Ok(()));
    assert_eq!(queue.list_date(own.id, orcids[0]).unwrap(), Some(7));
    for is_behind_list in [true, false] {
        let task = next(&mut queue, &own, 0);
        let effects = Effects { is_behind_list, ..Effects::default() };
        queue.keep(own.id, &task, "record", None, &effects, 5).unwrap();
    }

    queue.finish(&own, &[], false).unwrap();

    let mut unread = Vec::new();
    queue.each_unread("all", &mut |orcid| unread.push(orcid)).unwrap();
    assert_eq!(unread, [orcids[0]]);
    assert_eq!(queue.list_date(own.id, orcids[0]).unwrap(), None);
}
