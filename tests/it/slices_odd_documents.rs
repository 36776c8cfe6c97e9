//! People are selected whatever the form of their documents: comments, CDATA, other prefixes, other order, damage.

use orcid_mock::plain::crowd_id;

use crate::slices::{check, employed, empty_folder, of_people, report};
use crate::support::slices::{archive, cells, with_country};
use crate::support::tables::all_rows;
use crate::support::{ONE, OTHER, convert, folder, given_names, record, run};

#[test]
fn a_document_in_another_form_is_found_too() {
    let plain = with_country(ONE, "One", "PT");
    let forms = [
        plain.clone(),
        plain.replace("<address:country>PT", "<address:country >PT"),
        plain.replace(">PT<", ">&#80;T<"),
        plain.replace(">PT<", "><![CDATA[PT]]><"),
        plain.replace(">PT<", ">\n PT\t<"),
        plain.replace("address:country", "country"),
        plain.replace(">PT<", ">P\u{1}T<"),
        plain.replace("<address:country>", "<!-- x --><address:country>"),
    ];
    for form in forms {
        let place = folder();
        let archive =
            archive(place.path(), &[(ONE, form.clone()), (OTHER, with_country(OTHER, "Other", "ES"))]);
        let out = place.path().join("out");

        let (status, told) = convert(&[&archive], &out, &["--country", "PT"]);

        assert!(status < 2, "{told}");
        assert_eq!(given_names(&out, ONE), ["One"], "{form}");
        assert!(given_names(&out, OTHER).is_empty());
    }
}

#[test]
fn damage_is_a_reject_where_it_may_be_of_a_selected_person() {
    let place = folder();
    let whole = with_country(ONE, "One", "PT");
    let wide = whole.replace("UTF-8", "UTF-16").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (before, _) = whole.split_at(whole.find("<address:country>").unwrap());
    // The country of none of them can be read, so that each may be of a selected person.
    for (number, damaged) in
        [whole[..whole.len() - 20].into(), before.into(), Vec::new(), wide].into_iter().enumerate()
    {
        let at = place.path().join(number.to_string());
        std::fs::create_dir(&at).unwrap();
        let archive = archive(&at, &[(ONE, damaged), (OTHER, with_country(OTHER, "Other", "ES").into())]);
        for (option, value, rejects) in [
            ("--country", "PT", 1),
            ("--country", "ES", 1),
            ("--organization-id", "grid:grid.1.a", 1),
            ("--ids", ONE, 1),
            ("--ids", OTHER, 0),
        ] {
            let out = at.join(value);
            let list = at.join("list");
            std::fs::write(&list, value).unwrap();
            let given = if option == "--ids" { list.to_str().unwrap() } else { value };

            let (status, told) = convert(&[&archive], &out, &[option, given]);

            assert_eq!(status, rejects, "{number} {value} {told}");
            assert_eq!(report(&out)["report"]["members"]["rejects"], rejects, "{number} {option} {value}");
            let others: &[&str] = if ["ES", OTHER].contains(&value) { &["Other"] } else { &[] };
            assert_eq!(given_names(&out, OTHER), others, "{number} {option} {value}");
        }
    }
}

