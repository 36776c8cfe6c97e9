//! The local ORCID does harm where it is told to, keeps account of it, and its
//! world changes as the registry does.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::client::{Client, Given, ORCID_XML};
use orcid_mock::{Change, Compression, Fault, Limits, LocalOrcid, RetryAfter, Standing, When, World};
use orcid_xml::parse;

/// A server, a client, and the address of a record.
fn start() -> (LocalOrcid, Client, String) {
    let server = LocalOrcid::start(World::from_synth(20, 7), Limits::none());
    let id = server.world().active()[0];
    let url = format!("{}/{id}/record", server.api_url());
    (server, Client::new(), url)
}

fn get(client: &Client, url: &str) -> Result<Given, ureq::Error> {
    client.get_as(url, &[("accept", ORCID_XML)])
}

#[test]
fn an_answer_can_be_late_or_slow_and_is_the_true_one() {
    let (server, client, url) = start();
    let truth = client.get(&url).text();
    let pause = Duration::from_millis(120);
    for fault in [Fault::Late(pause), Fault::Slow { pieces: 4, pause: pause / 4 }] {
        server.fail_times(When::Path("/record".to_owned()), fault.clone(), 1);

        let began = Instant::now();
        let given = client.get(&url);

        assert!(began.elapsed() >= pause, "{}", fault.name());
        assert_eq!(given.text(), truth, "{}", fault.name());
    }
}

#[test]
fn a_connection_can_break_at_any_place() {
    let (server, client, url) = start();
    for compression in [Compression::Never, Compression::Always] {
        server.set_compression(compression);
        for fault in [Fault::ResetBefore, Fault::ResetWithin, Fault::CutOff, Fault::DamagedGzip] {
            server.fail_times(When::Always, fault.clone(), 1);

            let given = get(&client, &url);

            assert!(given.is_err(), "{}", fault.name());
            assert_eq!(get(&client, &url).unwrap().status, 200, "the next one is sound");
        }
    }
}

/// What comes over a bare connection until it ends, and how it ends.
fn raw(server: &LocalOrcid, url: &str) -> (String, std::io::Result<()>) {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    let path = url.strip_prefix(&server.base_url()).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let (mut text, mut buffer) = (String::new(), [0; 4096]);
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return (text, Ok(())),
            Ok(read) => text.push_str(&String::from_utf8_lossy(&buffer[..read])),
            Err(error) => return (text, Err(error)),
        }
    }
}

