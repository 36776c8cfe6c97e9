//! Which organisation a name means, on a release that is made to measure, and
//! what the release itself says.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use ror_match::{
    Address, Agreement, By, Crosswalk, Finding, Matcher, Overrides, Preset, Query, Release, Resolved, RorId,
    Scratch, Status, Tier, Via, ask_id,
};
use serde_json::{Value, json};

/// A number's ROR id.
fn id(number: u32) -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let letters: String =
        (0..6).rev().map(|place| char::from(LETTERS[(number >> (5 * place)) as usize & 31])).collect();
    format!("https://ror.org/0{letters}{:02}", 98 - u64::from(number) * 100 % 97)
}

/// An organisation with its display name first; `ACRONYM:` marks an acronym.
fn organization(number: u32, names: &[&str], city: &str, country: &str) -> Value {
    let names: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(place, name)| match name.strip_prefix("ACRONYM:") {
            Some(acronym) => json!({ "value": acronym, "types": ["acronym"], "lang": null }),
            None if place == 0 => json!({ "value": name, "types": ["ror_display", "label"], "lang": "en" }),
            None => json!({ "value": name, "types": ["alias"], "lang": null }),
        })
        .collect();
    json!({
        "id": id(number), "status": "active", "names": names, "types": ["education"], "established": 1900,
        "locations": [{ "geonames_id": number, "geonames_details": {
            "name": city, "country_code": country, "country_subdivision_name": null, "lat": 1.5, "lng": 2.5 } }],
        "external_ids": [], "relationships": [], "domains": [], "links": [],
    })
}

fn related(mut organization: Value, kind: &str, other: u32) -> Value {
    organization["relationships"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "type": kind, "id": id(other), "label": "" }));
    organization
}

fn with(mut organization: Value, field: &str, value: Value) -> Value {
    organization[field] = value;
    organization
}

/// The organisations that most tests ask for.
fn world() -> Vec<Value> {
    vec![
        organization(1, &["University of Coimbra", "Universidade de Coimbra", "ACRONYM:UC"], "Coimbra", "PT"),
        organization(2, &["University of Vienna"], "Vienna", "AT"),
        organization(3, &["AbbVie (United States)"], "North Chicago", "US"),
        organization(4, &["AbbVie (Germany)"], "Wiesbaden", "DE"),
        organization(5, &["Government Medical College"], "Nagpur", "IN"),
        organization(6, &["Government Medical College"], "Surat", "IN"),
        organization(
            7,
            &["University of Copenhagen", "Københavns Universitet", "ACRONYM:KU"],
            "Copenhagen",
            "DK",
        ),
        organization(8, &["University of Porto", "Universidade do Porto"], "Porto", "PT"),
        organization(9, &["National Institute of Technology"], "Lisbon", "PT"),
        related(
            with(
                organization(10, &["Paris Descartes University"], "Paris", "FR"),
                "status",
                json!("inactive"),
            ),
            "successor",
            11,
        ),
        organization(11, &["Université Paris Cité"], "Paris", "FR"),
        related(organization(12, &["Institute of Physics of Coimbra"], "Coimbra", "PT"), "parent", 1),
        related(
            with(
                organization(13, &["Old Observatory of Coimbra"], "Coimbra", "PT"),
                "status",
                json!("inactive"),
            ),
            "parent",
            12,
        ),
        organization(
            14,
            &["Lomonosov Moscow State University", "Московский государственный университет"],
            "Moscow",
            "RU",
        ),
        organization(15, &["King Saud University", "جامعة الملك سعود"], "Riyadh", "SA"),
        with(
            organization(16, &["Grid University"], "Oslo", "NO"),
            "external_ids",
            json!([
            { "type": "grid", "all": ["grid.1.a"], "preferred": "grid.1.a" },
            { "type": "fundref", "all": ["501100000001", "100000001"], "preferred": null } ]),
        ),
        with(
            organization(17, &["Other University"], "Bergen", "NO"),
            "external_ids",
            json!([
            { "type": "fundref", "all": ["501100000001"], "preferred": null } ]),
        ),
        organization(18, &["Université Paris 1 Panthéon-Sorbonne"], "Paris", "FR"),
    ]
}

fn write(folder: &Path, organizations: &[Value]) -> PathBuf {
    let path = folder.join("v9.9-2026-01-01-ror-data.json");
    std::fs::write(&path, serde_json::to_vec_pretty(organizations).unwrap()).unwrap();
    path
}

fn matcher(preset: Preset) -> Matcher {
    let folder = tempfile::tempdir().unwrap();
    Matcher::new(Release::read(&write(folder.path(), &world())).unwrap(), preset)
}

