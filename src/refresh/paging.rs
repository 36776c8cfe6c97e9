//! Pages of one search: where the next page begins, and whether it fits the previous one.
//!
//! Pages are requested one after the other, since only a page shows where the next one begins: a
//! server may give fewer rows than requested. Each page begins with the last result of the previous
//! page, and results are sorted by iD. So a page shows by itself whether results have moved between
//! two requests, or whether a server repeats itself.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use orcid_xml::{Orcid, SearchPage};

/// Results of one page.
pub const PAGE_ROWS: u64 = 1_000;
/// The last position at which a page may begin.
pub const MAX_START: u64 = 10_000;
/// How often a search starts again if its pages do not fit together and it cannot be split into
/// parts of one page.
const MAX_ROUNDS: u32 = 2;

/// The start of a page, and the findings of the previous pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PagePosition {
    pub start: u64,
    /// The number of results that the previous page stated.
    pub found: u64,
    /// Results up to the end of the previous page.
    shown: u64,
    /// Different ones among them.
    different: u64,
    /// The last of them.
    last: Option<String>,
    /// How often the search was started again.
    rounds: u32,
    /// True if a page did not fit, but was used because there was no better one.
    misfit: bool,
}

impl PagePosition {
    pub fn is_first(&self) -> bool {
        *self == Self::default()
    }

    /// The number of results that a page from this position can have.
    pub fn due(&self, page: &SearchPage) -> u64 {
        page.found.saturating_sub(self.start).min(PAGE_ROWS)
    }

    /// True if a page does not continue at the end of the previous page, or states another number
    /// of results.
    pub fn has_moved(&self, page: &SearchPage) -> bool {
        let counts_otherwise = self.start > 0 && page.found != self.found;
        counts_otherwise || self.added(page).is_none() || !page.orcids.is_sorted() && !self.is_all(page)
    }

    /// True if a page has nothing new although there are more results, or has a result twice.
    pub fn is_short(&self, page: &SearchPage) -> bool {
        let ends = self.after(page).shown;
        different(&page.orcids) < page.orcids.len() as u64 || ends == self.shown && ends < page.found
    }

    /// The position of the page after `page`; `None` if it was the last page that can be requested.
    pub fn next(&self, page: &SearchPage) -> Option<Self> {
        let mut after = self.after(page);
        // If a full page seems to be the last, the server may only count as far as that: one more
        // page is requested, which begins with the last result again.
        let is_full = page.orcids.len() as u64 == PAGE_ROWS;
        if after.shown >= page.found && !is_full {
            return None;
        }
        if after.shown == self.shown {
            // The page was empty each time it was requested.
            after.shown = self.start + PAGE_ROWS;
            after.last = None;
            after.start = after.shown;
            return Some(after).filter(|after| after.start < page.found && after.start <= MAX_START);
        }
        // A page of one row would show the same again.
        let overlapping = after.shown - 1;
        after.start = if overlapping > self.start { overlapping } else { after.shown }.min(MAX_START);
        Some(after).filter(|after| after.start > self.start)
    }

    /// True if results are left that no page can show.
    pub fn is_beyond_reach(&self, page: &SearchPage) -> bool {
        self.start == MAX_START && self.next(page).is_none() && self.after(page).shown < page.found
    }

    /// The number of missing results of all pages, compared with the stated number, if `page` is
    /// the last; a repeated result stands for a missing one.
    pub fn missing(&self, page: &SearchPage) -> u64 {
        let after = self.after(page);
        match self.next(page) {
            Some(_) => 0,
            None => page.found.saturating_sub(after.different).max(u64::from(after.misfit)),
        }
    }

    /// The first page once more; `None` if that was tried often enough.
    pub fn again(&self) -> Option<Self> {
        (self.rounds < MAX_ROUNDS).then(|| Self { rounds: self.rounds + 1, ..Self::default() })
    }

    /// True if `page` is the only page.
    fn is_all(&self, page: &SearchPage) -> bool {
        self.start == 0 && page.orcids.len() as u64 >= page.found
    }

    /// The results that a page adds to the previous pages; `None` if it does not fit them.
    fn added<'p>(&self, page: &'p SearchPage) -> Option<&'p [Orcid]> {
        let Some(last) = self.last.as_deref().filter(|_| !page.orcids.is_empty()) else {
            return Some(&page.orcids);
        };
        let overlap = self.shown.saturating_sub(self.start) as usize;
        let (before, added) = page.orcids.split_at(overlap.min(page.orcids.len()));
        let joins = before.len() < overlap || before.last().is_none_or(|orcid| orcid.as_str() == last);
        (joins && added.iter().all(|orcid| orcid.as_str() > last)).then_some(added)
    }

    /// The findings after a page has arrived.
    fn after(&self, page: &SearchPage) -> Self {
        let later = |orcid: &&Orcid| self.last.as_deref().is_none_or(|last| orcid.as_str() > last);
        let (added, fits) = match self.added(page) {
            Some(added) => (different(added), true),
            None => (different(page.orcids.iter().filter(later)), false),
        };
        Self {
            found: page.found,
            shown: self.shown.max(self.start + page.orcids.len() as u64),
            different: self.different + added,
            last: page.orcids.last().map(|orcid| orcid.as_str().to_owned()).or_else(|| self.last.clone()),
            misfit: self.misfit || !fits,
            ..self.clone()
        }
    }
}

