//! Members that are not as ORCID writes them: nothing of them is lost in silence, and
//! none takes another down.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::support::{ONE, OTHER, convert, folder, given_names, record, rows, run, tar, work};

/// Converts some members of a tar archive; gives status and messages.
fn convert_members(members: &[(&str, &[u8])], out: &Path) -> (i32, String) {
    let folder = folder();
    let archive = folder.path().join("a.tar");
    std::fs::write(&archive, tar(members)).unwrap();
    convert(&[&archive], out, &[])
}

#[test]
fn byte_order_marks_are_no_text() {
    for marks in 1..4 {
        let folder = folder();
        let out = folder.path().join("out");
        let document = "\u{feff}".repeat(marks) + &record(ONE, "One", "");
        let bare = "\u{feff}".repeat(marks) + &record(OTHER, "Other", "").split_off(56);

        let members = [(format!("{ONE}.xml"), document), (format!("{OTHER}.xml"), bare)];
        let members: Vec<(&str, &[u8])> =
            members.iter().map(|(name, data)| (name.as_str(), data.as_bytes())).collect();
        let (status, messages) = convert_members(&members, &out);

        assert_eq!(status, 0, "{messages}");
        assert_eq!(
            (given_names(&out, ONE), given_names(&out, OTHER)),
            (vec!["One".into()], vec!["Other".into()])
        );
    }
}

#[test]
fn another_encoding_is_told_and_not_guessed() {
    let latin = record(ONE, "Jos\u{c3}\u{a9}", "").replace("UTF-8", "ISO-8859-1");
    let wide = record(ONE, "山田", "").replace("UTF-8", "UTF-16");
    let little: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = wide.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (document, name) in [(latin.as_bytes(), "ISO-8859-1"), (&little, "UTF-16"), (&big, "UTF-16")] {
        let folder = folder();
        let out = folder.path().join("out");

        let (status, _) = convert_members(&[(&format!("{ONE}.xml"), document)], &out);

        assert_eq!(status, 1, "{name}");
        let reject = &rows(&out, ONE, "summaries/rejects")[0];
        assert_eq!(reject["code"], "not-utf8");
        assert!(reject["reason"].as_str().unwrap().contains(name), "{reject}");
    }
}

#[test]
fn an_activity_that_nobody_owns_is_a_reject() {
    let folder = folder();
    let list = "<activities:works xmlns:activities=\"a\"/>";
    let bulk = "<bulk:bulk xmlns:bulk=\"b\"/>";
    for (name, document) in
        [("works/5.xml", work(5, "Five").as_str()), ("works.XML", list), ("bulk.xml", bulk)]
    {
        let out = folder.path().join(name.replace('/', "-"));

        let (status, messages) = convert_members(&[(name, document.as_bytes())], &out);

        assert_eq!(status, 1, "{name}: {messages}");
        let found = run(&["inspect", out.to_str().unwrap(), "--json"]);
        assert!(String::from_utf8_lossy(&found.stdout).contains("no-owner"), "{name}");
    }
    let (downloads, out) = (folder.path().join("downloads"), folder.path().join("none"));
    std::fs::create_dir(&downloads).unwrap();
    std::fs::write(downloads.join("a.tar.gz"), crate::support::gzip(&tar(&[]))).unwrap();
    let (status, messages) = convert(&[&downloads], &out, &[]);
    assert!(status == 1 && messages.contains("downloads/*.tar.gz"), "{messages}");
    let out = folder.path().join("other");
    let (status, messages) = convert_members(&[("notes.xml", b"<notes/>")], &out);
    assert!(status == 1 && messages.contains("no ORCID documents"), "{messages}");
}

#[test]
fn a_name_that_says_otherwise_than_the_document_is_noted() {
    let folder = folder();
    let out = folder.path().join("out");
    let of_other = work(5, "Five").replace("put-code", &format!("path=\"/{OTHER}/work/5\" put-code"));
    let own = work(6, "Six").replace("put-code", &format!("path=\"/{ONE}/work/6\" put-code"));
    let broken = record("0000-0002-1825-009", "One", "");

    let (five, six) = (format!("{ONE}_works_5.xml"), format!("{ONE}_works_6.xml"));
    let members = [
        (five.as_str(), of_other.as_bytes()),
        (&six, own.as_bytes()),
        (&format!("{ONE}.xml"), broken.as_bytes()),
    ];
    let (status, messages) = convert_members(&members, &out);

    assert_eq!(status, 0, "{messages}");
    assert_eq!(rows(&out, ONE, "activities/works").len(), 2);
    assert!(messages.contains("2 values without a column"), "{messages}");
    assert!(
        messages.contains("/work:work/@path (another iD") && messages.contains("orcid-identifier"),
        "{messages}"
    );
}