/// The number of the organisation that is found, and how.
fn find(matcher: &Matcher, name: &str, city: &str, country: &str) -> Option<(u32, Tier)> {
    let query = Query { name, city: Some(city), country: Some(country) };
    let found = matcher.find(&query, &mut Scratch::default()).found?;
    let release = &matcher.index.release;
    let own = release.organization(found.found.organization).id;
    (1..100).find(|number| RorId::parse(&id(*number)) == Ok(own)).map(|number| (number, found.tier))
}

#[test]
fn names_are_found_in_each_way() {
    let matcher = matcher(Preset::Balanced);
    for (name, city, country, expected) in [
        ("University of Coimbra", "Coimbra", "PT", Some((1, Tier::Exact))),
        ("UNIVERSIDADE DE COIMBRA", "", "PT", Some((1, Tier::Exact))),
        ("Coimbra, University of", "Coimbra", "PT", Some((1, Tier::Reordered))),
        ("Universität Wien", "Wien", "AT", Some((2, Tier::Translated))),
        ("Univ. of Vienna", "Vienna", "AT", Some((2, Tier::Translated))),
        ("AbbVie Inc.", "North Chicago", "US", Some((3, Tier::LegalForm))),
        ("AbbVie Deutschland GmbH & Co. KG", "Wiesbaden", "DE", Some((4, Tier::Country))),
        ("Government Medical College", "Surat", "IN", Some((6, Tier::Exact))),
        ("Government Medical College", "", "IN", None),
        ("University of Copnhagen", "Copenhagen", "DK", Some((7, Tier::Similar))),
        ("KU", "Copenhagen", "DK", Some((7, Tier::Acronym))),
        ("KU", "", "", None),
        ("Universidade do Porto Faculdade de Engenharia", "Porto", "PT", Some((8, Tier::PartOf))),
        ("Dept. of Physics, University of Porto", "Porto", "PT", Some((8, Tier::Segment))),
        ("Institute of Technology", "Porto", "PT", None),
        ("University of Coimbra", "Coimbra", "BR", Some((1, Tier::Elsewhere))),
        ("University of Coimbra", "Recife", "BR", None),
        ("Московский государственный университет", "Москва", "RU", Some((14, Tier::Exact))),
        ("جامعة الملك سعود", "الرياض", "SA", Some((15, Tier::Exact))),
        ("Université Paris 7 Panthéon-Sorbonne", "Paris", "FR", None),
        ("University of Vienna / University of Coimbra", "", "", None),
        ("Universidade do Porto - UC", "Coimbra", "PT", None),
        ("Universidade de Coimbra - UC", "Coimbra", "PT", Some((1, Tier::Segment))),
    ] {
        assert_eq!(find(&matcher, name, city, country), expected, "{name} | {city} | {country}");
    }
}

#[test]
fn strict_ventures_nothing() {
    let matcher = matcher(Preset::Strict);

    assert_eq!(find(&matcher, "University of Coimbra", "", "PT"), Some((1, Tier::Exact)));
    assert_eq!(find(&matcher, "University of Copnhagen", "Copenhagen", "DK"), None);
    assert_eq!(find(&matcher, "Univ. of Vienna", "", "AT"), None);
    assert_eq!(find(&matcher, "Univ. of Vienna", "Wien", "AT"), Some((2, Tier::Translated)));
}

#[test]
fn a_successor_takes_the_place_of_what_was_found() {
    let matcher = matcher(Preset::Balanced);
    let release = &matcher.index.release;
    let old = release.number(RorId::parse(&id(10)).unwrap()).unwrap();

    assert_eq!(release.organization(old).status, Status::Inactive);
    assert_eq!(release.organization(release.successor(old)).id.to_string(), id(11));
}

#[test]
fn trees_come_from_the_childrens_own_links() {
    let matcher = matcher(Preset::Balanced);
    let number = |own| matcher.index.release.number(RorId::parse(&id(own)).unwrap()).unwrap();

    assert_eq!(matcher.tree.descendants(number(1), 9), [(number(12), 1), (number(13), 2)]);
    assert_eq!(matcher.tree.descendants(number(1), 1), [(number(12), 1)]);
    assert_eq!(matcher.tree.ancestors(number(13)), [(number(12), 1), (number(1), 2)]);
}

