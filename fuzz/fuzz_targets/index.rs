//! Damaged and forged indexes of a sound archive: no panic; and from a damaged one no member
//! but those that the archive has.
//!
//! The first byte of the input says which archive, and whether digests are made right again.
//! Then come changes: of four bytes each (where, and which byte), or of eleven each, as
//! `forge` reads them.
#![no_main]

use std::sync::{Arc, LazyLock};

use fuzz::forge::Parts;
use fuzz::{Memory, gzip, index_of};
use libfuzzer_sys::fuzz_target;
use targz_seek::index::Index;
use targz_seek::{Archive, ArchiveError, Buffers, Meter, Options};

const MEMBERS: u64 = 60;
/// Keys to look up. Some belong to no member.
const KEYS: [u64; 5] = [0, 1, MEMBERS / 2, MEMBERS - 1, MEMBERS + 3];
/// Bytes between two points, so that a small archive has several.
const SPACING_BYTES: u64 = 4 << 10;
const OPTIONS: Options = Options::new().chunk_bytes(4 << 10).max_member_bytes(64 << 10);
/// Stretches that are read; the parts are most of the archive anyway.
const MAX_STRETCHES: usize = 2;
/// Changes that are made; more would only be slower.
const MAX_CHANGES: usize = 16;

struct Sound {
    archive: Arc<Memory>,
    index: Vec<u8>,
    parts: Parts,
}

static SOUND: LazyLock<[Sound; 2]> = LazyLock::new(|| {
    let tar = tar_of(MEMBERS);
    // Of several members, so that points are of all kinds.
    let (first, second) = tar.split_at(tar.len() / 3);
    [tar.clone(), [gzip(first), gzip(second)].concat()].map(|archive| {
        let index = index_of(&archive, key_of, OPTIONS, SPACING_BYTES);
        let parts = Parts::of(&index);
        let archive = Arc::new(Memory::new("archive", archive));
        let unchanged = Arc::new(Memory::new("index", parts.clone().into_index()));
        let is_read = Index::of_source(unchanged, archive.clone()).is_ok_and(|index| index.runs(0).is_ok());
        assert!(is_read, "forge does not write what the crate reads");
        Sound { archive, index, parts }
    })
});

fuzz_target!(|input: &[u8]| {
    let Some((&first, changes)) = input.split_first() else { return };
    let sound = &SOUND[usize::from(first & 1)];
    let is_forged = first & 2 != 0;
    let index = if is_forged { forged(sound, changes) } else { damaged(sound, changes) };
    let Ok(index) = Index::of_source(Arc::new(Memory::new("index", index)), sound.archive.clone()) else {
        return;
    };
    let index = Arc::new(index);
    for key in KEYS {
        for range in index.runs(key).unwrap_or_default() {
            let _ = read(&index, range, |name, data| {
                // A forged index may lead into a member.
                assert!(is_forged || key_of(name) == Some(key) && data == data_of(key), "{name} for {key}");
            });
        }
    }
    let whole = 0..index.contents.stream_bytes;
    let stretches = index.stretches(whole, SPACING_BYTES).unwrap_or_default();
    let parts = [1, 2].map(|number| index.part(number, 2));
    for range in stretches.into_iter().take(MAX_STRETCHES).chain(parts.into_iter().flatten()) {
        let _ = read(&index, range, |name, data| assert!(is_forged || is_sound(name, data), "{name}"));
    }
});

fn damaged(sound: &Sound, changes: &[u8]) -> Vec<u8> {
    let mut index = sound.index.clone();
    for &[low, high, top, byte] in changes.as_chunks().0.iter().take(MAX_CHANGES) {
        let place = u32::from_le_bytes([low, high, top, 0]) as usize % index.len();
        index[place] = byte;
    }
    index
}

fn forged(sound: &Sound, changes: &[u8]) -> Vec<u8> {
    let mut parts = sound.parts.clone();
    changes.as_chunks().0.iter().take(MAX_CHANGES).for_each(|change| parts.change(change));
    parts.into_index()
}

fn read(
    index: &Arc<Index>,
    range: std::ops::Range<u64>,
    mut seen: impl FnMut(&str, &[u8]),
) -> Result<(), ArchiveError> {
    let mut part = Archive::open_part(index.clone(), range, OPTIONS, Buffers::default(), Meter::default())?;
    while let Some(chunk) = part.next_chunk()? {
        chunk.members().for_each(|(name, data, _)| seen(name, data));
    }
    part.finish().map(drop)
}

fn is_sound(name: &str, data: &[u8]) -> bool {
    key_of(name).is_some_and(|key| data == data_of(key))
}

fn key_of(name: &str) -> Option<u64> {
    name.strip_suffix(".xml")?.parse().ok()
}

/// Text that compresses badly, so that the archive has several blocks.
fn data_of(number: u64) -> Vec<u8> {
    let mut state = number;
    let letters = (0..500).map(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        b'a' + (state >> 59) as u8
    });
    letters.collect()
}

fn tar_of(members: u64) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for number in 0..members {
        let data = data_of(number);
        let mut header = tar::Header::new_ustar();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, format!("{number:04}.xml"), &data[..]).expect("memory takes all bytes");
    }
    tar.into_inner().expect("memory takes all bytes")
}