#[test]
fn a_link_named_like_a_record_is_a_reject() {
    let folder = folder();
    let mut builder =
        tar::Builder::new(tar(&[(&format!("{OTHER}.xml"), record(OTHER, "Other", "").as_bytes())]));
    let end = builder.get_mut().len() - 1024;
    builder.get_mut().truncate(end);
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Link);
    header.set_size(0);
    builder.append_link(&mut header, format!("{ONE}.xml"), format!("{OTHER}.xml")).unwrap();
    let archive = folder.path().join("a.tar");
    std::fs::write(&archive, builder.into_inner().unwrap()).unwrap();
    let out = folder.path().join("out");

    let (status, messages) = convert(&[&archive], &out, &[]);

    assert_eq!(status, 1, "{messages}");
    assert_eq!(given_names(&out, OTHER), ["Other"]);
    assert_eq!(rows(&out, ONE, "summaries/rejects")[0]["code"], "not-a-file");
}

#[test]
fn what_a_failed_download_has_left_makes_room_for_the_archive() {
    let folder = folder();
    let (archive, out) = (folder.path().join("a.tar.gz"), folder.path().join("out"));
    let whole = crate::support::gzip(&tar(&[(&format!("{ONE}.xml"), record(ONE, "One", "").as_bytes())]));
    for (left, status) in [(&b"<html>404</html>"[..], 2), (&[0; 10_240], 1)] {
        std::fs::write(&archive, left).unwrap();
        assert_eq!(convert(&[&archive], &out, &["--replace"]).0, status);
        std::fs::write(&archive, &whole).unwrap();

        let (status, messages) = convert(&[&archive], &out, &[]);

        assert_eq!(status, 0, "{messages}");
        assert_eq!(given_names(&out, ONE), ["One"]);
        assert_eq!(run(&["verify", out.to_str().unwrap()]).status.code(), Some(0));
    }
}

#[test]
fn a_log_that_takes_nothing_stops_nothing() {
    let folder = folder();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.tar");
    let (archive, out) = (folder.path().join(name), folder.path().join("out"));
    std::fs::write(
        &archive,
        tar(&[(&format!("{ONE}.xml"), record(ONE, "One", "").as_bytes()), ("bad", b"")]),
    )
    .unwrap();
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();

    let mut command = crate::support::orcidlake(&["convert", "--json", "--out"]);
    let output = command.arg(&out).arg(&archive).stderr(full()).output().unwrap();

    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().contains("\"outcome\": \"done\""));
    assert_eq!(given_names(&out, ONE), ["One"]);
    // A report that nobody takes does not make a failure a success.
    let none = folder.path().join("none.tar");
    let mut command = crate::support::orcidlake(&["convert", "--json", "--out"]);
    let status = command.arg(&out).arg(&none).stdout(full()).stderr(full()).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
fn an_id_is_no_year() {
    let folder = folder();
    let (one, two) = ("0000-0002-2019-0011", "0000-0001-2024-0018");
    let paths = [one, two].map(|orcid| folder.path().join(format!("{orcid}.xml")));
    std::fs::write(&paths[0], record(one, "One", "")).unwrap();
    std::fs::write(&paths[1], record(two, "Two", "")).unwrap();

    let (status, messages) = convert(&[&paths[0], &paths[1]], &folder.path().join("out"), &[]);

    assert_eq!(status, 0, "{messages}");
}

#[test]
fn a_plain_tar_that_differs_in_its_middle_is_another() {
    let folder = folder();
    let archive = folder.path().join("a.tar");
    let out = folder.path().join("out");
    // Longer on both sides than what identifies an archive.
    let filling = "x".repeat(2 << 20);
    let padding = |name: &str| record(name, &filling, "");
    let write = |name: &str| {
        let ends = ["0000-0001-5000-0007", "0000-0001-5000-0015"].map(padding);
        let middle = record(ONE, name, "");
        let members = [
            ("a/0000-0001-5000-0007.xml", &ends[0]),
            ("b/0000-0002-1825-0097.xml", &middle),
            ("c/0000-0001-5000-0015.xml", &ends[1]),
        ];
        std::fs::write(&archive, tar(&members.map(|(name, data)| (name, data.as_bytes())))).unwrap();
    };
    write("before");
    assert_eq!(convert(&[&archive], &out, &[]).0, 0);
    let (status, messages) = convert(&[&archive], &out, &[]);
    assert!(status == 0 && messages.contains("already in the dataset"), "{messages}");

    write("AFTER!");
    let (status, messages) = convert(&[&archive], &out, &[]);

    assert!(status == 2 && messages.contains("--replace"), "{messages}");
    assert_eq!(given_names(&out, ONE), ["before"]);
}

