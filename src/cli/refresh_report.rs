//! What a refresh tells: its plan, its outcome, its status; for people and as JSON.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::failure::Failure;
use super::numbers::{bytes, counted, duration, grouped};
use super::output::{print, print_json};
use super::{Common, Done};
use crate::refresh::{
    Applied, BEHIND_LIST, Ended, Outcome, Plan, Removals, Requests, Status, Stays, Strategy, status,
};
use orcid_api::time::readable;

/// The plan, for people.
pub fn plan_text(plan: &Plan) -> String {
    let mut records = counted(plan.records, "record");
    if plan.records_left < plan.records {
        records = format!("{} of {records} still", grouped(plan.records_left));
    }
    let strategy = Strategy::new(&plan.strategy).map_or("", Strategy::meaning);
    let scope = match plan.scope.as_str() {
        "all" => "everybody in the dataset",
        scope if scope.starts_with("selection") => "the selected people",
        scope => scope,
    };
    let mut text = format!("{records} to read of {scope}, changed since {}\n", readable(plan.since));
    text.push_str(&format!("  strategy: {strategy}\n  requests to make: {}", grouped(plan.requests)));
    if plan.item_requests > 0 {
        text.push_str(&format!(
            ", and perhaps {} for items: an estimate, they are planned when their records are there",
            grouped(plan.item_requests)
        ));
    }
    if plan.made > 0 {
        text.push_str(&format!(" ({} made already)", grouped(plan.made)));
    }
    if let Some(reads) = &plan.reads {
        text.push_str(&format!(
            "\n  files to read: about {} ({}), estimated from {}\n",
            grouped(reads.objects),
            bytes(reads.bytes),
            counted(reads.sampled, "record")
        ));
        return text;
    }
    let quota = plan.quota.map_or_else(|| "no quota".to_owned(), |quota| format!("{} a day", grouped(quota)));
    let time = duration(Duration::from_secs(plan.seconds));
    text.push_str(&format!(
        "\n  time: {} ({quota}, {} used today), {time} of requests\n",
        counted(plan.days, "day"),
        grouped(plan.used_today)
    ));
    text
}

/// Requests against their plan, for people.
fn requests_text(requests: &Requests) -> String {
    let (made, planned) = (counted(requests.made, "request"), grouped(requests.planned));
    format!("{made} made of {planned} planned, {} of them again\n", grouped(requests.retried))
}

/// What was counted, for people.
pub fn outcome_text(outcome: &Outcome) -> String {
    let mut text = String::new();
    if outcome.requests.made > 0 {
        text.push_str(&requests_text(&outcome.requests));
    }
    for (code, count) in &outcome.tally {
        text.push_str(&format!("  {:>14} {code}\n", grouped(*count)));
    }
    if let Some(applied) = &outcome.applied {
        let rows: u64 = applied.report.rows.values().sum();
        if rows == 0 && applied.rows_removed == 0 {
            text.push_str("nothing is new for the dataset\n");
        } else {
            text.push_str(&format!(
                "{} out, {} in ({} of XML)\n",
                counted(applied.rows_removed, "row"),
                counted(rows, "row"),
                bytes(applied.report.members.xml_bytes)
            ));
        }
        text.push_str(&known_text(outcome, applied));
    }
    if let Some(removals) = outcome.held_back.as_ref().filter(|_| outcome.end != Ended::HeldBack) {
        let what = "they stay as they are, and the next run asks for them again";
        text.push_str(&format!("{}: {what}\n", removals_text(removals)));
    }
    if !outcome.given_up.is_empty() {
        let requests = counted(outcome.given_up_count(), "request");
        text.push_str(&format!(
            "{requests} given up ({}); the next run tries again\n",
            by_code(&outcome.given_up)
        ));
    }
    text
}

/// Up to when the scope is known, and what it lacks, for people.
fn known_text(outcome: &Outcome, applied: &Applied) -> String {
    let left_out = outcome.given_up_count() + applied.report.members.rejects;
    if let Some(watermark) = applied.watermark {
        let time = readable(watermark);
        return match left_out {
            0 if outcome.held_back.is_none() => format!("up to date as of {time}\n"),
            _ => format!("changes up to {time} are in the dataset, but for what was left out\n"),
        };
    }
    let why = match applied.stays {
        _ if outcome.wrong_clock.is_some() => "the server's clock is wrong",
        Some(Stays::MissingResults) => "searches gave fewer results than they counted",
        Some(Stays::EmptyScope) => "nobody belongs to the scope",
        Some(Stays::ShrunkScope) => {
            "many people have left the scope at once, and the index may be incomplete"
        }
        Some(Stays::Unfinished) => return "not up to date yet: the run goes on\n".to_owned(),
        Some(Stays::NothingNewer) => "the server reported no newer change",
        None => return String::new(),
    };
    format!("the watermark stays where it was, since {why}\n")
}

