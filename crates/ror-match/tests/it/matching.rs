//! Which organisation a name means, on a release that is made to measure.

use std::time::{Duration, Instant};

use crate::world::{find, id, matcher};
use ror_match::{
    Address, Agreement, By, Crosswalk, Finding, Overrides, Preset, Query, Resolved, RorId, Scratch, Status,
    Tier, Via, ask_id, meant_by_id_alone,
};

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
fn an_id_is_enough_where_no_name_wins_against_it() {
    let mut matcher = matcher(Preset::Balanced);
    let number = |own| matcher.index.release.number(RorId::parse(&id(own)).unwrap()).unwrap();
    let (coimbra, other) = (number(1), number(8));
    let cases = [
        (Resolved::One(other, Via::Ror), Some("PT"), Some(other)),
        (Resolved::One(other, Via::Listed), None, Some(other)),
        (Resolved::One(other, Via::Table), Some(""), Some(other)),
        (Resolved::One(other, Via::Ror), Some("DK"), None),
        (Resolved::One(other, Via::Learned), Some("PT"), None),
        (Resolved::Unknown, Some("PT"), None),
        (Resolved::Several, Some("PT"), None),
        (Resolved::Mistyped, Some("PT"), None),
    ];
    for (id, country, expected) in cases {
        let alone = meant_by_id_alone(&matcher, id, country);

        assert_eq!(alone, expected, "{id:?} {country:?}");
        for name in ["University of Coimbra", "University of Porto", "Nowhere", ""] {
            let query = Query { name, city: Some("Coimbra"), country };
            let answer = matcher.find(&query, &mut Scratch::default());
            let meant = Finding::of(&matcher, id, answer, country).meant.map(|(number, _)| number);
            assert!(alone.is_none() || alone == meant, "{id:?} {country:?} {name}: {meant:?}");
        }
    }
    let (folder, given) = (tempfile::tempdir().unwrap(), matcher.index.release.organization(coimbra).id);
    let table = folder.path().join("overrides.csv");
    std::fs::write(&table, format!("name,country,ror\nNowhere,PT,{given}\n")).unwrap();

    matcher.overrides = Overrides::read(&table, &matcher.index.release, &matcher.index.lexicon).unwrap();

    for (id, country, _) in cases {
        assert_eq!(meant_by_id_alone(&matcher, id, country), None, "{id:?} {country:?}");
    }
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