#[test]
fn a_reset_is_a_reset_and_a_cut_is_an_end() {
    let (server, client, url) = start();
    let size = client.get(&url).body.len();
    let given = |fault: Fault| {
        server.fail_times(When::Always, fault, 1);
        raw(&server, &url)
    };

    let (before, before_end) = given(Fault::ResetBefore);
    let (within, within_end) = given(Fault::ResetWithin);
    let (cut, cut_end) = given(Fault::CutOff);

    assert_eq!((before.as_str(), before_end.unwrap_err().kind()), ("", ErrorKind::ConnectionReset));
    assert!(within.contains("<record:record"));
    assert_eq!(within_end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(cut.contains("<record:record") && cut.contains("content-length: ") && cut.len() < size);
    assert!(cut_end.is_ok());
}

#[test]
fn an_answer_can_look_whole_and_be_wrong() {
    let (server, client, url) = start();
    let truth = client.get(&url).text();
    let given = |fault: Fault| {
        server.fail_times(When::Always, fault, 1);
        client.get(&url)
    };

    let page = given(Fault::HtmlPage);
    let empty = given(Fault::Empty);
    let half = given(Fault::HalfXml);
    let other = given(Fault::OtherRecord);

    assert_eq!((page.status, page.header("content-type")), (200, "text/html"));
    assert_eq!((empty.status, empty.body.len()), (200, 0));
    assert_eq!(half.status, 200);
    assert!(truth.starts_with(&half.text()) && parse(&half.body).is_err());
    assert!(parse(&other.body).is_ok() && other.text() != truth);
}

#[test]
fn an_answer_can_ask_to_come_back_later() {
    let (server, client, url) = start();
    let given = |fault: Fault| {
        server.fail_times(When::Always, fault, 1);
        let given = client.get(&url);
        (given.status, given.header("retry-after").to_owned())
    };

    assert_eq!(given(Fault::BadGateway).0, 502);
    assert_eq!(given(Fault::ServerError).0, 500);
    assert_eq!(given(Fault::Unavailable(RetryAfter::Unsaid)), (503, String::new()));
    assert_eq!(given(Fault::Unavailable(RetryAfter::Seconds(7))), (503, "7".to_owned()));
    assert_eq!(given(Fault::TooMany(RetryAfter::Seconds(3))), (429, "3".to_owned()));
    let (status, date) = given(Fault::Unavailable(RetryAfter::Date(60)));
    assert_eq!(status, 503);
    assert!(date.ends_with(" GMT") && date.len() == "Wed, 01 Oct 2025 00:00:00 GMT".len(), "{date}");
    assert_eq!(orcid_mock::instants::http_date(1_759_276_800_000_000), "Wed, 01 Oct 2025 00:00:00 GMT");
}

#[test]
fn a_body_can_be_endless() {
    let (server, client, url) = start();
    server.fail_times(When::Always, Fault::Endless, 1);

    let given = get(&client, &url);

    assert!(matches!(given, Err(ureq::Error::BodyExceedsLimit(_))));
    assert!(!server.log().requests[0].complete);
}

#[test]
fn harm_comes_to_a_number_a_path_or_a_share() {
    let (server, client, url) = start();
    let broken = |count: u64| (0..count).filter(|_| get(&client, &url).unwrap().status == 502).count();
    server.fail(When::Request(2), Fault::BadGateway);
    server.fail(When::Path("/search".to_owned()), Fault::BadGateway);

    let by_number = broken(4);
    server.clear_faults();
    server.fail(When::Share { share: 0.3, seed: 5 }, Fault::BadGateway);
    let by_share = broken(200);

    assert_eq!(by_number, 1);
    assert!((40..80).contains(&by_share), "{by_share} of 200");
    assert_eq!(server.log().by_fault()["bad-gateway"], 1 + by_share);
}

#[test]
fn the_log_tells_what_was_asked() {
    let (server, client, url) = start();
    server.fail(When::Request(1), Fault::HalfXml);
    server.fail(When::Request(2), Fault::ResetBefore);
    for _ in 0..4 {
        let _ = get(&client, &url);
    }
    let late = Fault::Late(Duration::from_millis(200));
    server.fail(When::Path("/person".to_owned()), late);
    let person = url.replace("/record", "/person");
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| get(&Client::new(), &person));
        }
    });

    let log = server.log();

    assert_eq!(log.total(), 7);
    assert_eq!(log.peak_in_flight(), 3);
    assert_eq!(log.by_status(), [(0, 1), (200, 6)].into());
    let path = url.strip_prefix(&server.base_url()).unwrap();
    assert_eq!(log.by_path()[path], 4);
    // The first two did not answer, so that only the last one was one too many.
    assert_eq!(log.repeats()[path], 1);
    assert_eq!(log.busiest(Duration::from_secs(60)), 7);
    assert_eq!(log.unauthorized(), 7);
    assert_eq!(log.without_agent("ureq"), 0);
    let counts = client.get(&format!("{}/_counts", server.base_url())).text();
    assert!(counts.contains("\"total\":7"), "{counts}");
}

