//! How often the leading organisation of a full affiliation is right, on the halves of public gold sets
//! that may be looked at (`../shared/data`), where they are present.

use crate::shared::shared;
use ror_match::{Matcher, Preset, Release, RorId, Scratch, Table};

/// The sets, with the least precision and recall.
const SETS: [(&str, f64, f64); 3] =
    [("rorapi_crossref", 0.945, 0.84), ("rorapi_springer", 0.96, 0.90), ("marple_openalex", 0.91, 0.68)];

#[test]
fn full_affiliations_are_read_as_annotators_have_read_them() {
    let Some(ror) = shared("ror/ror-enriched.zip") else { return };
    let matcher = Matcher::new(Release::read(&ror).unwrap(), Preset::Balanced);
    let release = &matcher.index.release;
    let mut scratch = Scratch::default();
    for (set, precision, recall) in SETS {
        let Some(path) = shared(&format!("match/strings/{set}.csv")) else { continue };
        let mut table = Table::open(&path).unwrap();
        let (mut meant, mut found, mut right) = (0_u32, 0_u32, 0_u32);
        while let Some(row) = table.row().unwrap() {
            let ids = row.cells[2].split([' ', ';', '|']).filter(|id| !id.is_empty());
            let ids: Vec<u32> = ids
                .filter_map(|id| release.number(RorId::parse(id).unwrap()))
                .map(|number| release.successor(number))
                .collect();
            let answer = matcher.find_in_text(&row.cells[1], &mut scratch).answer();
            let one = answer.found.map(|found| release.successor(found.found.organization));
            meant += u32::from(!ids.is_empty());
            found += u32::from(one.is_some());
            right += u32::from(one.is_some_and(|one| ids.contains(&one)));
        }
        let share = |whole: u32| f64::from(right) / f64::from(whole);
        println!("{set}: precision {:.4}, recall {:.4}", share(found), share(meant));
        assert!(share(found) >= precision && share(meant) >= recall, "{set}");
    }
}