/// `2 locked, 1 not-found`.
fn by_code(codes: &BTreeMap<String, u64>) -> String {
    let codes: Vec<String> =
        codes.iter().map(|(code, count)| format!("{} {code}", grouped(*count))).collect();
    codes.join(", ")
}

/// Whom a run would remove, and how many it may, for people.
fn removals_text(removals: &Removals) -> String {
    format!(
        "{} of the scope's {} would be removed ({}), more than {}",
        grouped(removals.people),
        counted(removals.scope, "record"),
        by_code(&removals.codes),
        grouped(removals.allowed)
    )
}

/// How many records are older in the bucket than its list says; `None` if there are none.
pub fn behind_list(outcome: &Outcome) -> Option<u64> {
    outcome.tally.iter().find(|(code, _)| code == BEHIND_LIST).map(|(_, count)| *count)
}

/// Decides how the command ends.
pub fn end(outcome: Outcome) -> Result<Done, Failure> {
    match outcome.end {
        Ended::Stopped => Err(Failure::new(
            "stopped before the end",
            "run the same command again; what was fetched is kept",
        )),
        Ended::Quota(until) => {
            tell!("the day's quota is used up: run the same command again after {}", readable(until));
            Ok(Done::All)
        }
        Ended::HeldBack => {
            let removals = outcome.held_back.unwrap_or_default();
            let hint = format!(
                "if these people should be removed, run the same command with --max-removals {}; with --skip-removals it applies all other answers; with --restart it asks for everything again",
                removals.people
            );
            let what = "nothing has been changed, and all answers are kept";
            Err(Failure::new(format!("{}: {what}", removals_text(&removals)), &hint))
        }
        Ended::Planned => Ok(Done::All),
        Ended::Applied => {
            let rejected = outcome.applied.as_ref().map_or(0, |applied| applied.report.members.rejects);
            let unknown = outcome.missing_results > 0
                || outcome.wrong_clock.is_some()
                || behind_list(&outcome).is_some();
            let left_out = !outcome.given_up.is_empty() || rejected > 0 || unknown;
            Ok(if left_out { Done::WithProblems } else { Done::All })
        }
    }
}

/// The outcome, for programs.
pub fn to_json(dataset: &Path, outcome: &Outcome) -> Value {
    let (end, until) = match outcome.end {
        Ended::Planned => ("planned", None),
        Ended::Applied => ("applied", None),
        Ended::Quota(until) => ("quota", Some(readable(until))),
        Ended::HeldBack => ("held-back", None),
        Ended::Stopped => ("stopped", None),
    };
    let tally: serde_json::Map<String, Value> =
        outcome.tally.iter().map(|(code, count)| (code.clone(), json!(count))).collect();
    let wrong_clock = outcome
        .wrong_clock
        .map(|clock| json!({ "server": readable(clock.server), "ours": readable(clock.ours) }));
    let applied = outcome.applied.as_ref().map(|applied| {
        json!({
            "source": applied.source, "report": applied.report, "rows_removed": applied.rows_removed,
            "rejected": applied.report.members.rejects, "watermark": applied.watermark.map(readable),
            "watermark_stays": applied.stays,
        })
    });
    json!({
        "dataset": dataset, "end": end, "come_back_after": until, "plan": outcome.plan,
        "requests": outcome.requests, "answers": tally, "given_up": outcome.given_up_count(), "given_up_for": outcome.given_up, "applied": applied,
        "held_back": outcome.held_back, "missing_results": outcome.missing_results,
        "wrong_clock": wrong_clock,
    })
}

/// Prints how far the refreshes of a dataset have come.
pub fn show_status(dataset: &Path, common: &Common) -> Result<Done, Failure> {
    let status = status(dataset)?;
    if common.json {
        print_json(&serde_json::to_value(&status).unwrap_or_default())?;
    } else {
        print(&status_text(&status))?;
    }
    Ok(Done::All)
}

fn status_text(status: &Status) -> String {
    let mut text = match &status.holder {
        Some(holder) => format!("in use: {holder}\n"),
        None => "not in use now\n".to_owned(),
    };
    for run in &status.runs {
        text.push_str(&format!("{} ({}): {}\n", run.source, run.scope, run.stage.name()));
        text.push_str(&format!("  {}", requests_text(&run.requests)));
        for (name, counts) in [("searches", run.searches), ("records", run.records), ("items", run.items)] {
            let all = counts.waiting + counts.answered + counts.given_up;
            if all > 0 {
                text.push_str(&format!(
                    "  {name}: {} of {} answered, {} given up\n",
                    grouped(counts.answered),
                    grouped(all),
                    grouped(counts.given_up)
                ));
            }
        }
        for (code, count) in &run.counted {
            text.push_str(&format!("  {:>14} {code}\n", grouped(*count)));
        }
    }
    for day in &status.requests {
        let date = readable(day.day * 86_400_000_000);
        let requests = counted(day.used, "request");
        text.push_str(&format!("{}: {requests} to {}\n", &date[..10], day.client));
    }
    text
}
