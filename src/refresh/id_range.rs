//! Ranges of iDs, which split a search whose time window cannot be made shorter.
//!
//! Every split leaves nothing out and makes the range smaller. An iD has fifteen free digits, so a
//! range is halved fifty times at most.

use serde::{Deserialize, Serialize};

use orcid_xml::{Orcid, SearchPage};

/// Where the first ranges begin: between and around the two blocks that ORCID gives iDs
/// from, so that ranges are halved where iDs are.
const BEGINNINGS: [u64; 5] = [0, 15_000_000, 35_000_001, 900_000_000_000, 900_100_000_001];
/// The greatest number of fifteen digits.
const LAST: u64 = 999_999_999_999_999;

/// The iDs from `low` to `high`, by their first fifteen digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdRange {
    low: u64,
    high: u64,
    /// The number of iDs of the range that were on the page before the split.
    seen: u64,
}

impl IdRange {
    /// All possible iDs, in a few ranges.
    pub fn all(page: &SearchPage) -> Vec<Self> {
        let ends = BEGINNINGS[1..].iter().map(|next| next - 1).chain([LAST]);
        BEGINNINGS.iter().zip(ends).map(|(low, high)| Self::new(*low, high, page)).collect()
    }

    /// The two halves of the range, or nothing if it is a single iD.
    pub fn halves(self, page: &SearchPage) -> Vec<Self> {
        if self.low >= self.high {
            return Vec::new();
        }
        let middle = self.low + (self.high - self.low) / 2;
        vec![Self::new(self.low, middle, page), Self::new(middle + 1, self.high, page)]
    }

    fn new(low: u64, high: u64, page: &SearchPage) -> Self {
        let range = Self { low, high, seen: 0 };
        let seen = page.orcids.iter().filter(|orcid| range.holds(orcid)).count();
        Self { seen: seen as u64, ..range }
    }

    fn holds(&self, orcid: &Orcid) -> bool {
        (self.low..=self.high).contains(&orcid.number())
    }

    /// The range as Solr writes it. A check digit is a digit or X, which comes after all digits.
    pub fn query(&self) -> String {
        format!("orcid:[{} TO {}]", written(self.low, '0'), written(self.high, 'X'))
    }

    /// True if a page of a server respects the range: it has no iD outside the range, and finds
    /// those that were seen before. Some of these may have changed again meanwhile, and have left
    /// the searched moment, but not most of them.
    pub fn is_kept_by(&self, page: &SearchPage) -> bool {
        page.found >= self.seen / 2 && page.orcids.iter().all(|orcid| self.holds(orcid))
    }
}

/// An iD by its first fifteen digits and its last character.
fn written(number: u64, last: char) -> String {
    let digits = format!("{number:015}");
    format!("{}-{}-{}-{}{last}", &digits[..4], &digits[4..8], &digits[8..12], &digits[12..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(found: u64, orcids: &[&str]) -> SearchPage {
        SearchPage { found, orcids: orcids.iter().map(|orcid| Orcid::new(orcid).unwrap()).collect() }
    }

    #[test]
    fn ranges_leave_no_id_out_and_are_halved_fifty_times_at_most() {
        let (mut pending, mut singles, mut deepest) = (Vec::new(), 0, 0);
        let mut next = 0;
        for range in IdRange::all(&page(0, &[])) {
            assert_eq!(range.low, next);
            next = range.high + 1;
            pending.push((range, 0));
        }
        assert_eq!(next, LAST + 1);
        while let Some((range, depth)) = pending.pop() {
            let halves = range.halves(&page(0, &[]));
            let [low, high] = halves.as_slice() else {
                (singles, deepest) = (singles + 1, deepest.max(depth));
                continue;
            };
            assert_eq!((low.low, low.high + 1, high.high), (range.low, high.low, range.high));
            // The greater half is followed alone: the way to the bottom is the same.
            pending.push((*low, depth + 1));
        }

        assert_eq!((singles, deepest), (BEGINNINGS.len(), 50));
    }

    #[test]
    fn a_range_is_written_with_all_check_digits() {
        let old = IdRange::all(&page(0, &[]))[1];

        assert_eq!(old.query(), "orcid:[0000-0001-5000-0000 TO 0000-0003-5000-000X]");
        assert!(old.holds(&Orcid::new("0000-0002-1694-233X").unwrap()));
        assert!(!old.holds(&Orcid::new("0009-0000-0000-0017").unwrap()));
    }

    #[test]
    fn a_page_of_a_server_that_ignores_ranges_is_recognised() {
        let seen = page(20_000, &["0000-0001-5000-0007", "0000-0002-1825-0097", "0000-0002-1694-233X"]);
        let [before, old, ..] = IdRange::all(&seen)[..] else { panic!() };
        for (range, page, expected) in [
            (old, page(20_000, &["0000-0002-1825-0097"]), true),
            (old, page(20_000, &["0000-0002-1825-0097", "0009-0000-0000-0017"]), false),
            (old, page(0, &[]), false),
            (before, seen, false),
            (before, page(0, &[]), true),
        ] {
            assert_eq!(range.is_kept_by(&page), expected, "{range:?} {page:?}");
        }
    }
}