/// The same record in forms in which ORCID does not write it.
fn odd_forms(record: &str) -> Vec<String> {
    let organization = "<common:organization>";
    let works = "<activities:works><activities:group><work:work-summary put-code=\"7\"><work:title>\
                 <common:title>The organization: of &lt;common:organization&gt;</common:title></work:title>\
                 </work:work-summary></activities:group></activities:works>";
    let sections = "<activities:distinctions/><activities:educations></activities:educations>";
    let long =
        format!("<common:role-title>{}</common:role-title>{organization}", "A long role. ".repeat(50_000));
    let summary = "<activities:activities-summary>";
    let in_order = record
        .replace("</activities:activities-summary>", &format!("{works}</activities:activities-summary>"));
    let works_first = record.replace(summary, &format!("{summary}{works}"));
    let before = |text: &str| record.replace(organization, &format!("{text}{organization}"));
    let within = |text: &str| record.replace(organization, &format!("{organization}{text}"));
    vec![
        in_order.replace(summary, &format!("{summary}{sections}")),
        works_first.clone(),
        works_first
            .replace("</activities:activities-summary>", &format!("{works}</activities:activities-summary>")),
        record
            .replace("activities:affiliation-group>", "activities:other>")
            .replace("<activities:other>", "")
            .replace("</activities:other>", ""),
        record.replace(organization, &long),
        before("<!-- <activities:works> -->"),
        before("<!-- <common:organization> -->"),
        before("<!-- </common:organization> -->"),
        before("<!-- <common:organization></common:organization> -->"),
        before("<![CDATA[<common:organization></common:organization>]]>"),
        before("<?x <common:organization> ?>"),
        within("<!-- </common:organization> -->"),
        within("<!-- </common:organization><common:organization> -->"),
        within("<x:y z=\"</common:organization>\"/>"),
        record.replace("common:organization>", "c:organization>"),
        record.replace("common:organization>", "organization>"),
        record.replace(organization, "<common:organization >"),
        record.replace(organization, "<common:organization visibility=\"public\">"),
        record.replace(organization, "<common:orga\u{1}nization>"),
        record.replace(organization, "<common:orga&#1;nization>"),
        record.replace("<common:name>", "<common:name><!-- x -->"),
    ]
}

#[test]
fn an_institution_is_found_in_documents_of_any_form() {
    let place = folder();
    let at = place.path();
    let release = orcid_synth::write_ror(50, at).unwrap();
    let release = release.to_str().unwrap();
    let (empty, first) =
        (at.join("empty"), archive(&empty_folder(at, "first"), &[(ONE, record(ONE, "One", ""))]));
    convert(&[&first], &empty, &[]);
    assert!(run(&["match", empty.to_str().unwrap(), "--ror-release", release]).status.success());
    let rows = cells(&empty, "organizations/ror", &["ror_id", "name", "city", "country", "status"]);
    let own = rows.iter().find(|row| row["status"] == "active" && row.contains_key("city")).unwrap();
    let (name, ror) = (own["name"].as_str(), own["ror_id"].as_str());
    let employed = |name: &str| employed(name, &own["city"], &own["country"], "7777777");
    let (initial, rest) = name.split_at(name.chars().next().unwrap().len_utf8());
    let spelt = format!("&#{};{rest}", u32::from(initial.chars().next().unwrap()));
    let mut forms = odd_forms(&record(ONE, "One", &employed(name)));
    forms.push(record(ONE, "One", &employed(&spelt)));
    forms.push(record(ONE, "One", &employed(&format!("<![CDATA[{name}]]>"))));
    // Each form is the record of another person.
    let people: Vec<String> = (0..forms.len() as u64).map(|number| crowd_id(number).to_string()).collect();
    let own = people.iter().zip(&forms).map(|(orcid, form)| (orcid.as_str(), form.replace(ONE, orcid)));
    let other = record(OTHER, "Other", &employed("R&amp;D &#233; <![CDATA[& Co]]>").replace("7777777", "1"));
    let documents: Vec<(&str, String)> = own.chain([(OTHER, other)]).collect();
    let archive = archive(&empty_folder(at, "odd"), &documents);
    let whole = at.join("whole");
    let (status, told) = convert(&[&archive], &whole, &[]);
    assert_eq!(status, 0, "{told}");
    let read = cells(&whole, "summaries/records", &["orcid", "given_names"]);
    for (orcid, form) in people.iter().zip(&forms) {
        assert!(read.iter().any(|row| row["orcid"] == *orcid && row["given_names"] == "One"), "{form}");
    }
    let expected = of_people(&all_rows(&whole), &people.into_iter().collect());

    for (name, options) in [
        ("ror", &["--ror", ror, "--ror-release", release][..]),
        ("id", &["--organization-id", "ringgold:7777777"]),
        ("current", &["--organization-id", "ringgold:7777777", "--current"]),
    ] {
        check(&[&archive], &at.join(name), options, &expected);
    }
}
