//! Datasets of earlier format versions, and what the versions of orcidlake that wrote them printed of
//! them: they are read as ever, and not changed. Only `org_key`, which was a number, is text today.
//!
//! `tests/format-1.tar.gz` and `tests/format-2.tar.gz` were made of 8 and 12 synthetic records, and of
//! 8 organisations and one.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{dump, files, folder, orcidlake, run};

/// A dataset of an earlier format, with a person and an institution that are in it.
struct Old {
    format: u32,
    orcid: &'static str,
    ror: &'static str,
}

const OLD: [Old; 2] = [
    Old { format: 1, orcid: "0000-0001-5000-1325", ror: "https://ror.org/002jws306" },
    Old { format: 2, orcid: "0000-0001-5000-7903", ror: "https://ror.org/027r10v67" },
];

impl Old {
    /// The folder of the dataset, and of what was printed.
    fn unpacked(&self, folder: &Path) -> PathBuf {
        let name = format!("format-{}", self.format);
        let archive = format!("{}/tests/{name}.tar.gz", env!("CARGO_MANIFEST_DIR"));
        let status = Command::new("tar").args(["-xzf", &archive, "-C"]).arg(folder).status().unwrap();
        assert!(status.success());
        folder.join(name)
    }
}

fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn they_are_read_as_by_the_versions_that_wrote_them() {
    let folder = folder();
    for old in OLD {
        let at = old.unpacked(folder.path());
        let dataset = at.join("dataset");
        let dataset = dataset.to_str().unwrap();

        for (name, arguments) in [
            ("people.csv", vec!["people", "--ror", old.ror, "--emails", dataset]),
            ("coverage.csv", vec!["coverage", dataset]),
        ] {
            let mut expected = std::fs::read_to_string(at.join(name)).unwrap();
            assert!(expected.lines().count() > 1, "{name}");
            if old.format == 1 {
                // The column came later; nobody is authenticated in a dataset without connections.
                let nobody = if name == "people.csv" { "false" } else { "0" };
                let (heading, lines) = expected.split_once('\n').unwrap();
                expected =
                    format!("{heading},authenticated\n{}", lines.replace('\n', &format!(",{nobody}\n")));
            }
            assert_eq!(printed(&arguments), expected, "{arguments:?}");
        }
        let inspected = printed(&["inspect", dataset]);
        let written = format!("format {}, written by orcidlake 0.1.0", old.format);
        assert!(inspected.contains(&written), "{inspected}");
        printed(&["verify", dataset]);
    }
}

#[test]
fn their_keys_of_organizations_are_read_as_text() {
    let folder = folder();
    for old in OLD {
        let at = old.unpacked(folder.path());
        let dataset = at.join("dataset");
        let dataset = dataset.to_str().unwrap();

        let record: Value = serde_json::from_str(&printed(&["get", old.orcid, dataset])).unwrap();

        let mut expected: Value =
            serde_json::from_str(&std::fs::read_to_string(at.join("get.json")).unwrap()).unwrap();
        let mut keys = 0;
        let rows =
            expected.as_object_mut().unwrap().values_mut().flat_map(|rows| rows.as_array_mut().unwrap());
        for row in rows {
            if let Some(number) = row.get("org_key").and_then(Value::as_i64) {
                row["org_key"] = format!("o{:016x}", number.cast_unsigned()).into();
                keys += 1;
            }
        }
        assert!(keys > 1);
        assert_eq!(record, expected);

        let database = folder.path().join(format!("{}.sqlite", old.format));
        printed(&["export", dataset, "--format", "sqlite", "--to", database.to_str().unwrap()]);
        let database = rusqlite::Connection::open(&database).unwrap();
        let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        let joined = count(
            "SELECT count(*) FROM summaries_affiliations JOIN organizations_organizations USING (org_key) \
             WHERE typeof(org_key) = 'text' AND length(org_key) = 17",
        );
        assert_eq!(joined, count("SELECT count(*) FROM summaries_affiliations WHERE org_key IS NOT NULL"));
        assert!(joined > 0);
    }
}

#[test]
fn one_is_compared_with_a_dataset_of_today() {
    let folder = folder();
    let old = OLD[1].unpacked(folder.path()).join("dataset");
    let (source, new) = (folder.path().join("source"), folder.path().join("new"));
    let [old, source, new] = [&old, &source, &new].map(|path| path.to_str().unwrap());
    let ror = orcid_synth::write_ror(500, folder.path()).unwrap();
    printed(&["synth", "--records", "12", "--seed", "4", "--out", source]);
    printed(&["convert", &format!("{source}/ORCID_2025_10_summaries.tar.gz"), "--out", new]);
    printed(&["match", new, "--ror-release", ror.to_str().unwrap()]);
    let differences = folder.path().join("differences");

    let told = printed(&["diff", old, new, "--to", differences.to_str().unwrap(), "--json"]);

    let told: Value = serde_json::from_str(&told).unwrap();
    let told = &told["differences"];
    assert!(told["records"][0].as_u64() > Some(0) && told["records"][0] == told["records"][1], "{told}");
    let changed = told["sections"].as_object().unwrap().values().filter(|counts| *counts != &json!({}));
    assert_eq!(changed.count(), 0, "{told}");
    assert_eq!(told["flows"], json!([]), "{told}");
}

#[test]
fn whoever_would_change_them_is_told_the_way_out() {
    OLD.iter().for_each(told_the_way_out);
}

fn told_the_way_out(old: &Old) {
    let folder = folder();
    let dataset = old.unpacked(folder.path()).join("dataset");
    let archives = dump(folder.path(), 5, false);
    let ror = orcid_synth::write_ror(20, folder.path()).unwrap();
    let refused = format!("has format version {}, which this orcidlake can read but not change", old.format);
    let before = files(&dataset);
    let beside = || std::fs::read_dir(dataset.parent().unwrap()).unwrap().count();
    let count = beside();
    let at = dataset.to_str().unwrap();

    for arguments in [
        vec!["match", at, "--ror-release", ror.to_str().unwrap()],
        vec!["match", at],
        vec!["convert", archives[0].to_str().unwrap(), "--out", at],
        vec!["refresh", at, "--all-in-dataset", "--api-url", "http://127.0.0.1:9"],
    ] {
        let output = orcidlake(&arguments).output().unwrap();

        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {messages}");
        assert!(messages.contains(&refused), "{messages}");
        assert!(messages.contains("convert --replace"), "{messages}");
        assert_eq!(files(&dataset), before, "{arguments:?}");
        assert_eq!(beside(), count, "{arguments:?}");
    }
    // The way out.
    let output = run(&["convert", archives[0].to_str().unwrap(), "--out", at, "--replace"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(run(&["verify", at]).status.code(), Some(0));
}
