//! The pace of a refresh: its rate, the day's quota, and `Retry-After`.

use std::time::{Duration, Instant};

use crate::support::refresh::{Here, json, text};
use orcid_mock::{Fault, Limits, RetryAfter, When};

#[test]
fn the_pace_is_kept_and_used() {
    let here = Here::new(80, 5, &[]);
    here.server.set_limits(Limits { per_second: Some(12.0), burst: 40.0, ..Limits::none() });
    here.server.fail(When::Always, Fault::Late(Duration::from_millis(200)));

    let output = here.refresh(&["--all-in-dataset", "--strategy", "each"]);

    let log = here.server.log();
    let arrivals: Vec<Instant> = log.for_api().map(|request| request.at).collect();
    let time = arrivals[arrivals.len() - 1] - arrivals[0];
    let rate = (arrivals.len() - 1) as f64 / time.as_secs_f64();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(log.by_status().get(&503), None, "the burst is not exceeded");
    assert!(log.busiest_second() <= 40 && log.peak_in_flight() <= 8, "{}", log.counts());
    // 11.5 on a machine that has nothing else to do; one after the other they would be 5.
    assert!(rate > 8.0, "{rate} a second");
}

#[test]
fn a_small_burst_keeps_to_the_rate() {
    let here = Here::new(40, 5, &[]);

    here.refresh(&["--all-in-dataset", "--strategy", "each", "--rate", "12", "--burst", "1"]);

    // Requests that a busy machine holds up come close to later ones: half a second's more are allowed.
    let log = here.server.log();
    assert!(log.busiest(Duration::from_secs(3)) <= 3 * 12 + 6, "{}", log.counts());
}

#[test]
fn the_quota_ends_a_run_well_and_it_goes_on_later() {
    let here = Here::new(40, 5, &[]);
    here.server.change(|world| world.evolve(1, 0.5));

    let first = here.refresh_each(&["--quota", "15", "--json"]);
    let asked = here.server.log().for_api().count();
    let second = here.refresh_each(&["--quota", "15"]);
    let still = here.server.log().for_api().count();
    let third = here.refresh_each(&["--quota", "1000"]);

    assert_eq!(
        (first.status.code(), json(&first)["end"].as_str()),
        (Some(0), Some("quota")),
        "{}",
        text(&first)
    );
    assert_eq!((asked, still), (15, 15));
    assert!(text(&second).contains("again after"), "{}", text(&second));
    assert_eq!(third.status.code(), Some(0), "{}", text(&third));
    assert!(here.server.log().repeats().is_empty());
}

#[test]
fn the_server_says_that_the_quota_is_used_up() {
    let here = Here::new(30, 5, &[]);
    here.server.set_limits(Limits { anonymous_quota: Some(10), ..Limits::none() });

    let first = here.refresh_each(&["--in-flight", "4"]);
    let asked = here.server.log().for_api().count();
    let second = here.refresh_each(&[]);

    assert_eq!((first.status.code(), second.status.code()), (Some(0), Some(0)), "{}", text(&first));
    assert!(text(&first).contains("again after") && text(&second).contains("again after"));
    assert!((11..=14).contains(&asked), "those on their way, and no more: {asked}");
    assert_eq!(here.server.log().for_api().count(), asked, "nothing is asked before the day ends");
}

#[test]
fn retry_after_keeps_everybody_quiet() {
    let here = Here::new(10, 5, &[]);
    here.server.fail_times(When::Request(3), Fault::Unavailable(RetryAfter::Seconds(2)), 1);

    let output = here.refresh_each(&["--in-flight", "1"]);

    let log = here.server.log();
    let pauses: Vec<Duration> = log
        .requests
        .windows(2)
        .map(|pair| pair[1].at - pair[0].at)
        .filter(|gap| *gap > Duration::from_secs(1))
        .collect();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(pauses.len(), 1);
    assert!(pauses[0] >= Duration::from_secs(2), "{pauses:?}");
}