/// How many iDs there are, each counted once.
pub fn different<'o>(orcids: impl IntoIterator<Item = &'o Orcid>) -> u64 {
    orcids.into_iter().collect::<HashSet<&Orcid>>().len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orcid(number: u64) -> Orcid {
        Orcid::new(&format!("0000-0002-{:04}-{:04}", number / 10_000, number % 10_000)).unwrap()
    }

    fn page(found: u64, orcids: impl IntoIterator<Item = u64>) -> SearchPage {
        SearchPage { found, orcids: orcids.into_iter().map(orcid).collect() }
    }

    /// Pages through so many results by a server that shows `rows` of them at once; returns the
    /// starts of the pages and what is missing in the end.
    fn paged(found: u64, show: &dyn Fn(u64) -> SearchPage) -> (Vec<u64>, u64) {
        let (mut place, mut starts) = (PagePosition::default(), Vec::new());
        loop {
            starts.push(place.start);
            let page = show(place.start);
            assert!(!place.has_moved(&page), "{place:?}");
            match place.next(&page) {
                Some(next) => place = next,
                None => return (starts, place.missing(&page)),
            }
            assert!(starts.len() as u64 <= found, "it comes to an end");
        }
    }

    #[test]
    fn pages_overlap_by_one_result_and_leave_none_out() {
        for (found, rows, expected) in [
            (0, 1_000, vec![0]),
            (999, 1_000, vec![0]),
            (1_000, 1_000, vec![0, 999]),
            (1_001, 1_000, vec![0, 999]),
            (2_400, 1_000, vec![0, 999, 1_998]),
            (700, 200, vec![0, 199, 398, 597]),
            (3, 1, vec![0, 1, 2]),
        ] {
            let show = |start| page(found, start..found.min(start + rows));

            assert_eq!(paged(found, &show), (expected, 0), "{found} by {rows}");
        }
        let (starts, missing) = paged(11_000, &|start| page(11_000, start..11_000.min(start + PAGE_ROWS)));
        assert_eq!((starts.last(), missing), (Some(&MAX_START), 0));
    }

    #[test]
    fn what_no_page_shows_is_missing() {
        let one_too_many = |start| page(41, start..40);
        let nothing_between = |start| match start {
            999..2_000 => page(3_500, []),
            _ => page(3_500, start..3_500.min(start + PAGE_ROWS)),
        };

        assert_eq!(paged(41, &one_too_many).1, 1);
        assert_eq!(paged(3_500, &nothing_between), (vec![0, 999, 1_999, 2_999], 1_999));
        assert_eq!(paged(9, &|_| page(9, [])), (vec![0], 9));
        assert_eq!(PagePosition::default().missing(&page(3, [1, 1, 2])), 1);
    }

    #[test]
    fn a_server_that_counts_no_more_than_a_page_is_noticed() {
        let full = page(1_000, 0..1_000);

        let second = PagePosition::default().next(&full).unwrap();

        assert_eq!((second.due(&page(1_000, 999..1_200)), second.next(&page(1_000, 999..1_000))), (1, None));
    }

    #[test]
    fn only_a_page_that_shows_nothing_new_or_a_result_twice_is_short() {
        let first = PagePosition::default();
        let second = first.next(&page(41, 0..40)).unwrap();
        for (place, page, expected) in [
            (&first, page(41, 0..40), false),
            (&first, page(41, []), true),
            (&first, page(3, [1, 1, 2]), true),
            (&second, page(41, 39..40), true),
            (&second, page(41, []), true),
            (&second, page(41, 39..41), false),
        ] {
            assert_eq!(place.is_short(&page), expected, "{place:?} {page:?}");
        }
    }

    #[test]
    fn a_page_that_does_not_join_the_page_before_is_recognised() {
        let second = PagePosition::default().next(&page(2_400, 0..1_000)).unwrap();
        for (what, page, expected) in [
            ("as it should be", page(2_400, 999..1_999), false),
            ("the first page again", page(2_400, 0..1_000), true),
            ("one has gone before it", page(2_400, 1_000..2_000), true),
            ("one has come before it", page(2_400, 998..1_998), true),
            ("another number", page(2_399, 999..1_999), true),
            ("nothing", page(2_400, []), false),
            ("not sorted", page(2_400, [999, 1_005, 1_001]), true),
            ("earlier ones behind", page(2_400, [999, 3, 4]), true),
        ] {
            assert_eq!(second.has_moved(&page), expected, "{what}");
        }
        assert!(PagePosition::default().has_moved(&page(9, [3, 1])), "the next page could not be judged");
        assert!(!PagePosition::default().has_moved(&page(2, [3, 1])), "there is no next page");
    }

    #[test]
    fn a_search_is_begun_again_a_few_times_and_what_does_not_fit_is_told() {
        let second = PagePosition::default().next(&page(150, 0..100)).unwrap();
        let repeated = page(150, 0..51);

        let again = second.again().unwrap();
        assert_eq!((again.start, again.again().unwrap().again()), (0, None));
        assert!(second.missing(&repeated) > 0);
    }

    #[test]
    fn a_server_that_shows_too_little_of_what_is_in_reach_is_noticed() {
        let show = |start: u64| page(10_900, start..start + 200);
        let mut place = PagePosition::default();
        while let Some(next) = place.next(&show(place.start)) {
            place = next;
        }

        assert!(place.is_beyond_reach(&show(place.start)));
    }
}
