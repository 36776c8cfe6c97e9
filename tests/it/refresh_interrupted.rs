//! Refreshes that are killed, stopped by a signal, or left by their server, and a second one at once:
//! no answer is lost, and the next run does the rest.

use std::time::{Duration, Instant};

use crate::support::refresh::{Here, json, text};
use crate::support::tables::assert_same;
use orcid_mock::{Fault, When};

#[test]
fn a_kill_at_any_moment_loses_no_answer() {
    let here = Here::new(60, 5, &['0', '4', 'X']);
    here.server.change(|world| world.evolve(1, 0.5));
    let calm = here.again();
    calm.refresh(&["--all-in-dataset", "--rate", "500"]);
    here.server.clear_log();
    // `KILLS=100` for a longer look, at a pace that leaves something to kill.
    let kills: u64 = std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(12);
    let rate = (720 / kills).to_string();
    let arguments = ["--all-in-dataset", "--rate", &rate, "--in-flight", "2", "--burst", "1"];
    for round in 0..kills {
        let mut child = here.command(&arguments).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(120 + round * 61 % 740));
        let _ = child.kill();
        let _ = child.wait();
    }

    let output = here.refresh(&arguments);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_same(
        &crate::support::tables::all_rows(&here.dataset),
        &crate::support::tables::all_rows(&calm.dataset),
    );
    let status = json(&here.refresh(&["--status", "--json"]));
    let [planned, made, retried] = ["planned", "made", "retried"].map(|name| {
        let runs = status["runs"].as_array().unwrap().iter();
        runs.map(|run| run["requests"][name].as_u64().unwrap()).sum::<u64>()
    });
    assert!(here.server.log().for_api().count() as u64 <= made && made <= planned + retried, "{status}");
    // Those that were on their way when the program died are asked again: two a kill at most.
    let repeats: usize = here.server.log().repeats().values().sum();
    assert!(repeats as u64 <= 2 * kills, "{repeats}");
    println!("{kills} kills, {} requests, {repeats} repeated", here.server.log().total());
    here.assert_sound();
}

#[test]
fn a_signal_stops_within_seconds_and_the_rest_is_done_later() {
    let here = Here::new(30, 5, &[]);
    here.server.fail(When::Always, Fault::Late(Duration::from_secs(20)));
    let child = here.command(&["--all-in-dataset", "--strategy", "each"]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1_500));
    let begun = Instant::now();

    crate::support::refresh::terminate(&child);
    let output = child.wait_with_output().unwrap();

    assert_eq!(output.status.code(), Some(2));
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    here.server.clear_faults();
    assert_eq!(here.refresh_each(&[]).status.code(), Some(0));
}

#[test]
fn a_second_refresh_is_told_who_is_at_work() {
    let here = Here::new(30, 5, &[]);
    here.server.fail(When::Always, Fault::Late(Duration::from_secs(5)));
    let mut child = here.command(&["--all-in-dataset", "--strategy", "each"]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1_500));

    let second = here.refresh(&["--all-in-dataset"]);
    let status = here.refresh(&["--status"]);

    assert_eq!(second.status.code(), Some(2));
    assert!(text(&second).contains(&format!("process {}", child.id())), "{}", text(&second));
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(
        status.contains(&format!("process {}", child.id())) && status.contains("records: 0 of "),
        "{status}"
    );
    let _ = child.kill();
    let _ = child.wait();
}

#[test]
fn a_server_that_is_down_ends_the_run_and_nothing_is_lost() {
    let here = Here::new(30, 5, &[]);
    let port = here.server.port();
    here.server.fail(When::Request(10), Fault::ResetBefore);
    here.server.fail(When::Always, Fault::ResetBefore);

    let output = here.refresh_each(&["--retry-wait", "20", "--outage-timeout", "2"]);

    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("has given no good answer"), "{} at port {port}", text(&output));
    here.server.clear_faults();
    assert_eq!(here.refresh_each(&[]).status.code(), Some(0));
}
