//! Answers that must not be believed, and servers that give nothing of use.

use crate::support::refresh::{Here, each, json, records, text};
use crate::support::tables::{all_rows, assert_same};
use orcid_mock::{Fault, RetryAfter, When};

fn error(status: u16, code: u32, message: &str) -> Fault {
    let body = format!(
        r#"<error:error xmlns:error="http://www.orcid.org/ns/error"><error:response-code>{status}</error:response-code><error:developer-message>{message}</error:developer-message><error:error-code>{code}</error:error-code></error:error>"#
    );
    Fault::Says { status, body }
}

#[test]
fn no_error_that_contradicts_itself_removes_anybody() {
    let here = Here::new(20, 5, &[]);
    let before = all_rows(&here.dataset);
    let own = here.server.world().active()[0].to_string();
    let refer = |primary: &str| {
        format!("301: Please refer to account: https://orcid.org/{primary}. ORCID https://orcid.org/{own}")
    };
    for (status, code, message, expected) in [
        (409, 9018, "409 Conflict: locked. ORCID 0000000151093700".to_owned(), "other-id"),
        (409, 9044, "deactivated: 0000\u{2010}0001\u{2010}5109\u{2010}3700".to_owned(), "other-id"),
        (301, 9007, refer(&own), "other-id"),
        (301, 9007, refer("0000-0002-1825-0098"), "other-id"),
        (200, 9016, format!("ORCID iD {own} not found"), "other-status"),
        (404, 9018, format!("locked {own}"), "other-status"),
        (409, 9016, format!("not found {own}"), "other-status"),
    ] {
        here.server.clear_faults();
        here.server.fail(When::Path(format!("{own}/record")), error(status, code, &message));

        let output = each(&here, &["--restart"]);

        assert_eq!(output.status.code(), Some(1), "{message}: {}", text(&output));
        assert_eq!(json(&output)["given_up_for"][expected], 1, "{message}: {}", json(&output));
        assert_same(&all_rows(&here.dataset), &before);
    }
}

#[test]
fn records_that_replace_each_other_in_a_circle_stay() {
    let here = Here::new(20, 5, &[]);
    let before = all_rows(&here.dataset);
    let people: Vec<String> = here.server.world().active()[..3].iter().map(ToString::to_string).collect();
    here.server.change(|world| {
        for (place, orcid) in people.iter().enumerate() {
            world.deprecate(orcid, &people[(place + 1) % 3]);
        }
    });

    let output = each(&here, &[]);

    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(json(&output)["given_up_for"]["circle"], 3, "{}", json(&output));
    assert_same(&all_rows(&here.dataset), &before);
    // A chain that ends is followed.
    here.server.change(|world| world.remove(&people[2]));
    let next = each(&here, &[]);
    assert_eq!(next.status.code(), Some(0), "{}", text(&next));
    assert!(people.iter().all(|orcid| records(&here.dataset, orcid).is_empty()));
}

#[test]
fn a_server_whose_status_is_not_up_counts_as_down() {
    let here = Here::new(20, 5, &[]);
    for status in [404, 200] {
        here.server.clear_faults();
        here.server.fail(When::Path("/record".to_owned()), Fault::ServerError);
        let body = r#"{"overallOk":false}"#.to_owned();
        here.server.fail(When::Path("/pubStatus".to_owned()), Fault::Says { status, body });

        let output =
            here.refresh_each(&["--restart", "--retry-wait", "1", "--outage-timeout", "0", "--tries", "50"]);

        assert_eq!(output.status.code(), Some(2), "{status}: {}", text(&output));
        assert!(text(&output).contains("has given no good answer for"), "{}", text(&output));
    }
}

#[test]
fn a_server_that_gives_faults_alone_ends_the_run_though_it_says_that_it_is_up() {
    let here = Here::new(60, 5, &[]);
    here.server.fail(When::Path("/record".to_owned()), Fault::ServerError);

    let output = each(&here, &[]);

    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("says that it is up"), "{}", text(&output));
    here.server.clear_faults();
    let next = each(&here, &[]);
    assert_eq!(next.status.code(), Some(0), "{}", text(&next));
    assert_eq!(json(&next)["given_up"], 0);
}

#[test]
fn one_record_that_is_busy_for_a_day_does_not_stop_the_others() {
    let here = Here::new(20, 5, &[]);
    let orcid = here.server.world().active()[0].to_string();
    let long = Fault::Unavailable(RetryAfter::Seconds(100_000));
    here.server.fail(When::Path(format!("{orcid}/record")), long);

    let output = each(&here, &[]);

    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(json(&output)["given_up_for"]["busy"], 1, "{}", json(&output));
}

#[test]
fn a_server_that_answers_nothing_ends_the_run_also_for_one_id() {
    let here = Here::new(20, 5, &[]);
    let people: Vec<String> = here.server.world().active()[..3].iter().map(ToString::to_string).collect();
    for (count, tries) in [(1, "4"), (3, "2")] {
        let ids = here.write("ids", &people[..count].join("\n"));
        here.server.fail(When::Always, Fault::ResetBefore);

        let run =
            || here.refresh(&["--ids", &ids, "--strategy", "each", "--retry-wait", "1", "--tries", tries]);
        let output = run();

        assert_eq!(output.status.code(), Some(2), "{count}: {}", text(&output));
        assert!(text(&output).contains("has answered no request"), "{}", text(&output));
        here.server.clear_faults();
        assert_eq!(run().status.code(), Some(0), "the same command continues");
    }
}

#[test]
fn limited_elements_come_into_no_dataset() {
    let here = Here::new(20, 5, &[]);
    let before = all_rows(&here.dataset);
    let orcid = here.server.world().active()[0].to_string();
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        world.edit(&orcid, clock, |xml| xml.replacen("visibility=\"public\"", "visibility=\"limited\"", 1));
    });

    let output = each(&here, &[]);

    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(json(&output)["answers"]["limited-visibility"], 2, "{}", json(&output));
    assert!(text(&output).contains("warning: the server sent limited"), "{}", text(&output));
    assert_same(&all_rows(&here.dataset), &before);
}
