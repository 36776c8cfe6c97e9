//! Holds the source to its layers: imports go down only, only `cli` prints, and
//! files stay small.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::imports::circle;

/// The layers of the product, lowest first; those on one line do not know each other. The
/// crates are below all of them.
const LAYERS: &[&[&str]] = &[
    &["report", "slice", "sqlite"],
    &["tables"],
    &["dataset"],
    &["storage"],
    &["convert", "download", "matching"],
    &["compare", "export", "extract", "get", "overview", "refresh"],
    &["connect", "push"],
    &["cli"],
];

/// The crates that others can use without us.
const CRATES: &[&str] =
    &["orcid-api", "orcid-synth", "orcid-xml", "parquet-columns", "ror-match", "targz-seek"];

/// The one crate that builds on another: ORCID's answers are documents of its schemas.
const BUILDS_ON: (&str, &str) = ("orcid-api", "orcid-xml");

/// Lines of a file.
const MAX_LINES: usize = 400;

/// Where files of Rust are.
const ROOTS: &[&str] = &["benches", "build.rs", "crates", "dev", "fuzz", "python", "src", "tests"];

/// The files of the product.
fn sources() -> Vec<(PathBuf, String)> {
    below("src")
}

/// All files of Rust below a folder of the repository, tests and benches of crates included, but for
/// what cargo has built.
fn below(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut pending = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path());
            pending.extend(entries.filter(|entry| !entry.ends_with("target")));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

fn module(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = below.iter().next().unwrap().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

#[test]
fn imports_go_down_only() {
    for (path, text) in sources() {
        let own = module(&path);
        let Some(height) = layer(&own) else {
            assert!(["lib", "main"].contains(&own.as_str()), "{} is in no layer", path.display());
            continue;
        };
        for (_, rest) in
            text.match_indices("crate::").map(|(place, word)| (place, &text[place + word.len()..]))
        {
            let used: String = rest
                .chars()
                .take_while(|character| character.is_alphanumeric() || *character == '_')
                .collect();
            let Some(below) = layer(&used) else { continue };
            assert!(
                below < height || used == own,
                "{} imports {used}, which is not below it",
                path.display()
            );
        }
    }
}

#[test]
fn crates_know_nobody_of_the_house() {
    for name in CRATES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates").join(name).join("Cargo.toml");
        let text = fs::read_to_string(&path).unwrap();
        for other in CRATES.iter().chain(&["orcidlake"]).filter(|other| *other != name) {
            let depends = text.lines().any(|line| line.starts_with(other));
            assert!(!depends || (*name, *other) == BUILDS_ON, "{} depends on {other}", path.display());
        }
    }
}

/// The files of a tree by their paths below it.
fn tree(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let path = |path: PathBuf| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
    below(folder).into_iter().map(|(file, text)| (path(file), text)).collect()
}

#[test]
fn files_import_each_other_in_no_circle() {
    let crates = CRATES.iter().map(|name| format!("crates/{name}/src"));
    for folder in crates.chain(["src", "dev/orcid-mock/src", "python/src"].map(str::to_owned)) {
        if let Some(circle) = circle(&tree(&folder)) {
            panic!("files of {folder} import each other in a circle: {}", circle.join(" → "));
        }
    }
}

#[test]
fn a_circle_is_found_through_whatever_names_the_other_file() {
    let tree = |files: &[(&str, &str)]| -> Vec<(String, String)> {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    };
    let module = "mod one;\nmod two;\npub use one::{One, Other as Another};\npub use two::Two;";
    for (one, two, expected) in [
        ("use super::Two;", "use super::One;", true),
        ("use super::two::Two;", "fn two() -> crate::a::Another {}", true),
        ("use crate::a::{self, two::{Two, Three}};", "use super::{one, Two};", true),
        ("use super::Two;", "struct Two; // use super::One;", false),
        ("use super::Two;", "struct Two;\n#[cfg(test)]\nmod tests {\n    use super::super::One;\n}", false),
        ("use super::Local;", "use super::One;", false),
    ] {
        let files = tree(&[("lib.rs", "mod a;"), ("a/mod.rs", module), ("a/one.rs", one), ("a/two.rs", two)]);

        assert_eq!(circle(&files).is_some(), expected, "{one} {two}");
    }
    let files = tree(&[
        ("lib.rs", ""),
        ("a.rs", "mod b;\nfn a() { b::b() }\nstruct A;"),
        ("a/b.rs", "use super::A;"),
    ]);
    assert_eq!(circle(&files).unwrap(), ["a", "a/b", "a"]);
}

/// The folders that know SQLite, and how they open it.
const SQL: &[&str] =
    &["src/sqlite.rs", "src/refresh/queue", "src/connect/store", "src/export/sqlite", "src/push/store"];

#[test]
fn all_sql_of_a_capability_is_in_one_folder() {
    let in_a_room = |path: &Path| {
        SQL.iter().any(|room| path.starts_with(Path::new(env!("CARGO_MANIFEST_DIR")).join(room)))
    };
    for (path, text) in sources().into_iter().filter(|(path, _)| !in_a_room(path)) {
        assert!(!text.contains("rusqlite"), "{} knows SQLite: it belongs in one of {SQL:?}", path.display());
    }
}

#[test]
fn only_the_portals_pages_are_asynchronous() {
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/connect/portal");
    let connect = sources().into_iter().filter(|(path, _)| module(path) == "connect");
    for (path, text) in connect.filter(|(path, _)| !path.starts_with(&room)) {
        assert!(!text.contains("async "), "{} is asynchronous: it belongs in connect/portal", path.display());
    }
}

