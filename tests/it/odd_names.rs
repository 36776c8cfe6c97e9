//! Odd names get an answer or none, and none costs much: misspelt, upside down,
//! empty, endless, from right to left, and mixed of all that a release has.

use std::path::Path;

use crate::support::damage::rounds;
use crate::support::{Random, convert, folder, record, run, tar};
use ror_match::{Matcher, Preset, Query, Release, Scratch};

const NAMES: usize = 5_000;
/// Names of a release that one query may be held against, of 129,046 organisations.
const MAX_STEPS: u64 = 6_000;

/// The real names where they are present, which have more in common.
fn release() -> Release {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/ror/ror-scale-reconstruction.zip");
    if real.exists() {
        return Release::read(&real).unwrap();
    }
    println!("a synthetic release stands for the real one, which is not here");
    let folder = folder();
    orcid_synth::write_ror(5_000, folder.path()).unwrap();
    Release::read(&folder.path().join("v0.1-2025-10-01-ror-data.zip")).unwrap()
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

/// Letters that stand on their heads, from the end on.
fn upside_down(text: &str) -> String {
    let turned = |letter| match letter {
        'a' => 'ɐ',
        'e' => 'ǝ',
        'i' => 'ᴉ',
        'm' => 'ɯ',
        'n' => 'u',
        'r' => 'ɹ',
        't' => 'ʇ',
        'v' => 'ʌ',
        other => other,
    };
    reversed(text).chars().map(turned).collect()
}

/// A text with some letters left out, doubled or changed.
fn misspelt(text: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(3) {
        let place = random.below(letters.len().max(1));
        match (random.below(3), letters.get(place).copied()) {
            (0, Some(_)) => drop(letters.remove(place)),
            (1, Some(letter)) => letters.insert(place, letter),
            (_, Some(_)) => letters[place] = 'x',
            _ => {}
        }
    }
    letters.into_iter().collect()
}

/// Words of several names in one text, with signs between them.
fn mixed(names: &[&str], random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..1 + random.below(30) {
        let words: Vec<&str> = names[random.below(names.len())].split(' ').collect();
        text.push_str(words[random.below(words.len())]);
        text.push_str([" ", ", ", " - ", " (", ") ", "/", "; ", ". "][random.below(8)]);
    }
    text
}

fn odd(names: &[&str], random: &mut Random) -> String {
    let name = names[random.below(names.len())];
    let other = names[random.below(names.len())];
    match random.below(12) {
        0 => misspelt(name, random),
        1 => reversed(name),
        2 => upside_down(name),
        3 => format!("{name} ").repeat(10_000 / (name.len() + 1) + 1),
        4 => format!("\u{202E}{name}\u{202C}"),
        5 => format!("جامعة {name} אוניברסיטת"),
        6 => format!("{name}, {other}"),
        7 => name.chars().filter(|letter| !"aeiou".contains(*letter)).collect(),
        8 => name.split(' ').rev().collect::<Vec<_>>().join(" "),
        9 => name.chars().flat_map(|letter| [letter, '\u{301}']).collect(),
        _ => mixed(names, random),
    }
}

#[test]
fn the_dearest_of_many_odd_names_costs_little() {
    let matcher = Matcher::new(release(), Preset::Recall);
    let organizations = &matcher.index.release.organizations;
    let names: Vec<&str> = organizations.iter().map(|one| one.names[0].value.as_str()).collect();
    let cities: Vec<&str> =
        organizations.iter().filter_map(|one| one.places.first()?.city.as_deref()).collect();
    let countries = ["US", "CN", "GB", "DE", "FR", "RU", "GR", "", "XX", "United States of America"];
    let (mut random, mut scratch) = (Random(4), Scratch::default());

    let mut dearest = (0, String::new());
    for _ in 0..rounds(NAMES) {
        let name = odd(&names, &mut random);
        let city = Some(cities[random.below(cities.len())]).filter(|_| random.below(3) > 0);
        let country = Some(countries[random.below(countries.len())]);
        matcher.find(&Query { name: &name, city, country }, &mut scratch);
        dearest = dearest.max((scratch.steps(), name));
    }

    let (steps, name) = dearest;
    println!("the dearest took {steps} steps: {}", name.chars().take(200).collect::<String>());
    assert!(steps <= MAX_STEPS, "{steps} steps for {name}");
}

#[test]
fn odd_names_are_matched_as_text_as_table_and_in_a_dataset() {
    let folder = folder();
    orcid_synth::write_ror(1_000, folder.path()).unwrap();
    let ror = folder.path().join("v0.1-2025-10-01-ror-data.zip");
    let ror = ror.to_str().unwrap();
    let names = [
        String::new(),
        " ,;( ".to_owned(),
        "x".repeat(10_000),
        "University of ".repeat(1_000),
        upside_down("University of Vienna"),
        "\u{202E}جامعة الملك سعود".to_owned(),
        "\u{FFFD}\u{200B}🎓".to_owned(),
    ];
    let table = folder.path().join("names.csv");
    let mut writer = csv::Writer::from_path(&table).unwrap();
    writer.write_record(["name", "city"]).unwrap();
    names.iter().for_each(|name| writer.write_record([name.as_str(), name]).unwrap());
    writer.flush().unwrap();
    let employment = |(number, name): (usize, &String)| {
        format!(
            r#"<activities:affiliation-group xmlns:employment="http://www.orcid.org/ns/employment"><employment:employment-summary put-code="{number}" visibility="public"><common:organization><common:name>{name}</common:name><common:address><common:city>{name}</common:city><common:country>US</common:country></common:address></common:organization></employment:employment-summary></activities:affiliation-group>"#
        )
    };
    let groups: String = names.iter().enumerate().map(employment).collect();
    let inside = format!(
        "<activities:activities-summary><activities:employments>{groups}</activities:employments></activities:activities-summary>"
    );
    let xml = record(crate::support::ONE, "Ada", &inside);
    let archive = folder.path().join("ORCID_2025_10_summaries.tar");
    let member = format!("ORCID_2025_10_summaries/097/{}.xml", crate::support::ONE);
    std::fs::write(&archive, tar(&[(&member, xml.as_bytes())])).unwrap();
    let out = folder.path().join("orcid");
    let (status, messages) = convert(&[&archive], &out, &[]);
    assert_eq!(status, 0, "{messages}");

    // A text of nothing is refused, where a cell of nothing is a row without a match.
    let texts: Vec<&str> =
        names.iter().filter(|name| !name.is_empty()).flat_map(|name| ["--text", name]).collect();
    let by_text = run(&[&["match", "--ror-release", ror, "--json"][..], &texts].concat());
    let by_table = run(&["match", "--ror-release", ror, "--json", "--csv", table.to_str().unwrap()]);
    let in_dataset = run(&["match", out.to_str().unwrap(), "--ror-release", ror, "--json"]);

    for output in [&by_text, &by_table, &in_dataset] {
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let lines = |output: &std::process::Output| String::from_utf8_lossy(&output.stdout).lines().count();
    assert_eq!((lines(&by_text), lines(&by_table)), (names.len() - 1, names.len()));
    let summary: serde_json::Value = serde_json::from_slice(&in_dataset.stdout).unwrap();
    assert!(summary["keys"].as_u64() >= Some(6) && summary["matched_keys"] == 0, "{summary}");
}

#[test]
fn spreadsheets_show_formulas_as_text() {
    let folder = folder();
    orcid_synth::write_ror(1_000, folder.path()).unwrap();
    let ror = folder.path().join("v0.1-2025-10-01-ror-data.zip");
    let table = folder.path().join("names.csv");
    std::fs::write(&table, "\u{feff}name,note,=2\n=1+1,-5,\n+49,plain,-5+1\n").unwrap();
    let arguments = ["match", "--ror-release", ror.to_str().unwrap(), "--csv", table.to_str().unwrap()];

    let exact = run(&arguments);
    let shown = run(&[&arguments[..], &["--excel"]].concat());
    let refused = run(&[&arguments[..], &["--excel", "--json"]].concat());

    let text = |output: &std::process::Output| String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text(&exact).contains("name,note,=2,ror_id") && text(&exact).contains("\n=1+1,-5,"),
        "{}",
        text(&exact)
    );
    assert!(text(&shown).starts_with("\u{feff}name,note,'=2,ror_id"), "{}", text(&shown));
    assert!(
        text(&shown).contains("\n'=1+1,-5,") && text(&shown).contains("\n'+49,plain,'-5+1,"),
        "{}",
        text(&shown)
    );
    assert_eq!(refused.status.code(), Some(2));
}
