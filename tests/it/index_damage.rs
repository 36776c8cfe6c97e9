//! Damage of an index and of its archive: the right members, or a message.

use std::fs;
use std::sync::atomic::AtomicBool;

use crate::index::{SPACING, Silent, archives, by_reading, make_index, orcid};
use crate::support::{Random, folder};
use orcidlake::convert::index;
use orcidlake::get::indexed_members;
use targz_seek::index::{SPACING_BYTES, index_path};

#[test]
fn damage_of_an_index_gives_a_message_or_the_right_members() {
    let folder = folder();
    let archive = archives(folder.path(), 30).swap_remove(0);
    make_index(&archive, SPACING);
    let path = index_path(&archive);
    let sound = fs::read(&path).unwrap();
    let wanted = [orcid(3), orcid(28)];
    let expected = wanted.map(|orcid| by_reading(&archive, orcid));
    let tables_begin = sound.len() - 1_500;
    let places = (0..tables_begin).step_by(97).chain(tables_begin..sound.len());

    let mut told = 0;
    for place in places {
        let mut bytes = sound.clone();
        bytes[place] ^= 1 << (place % 8);
        fs::write(&path, bytes).unwrap();
        for (orcid, expected) in wanted.iter().zip(&expected) {
            match indexed_members(&archive, *orcid) {
                Ok(found) => assert_eq!(found.as_ref(), Some(expected), "byte {place}"),
                Err(error) => told += usize::from(!error.to_string().is_empty()),
            }
        }
    }
    assert!(told > 500, "{told} were told");

    for length in [0, 7, 31, 32, sound.len() / 2, sound.len() - 1] {
        fs::write(&path, &sound[..length]).unwrap();
        assert!(indexed_members(&archive, orcid(3)).is_err(), "cut to {length} bytes");
    }
}

#[test]
fn damage_of_an_archive_is_noticed_by_the_index() {
    let folder = folder();
    let archives = archives(folder.path(), 60).into_iter();
    for (archive, spacing_bytes) in archives.zip([SPACING, SPACING_BYTES].into_iter().cycle()) {
        make_index(&archive, spacing_bytes);
        let sound = fs::read(&archive).unwrap();
        let expected = by_reading(&archive, orcid(31));
        let mut random = Random(1);

        for _ in 0..200 {
            let mut bytes = sound.clone();
            let place = random.below(bytes.len());
            bytes[place] ^= 1 << random.below(8);
            fs::write(&archive, bytes).unwrap();

            if let Ok(found) = indexed_members(&archive, orcid(31)) {
                assert_eq!(found, Some(expected.clone()), "{}: byte {place}", archive.display());
            }
        }
    }
}

#[test]
fn members_before_and_behind_a_damaged_piece_are_told_apart() {
    let folder = folder();
    for archive in archives(folder.path(), 60) {
        make_index(&archive, SPACING_BYTES);
        let expected = by_reading(&archive, orcid(1));
        let mut bytes = fs::read(&archive).unwrap();
        let middle = bytes.len() * 6 / 10;
        bytes[middle..middle + 2_000].fill(0x55);
        fs::write(&archive, bytes).unwrap();

        let before = indexed_members(&archive, orcid(1));
        let behind = indexed_members(&archive, orcid(60));

        assert_eq!(before.unwrap(), Some(expected), "{}", archive.display());
        // What has points of its own behind the damage, or bytes that nothing packs, is whole.
        if ["one.tar", "padded.tar"].iter().any(|name| archive.ends_with(name)) {
            assert!(behind.is_err(), "{}", archive.display());
        }
    }
}

#[test]
fn a_damaged_archive_gets_no_index_that_misleads() {
    let folder = folder();
    let archive = archives(folder.path(), 30).swap_remove(1);
    let sound = fs::read(&archive).unwrap();
    let expected = by_reading(&archive, orcid(28));
    let (mut random, mut refused) = (Random(2), 0);
    for _ in 0..150 {
        let mut bytes = sound.clone();
        let place = random.below(bytes.len());
        bytes[place] ^= 1 << random.below(8);
        fs::write(&archive, bytes).unwrap();

        match index(&archive, &index_path(&archive), SPACING, &Silent, &AtomicBool::new(false)) {
            Ok(_) => assert_eq!(indexed_members(&archive, orcid(28)).unwrap(), Some(expected.clone())),
            Err(error) => refused += usize::from(!error.to_string().is_empty()),
        }
    }
    assert!(refused > 140, "{refused} were refused");
}
