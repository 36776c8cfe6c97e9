//! Faults of requests that write, and the limits of members.

use std::time::{Duration, Instant};

use super::client::{ALL, Member, OWN, PERSON, XML, employment, start};
use orcid_mock::{Fault, LocalOrcid, MemberLimits, RetryAfter, When, WriteFault};

const HEADERS: [(&str, &str); 2] = [("accept", XML), ("content-type", XML)];

fn written(server: &LocalOrcid) -> usize {
    server.world().items(PERSON).len()
}

#[test]
fn a_fault_comes_before_or_after_the_write() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    let short = Duration::from_millis(30);

    for (fault, status, writes) in [
        (WriteFault::Refused(503), Some(503), 0),
        (WriteFault::CutBefore, None, 0),
        (WriteFault::CutAfter, None, 1),
        (WriteFault::AnswerLost(504), Some(504), 1),
        (WriteFault::AnsweredLate(short), Some(201), 1),
        (WriteFault::WrittenLate(short), Some(201), 1),
    ] {
        let before = written(&server);
        server.member(|api| api.faults.add("POST", "/employment", fault.clone(), 0, 1));

        let begun = Instant::now();
        let said = member.send("POST", "employment", &HEADERS, &employment("a"));

        assert_eq!(said.ok().map(|said| said.status), status, "{fault:?}");
        assert_eq!(written(&server) - before, writes, "{fault:?}");
        let is_late = matches!(fault, WriteFault::AnsweredLate(_) | WriteFault::WrittenLate(_));
        assert!(!is_late || begun.elapsed() >= short);
        let last = server.member(|api| api.calls.0.last().unwrap().clone());
        assert_eq!((last.fault, last.effects.len()), (Some(fault.name()), writes), "{fault:?}");
    }
    assert_eq!(member.post("employment", &employment("a")).status, 201, "each fault came once");
}

#[test]
fn a_fault_waits_for_its_turn_and_its_path() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    server.member(|api| api.faults.add("POST", "/employment", WriteFault::Refused(503), 2, 1));

    let statuses: Vec<u16> = (0..4).map(|_| member.post("employment", &employment("a")).status).collect();

    assert_eq!(statuses, [201, 201, 503, 201]);
}

#[test]
fn faults_of_a_proxy_keep_a_write_from_the_registry() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    server.fail_times(When::Path("/employment".to_owned()), Fault::Unavailable(RetryAfter::Unsaid), 1);
    assert_eq!(member.post("employment", &employment("a")).status, 503);
    assert_eq!(written(&server), 0);

    server.fail_times(When::Path("/employment".to_owned()), Fault::ResetBefore, 1);
    assert!(member.send("POST", "employment", &HEADERS, &employment("a")).is_err());
    assert_eq!(written(&server), 1);
}

#[test]
fn beyond_the_burst_members_are_refused() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    // So slow that nothing is let in while the test runs.
    server.member(|api| {
        api.set_limits(MemberLimits { per_second: Some(0.001), burst: 40.0, slows: false });
    });

    let statuses: Vec<u16> = (0..60).map(|_| member.get("keywords").status).collect();

    assert!(statuses[..41].iter().all(|status| *status == 200));
    assert!(statuses[41..].iter().all(|status| *status == 503));
    let (busiest, refused) =
        server.member(|api| (api.calls.busiest(Duration::from_secs(3600)), api.calls.too_fast()));
    assert_eq!((busiest, refused), (60, 19));
}
