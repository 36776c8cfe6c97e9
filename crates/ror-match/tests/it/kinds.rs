//! The kinds of names that were once answered wrongly, on a release that is made to measure.

use crate::world::{find, organization, related, world_of};
use ror_match::{Matcher, Preset, Tier};
use serde_json::Value;

fn organizations() -> Vec<Value> {
    let mut all = vec![
        organization(1, &["Oakland University System", "University of Oakland"], "Oakport", "US"),
        organization(2, &["University of Oakland, Davis"], "Davis", "US"),
        organization(3, &["University of Oakland–Madden", "Oakland at Madden"], "Madden", "US"),
        organization(4, &["Weston University in St. Mark"], "St. Mark", "US"),
        organization(5, &["University of Weston", "Weston University"], "Portville", "US"),
        organization(6, &["Università Bocca", "Bocca University"], "Milan", "IT"),
        organization(7, &["University of Milan"], "Milan", "IT"),
        organization(8, &["Sharaf University of Technology"], "Tehran", "IR"),
        organization(9, &["University of Tehran"], "Tehran", "IR"),
        organization(10, &["Federal University of Para", "Universidade Federal do Pará"], "Belém", "BR"),
        organization(11, &["Universidade Federal do Rio de Janeiro"], "Rio de Janeiro", "BR"),
        organization(12, &["Conseil National de la Mesure", "ACRONYM:CNM"], "Paris", "FR"),
        organization(13, &["Comité Nautique de Marseille", "ACRONYM:CNM"], "Paris", "FR"),
        organization(14, &["Consiglio della Misura", "ACRONYM:CDM"], "Rome", "IT"),
        related(
            organization(15, &["Istituto di Fisica della Misura", "ACRONYM:CDM"], "Pisa", "IT"),
            "parent",
            14,
        ),
        related(organization(16, &["Istituto di Chimica della Misura"], "Bari", "IT"), "parent", 14),
        related(organization(17, &["Istituto di Ottica della Misura"], "Lecce", "IT"), "parent", 14),
        organization(18, &["Zoo Sur"], "Lima", "PE"),
        organization(19, &["European University of Roma"], "Rome", "IT"),
        organization(24, &["Sapiens University of Roma"], "Rome", "IT"),
        organization(20, &["Hospital of Saint Ann"], "Porto", "PT"),
        organization(21, &["University of Kentford"], "Kentford", "GB"),
        organization(22, &["Ευγενίδειο Ίδρυμα Μελετών"], "Αθήνα", "GR"),
        organization(23, &["Vale (Brazil)"], "Rio de Janeiro", "BR"),
        organization(60, &["Institute of Chemistry"], "Mashhad", "IR"),
        organization(61, &["University of Technology"], "Oakport", "US"),
        organization(62, &["University of Technology, Davis"], "Davis", "US"),
        organization(63, &["Normandie Université"], "Caen", "FR"),
        organization(64, &["Université de Rouen Normandie"], "Rouen", "FR"),
        organization(65, &["Πανεπιστήμιο Λευκωσίας"], "Nicosia", "CY"),
    ];
    // A word that many have in their names.
    all.extend(
        (30..60).map(|number| organization(number, &[&format!("Vale Works {number}")], "Natal", "BR")),
    );
    all
}

fn matcher() -> Matcher {
    world_of(&organizations(), Preset::Balanced)
}

fn check(cases: &[(&str, &str, &str, Option<u32>)]) {
    let matcher = matcher();
    for (name, city, country, expected) in cases {
        let found = find(&matcher, name, city, country).map(|(number, _)| number);
        assert_eq!(found, *expected, "{name} | {city} | {country}");
    }
}

