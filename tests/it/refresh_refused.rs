//! What a refresh does where the same is refused again and again: for the rate of its
//! requests, by a server in trouble, or an answer for its size.

use crate::support::refresh::{Here, records, text};
use orcid_mock::{Fault, RetryAfter, When};

/// Fields of a record; so many take more memory than a record may.
const TOO_MANY: usize = 400_000;

#[test]
fn a_server_that_limits_the_rate_each_time_ends_the_run_and_is_told_for_that() {
    let at = |path: &str| When::Path(path.to_owned());
    let tries = ["--tries", "3"];
    let outage = ["--tries", "100", "--outage-timeout", "1"];
    for (when, by, more) in [
        (at("/search"), "batches", &tries[..]),
        (at("/record"), "each", &tries),
        (When::Always, "each", &outage),
    ] {
        let here = Here::new(15, 5, &[]);
        let arguments =
            ["--all-in-dataset", "--strategy", by, "--rate", "500", "--retry-wait", "1", "--json"];
        let arguments = [&arguments[..], more].concat();
        here.server.fail(when.clone(), Fault::TooMany(RetryAfter::Seconds(1)));

        let output = here.refresh(&arguments);

        let said = text(&output);
        assert_eq!(output.status.code(), Some(2), "{when:?}: {said}");
        for word in ["limits the rate of requests", "status 429", " s it still does", "again later"] {
            assert!(said.contains(word), "{when:?}: no \"{word}\" in {said}");
        }
        assert!(!said.contains("after 0 s") && !said.contains("--query"), "{when:?}: {said}");
        here.server.clear_faults();
        let next = here.refresh(&arguments);
        assert_eq!(next.status.code(), Some(0), "{when:?}: {}", text(&next));
    }
}

#[test]
fn a_server_that_cannot_answer_a_search_is_not_told_as_a_query_that_is_wrong() {
    for fault in [Fault::Unavailable(RetryAfter::Unsaid), Fault::ServerError] {
        let here = Here::new(5, 5, &[]);
        here.server.fail(When::Path("/search".to_owned()), fault);

        let output =
            here.refresh(&["--all-in-dataset", "--strategy", "batches", "--retry-wait", "1", "--tries", "2"]);

        let said = text(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains("failed to answer each try of a search") && !said.contains("--query"),
            "{said}"
        );
    }
}

#[test]
fn an_answer_that_is_too_large_is_asked_for_twice_and_given_up_with_its_reason() {
    let here = Here::new(10, 5, &[]);
    let ids: Vec<String> = here.server.world().active().iter().map(ToString::to_string).collect();
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        let newer = |xml: &str| xml.replacen("visibility=", "x=\"1\" visibility=", 1);
        ids.iter().for_each(|orcid| world.edit(orcid, clock, newer));
    });
    let before = records(&here.dataset, &ids[0]);
    let fields = "<x>1</x>".repeat(TOO_MANY);
    let body = format!("<r:record xmlns:r='http://www.orcid.org/ns/record'>{fields}</r:record>");
    for (fault, code) in
        [(Fault::Says { status: 200, body }, "too-many-values"), (Fault::Endless, "too-large")]
    {
        let here = here.again();
        let path = format!("/{}/record", ids[0]);
        here.server.clear_faults();
        here.server.fail(When::Path(path.clone()), fault);

        let output = here.refresh_each(&["--retry-wait", "1"]);

        let said = text(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(&format!("1 request given up (1 {code})")), "{said}");
        let asked = here.server.log().for_api().filter(|request| request.path.ends_with(&path)).count();
        assert_eq!(asked, 2, "{code}");
        assert_eq!(records(&here.dataset, &ids[0]), before);
        here.server.clear_faults();
        let next = here.refresh_each(&["--json"]);
        assert_eq!(next.status.code(), Some(0), "{}", text(&next));
        assert_ne!(records(&here.dataset, &ids[0]), before);
    }
}
