//! The old names of options: they work, and say the new name.

use std::process::Output;

use crate::support::refresh::{Here, json, text};
use crate::support::{folder, orcidlake, run};
use serde_json::Value;

/// The old and the new flag, environment variable and key of the file, with a value.
const OF_REFRESH: [(&str, &str, &str); 3] =
    [("anew", "restart", "true"), ("by", "strategy", "batches"), ("patience", "outage-timeout", "7")];

fn variable(name: &str) -> String {
    format!("ORCIDLAKE_{}", name.replace('-', "_").to_uppercase())
}

fn flag(name: &str, value: &str) -> Vec<String> {
    let flag = format!("--{name}");
    if value == "true" { vec![flag] } else { vec![flag, value.to_owned()] }
}

/// A plan of a refresh, with more arguments, variables and keys of the file.
fn plan(here: &Here, more: &[String], variables: &[(String, &str)], file: &str) -> Output {
    let mut command = here.command(&["--all-in-dataset", "--plan", "--json"]);
    command.arg("--config").arg(here.write("orcidlake.toml", file)).args(more);
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    command.output().unwrap()
}

fn toml(name: &str, value: &str) -> String {
    if value == "batches" { format!("{name} = '{value}'\n") } else { format!("{name} = {value}\n") }
}

/// The notes about old names.
fn notes(output: &Output) -> Vec<String> {
    text(output).lines().filter(|line| line.starts_with("note: ")).map(str::to_owned).collect()
}

#[test]
fn old_names_of_options_of_refresh_work_and_say_the_new_name_once() {
    let here = Here::new(4, 5, &[]);
    for (old, new, value) in OF_REFRESH {
        let cases = [
            (plan(&here, &flag(old, value), &[], ""), format!("--{old}"), format!("--{new}")),
            (plan(&here, &[], &[(variable(old), value)], ""), variable(old), variable(new)),
            (plan(&here, &[], &[], &format!("[refresh]\n{}", toml(old, value))), old.into(), new.into()),
            (plan(&here, &[], &[], &toml(old, value)), old.into(), new.into()),
        ];
        for (output, old_name, new_name) in cases {
            let expected = format!("note: {old_name} is now called {new_name}; ");
            let found = notes(&output);
            assert_eq!(output.status.code(), Some(0), "{}", text(&output));
            assert!(found.len() == 1 && found[0].starts_with(&expected), "{expected}: {found:?}");
            if old == "by" {
                assert_eq!(json(&output)["plan"]["way"], value, "{old_name}");
            }
        }
        let new_names = [
            plan(&here, &flag(new, value), &[], ""),
            plan(&here, &[], &[(variable(new), value)], ""),
            plan(&here, &[], &[], &format!("[refresh]\n{}", toml(new, value))),
        ];
        for output in new_names {
            assert_eq!((output.status.code(), notes(&output)), (Some(0), vec![]), "{}", text(&output));
        }
    }
}

#[test]
fn old_names_have_the_precedence_of_where_they_stand() {
    let here = Here::new(4, 5, &[]);
    let strategy = |output: &Output| json(output)["plan"]["way"].clone();
    let by = [("ORCIDLAKE_BY".to_owned(), "windows")];

    let flag_first = plan(&here, &flag("strategy", "each"), &by, "by = 'batches'");
    let variable_next = plan(&here, &[], &by, "strategy = 'batches'");

    assert_eq!((strategy(&flag_first), strategy(&variable_next)), ("each".into(), "windows".into()));
}

#[test]
fn an_option_with_both_names_is_refused() {
    let here = Here::new(4, 5, &[]);
    for (old, new, value) in OF_REFRESH {
        let both = |name: &dyn Fn(&str) -> String| [name(old), name(new)];
        let flags = [flag(old, value), flag(new, value)].concat();
        let variables = both(&variable).map(|name| (name, value));
        let keys = both(&|name| toml(name, value)).concat();
        let cases = [
            (plan(&here, &flags, &[], ""), both(&|name| format!("--{name}"))),
            (plan(&here, &[], &variables, ""), both(&variable)),
            (plan(&here, &[], &[], &keys), both(&str::to_owned)),
            (plan(&here, &[], &[], &format!("[refresh]\n{keys}")), both(&str::to_owned)),
        ];
        for (output, [old_name, new_name]) in cases {
            let expected = format!("{old_name} and {new_name} are two names of one option");
            assert_eq!(output.status.code(), Some(2), "{expected}: {}", text(&output));
            assert!(text(&output).contains(&expected), "{expected}: {}", text(&output));
        }
    }
}

#[test]
fn the_release_of_ror_has_its_old_names_too() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    run(&["synth", "--records", "3", "--ror", "50", "--out", &path("synth")]);
    let mut files = std::fs::read_dir(path("synth")).unwrap().map(|entry| entry.unwrap().path());
    let ror = files.find(|path| path.to_string_lossy().contains("ror")).unwrap();
    let ror = ror.to_str().unwrap();
    let matched = |more: &[&str], variable: Option<&str>, file: &str| {
        std::fs::write(path("orcidlake.toml"), file).unwrap();
        let mut command = orcidlake(&["match", "--text", "x", "--json", "--config", &path("orcidlake.toml")]);
        command.args(more).envs(variable.map(|variable| (variable, ror)));
        command.output().unwrap()
    };
    let key = |name: &str| format!("{name} = '{ror}'");

    let cases = [
        (matched(&["--ror", ror], None, ""), "--ror is now called --ror-release"),
        (matched(&[&format!("--ror={ror}")], None, ""), "--ror is now called --ror-release"),
        (
            matched(&[], Some("ORCIDLAKE_ROR_FILE"), ""),
            "ORCIDLAKE_ROR_FILE is now called ORCIDLAKE_ROR_RELEASE",
        ),
        (matched(&[], None, &format!("[match]\n{}", key("ror"))), "ror is now called ror-release"),
        (matched(&[], None, &key("path")), "path is now called ror-release"),
    ];
    for (output, expected) in cases {
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        assert_eq!(notes(&output).len(), 1, "{}", text(&output));
        assert!(notes(&output)[0].contains(expected), "{expected}: {}", text(&output));
        assert!(serde_json::from_slice::<Value>(&output.stdout).is_ok(), "{expected}");
    }
    // An id at the top of the file is for the commands that take ids.
    let id = "ror = 'https://ror.org/04ttjf776'\n";
    let output = matched(&["--ror-release", ror], None, id);
    assert_eq!((output.status.code(), notes(&output)), (Some(0), vec![]), "{}", text(&output));
    let output = matched(&["--ror", ror, "--quiet"], None, "");
    assert_eq!((output.status.code(), text(&output)), (Some(0), String::new()));
}

#[test]
fn old_names_are_hidden_and_names_of_other_commands_stay() {
    let help = run(&["help", "refresh"]);
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let script = run(&["completions", "bash"]);
    let script = String::from_utf8_lossy(&script.stdout).into_owned();

    for (old, new, _) in OF_REFRESH {
        assert!(help.contains(&format!("--{new}")) && !help.contains(&format!("--{old}")), "{old}");
        assert!(!help.contains(&format!("{}=", variable(old))), "{old}");
        assert!(script.contains(&format!("--{new}")), "{new}");
        assert!(old == "anew" || !script.contains(&format!(" --{old} ")), "{old}");
    }
    let people = run(&["people", "no-such-folder", "--ror", "https://ror.org/04ttjf776"]);
    let matched = run(&["match", "no-such-folder", "--anew"]);
    assert!(notes(&people).is_empty() && notes(&matched).is_empty());
}
