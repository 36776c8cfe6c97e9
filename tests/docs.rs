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