#[test]
fn overrides_win_over_all() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("overrides.csv");
    std::fs::write(
        &table,
        format!("name,country,ror\nUniversity of Coimbra,PT,{}\nUniversity of Porto,,\n", id(9)),
    )
    .unwrap();
    let mut matcher = matcher(Preset::Balanced);

    matcher.overrides = Overrides::read(&table, &matcher.index.release, &matcher.index.lexicon).unwrap();

    assert_eq!(find(&matcher, "university of coimbra", "Coimbra", "PT"), Some((9, Tier::Override)));
    assert_eq!(find(&matcher, "University of Porto", "Porto", "PT"), None);
    std::fs::write(&table, format!("name,country,ror\nX,PT,{}\n", id(99))).unwrap();
    assert!(Overrides::read(&table, &matcher.index.release, &matcher.index.lexicon).is_err());
}

#[test]
fn ids_lead_to_organisations_in_all_their_forms() {
    let matcher = matcher(Preset::Balanced);
    let crosswalk = Crosswalk::new(&matcher.index.release);
    let number = |own| matcher.index.release.number(RorId::parse(&id(own)).unwrap()).unwrap();
    for (source, value, expected) in [
        ("ROR", id(1), Resolved::One(number(1), Via::Ror)),
        ("ror", id(1)[16..].to_owned() + "\n", Resolved::One(number(1), Via::Ror)),
        ("ROR", id(1).replace("01", "02"), Resolved::Mistyped),
        ("GRID", "grid.1.a".to_owned(), Resolved::One(number(16), Via::Listed)),
        (
            "FUNDREF",
            "http://dx.doi.org/10.13039/100000001".to_owned(),
            Resolved::One(number(16), Via::Listed),
        ),
        ("FUNDREF", "https://doi.org/10.13039/501100000001".to_owned(), Resolved::Several),
        ("RINGGOLD", "1234".to_owned(), Resolved::Unknown),
        ("WHO", "1234".to_owned(), Resolved::Unknown),
    ] {
        assert_eq!(ask_id(&matcher, &crosswalk, Some(source), Some(&value)), expected, "{source} {value}");
    }
}

#[test]
fn where_id_and_name_differ_the_rule_decides() {
    let matcher = matcher(Preset::Balanced);
    let number = |own| matcher.index.release.number(RorId::parse(&id(own)).unwrap()).unwrap();
    let hear = |id, name, city, country| {
        let answer =
            matcher.find(&Query { name, city: Some(city), country: Some(country) }, &mut Scratch::default());
        let finding = Finding::of(&matcher, id, answer, Some(country));
        (finding.agreement, finding.meant)
    };
    let one = |own| Resolved::One(number(own), Via::Ror);

    // The same, or one became the other.
    let agreed = hear(one(1), "University of Coimbra", "", "PT");
    assert_eq!(agreed, (Agreement::Agree, Some((number(1), By::Both))));
    let agreed = hear(one(11), "Paris Descartes University", "Paris", "FR");
    assert_eq!(agreed, (Agreement::Agree, Some((number(11), By::Both))));
    // The id is followed where both are in the country of the address.
    let differing = hear(one(8), "University of Coimbra", "Coimbra", "PT");
    assert_eq!(differing, (Agreement::Differ, Some((number(8), By::Id))));
    // The name is, where it is exact and the id is from elsewhere.
    let differing = hear(one(2), "University of Coimbra", "Coimbra", "PT");
    assert_eq!(differing, (Agreement::Differ, Some((number(1), By::Name))));
    // Not so a name that is only similar.
    let differing = hear(one(2), "University of Copnhagen", "Copenhagen", "DK");
    assert_eq!(differing, (Agreement::Differ, Some((number(2), By::Id))));
    // An id that was only learned gives way to an exact name.
    let learned = Resolved::One(number(8), Via::Learned);
    let differing = hear(learned, "University of Coimbra", "Coimbra", "PT");
    assert_eq!(differing, (Agreement::Differ, Some((number(1), By::Name))));
    assert_eq!(hear(Resolved::Unknown, "Nowhere", "", "PT"), (Agreement::None, None));
}

#[test]
fn an_address_is_taken_apart() {
    let matcher = matcher(Preset::Balanced);

    let address = Address::of("Dept. of Physics, Univ. Coimbra, Coimbra, Portugal", &matcher.index);

    assert_eq!(
        (address.name, address.city, address.country),
        ("Dept. of Physics, Univ. Coimbra", Some("Coimbra"), Some("PT"))
    );
    let address = Address::of("KU, Copenhagen, MA, Denmark", &matcher.index);
    assert_eq!((address.name, address.city, address.country), ("KU", Some("Copenhagen"), Some("DK")));
}

