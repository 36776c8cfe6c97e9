//! Many rows, faults of all kinds and kills: each item is at ORCID once, and each row ends in a
//! stated state, never over 24 requests a second.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use orcid_mock::{MemberLimits, WriteFault};

use crate::support::Random;
use crate::support::members::{CLIENT, HEADER, Members, ROR, employment, work};

/// States that a row may end in.
const FINAL: [&str; 9] = [
    "in ORCID",
    "deleted",
    "removed by the person",
    "refused",
    "permission lost",
    "no permission",
    "record closed",
    "invalid",
    "not active",
];

/// What is expected of a row.
struct Plan {
    inputs: Vec<PathBuf>,
    /// The unique text of each row that can be written, by its person.
    good: BTreeSet<(String, String)>,
    rows: usize,
}

/// Rows of all kinds, one in twenty of which is faulty.
fn plan(members: &Members, rows: usize, random: &mut Random) -> Plan {
    let (mut staff, mut works, mut people) =
        (HEADER.to_owned(), String::new(), "Type,Value,ORCID iD\n".to_owned());
    let mut good = BTreeSet::new();
    let closed: Vec<String> = members.people[..3].to_vec();
    for number in 0..rows {
        let person = &members.people[random.below(members.people.len())];
        let (id, text) = (number.to_string(), format!("text {number}"));
        if number % 20 == 19 {
            staff += &match random.below(4) {
                // A date that does not exist, no city, no organization that ORCID knows, a mistyped iD.
                0 => employment(&id, person, &text).replace("2020-01", "2020-02-31"),
                1 => employment(&id, person, &text).replace("Bethesda", ""),
                2 => employment(&id, person, &text).replace(ROR, "https://ror.org/05unknown9"),
                _ => employment(&id, "0000-0002-1825-0098", &text),
            };
            continue;
        }
        match random.below(4) {
            0 | 1 => staff += &employment(&id, person, &text),
            2 => works += &work(&id, person, &text, &format!("10.1000/{number}")),
            _ => people += &format!("KEYWORD,{text},{person}\n"),
        }
        if !closed.contains(person) {
            good.insert((person.clone(), text));
        }
    }
    let inputs = vec![
        members.file("staff.csv", &staff),
        members.file("works.jsonl", &works),
        members.file("people.csv", &people),
    ];
    // One record is locked, one permission withdrawn, one never given.
    members.orcid.change(|world| world.lock(&closed[0]));
    members.write_tokens(&members.people);
    members.orcid.oauth(|oauth| oauth.grants.user_revokes(&closed[1], CLIENT));
    let tokens = std::fs::read_to_string(members.path("tokens.csv")).unwrap();
    let without: Vec<&str> = tokens.lines().filter(|line| !line.starts_with(&closed[2])).collect();
    members.write_table_of_tokens(&format!("{}\n", without.join("\n")));
    Plan { inputs, good, rows }
}

/// Lets one in so many writes go wrong, in all ways.
fn disturb(members: &Members, times: usize, random: &mut Random) {
    let faults = [
        WriteFault::CutAfter,
        WriteFault::CutBefore,
        WriteFault::AnswerLost(502),
        WriteFault::Refused(503),
        WriteFault::AnsweredLate(Duration::from_millis(300)),
        WriteFault::WrittenLate(Duration::from_millis(300)),
        WriteFault::Refused(429),
    ];
    members.orcid.member(|api| {
        for number in 0..times {
            let fault = faults[number % faults.len()].clone();
            let method = ["POST", ""][random.below(2)];
            api.faults.add(method, "", fault, 8 + random.below(10) as u64, 1);
        }
    });
}

fn check(members: &Members, plan: &Plan) {
    let report = members.report();
    assert_eq!(report.len(), plan.rows);
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &report {
        assert!(FINAL.contains(&row.state.as_str()), "{row:?}");
        *states.entry(row.state.as_str()).or_default() += 1;
    }
    assert!(states["invalid"] > 0 && states["record closed"] > 0, "{states:?}");
    assert!(states["permission lost"] > 0 && states["no permission"] > 0, "{states:?}");
    let own = members.all_own();
    let texts: Vec<(String, String)> = own
        .iter()
        .map(|(person, item)| {
            let paths: [&[&str]; 3] = [&["role-title"], &["title", "title"], &["content"]];
            let text = paths.iter().find_map(|path| item.body.text_at(path)).unwrap();
            (person.clone(), text.to_owned())
        })
        .collect();
    let distinct: BTreeSet<(String, String)> = texts.iter().cloned().collect();
    assert_eq!(texts.len(), distinct.len(), "items were doubled");
    let missing: Vec<_> = plan.good.difference(&distinct).collect();
    assert!(missing.is_empty(), "{missing:?} {states:?}");
    assert_eq!(distinct.len(), plan.good.len(), "something was written that nobody asked for");
    assert_eq!(members.orcid.member(|api| api.calls.created()), own.len(), "an item was made twice");
    assert!(members.orcid.world().doubled_items().is_empty());
    // Each row that is in ORCID has the put code of its own item.
    let codes: BTreeSet<(String, i64)> =
        own.iter().map(|(person, item)| (person.clone(), item.put_code)).collect();
    for row in report.iter().filter(|row| row.state == "in ORCID") {
        assert!(codes.contains(&(row.orcid.clone(), row.put_code.unwrap())), "{row:?}");
    }
    members.assert_rate_is_kept();
}

fn push_with_kills(rows: usize, people: usize, kills: usize) {
    let members = Members::new(people);
    members.orcid.member(|api| api.set_limits(MemberLimits::orcid()));
    let mut random = Random(rows as u64);
    let plan = plan(&members, rows, &mut random);
    disturb(&members, rows / 12, &mut random);
    let mut killed = 0;
    for _ in 0..kills {
        let mut command = members.command(&["--settle", "600"]);
        let mut child = command.args(&plan.inputs).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(300 + random.below(700) as u64));
        killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(killed, kills, "the program ended before it was killed");

    let mut output = members.command(&["--settle", "600"]).args(&plan.inputs).output().unwrap();
    for _ in 0..5 {
        if output.status.code() == Some(2) || members.report().iter().any(|row| row.state == "unanswered") {
            output = members.command(&["--settle", "600"]).args(&plan.inputs).output().unwrap();
        }
    }

    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    check(&members, &plan);
}

#[test]
fn some_rows_with_faults_and_kills_are_written_once() {
    push_with_kills(140, 16, 3);
}

#[test]
#[ignore = "takes two minutes: a thousand rows at 24 requests a second"]
fn a_thousand_rows_with_faults_and_twenty_kills_are_written_once() {
    push_with_kills(1_000, 90, 20);
}
