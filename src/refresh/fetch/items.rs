//! Finds the items of a record to fetch in full, which are new or have changed since the dataset's
//! row, and the items that are gone.

use crate::refresh::dates::{self, believed};
use crate::refresh::queue::{Effects, ItemDates, ItemKey, ItemOf, Request};
use orcid_api::{BulkWork, ListedItem};
use orcid_xml::{ActivitySection, Orcid, Timestamp};

/// Works in one request; ORCID allows no more.
const MAX_WORKS: usize = 100;
/// The code of a work that comes more than once in a bulk.
const TWICE: &str = "twice-in-bulk";

/// The effects of a record that lists these items, if the dataset has the items `dataset`. Dates
/// after `latest` are not trusted.
pub fn record_effects(
    orcid: Orcid,
    listed: &[ListedItem],
    dataset: &ItemDates,
    latest: Timestamp,
) -> Effects {
    let listed: ItemDates =
        listed.iter().map(|item| ((item.section, item.put_code), item.modified)).collect();
    let mut effects = Effects::default();
    let (mut works, mut others) = (Vec::new(), Vec::new());
    for (&(section, put_code), &modified) in &listed {
        let is_old = match dataset.get(&(section, put_code)) {
            None => true,
            Some(known) => modified.is_none() || modified > believed(*known, latest),
        };
        if !is_old {
            continue;
        }
        let item = ItemOf { orcid, section, put_code };
        effects.item_dates.extend(modified.map(|modified| (item, modified)));
        match section {
            ActivitySection::Works => works.push(put_code),
            section => others.push(Request::Item(orcid, section, put_code)),
        }
    }
    // Sorted, so that the same record gives the same requests.
    works.sort_unstable();
    others.sort_by_key(Request::path);
    effects.requests = works.chunks(MAX_WORKS).map(|works| request_for_works(orcid, works)).collect();
    effects.requests.extend(others);
    let gone = dataset.keys().filter(|item| !listed.contains_key(item));
    effects.removed_items = gone.map(|&(section, put_code)| ItemOf { orcid, section, put_code }).collect();
    effects
}

fn request_for_works(orcid: Orcid, put_codes: &[i64]) -> Request {
    match put_codes {
        [put_code] => Request::Item(orcid, ActivitySection::Works, *put_code),
        put_codes => Request::Works(orcid, put_codes.to_vec()),
    }
}

/// The items that a record lists.
pub fn item_keys(listed: &[ListedItem]) -> Vec<ItemKey> {
    listed.iter().map(|item| (item.section, item.put_code)).collect()
}

/// The good works of a bulk; `known` has the newest known date of each. The other requested works
/// are requested again one by one, since their own answers say what is wrong.
pub fn bulk_effects(
    orcid: Orcid,
    asked: &[i64],
    came: &[BulkWork],
    known: &ItemDates,
    latest: Timestamp,
) -> (Vec<i64>, Effects) {
    let (mut good, mut effects) = (Vec::new(), Effects::default());
    for &put_code in asked {
        let mut dates = came.iter().filter(|work| work.put_code == put_code).map(|work| work.modified);
        let (Some(modified), second) = (dates.next(), dates.next()) else { continue };
        let due = known.get(&(ActivitySection::Works, put_code)).copied().flatten();
        match second.map(|_| TWICE).or_else(|| dates::fault(modified, due, latest)) {
            Some(code) => effects.counted.push(code),
            None => good.push(put_code),
        }
    }
    let others = asked.iter().filter(|put_code| !good.contains(put_code));
    effects.instead =
        others.map(|put_code| Request::Item(orcid, ActivitySection::Works, *put_code)).collect();
    (good, effects)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn works(works: &[(i64, Option<Timestamp>)]) -> Vec<ListedItem> {
        let section = ActivitySection::Works;
        works.iter().map(|&(put_code, modified)| ListedItem { section, put_code, modified }).collect()
    }

    #[test]
    fn only_what_is_new_or_newer_is_fetched_and_what_is_gone_leaves() {
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        let listed = works(&[(1, Some(1)), (2, Some(2)), (3, Some(3))]);
        let dataset = ItemDates::from([
            ((ActivitySection::Works, 1), Some(1)),
            ((ActivitySection::Works, 2), Some(1)),
            ((ActivitySection::Works, 4), Some(1)),
            ((ActivitySection::Fundings, 1), None),
        ]);

        let effects = record_effects(orcid, &listed, &dataset, Timestamp::MAX);

        assert_eq!(effects.requests, [Request::Works(orcid, vec![2, 3])]);
        let mut removed: Vec<ItemKey> =
            effects.removed_items.iter().map(|item| (item.section, item.put_code)).collect();
        removed.sort_by_key(|item| item.1);
        assert_eq!(removed, [(ActivitySection::Fundings, 1), (ActivitySection::Works, 4)]);
    }

    #[test]
    fn works_are_asked_for_in_hundreds_and_what_does_not_come_one_by_one() {
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        let listed: Vec<(i64, Option<Timestamp>)> = (0..201).map(|put_code| (put_code, Some(1))).collect();

        let effects = record_effects(orcid, &works(&listed), &ItemDates::new(), Timestamp::MAX);

        let sizes: Vec<usize> = effects
            .requests
            .iter()
            .map(|task| if let Request::Works(_, works) = task { works.len() } else { 1 })
            .collect();
        assert_eq!(sizes, [100, 100, 1]);
        assert_eq!(effects.requests[2], Request::Item(orcid, ActivitySection::Works, 200));
    }

    #[test]
    fn works_of_a_bulk_that_lack_come_twice_or_are_old_are_asked_for_one_by_one() {
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        let known: ItemDates =
            (1..=6).map(|put_code| ((ActivitySection::Works, put_code), Some(10))).collect();
        let came = [(1, Some(10)), (2, Some(9)), (3, Some(10)), (3, Some(11)), (5, None), (6, Some(100))];
        let came = came.map(|(put_code, modified)| BulkWork { put_code, modified, place: 0..0 });

        let (good, effects) = bulk_effects(orcid, &[1, 2, 3, 4, 5, 6], &came, &known, 99);

        assert_eq!(good, [1]);
        let again = [2, 3, 4, 5, 6].map(|put_code| Request::Item(orcid, ActivitySection::Works, put_code));
        assert_eq!(effects.instead, again);
        assert_eq!(effects.counted, ["stale", TWICE, "no-date", "future-date"]);
    }

    #[test]
    fn a_row_with_a_date_in_the_future_is_not_newer() {
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        let dataset = ItemDates::from([((ActivitySection::Works, 1), Some(15))]);

        let effects = |latest| record_effects(orcid, &works(&[(1, Some(10))]), &dataset, latest);

        assert!(effects(15).requests.is_empty());
        let effects = effects(14);
        assert_eq!(effects.requests, [Request::Item(orcid, ActivitySection::Works, 1)]);
        let item = ItemOf { orcid, section: ActivitySection::Works, put_code: 1 };
        assert_eq!(effects.item_dates, [(item, 10)]);
    }
}