#[test]
fn a_release_is_read_as_json_gzip_and_zip() {
    let folder = tempfile::tempdir().unwrap();
    let json = write(folder.path(), &world());
    let gzip = folder.path().join("ror.json.gz");
    let mut encoder = GzEncoder::new(std::fs::File::create(&gzip).unwrap(), Compression::fast());
    encoder.write_all(&std::fs::read(&json).unwrap()).unwrap();
    encoder.finish().unwrap();
    let zip = folder.path().join("ror.zip");
    let mut writer = zip::ZipWriter::new(std::fs::File::create(&zip).unwrap());
    for (name, text) in
        [("v1-ror-data.csv", "id"), ("v1-ror-data.json", "[{]"), ("v1-ror-data_schema_v2.json", "")]
    {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        let bytes = if text.is_empty() { std::fs::read(&json).unwrap() } else { text.as_bytes().to_vec() };
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap();

    for path in [json, gzip, zip] {
        assert_eq!(Release::read(&path).unwrap().organizations.len(), world().len(), "{}", path.display());
    }
}

#[test]
fn a_bad_release_is_told_from_a_good_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ror.json");
    for (text, expected) in [
        ("", "not a ROR release"),
        ("<html>", "not a JSON array"),
        ("[]", "no organisation"),
        ("[{\"id\": \"https://ror.org/04ttjf777\", \"names\": []}]", "where a ROR id belongs"),
        ("[{\"id\": 5}]", "cannot be parsed"),
        ("[{\"id\": \"https://ror.org/04ttjf776\"", "ends within"),
        ("[{\"id\": \"https://ror.org/04ttjf776\"}, {\"id\": \"https://ror.org/04ttjf776\"}]", "twice"),
    ] {
        std::fs::write(&path, text).unwrap();

        let error = Release::read(&path).unwrap_err();

        assert!(error.to_string().contains(expected), "{text}: {error}");
        assert!(!error.hint().is_empty());
    }
}

#[test]
fn both_schemas_say_the_same_of_a_real_release() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/ror/v1.55-test.zip");
    if !path.exists() {
        eprintln!("skipped: ROR's own test data are not here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
    let mut read = |name: &str| {
        let target = folder.path().join(name);
        let mut member = zip.by_name(name).unwrap();
        std::io::copy(&mut member, &mut std::fs::File::create(&target).unwrap()).unwrap();
        Release::read(&target).unwrap()
    };

    let first = read("v1.55-2024-10-31-ror-data.json");
    let second = read("v1.55-2024-10-31-ror-data_schema_v2.json");

    assert_eq!(second.name, "v1.55-2024-10-31");
    assert_eq!(first.organizations.len(), 1000);
    for (one, other) in first.organizations.iter().zip(&second.organizations) {
        assert_eq!(
            (one.id, one.status, &one.parents, &one.successors),
            (other.id, other.status, &other.parents, &other.successors)
        );
        assert_eq!(one.display_name(), other.display_name());
        assert_eq!(one.country(), other.country(), "{}", one.id);
        assert_eq!(one.external_ids.len(), other.external_ids.len(), "{}", one.id);
    }
}

#[test]
fn no_name_crashes_or_takes_long() {
    let matcher = matcher(Preset::Recall);
    let mut scratch = Scratch::default();
    let long: String = "University of Coimbra, ".repeat(2_000);
    let reversed: String = "Universidade do Porto".chars().rev().collect();
    let names = [
        "",
        " ",
        ",,,",
        "(((((",
        "))))",
        "&amp;&#0;&#x110000;&bogus;",
        "\0\u{FFFF}",
        "ﷺﷺﷺ",
        "a",
        "Ω",
        "🎓🎓",
        "of the and",
        "\u{202E}ytisrevinU",
        "e\u{301}\u{301}\u{301}",
        "1 2 3 4 5 6 7 8 9",
        &long,
        &"x".repeat(10_000),
        &"é".repeat(10_000),
        &"( ".repeat(5_000),
        &reversed,
        "جامعة الملك سعود جامعة",
        "大学".repeat(3_000).as_str(),
    ]
    .map(str::to_owned);
    for name in &names {
        for city in ["", "Porto", &long] {
            let begun = Instant::now();
            let query = Query { name, city: Some(city), country: Some("PT") };

            let (one, other) =
                (matcher.find(&query, &mut scratch), matcher.find(&query, &mut Scratch::default()));

            let number = |answer: &ror_match::Answer| answer.found.map(|found| found.found.organization);
            assert_eq!(number(&one), number(&other), "buffers remember nothing");
            assert!(
                begun.elapsed() < Duration::from_millis(500),
                "{}",
                name.chars().take(40).collect::<String>()
            );
        }
    }
}
