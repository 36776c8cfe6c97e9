//! Which organisations a full affiliation names, on a release that is made to measure.

use crate::world::{number_of, organization, related, world_of};
use ror_match::{Matcher, Preset, Scratch};
use serde_json::{Value, json};

/// An organisation in a region of its country.
fn in_region(mut organization: Value, region: &str) -> Value {
    organization["locations"][0]["geonames_details"]["country_subdivision_name"] = json!(region);
    organization
}

fn organizations() -> Vec<Value> {
    vec![
        organization(1, &["Hillford University"], "Hillford", "GB"),
        organization(2, &["University of Oakland System"], "Oakport", "US"),
        organization(3, &["University of Oakland, Davis"], "Davis", "US"),
        organization(4, &["Weston University in St. Mark", "Weston University"], "St. Mark", "US"),
        in_region(organization(5, &["University of Georgia"], "Athens", "US"), "Georgia"),
        organization(6, &["Tbilisi Academy"], "Tbilisi", "GE"),
        organization(7, &["Centre National de la Mesure", "ACRONYM:CNM"], "Paris", "FR"),
        organization(8, &["Université de Lorient", "University of Lorient"], "Lorient", "FR"),
        organization(9, &["Michigan University"], "Lansing", "US"),
        organization(10, &["Institute of Chemistry"], "Oslo", "NO"),
        organization(11, &["University of Oslo"], "Oslo", "NO"),
        related(organization(12, &["Oslo Observatory"], "Oslo", "NO"), "parent", 11),
        organization(13, &["Bocca University"], "Milan", "IT"),
        organization(14, &["University of Milan"], "Milan", "IT"),
        organization(15, &["University of Newport"], "Callaghan", "AU"),
        organization(16, &["University of Newport"], "Newport", "GB"),
        organization(17, &["Paris"], "Paris", "FR"),
        organization(18, &["Zentrum für Wattforschung"], "Büsum", "DE"),
        organization(19, &["Harwick University in Lowton"], "Lowton", "US"),
        organization(20, &["University of Harwick"], "Harwick", "US"),
        organization(
            21,
            &["Agency for Roads, Bridges, Tunnels, Ferries and Harbours of Lowton"],
            "Lowton",
            "US",
        ),
        organization(22, &["Medikal, Inc. (Norway)"], "Oslo", "NO"),
        organization(23, &["National Space Administration"], "Lowton", "US"),
        organization(24, &["Texan Farmers"], "Commerce", "US"),
        organization(25, &["Oakland College"], "Lowton", "US"),
        organization(26, &["Unimesure", "ACRONYM:UMS"], "Lorient", "FR"),
        organization(27, &["Institut des Eaux", "ACRONYM:IDEO"], "Lorient", "FR"),
        organization(28, &["Centre National de la Recherche Scientifique"], "Paris", "FR"),
        related(organization(29, &["Laboratoire Un"], "Paris", "FR"), "parent", 28),
        related(organization(30, &["Laboratoire Deux"], "Paris", "FR"), "parent", 28),
        related(organization(31, &["Laboratoire Trois"], "Paris", "FR"), "parent", 28),
        organization(32, &["Hillford Wildlife Trust"], "Hillford", "GB"),
    ]
}

fn matcher() -> Matcher {
    world_of(&organizations(), Preset::Balanced)
}

/// The numbers of all organisations that a text names, and of the leading one.
fn read(matcher: &Matcher, text: &str) -> (Vec<u32>, Option<u32>) {
    let mentions = matcher.find_in_text(text, &mut Scratch::default());
    let number = |organization: u32| number_of(matcher, organization);
    let all: Vec<u32> = mentions.all.iter().map(|mention| number(mention.found.found.organization)).collect();
    let leading = mentions.leading.map(|leading| all[leading]);
    (all, leading)
}

#[test]
fn the_leading_organisation_is_found_whatever_stands_around_it() {
    let matcher = matcher();
    for (text, expected) in [
        ("Hillford University", Some(1)),
        ("Department of Physics, Hillford University, Hillford, UK", Some(1)),
        ("Department of Physics Hillford University Hillford United Kingdom", Some(1)),
        ("Hillford University, School of Law, 12 High Street, Hillford HX1 2AB, Royaume-Uni", Some(1)),
        ("1Hillford University. Electronic address: a.b@hillford.ac.uk", Some(1)),
        ("aDepartment of Law, Hillford University, ORCID: 0000-0002-1825-0097", Some(1)),
        ("University of Oakland, Davis, CA 95616, USA", Some(3)),
        ("School of Law, University of Oakland, Davis, California", Some(3)),
        ("School of Medicine, Weston University, St. Mark, MO, USA", Some(4)),
        ("University of Georgia, Athens, Georgia", Some(5)),
        ("University of Georgia, Athens, GA 30602", Some(5)),
        ("Tbilisi Academy, Tbilisi, Georgia", Some(6)),
        ("Centre National de la Mesure (CNM), Paris, France", Some(7)),
        ("Institute of Chemistry, University of Oslo, Norge", Some(11)),
        ("Department of Economics, Bocca University Milan, Italy", Some(13)),
        ("University of Newport, Callaghan, New South Wales", Some(15)),
        ("University of Newport, Newport, Wales", Some(16)),
        ("School of Medicine, Harwick University", Some(19)),
        ("School of Medicine, University of Harwick", Some(20)),
        ("D-25761 Büsum, Zentrum für Wattforschung, Deutschland", Some(18)),
    ] {
        assert_eq!(read(&matcher, text).1, expected, "{text}");
    }
}

