//! CSV lists that users give, and options whose values are checked: what is wrong is told
//! with its line, and nothing is passed over in silence.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;

use crate::support::{convert, dump, folder, run};

/// A small dataset and a release of ROR; made once, and only read.
fn world() -> &'static (tempfile::TempDir, PathBuf, PathBuf) {
    static WORLD: OnceLock<(tempfile::TempDir, PathBuf, PathBuf)> = OnceLock::new();
    WORLD.get_or_init(|| {
        let folder = folder();
        let (archives, out) = (dump(folder.path(), 3, false), folder.path().join("orcid"));
        assert_eq!(convert(&[&archives[0]], &out, &[]).0, 0);
        let ror = orcid_synth::write_ror(50, folder.path()).unwrap();
        (folder, out, ror)
    })
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn messages(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Each command that takes a list, with the list.
fn with_list(list: &Path) -> [Vec<&str>; 4] {
    let (_, out, ror) = world();
    let ror = ["--ror-release", text(ror)];
    [
        vec!["reconcile", text(out), text(list), "--name", "name"],
        [&["match", "--csv", text(list)], &ror[..]].concat(),
        [&["match", "--text", "x", "--overrides", text(list)], &ror[..]].concat(),
        [&["match", text(out), "--crosswalk", text(list)], &ror[..]].concat(),
    ]
}

#[test]
fn a_list_that_is_wrong_is_an_error_with_the_line() {
    let folder = folder();
    let list = folder.path().join("list.csv");
    let header = "name,country,ror,source,id";
    for (rows, told) in [
        ("a,PT,,,\n\"b,PT,,,\nc,PT,,,\n", "line 3: a quote is not closed"),
        ("\"a,PT,,,\n\"b\",PT,,,\n", "line 2: the cell goes on after its closing quote"),
        ("a,PT,,,,x\n", "line 2: the row has more cells than the 5 columns"),
    ] {
        fs::write(&list, format!("{header}\n{rows}")).unwrap();
        for arguments in with_list(&list) {
            if rows.starts_with("a,PT") && arguments.contains(&"--crosswalk") {
                // Such a row names no id, which is told first.
                continue;
            }
            let output = run(&arguments);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            assert!(messages(&output).contains(told), "{arguments:?}: {}", messages(&output));
        }
    }
}

#[test]
fn a_table_without_the_column_is_named_with_the_columns_that_it_has() {
    let (folder, out, ror) = world();
    let (empty, other) = (folder.path().join("empty.csv"), folder.path().join("other.csv"));
    fs::write(&empty, "").unwrap();
    fs::write(&other, "foo,bar\n1,2\n").unwrap();
    for (list, has) in [(&empty, "it is empty"), (&other, "columns are: foo, bar")] {
        for arguments in [
            &["match", "--csv", text(list), "--ror-release", text(ror)][..],
            &["match", "--csv", text(list), "--text", "foo bar", "--ror-release", text(ror)],
            &["reconcile", text(out), text(list)],
            &["reconcile", text(out), text(list), "--name", "foo bar"],
        ] {
            let output = run(arguments);

            let told = messages(&output);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
            let expected = format!("{} has no column", list.display());
            assert!(told.contains(&expected) && told.contains(has), "{arguments:?}: {told}");
        }
    }
}

#[test]
fn columns_with_the_names_of_those_that_a_match_adds_are_told() {
    let (folder, _, ror) = world();
    let list = folder.path().join("list.csv");
    fs::write(&list, "name,score,tier\nNowhere,1,2\n").unwrap();
    let told = |more: &[&str]| {
        let arguments = [&["match", "--csv", text(&list), "--ror-release", text(ror)], more].concat();
        messages(&run(&arguments))
    };

    let as_csv = told(&[]);
    assert!(as_csv.contains("list.csv has columns that the match adds too (score, tier)"), "{as_csv}");
    assert!(!told(&["--json"]).contains("adds too"), "there they stand apart");
}

#[test]
fn a_column_that_comes_twice_is_refused_where_it_is_used() {
    let folder = folder();
    let list = folder.path().join("list.csv");
    fs::write(&list, "name,Name,country,ror,source,source,id\n").unwrap();
    for arguments in with_list(&list) {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(messages(&output).contains("two columns are named"), "{}", messages(&output));
    }
    fs::write(&list, "name,note,note\nA,1,2\n").unwrap();
    let (_, _, ror) = world();
    let matched = ["match", "--csv", text(&list), "--ror-release", text(ror)];
    assert_eq!(run(&matched).status.code(), Some(0));
    let output = run(&[&matched[..], &["--json"]].concat());
    assert!(messages(&output).contains("two columns are named note"), "{}", messages(&output));
}

#[test]
fn overrides_of_a_spreadsheet_are_read_and_contradictions_are_told_with_both_lines() {
    let (folder, (_, out, ror)) = (folder(), world());
    let list = folder.path().join("list.csv");
    let known = &orcid_synth::organizations::known()[2];
    let id = &known.ror;
    let rows =
        format!("\u{feff}name;country;ror\r\nMy Place;PRT;{id}\r\nMy Place;;{id}\r\nMY PLACE;PT;{id}\r\n");
    fs::write(&list, &rows).unwrap();
    let matched =
        ["match", "--ror-release", text(ror), "--text", "My Place, Portugal", "--overrides", text(&list)];

    let output = run(&matched);

    assert!(String::from_utf8_lossy(&output.stdout).contains(id), "{}", messages(&output));
    fs::write(&list, rows.clone() + "my place;Portugal;\r\n").unwrap();
    let told = messages(&run(&matched));
    assert!(told.contains("line 5: \"my place\" has another organisation in line 2"), "{told}");
    let other = &orcid_synth::organizations::known()[3].ror;
    fs::write(&list, format!("source,id,ror\nRINGGOLD,1,{id}\nRINGGOLD,1,{id}\nRINGGOLD,1,{other}\n"))
        .unwrap();
    let output = run(&["match", text(out), "--ror-release", text(ror), "--crosswalk", text(&list)]);
    let told = messages(&output);
    assert!(told.contains("line 4: the RINGGOLD id 1 has another organisation in line 2"), "{told}");
}

#[test]
fn cells_that_name_no_country_are_told_with_their_lines() {
    let (folder, (_, _, ror)) = (folder(), world());
    let list = folder.path().join("list.csv");
    let known = &orcid_synth::organizations::known()[2];
    let row = |country: &str| format!("\"{}\",{},{country}\n", known.name, known.city);
    let rows = ["Atlantis", "XX", "", "PRT", "Portugal", "pt"].map(row).concat();
    fs::write(&list, format!("name,city,country\n{rows}")).unwrap();

    let output = run(&["match", "--csv", text(&list), "--ror-release", text(ror)]);

    let told = messages(&output);
    assert!(told.contains("2 rows: line 2 \"Atlantis\", line 3 \"XX\""), "{told}");
    assert_eq!(output.status.code(), Some(0));
    // A country that does not exist is as good as none.
    let table = String::from_utf8(output.stdout).unwrap();
    let verdict = |line: usize| {
        table.lines().nth(line).unwrap().split_once(known.ror.as_str()).map(|it| it.1.to_owned())
    };
    assert!(verdict(3).is_some());
    assert_eq!((verdict(1), verdict(2)), (verdict(3), verdict(3)));
    assert_eq!(verdict(4), verdict(6));
}

#[test]
fn values_that_mean_nothing_are_refused() {
    let (folder, (_, out, ror)) = (folder(), world());
    let at = text(folder.path());
    for (arguments, told) in [
        (
            &["people", text(out), "--ror", "https://ror.org/04ttjf776", "--kind", "employmnt"][..],
            "the kinds are",
        ),
        (&["people", text(out), "--ror", "https://ror.org/04ttjf776", "--kind", ""], "the kinds are"),
        (
            &["people", text(out), "--ror", "https://ror.org/04ttjf776", "--min-confidence", "2"],
            "from 0 to 1",
        ),
        (
            &["people", text(out), "--ror", "https://ror.org/04ttjf776", "--min-confidence", "nan"],
            "from 0 to 1",
        ),
        (
            &["people", text(out), "--ror", "https://ror.org/04ttjf776", "--min-confidence=-0.1"],
            "from 0 to 1",
        ),
        (&["match", "--ror-release", text(ror), "--text", ""], "the text is empty"),
        (&["match", "--ror-release", text(ror), "--text", " \t"], "the text is empty"),
        (&["coverage", text(out), "--top", "0"], "0 is not in 1.."),
        (&["synth", "--records", "1", "--ror", "20001", "--out", at], "20001 is not in 1..=20000"),
        (&["synth", "--records", "1", "--ror", "0", "--out", at], "0 is not in 1..=20000"),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(messages(&output).contains(told), "{arguments:?}: {}", messages(&output));
    }
    // Both forms of a name, as records and the API have them; the dataset has not been matched.
    let output = run(&[
        "people",
        text(out),
        "--ror",
        "https://ror.org/04ttjf776",
        "--kind",
        "Employments,invited_position",
    ]);
    assert!(messages(&output).contains("has not been matched"), "{}", messages(&output));
}

#[test]
fn a_list_of_institutions_gives_a_site_and_the_rows_of_each() {
    let folder = folder();
    let (archives, out) = (dump(folder.path(), 150, false), folder.path().join("orcid"));
    assert_eq!(convert(&[&archives[0]], &out, &[]).0, 0);
    let (ror, out) = (orcid_synth::write_ror(500, folder.path()).unwrap(), &out);
    assert!(run(&["match", text(out), "--ror-release", text(&ror), "--quiet"]).status.success());
    let (list, site) = (folder.path().join("members.txt"), folder.path().join("site"));
    let found = run(&["coverage", text(out), "--top", "3", "--json", "--quiet"]);
    let rows: Vec<serde_json::Value> = String::from_utf8(found.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut ids: Vec<&str> = rows.iter().map(|row| row["ror_id"].as_str().unwrap()).collect();
    ids.dedup();
    assert!(ids.len() > 1, "{rows:?}");
    let bare = |id: &str| id.rsplit('/').next().unwrap().to_owned();
    fs::write(&list, format!("# members\n{}  # the first\nROR:{}\n", ids[0], bare(ids[1]))).unwrap();

    let output = run(&[
        "coverage",
        text(out),
        "--ror-list",
        text(&list),
        "--html",
        text(&site),
        "-o",
        text(&folder.path().join("t.csv")),
    ]);

    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    let index = fs::read_to_string(site.join("index.html")).unwrap();
    assert!(ids[..2].iter().all(|id| index.contains(&format!("href=\"{}.html\"", bare(id)))), "{index}");
    assert_eq!(fs::read_dir(&site).unwrap().count(), 3);
    let table = fs::read_to_string(folder.path().join("t.csv")).unwrap();
    let of_both = rows.iter().filter(|row| ids[..2].contains(&row["ror_id"].as_str().unwrap())).count();
    assert_eq!(table.lines().count(), of_both + 1, "{table}");

    let again = run(&["coverage", text(out), "--ror-list", text(&list), "--html", text(&site)]);
    assert_eq!(again.status.code(), Some(2), "a site is not mixed with another");
    fs::write(&list, "\nhttps://ror.org/04ttjf777\n").unwrap();
    let wrong = run(&["coverage", text(out), "--ror-list", text(&list)]);
    assert!(messages(&wrong).contains("line 2: the check digits"), "{}", messages(&wrong));
    let both = run(&["coverage", text(out), "--ror-list", text(&list), "--ror", ids[0]]);
    assert_eq!(both.status.code(), Some(2), "a list and an id cannot both be meant");
}