/// The dataset's manifest.
fn report(out: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(out.join("orcidlake.json")).unwrap()).unwrap()
}

#[test]
fn what_no_column_takes_is_kept_with_its_member() {
    let folder = folder();
    let out = folder.path().join("out");
    let novel =
        r#"<novel:thing xmlns:novel="n" new="1">next year&apos;s <novel:part>x</novel:part></novel:thing>"#;
    let one = record(ONE, "One", novel);
    let item = work(5, "Five").replace("</work:work>", &format!("{novel}</work:work>"));
    let names = (format!("a/{ONE}.xml"), format!("a/{ONE}_works_5.xml"));
    let members = [(names.0.as_str(), one.as_bytes()), (names.1.as_str(), item.as_bytes())];

    let (status, messages) = convert_members(&members, &out);

    assert_eq!(status, 0, "{messages}");
    assert!(messages.contains("novel:thing/novel:part/text()"), "{messages}");
    for (table, member) in [("summaries/unmapped_values", &names.0), ("activities/unmapped_values", &names.1)]
    {
        let found = rows(&out, ONE, table);
        let values: Vec<&str> = found.iter().map(|row| row["value"].as_str().unwrap()).collect();
        assert_eq!(values, ["1", "next year's", "x"], "{found:?}");
        let ordinals: Vec<u64> = found.iter().map(|row| row["ordinal"].as_u64().unwrap()).collect();
        assert_eq!((ordinals, found[0]["member"].as_str()), (vec![0, 1, 2], Some(member.as_str())));
        assert!(found[2]["path"].as_str().unwrap().ends_with("/novel:thing/novel:part/text()"));
    }
    let activity = &rows(&out, ONE, "activities/unmapped_values")[0];
    assert_eq!((activity["kind"].as_str(), activity["put_code"].as_i64()), (Some("work"), Some(5)));
}

#[test]
fn one_bad_value_does_not_cost_the_record() {
    let bad = r#"<history:history xmlns:history="h" xmlns:common="c"><history:submission-date>yesterday</history:submission-date><common:last-modified-date>2025-10-01T00:00:00.1234567Z</common:last-modified-date><history:claimed>maybe</history:claimed></history:history>"#;
    let folder = folder();
    let out = folder.path().join("out");
    let item = work(5, "Five").replace("put-code=\"5\"", "put-code=\"5\" display-index=\"first\"");
    let members = [
        (format!("{ONE}.xml"), record(ONE, "One", bad)),
        (format!("{ONE}_works_5.xml"), item),
        (format!("{ONE}_works_6.xml"), work(6, "Six").replace("put-code=\"6\"", "put-code=\"six\"")),
    ];
    let members: Vec<(&str, &[u8])> =
        members.iter().map(|(name, data)| (name.as_str(), data.as_bytes())).collect();

    let (status, messages) = convert_members(&members, &out);

    assert_eq!(status, 0, "{messages}");
    assert_eq!(given_names(&out, ONE), vec!["One".to_owned()]);
    let kept = |table: &str| -> Vec<(String, String)> {
        let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        rows(&out, ONE, table).iter().map(|row| (text(row, "value"), text(row, "code"))).collect()
    };
    let invalid = |value: &str| (value.to_owned(), "invalid".to_owned());
    assert_eq!(
        kept("summaries/unmapped_values"),
        [invalid("yesterday"), invalid("2025-10-01T00:00:00.1234567Z"), invalid("maybe")]
    );
    assert_eq!(kept("activities/unmapped_values"), [invalid("first"), invalid("six")]);
    assert_eq!(rows(&out, ONE, "activities/works").len(), 2);
}

#[test]
fn characters_that_are_none_are_taken_out_and_pairs_joined() {
    for (written, read) in [
        ("A&#xD835;B", "AB"),
        ("A&#55349;&#56632;B", "A\u{1d538}B"),
        ("A&#x110000;B", "AB"),
        ("A\u{ffff}B", "AB"),
        ("A\u{ff0c}B", "A\u{ff0c}B"),
    ] {
        let folder = folder();
        let out = folder.path().join("out");
        let document = record(ONE, written, "");

        let (status, messages) = convert_members(&[(&format!("{ONE}.xml"), document.as_bytes())], &out);

        assert_eq!((status, given_names(&out, ONE)), (0, vec![read.to_owned()]), "{written}: {messages}");
        let cleaned = u64::from(written != read);
        assert_eq!(report(&out)["archives"][0]["report"]["members"]["cleaned"], cleaned, "{written}");
    }
}