#[test]
fn a_world_changes_the_same_way_each_time_and_stays_sound() {
    let world = World::from_synth(150, 3);
    let (mut one, mut other) = (world.clone(), world.clone());

    let changes = one.evolve(11, 0.5);
    let again = other.evolve(11, 0.5);

    assert_eq!(changes, again);
    let kinds: std::collections::BTreeSet<String> =
        changes.iter().map(|change| format!("{change:?}").split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(kinds.len(), 9, "{kinds:?}");
    for (id, person) in one.people() {
        let bodies = person.activities.values().map(|activity| &activity.xml).chain([&person.xml]);
        for body in bodies.filter(|body| !body.is_empty()) {
            let parsed = parse(body).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(parsed.unmapped, Vec::new(), "{id}");
        }
    }
    for change in &changes {
        let now = one.get(change.orcid());
        let shown = now.is_some_and(|person| person.standing == Standing::Active);
        assert_eq!(shown, change.is_found(), "{change:?}");
        if let Some(person) = now.filter(|_| shown) {
            let modified = person.facts.last_modified.unwrap();
            assert!(modified > world.clock() && modified <= one.clock(), "{change:?}");
        }
    }
}

#[test]
fn a_search_since_the_dump_finds_what_changed_and_nothing_more() {
    let world = World::from_synth(150, 3);
    let (server, client) = (LocalOrcid::start(world.clone(), Limits::none()), Client::new());
    let since = orcid_mock::instants::iso(world.clock());

    let changes = server.change(|world| world.evolve(2, 0.3));
    let query = format!("profile-last-modified-date:{{{since} TO *]").replace(' ', "%20");
    let found = client.get(&format!("{}/search?q={}", server.api_url(), query.replace('{', "%7B"))).text();

    let mut expected: Vec<String> =
        changes.iter().filter(|change| change.is_found()).map(|change| change.orcid().to_string()).collect();
    let mut ids: Vec<String> =
        found.split("<common:path>").skip(1).map(|rest| rest[..19].to_owned()).collect();
    expected.sort();
    ids.sort();
    assert_eq!(ids, expected);
    assert!(changes.iter().any(|change| matches!(change, Change::NewPerson { .. })));
}

#[test]
fn a_crowd_is_larger_than_one_search_can_give() {
    let first = orcid_mock::instants::parse("2026-01-01T00:00:00Z").unwrap();
    let world = World::crowd(11_500, first, orcid_mock::instants::SECOND);
    let csv = world.last_modified_csv();
    let (server, client) = (LocalOrcid::start(world, Limits::none()), Client::new());
    let url = format!("{}/search?q=*:*", server.api_url());

    let last = client.get(&format!("{url}&start=10000&rows=1000")).text();

    assert!(last.contains("num-found=\"11500\""));
    assert_eq!(last.matches("<search:result>").count(), 1000);
    assert_eq!(client.get(&format!("{url}&start=10500")).error(), (400, 9043));
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 11_501);
    assert_eq!(lines[0], "orcid,path,date_created,last_modified");
    assert!(lines[11_500].ends_with(",2026-01-01 00:00:00"), "{}", lines[11_500]);
}

#[test]
fn a_small_record_says_what_it_was_made_of() {
    let (id, moment) = (orcid_mock::plain::crowd_id(0).to_string(), orcid_mock::instants::now());
    let ror = "https://ror.org/05a28rw58";
    let job = orcid_mock::plain::employment(&id, 5, "Ex & Co", ("ROR", ror), moment);
    let mut world = World::default();

    world.put(&id, orcid_mock::plain::record(&id, "Ada", moment, &job));

    let facts = &world.people().next().unwrap().1.facts;
    assert_eq!(
        (facts.ror.as_slice(), facts.organizations.as_slice()),
        (&[ror.to_owned()][..], &["Ex & Co".to_owned()][..])
    );
    assert_eq!(id, "0000-0001-5000-0007");
    assert_eq!(parse(world.text(&id).as_bytes()).unwrap().unmapped, Vec::new());
}

#[test]
fn a_dump_of_the_world_gives_the_same_world() {
    let endings = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X'];
    let mut world = World::from_synth(80, 3);
    world.evolve(4, 0.4);
    let folder = tempfile::tempdir().unwrap();

    let archives = world.write_dump(folder.path(), &endings);
    let read = World::from_archives(archives.iter().map(|path| path.as_path()));

    assert_eq!(archives.len(), 12);
    assert_eq!(read.people().count(), world.people().count());
    for ((id, was), (_, is)) in world.people().zip(read.people()) {
        assert_eq!(was.standing, is.standing, "{id}");
        if was.standing != Standing::Locked {
            assert_eq!(was.xml, is.xml, "{id}");
            assert!(was.activities.keys().eq(is.activities.keys()), "{id}");
        }
    }
}
