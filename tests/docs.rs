//! Keeps docs/schema.md and docs/cli.md true; `UPDATE=1 cargo test --test docs`
//! writes them anew.

use std::fmt::Write;
use std::path::Path;

fn check(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "docs/{name} is out of date: UPDATE=1 cargo test --test docs");
}

#[test]
fn the_data_dictionary_is_that_of_the_program() {
    check("schema.md", &orcidlake::cli::schema_markdown());
}

#[test]
fn the_command_reference_is_that_of_the_program() {
    let mut text = "# Commands\n\nMade from `orcidlake help`.\n".to_owned();
    let mut command = orcidlake::cli::command().term_width(100);
    command.build();
    let mut names = vec![Vec::new()];
    names.extend(command.get_subcommands().map(|sub| vec![sub.get_name().to_owned()]));
    for name in names.iter().filter(|name| name.first().is_none_or(|name| name != "help")) {
        let mut one = name.iter().fold(command.clone(), |command, name| {
            command.find_subcommand(name).cloned().expect("the command was listed")
        });
        let title = ["orcidlake".to_owned()].iter().chain(name).cloned().collect::<Vec<_>>().join(" ");
        let help = one.render_long_help().to_string();
        let help: Vec<&str> = help.lines().map(str::trim_end).collect();
        let _ = write!(text, "\n## {title}\n\n```text\n{}\n```\n", help.join("\n").trim_end());
    }
    check("cli.md", &text);
}

/// What ends the run at once and is not counted, and the lists of iDs that searches find.
const NO_CODES: [&str; 3] = ["certificate", "changed", "there"];

/// The codes that a source file counts answers under: what stands where a code stands.
fn codes_in(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut codes = Vec::new();
    for line in source.lines() {
        let is_const = line.contains("const ") && line.contains(": &str =");
        let makes_code =
            ["code: \"", "gone(\"", "=> \"", "counted.push(\"", "Some(\"", "tally(change, run, \""]
                .iter()
                .any(|start| line.contains(start));
        if !is_const && !makes_code {
            continue;
        }
        for text in line.split('"').skip(1).step_by(2) {
            let is_code = text.contains(|sign: char| sign.is_ascii_lowercase())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            if is_code {
                codes.push(text.to_owned());
            }
        }
    }
    codes
}

#[test]
fn every_code_that_is_counted_stands_in_the_table_of_answers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(folder.join("docs/refresh.md")).unwrap();
    let mut codes: Vec<String> = orcid_xml::ParseError::CODES.map(str::to_owned).to_vec();
    codes.push("invalid-value".to_owned());
    for file in ["activities", "answer", "circle", "client", "content", "dates", "doubts", "refusals"]
        .into_iter()
        .chain(["requests", "search", "settle", "stub", "visibility"])
    {
        let source = std::fs::read_to_string(folder.join(format!("src/refresh/{file}.rs"))).unwrap();
        codes.extend(codes_in(&source));
    }
    codes.sort_unstable();
    codes.dedup();

    assert!(codes.len() > 50, "{codes:?}");
    let lacking: Vec<&String> = codes
        .iter()
        .filter(|code| !NO_CODES.contains(&code.as_str()) && !page.contains(&format!("`{code}`")))
        .collect();
    assert!(lacking.is_empty(), "docs/refresh.md does not tell what these mean: {lacking:?}");
}
