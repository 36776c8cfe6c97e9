//! Ends inside archives: zeros, joined archives, and what follows an end. What is padding is passed
//! over, what is damage is told, and what follows it is salvaged.

use std::fs;

use crate::odd_archives::{SMALL, THIRD, agrees_with_its_index, found_file, members, of, xml};
use crate::support::entries::{end, file};
use crate::support::{ONE, OTHER, folder, gzip};

#[test]
fn zeros_inside_an_archive_are_damage_and_what_follows_is_salvaged() {
    let folder = folder();
    let path = folder.path().join("a.tar");
    let large = [b'x'; 9_000];
    let whole = [of(ONE), file("d/large.xml", &large), of(OTHER), of(THIRD), end()].concat();
    // From the header on, up to within the data, and up to the next header.
    for (from, to) in [(1_024, 5_120), (1_024, 2_560), (512, 5_000), (1_024, 10_752), (0, 4_096)] {
        for blocks in [1, 2] {
            let mut bytes = whole.clone();
            bytes[from..to].fill(0);
            if blocks == 2 {
                bytes = [bytes.clone(), bytes].concat();
            }
            fs::write(&path, &bytes).unwrap();

            let (_, result) = members(&path, SMALL);
            let (salvaged, end) = members(&path, SMALL.resync(true));

            let reason = result.unwrap_err();
            assert!(reason.contains("damaged"), "{from} to {to}: {reason}");
            assert!(end.is_err(), "{from} to {to}");
            let after = salvaged.iter().filter(|found| **found == found_file(THIRD)).count();
            assert_eq!(after, blocks, "{from} to {to}");
        }
    }
}

#[test]
fn joined_archives_and_what_follows_an_end_are_told_apart() {
    let folder = folder();
    let path = folder.path().join("a.tar");
    let record = |orcid: &str| {
        let mut bytes = of(orcid);
        bytes.resize(10_240, 0);
        bytes
    };
    let in_records = |blocks: usize| {
        let filled = [ONE, OTHER, THIRD].map(|orcid| {
            let mut bytes = [of(orcid), end()].concat();
            bytes.resize(bytes.len().next_multiple_of(blocks * 512), 0);
            bytes
        });
        filled.concat()
    };
    let whole = [of(ONE), end()].concat();
    let all = [found_file(ONE), found_file(OTHER), found_file(THIRD)];
    let joined = [record(ONE), vec![0; 20_480], record(OTHER), of(THIRD), end()].concat();
    for (label, bytes, expected, notes) in [
        ("joined", joined, &all[..], 1),
        ("joined in small records", in_records(4), &all[..], 1),
        ("joined in large records", in_records(128), &all[..], 1),
        ("an unusual end", [whole.clone(), vec![0; 512 * 5]].concat(), &all[..1], 1),
        ("many zeros", [whole.clone(), vec![0; 2 << 20]].concat(), &all[..1], 1),
        ("a partial block of zeros", [whole.clone(), vec![0; 100]].concat(), &all[..1], 0),
        ("a partial block", [whole.clone(), vec![b'x'; 100]].concat(), &all[..1], 1),
        ("garbage", [whole.clone(), vec![b'x'; 9_000]].concat(), &all[..1], 1),
        ("garbage, then zeros", [whole.clone(), vec![b'x'; 600], vec![0; 5_000]].concat(), &all[..1], 1),
        ("one zero block", [of(ONE), vec![0; 512]].concat(), &all[..1], 0),
    ] {
        for resync in [false, true] {
            fs::write(&path, &bytes).unwrap();

            let (found, result) = members(&path, SMALL.resync(resync));

            assert_eq!(found, expected, "{label}");
            assert_eq!(result.map(|notes| notes.len()), Ok(notes), "{label}");
        }
    }
    for (label, bytes) in [
        (
            "archive, garbage, archive",
            [whole.clone(), vec![b'x'; 900], vec![0; 124], of(OTHER), end()].concat(),
        ),
        ("cut within a block", [of(ONE), vec![b'x'; 100]].concat()),
        ("cut within the end", [of(ONE), vec![0; 100]].concat()),
    ] {
        fs::write(&path, &bytes).unwrap();
        assert!(members(&path, SMALL).1.is_err(), "{label}");
    }
}

#[test]
fn zeros_between_gzip_members_are_padding() {
    let folder = folder();
    let path = folder.path().join("a.tar.gz");
    let whole = [of(ONE), of(OTHER), of(THIRD), end()].concat();
    let (first, second) = whole.split_at(700);
    for zeros in [1, 511, 512, 600_000] {
        let padding = vec![0; zeros];
        let bytes = [gzip(first), padding.clone(), gzip(second), padding.clone()].concat();
        fs::write(&path, &bytes).unwrap();
        let (found, result) = members(&path, SMALL);
        assert_eq!((found.len(), result), (3, Ok(Vec::new())), "{zeros}");
        agrees_with_its_index(&path, "padded gzip");

        fs::write(&path, [bytes, b"garbage".to_vec()].concat()).unwrap();
        let (found, result) = members(&path, SMALL);
        assert_eq!((found.len(), result.unwrap().len()), (3, 1), "{zeros}");
    }
}

#[test]
fn what_zeros_have_taken_is_told_by_the_exit_status() {
    let folder = folder();
    let archive = folder.path().join("a.tar");
    let records = [ONE, OTHER, THIRD].map(|orcid| {
        let long = format!("<!-- {} -->", "x".repeat(9_000));
        (xml(orcid), crate::support::record(orcid, "Name", &long))
    });
    let records = records.each_ref().map(|(name, data)| (name.as_str(), data.as_bytes()));
    let mut bytes = crate::support::tar(&records);
    bytes[8_192..12_288].fill(0);
    fs::write(&archive, bytes).unwrap();
    let (out, salvaged) = (folder.path().join("out"), folder.path().join("salvaged"));

    let (status, messages) = crate::support::convert(&[&archive], &out, &[]);
    let (salvaged_status, salvaged_messages) =
        crate::support::convert(&[&archive], &salvaged, &["--salvage"]);

    assert_eq!((status, out.exists()), (2, false), "{messages}");
    assert!(messages.contains("is damaged") && messages.contains("--salvage"), "{messages}");
    assert_eq!(salvaged_status, 1, "{salvaged_messages}");
    assert!(salvaged_messages.contains("salvaged:"), "{salvaged_messages}");
    assert_eq!(crate::support::given_names(&salvaged, THIRD), ["Name"]);
}