#[test]
fn a_name_is_found_as_it_stands_in_ror_whatever_it_consists_of() {
    let matcher = matcher();
    for (text, expected) in [
        ("Agency for Roads, Bridges, Tunnels, Ferries and Harbours of Lowton", Some(21)),
        ("Office 7, Agency for Roads, Bridges, Tunnels, Ferries and Harbours of Lowton, USA", Some(21)),
        ("Medikal, Inc. (Norway)", Some(22)),
        // Another word for administration is commerce, which is a city.
        ("National Space Administration", Some(23)),
        ("University of Oakland, Davis", Some(3)),
        ("University of Oakland College of Medicine, USA", None),
    ] {
        assert_eq!(read(&matcher, text).1, expected, "{text}");
    }
}

#[test]
fn typos_joined_words_and_wide_blanks_are_read() {
    let matcher = matcher();
    for (text, expected) in [
        ("Hillford Univrsity, Hillford, UK", Some(1)),
        ("Department of Law, Hillforduniversity, Hillford, UK", Some(1)),
        ("Department of Law, Hillforduniversity Hillford, UK", Some(1)),
        ("Hilford Wildlife Trust, Hillford, UK", Some(32)),
        ("Hillford Willdlife Trust, Hillford, UK", Some(32)),
        ("Hillford Willdlife Trust, London, UK", None),
        ("Department of Natural and Moral Biology  Hillford University  Hillford  UK", Some(1)),
        ("Department of Natural and Moral Biology Hillford University Hillford UK", Some(1)),
    ] {
        assert_eq!(read(&matcher, text).1, expected, "{text}");
    }
}

#[test]
fn what_names_no_organisation_finds_none() {
    let matcher = matcher();
    for text in [
        "",
        "Paris, France",
        "Eastern Michigan University, Ypsilanti, MI, USA",
        "Department of Surgery, Lansing, Michigan",
        "Institute of Chemistry, Bergen, Norway",
        "someone@hillford.ac.uk",
        "12 High Street, Hillford, UK",
        ";;; , ,, ()",
    ] {
        assert_eq!(read(&matcher, text), (Vec::new(), None), "{text}");
    }
}

#[test]
fn all_organisations_are_found_with_their_places_in_the_text() {
    let matcher = matcher();
    for (text, expected) in [
        (
            "Univ. de Lorient, CNM, UMR 5800, F-56100 Lorient, France",
            vec![(8, "Univ. de Lorient"), (7, "CNM")],
        ),
        ("CNM UMR5800, Université de Lorient, France", vec![(7, "CNM"), (8, "Université de Lorient")]),
        (
            "Hillford University, UK; 2University of Oslo, Norway",
            vec![(1, "Hillford University"), (11, "University of Oslo")],
        ),
        (
            "Tübingen &amp; München, Universit&eacute; de Lorient, France",
            vec![(8, "Universit&eacute; de Lorient")],
        ),
        // The word before the number of a unit is no acronym.
        ("UMS 3343, Université de Lorient, France", vec![(8, "Université de Lorient")]),
        (
            "Université de Lorient, CNM et IDEO, France",
            vec![(8, "Université de Lorient"), (7, "CNM"), (27, "IDEO")],
        ),
        // Common words are a name where institutes belong to it.
        (
            "Université de Lorient, Centre National de la Recherche Scientifique, France",
            vec![(8, "Université de Lorient"), (28, "Centre National de la Recherche Scientifique")],
        ),
        // One of them with a typo.
        (
            "Hillford University, UK; CNM, Université de Loriennt, France",
            vec![(1, "Hillford University"), (7, "CNM"), (8, "Université de Loriennt")],
        ),
        ("Oslo Observatory, University of Oslo", vec![(12, "Oslo Observatory"), (11, "University of Oslo")]),
    ] {
        let mentions = matcher.find_in_text(text, &mut Scratch::default());
        let found: Vec<(u32, &str)> = mentions
            .all
            .iter()
            .map(|mention| {
                (number_of(&matcher, mention.found.found.organization), &text[mention.span.clone()])
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn no_text_crashes_and_buffers_remember_nothing() {
    let matcher = matcher();
    let mut scratch = Scratch::default();
    let long = "Hillford University, Hillford, UK; ".repeat(2_000);
    let texts = [
        ",,,;;;".to_owned(),
        "(((((".to_owned(),
        "&amp;&#0;&#x110000;&bogus; é&eacute;".to_owned(),
        "\u{202E}\u{0}\u{FFFF}".to_owned(),
        "é".repeat(20_000),
        "大学, ".repeat(9_000),
        "@.@ :// www. 0000-0000-0000-0000".to_owned(),
        "ẞßﬀŉ Hillford UniVersity ﬁ".to_owned(),
        long,
    ];
    for text in &texts {
        let one = matcher.find_in_text(text, &mut scratch);
        let other = matcher.find_in_text(text, &mut Scratch::default());
        assert_eq!(format!("{one:?}"), format!("{other:?}"));
        assert!(one.all.iter().all(|mention| text.get(mention.span.clone()).is_some()));
    }
}
