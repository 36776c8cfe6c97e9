//! Keeps docs/schema.md, docs/cli.md and the diagrams of docs/tables.md true;
//! `UPDATE=1 cargo test --test it docs::` writes them anew. All links of the pages
//! lead somewhere, and the book has every page.

use std::collections::HashSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn check(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "docs/{name} is out of date: UPDATE=1 cargo test --test it docs::");
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
    for sub in command.get_subcommands() {
        names.push(vec![sub.get_name().to_owned()]);
        let grouped = sub.get_subcommands().filter(|inner| inner.get_name() != "help");
        names.extend(grouped.map(|inner| vec![sub.get_name().to_owned(), inner.get_name().to_owned()]));
    }
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

#[test]
fn the_diagrams_are_those_of_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tables.md");
    let mut text = std::fs::read_to_string(path).unwrap();
    for folder in ["summaries", "activities", "organizations"] {
        let begin = format!("<!-- diagram of {folder}/, generated -->\n");
        let (before, rest) = text.split_once(&begin).expect("the page has a mark for each folder");
        let (_, after) = rest.split_once("<!-- end -->").expect("the mark has an end");
        let diagram = orcidlake::cli::diagram(folder);
        text = format!("{before}{begin}\n```mermaid\n{diagram}```\n\n<!-- end -->{after}");
    }
    check("tables.md", &text);
}

#[test]
fn every_link_leads_somewhere() {
    let mut dead = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        dead.extend(
            links(&text).iter().filter_map(|link| {
                fault(&page, link).map(|why| format!("{}: {link}: {why}", page.display()))
            }),
        );
    }

    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn the_book_has_every_page() {
    let docs = root().join("docs");
    let summary = std::fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    let listed: HashSet<String> = links(&summary).into_iter().collect();
    let there: HashSet<String> = markdown_files(&docs)
        .iter()
        .map(|page| page.file_name().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "SUMMARY.md")
        .collect();

    assert_eq!(listed, there, "left: docs/SUMMARY.md; right: the pages in docs/");
}

#[test]
fn links_and_anchors_are_read_as_on_github() {
    let text = "# One, `two` and_three\n[a](b.md) `[no](c.md)`\n```sh\n# no\n[no](d.md)\n```\n## One\n## One\n[e](f.md#g)\n";

    assert_eq!(links(text), ["b.md", "f.md#g"]);
    assert_eq!(anchors(text), ["one-two-and_three", "one", "one-1"].map(String::from).into());
    assert!(fault(&root().join("README.md"), "no-such-page.md").is_some());
    assert!(fault(&root().join("docs/cli.md"), "#no-such-heading").is_some());
    assert!(fault(&root().join("docs/cli.md"), "../README.md").is_some());
    assert!(fault(&root().join("docs/cli.md"), "#orcidlake-convert").is_none());
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn markdown_files(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect();
    files.sort();
    files
}

/// The pages that people read: those at the top, the book, those of crates and samples.
fn pages() -> Vec<PathBuf> {
    let crates = std::fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path());
    let folders = ["", "docs", "python", "sample-data"].map(|folder| root().join(folder));
    folders.into_iter().chain(crates).flat_map(|folder| markdown_files(&folder)).collect()
}

/// A page's lines outside of code blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !fence && !in_code
    })
}

/// Where the links of a page lead, in their order.
fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    for line in prose(text) {
        let line: String = line.split('`').step_by(2).collect();
        for part in line.split("](").skip(1) {
            links.extend(part.split_once(')').map(|(link, _)| link.to_owned()));
        }
    }
    links
}

/// The headings of a page, as links name them.
fn anchors(text: &str) -> HashSet<String> {
    let mut anchors = HashSet::new();
    for line in prose(text).filter(|line| line.starts_with('#')) {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|sign| sign.is_alphanumeric() || " -_".contains(*sign));
        let name: String = kept.map(|sign| if sign == ' ' { '-' } else { sign }).collect();
        let repeats = (1..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(repeats).find(|name| !anchors.contains(name));
        anchors.extend(free);
    }
    anchors
}

/// What is wrong with a link of a page. Links to other hosts are not followed.
fn fault(page: &Path, link: &str) -> Option<&'static str> {
    if link.contains("://") {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { page.to_owned() } else { page.parent()?.join(path) };
    if page.starts_with(root().join("docs")) && path.starts_with("..") {
        return Some("leads out of the book, which is read without the repository");
    }
    if !target.exists() {
        return Some("there is no such file");
    }
    let text = std::fs::read_to_string(&target).unwrap_or_default();
    (!anchor.is_empty() && !anchors(&text).contains(anchor)).then_some("there is no such heading")
}

/// What ends the run at once and is not counted.
const NO_CODES: [&str; 2] = ["certificate", "gzip"];

/// The codes that a source file counts answers under: what stands where a code stands.
fn codes_in(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut codes = Vec::new();
    for line in source.lines() {
        let is_const = line.contains("const ") && line.contains(": &str =");
        let makes_code = ["code: \"", "gone(\"", "=> \"", "counted.push(\"", "Some(\""]
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
    let refresh = [
        "dates",
        "fetch/decide",
        "fetch/items",
        "fetch/unauthorized",
        "fetch/write",
        "queue/answers",
        "queue/counts",
        "queue/missing",
        "search",
    ];
    let api = ["agent", "answer", "client", "content", "stub", "visibility"];
    let files = refresh.map(|file| format!("src/refresh/{file}.rs")).into_iter();
    for file in files.chain(api.map(|file| format!("crates/orcid-api/src/{file}.rs"))) {
        codes.extend(codes_in(&std::fs::read_to_string(folder.join(file)).unwrap()));
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