#[test]
fn a_section_of_a_person_is_a_reject_and_told_as_such_under_any_name() {
    for name in ["person", "emails", "keywords", "other-names", "search", "email"] {
        let folder = folder();
        let out = folder.path().join("out");
        let document =
            format!(r#"<x:{name} xmlns:x="http://www.orcid.org/ns/{name}"><x:a>1</x:a></x:{name}>"#);

        let [unnamed, record, work] =
            [format!("{name}.xml"), format!("{ONE}.xml"), format!("{ONE}_works_5.xml")];
        let members = [&unnamed, &record, &work].map(|member| (member.as_str(), document.as_bytes()));

        let (status, messages) = convert_members(&members, &out);

        assert_eq!(status, 1, "{name}: {messages}");
        let rejects = &report(&out)["archives"][0]["report"]["rejects"];
        assert_eq!((&rejects["no-owner"], &rejects["other-section"]), (&1.into(), &2.into()), "{name}");
        let reason = rows(&out, ONE, "summaries/rejects")[0]["reason"].as_str().unwrap().to_owned();
        assert_eq!(reason, format!("the file is named for record but holds {name}"));
    }
}

#[test]
fn the_sandbox_is_not_taken_for_the_registry() {
    let folder = folder();
    let out = folder.path().join("out");
    let document = record(ONE, "One", "").replace(
        "</record:record>",
        &format!("<common:orcid-identifier xmlns:common=\"c\"><common:uri>https://sandbox.orcid.org/{ONE}</common:uri><common:path>{ONE}</common:path><common:host>sandbox.orcid.org</common:host></common:orcid-identifier></record:record>"),
    );

    convert_members(&[(&format!("{ONE}.xml"), document.as_bytes())], &out);

    let values: Vec<String> = rows(&out, ONE, "summaries/unmapped_values")
        .iter()
        .map(|row| row["value"].as_str().unwrap().to_owned())
        .collect();
    assert!(values.contains(&format!("https://sandbox.orcid.org/{ONE}")), "{values:?}");
    assert!(values.contains(&"sandbox.orcid.org".to_owned()), "{values:?}");
}

#[test]
fn one_put_code_of_two_people_is_no_repetition() {
    let folder = folder();
    let out = folder.path().join("out");
    // Far apart, so that they stand in different chunks; and side by side.
    let filler = "x".repeat(9 << 20);
    let [one, other] = [ONE, OTHER].map(|orcid| format!("{orcid}_works_5.xml"));
    let again = format!("{ONE}_works_6.xml");
    let documents = [
        (one.as_str(), work(5, "Five of one")),
        (&again, work(6, "Six")),
        ("filler.txt", filler),
        (&other, work(5, "Five of another")),
        (&again, work(6, "Six again")),
        (&again, work(6, "Six once more")),
    ];
    let members: Vec<(&str, &[u8])> = documents.iter().map(|(name, text)| (*name, text.as_bytes())).collect();

    let (status, messages) = convert_members(&members, &out);

    assert_eq!(status, 0, "{messages}");
    let titles = |orcid: &str| -> Vec<String> {
        let found = rows(&out, orcid, "activities/works");
        found.iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(titles(ONE), ["Five of one", "Six once more"]);
    assert_eq!(titles(OTHER), ["Five of another"]);
    assert_eq!(report(&out)["archives"][0]["report"]["members"]["duplicates"], 2);
}

#[test]
fn a_long_path_does_not_multiply_a_member() {
    let folder = folder();
    let out = folder.path().join("out");
    let values = "<new>1</new>".repeat(20_000);
    let (one, other) = (record(ONE, "One", &values), record(OTHER, "Other", &values));
    let long = format!("{}{ONE}.xml", "folder/".repeat(30));
    let short = format!("{OTHER}.xml");

    let members = [(long.as_str(), one.as_bytes()), (short.as_str(), other.as_bytes())];
    let (status, messages) = convert_members(&members, &out);

    assert_eq!(status, 1, "{messages}");
    let reject = &rows(&out, ONE, "summaries/rejects")[0];
    assert_eq!(reject["code"], "too-many-values", "{reject}");
    assert_eq!(rows(&out, OTHER, "summaries/unmapped_values").len(), 20_000);
}