#[test]
fn a_name_that_is_in_ror_is_itself() {
    check(&[
        ("University of Oakland, Davis", "Davis", "US", Some(2)),
        ("University of Oakland, Davis", "", "US", Some(2)),
        ("University of Oakland, Davis (UOD)", "Davis", "US", Some(2)),
        ("Department of Economics, Bocca University Milan", "Milan", "IT", Some(6)),
        ("Bocca University Milan School of Law", "Milan", "IT", Some(6)),
        ("Department of Physics, Sharaf University Tehran", "Tehran", "IR", Some(8)),
        ("Institute of Chemistry, Sharaf University Tehran", "Tehran", "IR", Some(8)),
        ("Faculty of Law, University of Oakland–Madden", "Portville", "US", Some(3)),
        ("Department of Physics, Redeemer's University Milan", "Milan", "IT", None),
        ("Department of Physics, Onova City University Milan", "Milan", "IT", None),
    ]);
}

#[test]
fn a_campus_comes_before_its_system_and_the_city_before_an_alias() {
    check(&[
        ("University of Oakland", "Davis", "US", Some(2)),
        ("University of Oakland", "Madden", "US", Some(3)),
        ("University of Oakland", "Oakport", "US", Some(1)),
        ("Weston University", "St. Mark", "US", Some(4)),
        ("Weston University", "Portville", "US", Some(5)),
        ("University of Technology", "Davis", "US", Some(62)),
        ("Normandie Université", "Rouen", "FR", Some(63)),
    ]);
}

#[test]
fn words_that_match_nothing_by_themselves_find_nothing() {
    check(&[
        ("Sur", "Lima", "PE", None),
        ("para", "Belém", "BR", None),
        ("Zoo", "Lima", "PE", None),
        ("Milan", "Milan", "IT", None),
        ("Rio de Janeiro", "Rio de Janeiro", "BR", None),
        ("University", "Milan", "IT", None),
        ("Universidade Federal", "Rio de Janeiro", "BR", None),
        ("Universidade Federal", "Natal", "BR", None),
        ("University of Rome", "Rome", "IT", None),
        ("Vale", "Natal", "BR", None),
        ("Vale", "Rio de Janeiro", "BR", Some(23)),
    ]);
}

#[test]
fn an_acronym_beside_a_name_is_that_of_the_name() {
    check(&[
        ("Conseil National de la Mesure (CNM)", "Paris", "FR", Some(12)),
        ("Consiglio della Misura (CDM)", "Roma", "IT", Some(14)),
        ("CDM", "Bari", "IT", Some(14)),
        ("Weston University in St. Mark (WUSM)", "St. Mark", "US", Some(4)),
    ]);
}

#[test]
fn a_letter_is_forgiven_in_common_words_and_others() {
    let matcher = matcher();
    for (name, city, country, expected) in [
        ("Univrsity of Kentford", "Kentford", "GB", 21),
        ("Hosital of Saint Ann", "Porto", "PT", 20),
        ("University of Kentfrd", "Kentford", "GB", 21),
        ("Universityof Kentford", "Kentford", "GB", 21),
    ] {
        let found = find(&matcher, name, city, country);
        assert_eq!(found.map(|(number, _)| number), Some(expected), "{name}");
        assert!(found.unwrap().1 != Tier::Exact, "{name}");
    }
}

#[test]
fn faculties_in_other_towns_and_official_forms_are_found() {
    check(&[
        ("Faculty of Law, University of Kentford", "Dover", "GB", Some(21)),
        ("University of Kentford Faculty of Law", "Dover", "GB", Some(21)),
        ("The Chancellor, Masters and Scholars of the University of Kentford", "Kentford", "GB", Some(21)),
        ("Regents of the University of Oakland", "Oakport", "US", Some(1)),
    ]);
}

#[test]
fn greek_eu_is_ev() {
    check(&[
        ("Evgenideio Idryma Meleton", "Athens", "GR", Some(22)),
        ("Eugenideio Idryma Meleton", "Athens", "GR", Some(22)),
        ("Panepistimio Lefkosias", "Nicosia", "CY", Some(65)),
        ("Panepistimio Levkosias", "Nicosia", "CY", Some(65)),
    ]);
}