/// An answer is parsed when it comes and beside the queue's lock, once more for the commit, and
/// where an earlier version of the queue lacks what was read of it. Whoever works under the lock
/// (`refresh/queue`, `fetch/write.rs`) can neither parse nor unpack.
#[test]
fn no_answer_is_parsed_under_the_queues_lock() {
    const PARSES: &[&str] = &[
        "treat(",
        "parse_stub",
        "parse_search",
        "orcid_xml::parse",
        "work_of(",
        "pieces(",
        "cleaned(",
        ".unpack()",
    ];
    const MAY: &[&str] = &["fetch/decide.rs", "apply.rs", "begin.rs"];
    let mut decides = 0;
    for (path, text) in tree("src/refresh") {
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let parses = PARSES.iter().find(|word| code.contains(*word));
        // A bucket looks at its files before they are answers, and knows nothing of the queue's lock.
        if path.starts_with("bucket/") {
            assert!(!code.contains("fetch::"), "{path} knows who holds the queue's lock");
            continue;
        }
        // A commit's answers are unpacked while no thread has the queue.
        let allowed =
            MAY.contains(&path.as_str()) || (path == "queue/commits.rs" && parses == Some(&".unpack()"));
        assert!(parses.is_none() || allowed, "{path} has {parses:?}: the queue may be locked there");
        decides += code.matches("treat(&").count();
    }
    assert_eq!(decides, 1, "each answer is parsed in one place");
}

#[test]
fn only_one_file_of_the_wheel_is_unsafe() {
    for (path, text) in below("python/src").into_iter().filter(|(path, _)| !path.ends_with("capsule.rs")) {
        assert!(!text.contains("unsafe"), "{} has `unsafe`: it belongs in capsule.rs", path.display());
    }
}

#[test]
fn only_the_command_line_prints() {
    let library = sources().into_iter().filter(|(path, _)| module(path) != "cli");
    let crates = CRATES.iter().flat_map(|name| below(&format!("crates/{name}/src")));
    for (path, text) in library.chain(crates) {
        assert!(!text.contains("println!") && !text.contains("eprint!"), "{} prints", path.display());
    }
}

#[test]
fn only_the_command_line_knows_flags_and_gives_hints() {
    let library = sources().into_iter().filter(|(path, _)| module(path) != "cli");
    for (path, text) in library.chain(below("crates")) {
        assert!(!text.contains("fn hint("), "{} gives hints", path.display());
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let texts = line.split('"').skip(1).step_by(2);
            for text in texts {
                let flag = text.match_indices("--").any(|(place, _)| {
                    let before = text[..place].chars().next_back();
                    let after = text[place + 2..].chars().next();
                    before.is_none_or(|sign| !sign.is_alphanumeric() && sign != '!')
                        && after.is_some_and(|sign| sign.is_ascii_lowercase())
                });
                let command = text.contains("`orcidlake ");
                assert!(!flag && !command, "{} names a flag or a command: {text}", path.display());
            }
        }
    }
}

#[test]
fn files_stay_small_and_say_what_they_are_for() {
    for (path, text) in ROOTS.iter().flat_map(|root| below(root)) {
        let lines = text.lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines, more than {MAX_LINES}", path.display());
        assert!(text.starts_with("//!"), "{} does not say what it is for", path.display());
    }
}

/// `Cargo.toml` builds all other crates without assertions and overflow checks.
#[test]
fn our_packages_are_tested_with_all_checks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let (_, packages) = manifest.split_once("[profile.dev.package]").unwrap();
    let folders = ["crates", "dev"].into_iter().flat_map(|folder| fs::read_dir(root.join(folder)).unwrap());
    let folders = folders.map(|folder| folder.unwrap().path());
    for folder in folders.chain([root.to_owned(), root.join("python")]) {
        let own = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let name = own.lines().find_map(|line| line.strip_prefix("name = \"")).unwrap().trim_end_matches('"');

        let line = packages.lines().find(|line| line.starts_with(&format!("{name} = ")));

        let checks = ["debug-assertions = true", "overflow-checks = true"];
        assert!(line.is_some_and(|line| checks.iter().all(|check| line.contains(check))), "{name}: {line:?}");
    }
}

#[test]
fn a_dataset_is_read_through_its_store() {
    // What of dataset/ the readers are; the others make the next state of a local folder.
    const READERS: &[&str] = &[
        "reader.rs",
        "looks.rs",
        "verify.rs",
        "delta/log.rs",
        "delta/checkpoint.rs",
        "headers.rs",
        "sound.rs",
    ];
    for (path, text) in sources() {
        let own = module(&path);
        let reads = READERS.iter().any(|reader| path.ends_with(Path::new("src/dataset").join(reader)));
        let people = ["people", "coverage", "expansion", "known", "reconcile"];
        let asks =
            own == "matching" && path.file_stem().is_some_and(|stem| people.iter().any(|one| stem == *one));
        if !reads && !asks {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default().replace("StoredFile::open", "");
        for around in ["fs::", "File::open", "read_dir"] {
            assert!(!code.contains(around), "{} has {around}: it reads around the store", path.display());
        }
    }
}

#[test]
fn a_dataset_changes_its_disk_in_one_place() {
    const CHANGES: &[&str] = &[
        "fs::create",
        "fs::rename",
        "fs::remove",
        "fs::hard_link",
        "fs::write",
        "File::create",
        ".create(true)",
    ];
    for (path, text) in sources() {
        let own = module(&path);
        if !["dataset", "convert", "matching"].contains(&own.as_str()) || path.ends_with("dataset/files.rs") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default().replace("PartFile::create", "");
        for change in CHANGES {
            assert!(
                !code.contains(change),
                "{} has {change}: it belongs in dataset/files.rs",
                path.display()
            );
        }
    }
}
