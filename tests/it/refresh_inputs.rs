//! Files that a refresh is given: lists of iDs, and ORCID's list of changes.

use crate::support::refresh::{Here, json, records, text};

#[test]
fn all_lines_without_an_id_are_told_at_once_and_nothing_is_asked() {
    let here = Here::new(3, 5, &[]);
    let bad = |count: usize| -> String { (0..count).map(|number| format!("person {number}\n")).collect() };
    for (bad_lines, told, more) in [(1, 1, None), (3, 3, None), (20, 20, None), (25, 20, Some("and 5 more"))]
    {
        let list = format!("0000-0002-1825-0097\n{}0000-0002-1825-0098\n", bad(bad_lines - 1));
        let file = here.write("ids", &list);

        let output = here.refresh(&["--ids", &file]);

        let said = text(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert_eq!(said.matches("line ").count(), told, "{said}");
        assert!(more.is_none_or(|more| said.contains(more)), "{said}");
        assert!(bad_lines == 1 || said.contains(&format!("{bad_lines} lines hold no iD")), "{said}");
        assert!(more.is_some() || said.contains("the check digit of 0000-0002-1825-0098 is wrong"), "{said}");
        assert_eq!(here.server.log().total(), 0);
    }
}

#[test]
fn a_list_of_changes_is_read_in_other_forms_and_one_that_is_cut_changes_nothing() {
    let here = Here::new(12, 5, &[]);
    let ids: Vec<String> = here.server.world().active().iter().map(ToString::to_string).collect();
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        let newer = |xml: &str| xml.replace("given-names>", "given-names>Newer ");
        ids.iter().for_each(|orcid| world.edit(orcid, clock, newer));
    });
    let before: Vec<_> = ids.iter().map(|orcid| records(&here.dataset, orcid)).collect();
    let row = |orcid: &str, zone: &str| {
        format!("https://orcid.org/{orcid},/x,2012-01-01 00:00:00,2026-01-01 00:00:00.123456{zone}\n")
    };
    let whole =
        format!("ORCID,path,date_created,Last_Modified\n{}{}", row(&ids[0], "-05"), row(&ids[1], " UTC"));
    let refresh = |here: &Here, text: &str| {
        let file = here.write("last_modified.csv", text);
        here.refresh(&["--all-in-dataset", "--rate", "500", "--json", "--changes", &file])
    };
    for cut in [whole.len() - 2, whole.len() - 8, whole.len() - 40] {
        let output = refresh(&here, &whole[..cut]);

        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains("is cut off: its last line, 3,"), "{}", text(&output));
        assert_eq!(here.server.log().total(), 0);
    }

    let output = refresh(&here, &whole);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(json(&output)["answers"]["record"], 2);
    let after: Vec<_> = ids.iter().map(|orcid| records(&here.dataset, orcid)).collect();
    assert_eq!(after.iter().zip(&before).filter(|(after, before)| after != before).count(), 2);
}

#[test]
fn a_change_in_the_future_does_not_move_the_watermark_to_now() {
    let here = Here::new(6, 5, &[]);
    let ids: Vec<String> = here.server.world().active().iter().map(ToString::to_string).collect();
    let row = |orcid: &str, time: &str| format!("{orcid},/x,2012-01-01 00:00:00,{time}\n");
    let rows = row(&ids[0], "2026-01-01 00:00:00.000001") + &row(&ids[1], "2999-01-01 00:00:00.000000");
    let file = here.write("last_modified.csv", &format!("orcid,path,date_created,last_modified\n{rows}"));

    let output = here.refresh(&["--all-in-dataset", "--rate", "500", "--changes", &file]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains("1 change of the file"), "{}", text(&output));
    let manifest = orcidlake::dataset::Manifest::read(&here.dataset).unwrap().unwrap();
    assert_eq!(manifest.scopes["all"]["watermark"], 1_767_225_600_000_001_i64);
}

#[test]
fn a_list_of_changes_with_wrong_check_digits_is_refused() {
    let here = Here::new(3, 5, &[]);
    let text_of = "orcid,path,date_created,last_modified\n0000-0002-1825-0098,/x,2012-01-01 00:00:00,2026-01-01 00:00:00\n";
    let file = here.write("last_modified.csv", text_of);

    let output = here.refresh(&["--all-in-dataset", "--changes", &file]);

    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("line 2: the check digit"), "{}", text(&output));
    assert_eq!(here.server.log().total(), 0);
}
