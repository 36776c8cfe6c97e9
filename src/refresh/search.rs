//! Searches: how queries are written, and how a time window is halved until all its results can be
//! paged through.
//!
//! The API shows no more than the first 11,000 results (`start` up to 10,000,
//! 1,000 rows). A window of a millisecond with more results, such as one of a mass change, is split
//! further by ranges of iDs. A page that does not fit the previous page ([`super::paging`]) shows
//! that results have moved, or that the server repeats pages; its window is read again in parts,
//! finally of one page each.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::id_range::IdRange;
use super::paging::{MAX_START, PAGE_ROWS, PagePosition, different};
use orcid_api::encoded;
use orcid_api::time::iso;
use orcid_xml::{Orcid, SearchPage, Timestamp};

/// iDs that one search names: the URL stays below 4 KiB.
pub const BATCH_IDS: usize = 100;
/// The shortest window: the resolution of Solr's clock.
const SHORTEST: Timestamp = 1_000;
/// Different iDs that a page must have before a range of iDs is halved. An index may count results
/// that it does not give; for a server that gives none, halving would not end.
const SHOWN_TO_HALVE: u64 = PAGE_ROWS / 2;
/// The code of a page with iDs outside the requested range.
pub const OUT_OF_RANGE: &str = "out-of-range";

/// One page of one search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// The meaning of a result.
    #[serde(rename = "how")]
    pub finding: Finding,
    /// The query without its window; empty for everybody.
    pub query: String,
    /// Those who changed at or after `low` and at or before `high`.
    pub low: Timestamp,
    pub high: Timestamp,
    /// Only records whose iD is in this range; a window that can be halved has no range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<IdRange>,
    /// Where the page begins; earlier versions of the queue have none, and the search begins
    /// again.
    #[serde(default, skip_serializing_if = "PagePosition::is_first")]
    pub place: PagePosition,
    /// The number of iDs that the query names, which is the most that can be found; 0 for other
    /// queries.
    pub named: u64,
}

/// The meaning of being found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Finding {
    /// The record has changed in the window.
    Changed,
    /// The record is there and belongs to the scope.
    #[serde(rename = "there")]
    Present,
}

/// What follows from a page.
#[derive(Debug)]
pub enum PageOutcome {
    /// These were found, and these searches follow.
    Next { found: Vec<Orcid>, searches: Vec<Search> },
    /// More iDs than were named: the server does not understand the query.
    NotUnderstood,
    /// More results than can be paged through, in a search that cannot be split.
    OutOfReach,
}

impl Search {
    /// The first page of a window.
    pub fn new(finding: Finding, query: &str, low: Timestamp, high: Timestamp) -> Self {
        Self {
            finding,
            query: query.to_owned(),
            low,
            high,
            ids: None,
            place: PagePosition::default(),
            named: 0,
        }
    }

    /// A search for those of some iDs whose records changed in a window.
    pub fn batch(finding: Finding, orcids: &[Orcid], low: Timestamp, high: Timestamp) -> Self {
        let names: Vec<&str> = orcids.iter().map(Orcid::as_str).collect();
        let query = format!("orcid:({})", names.join(" OR "));
        Self { named: orcids.len() as u64, ..Self::new(finding, &query, low, high) }
    }

    pub(super) fn to_text(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers can be written as JSON")
    }

    pub(super) fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The path below the API's root, with the query.
    pub fn path(&self) -> String {
        let window = format!("profile-last-modified-date:[{} TO {}]", iso(self.low), iso(self.high));
        let window = match self.query.as_str() {
            "" => window,
            query => format!("({query}) AND {window}"),
        };
        let query = match &self.ids {
            None => window,
            Some(ids) => format!("{window} AND {}", ids.query()),
        };
        let query = encoded(&query);
        format!("/search?q={query}&sort=orcid+asc&start={}&rows={PAGE_ROWS}", self.place.start)
    }

    /// What follows from a page.
    pub fn outcome(&self, page: &SearchPage) -> PageOutcome {
        if self.named > 0 && page.found > self.named {
            return PageOutcome::NotUnderstood;
        }
        if let Some(searches) = self.instead(page) {
            return PageOutcome::Next { found: Vec::new(), searches };
        }
        if self.is_out_of_reach(page) {
            return PageOutcome::OutOfReach;
        }
        let next = self.place.next(page).map(|place| Self { place, ..self.clone() });
        PageOutcome::Next { found: page.orcids.clone(), searches: next.into_iter().collect() }
    }

    /// The searches that replace a search that cannot continue after this page: its parts, or, if
    /// it has none, the same search once more. `None` if it continues, or must.
    fn instead(&self, page: &SearchPage) -> Option<Vec<Self>> {
        let moved = self.place.has_moved(page);
        if !moved && !self.is_out_of_reach(page) {
            return None;
        }
        let parts = self.parts(page);
        if !parts.is_empty() {
            return Some(parts);
        }
        let again = self.place.again().filter(|_| moved)?;
        Some(vec![Self { place: again, ..self.clone() }])
    }

    /// What is impossible about a page: more results than the stated number, or a result outside
    /// the request. Such a page counts as an error.
    pub fn fault(&self, page: &SearchPage) -> Option<&'static str> {
        if page.orcids.len() as u64 > self.place.due(page) {
            return Some("wrong-count");
        }
        if self.ids.is_some_and(|ids| !ids.is_kept_by(page) || self.shows_too_few(page)) {
            return Some(OUT_OF_RANGE);
        }
        let named: HashSet<Orcid> = match self.named {
            0 => return None,
            _ => Orcid::find_all(&self.query).map(|(_, orcid)| orcid).collect(),
        };
        // If more iDs are found than were named, the server has not understood the whole query.
        let understood = page.found <= self.named;
        (understood && page.orcids.iter().any(|orcid| !named.contains(orcid))).then_some("other-id")
    }

    /// How many results the search lacks, compared with the stated number, if `page` is its last.
    pub fn missing(&self, page: &SearchPage) -> u64 {
        if self.instead(page).is_some() { 0 } else { self.place.missing(page) }
    }

    /// True if a page lacks results that it may have when it is requested again.
    pub fn is_short(&self, page: &SearchPage) -> bool {
        self.instead(page).is_none() && self.place.is_short(page)
    }

    fn is_out_of_reach(&self, page: &SearchPage) -> bool {
        page.found > MAX_START + PAGE_ROWS || self.place.is_beyond_reach(page)
    }

    /// True if the range of a page should be halved, but the page does not have enough iDs for
    /// that.
    fn shows_too_few(&self, page: &SearchPage) -> bool {
        self.is_out_of_reach(page) && different(&page.orcids) < SHOWN_TO_HALVE
    }

    /// The searches to send if the server refuses a later page, because its limit is lower than
    /// ORCID's: none if the search cannot be split.
    pub fn nearer(&self) -> Vec<Self> {
        match self.place.start {
            0 => Vec::new(),
            _ => self.parts(&SearchPage::default()),
        }
    }

    /// The search in parts that leave nothing out, after `page`: halves of its window, or, if that
    /// is too short, ranges of iDs; nothing if it cannot be split. Searches for named iDs have few
    /// results and are not split by ranges.
    fn parts(&self, page: &SearchPage) -> Vec<Self> {
        if self.high - self.low >= 2 * SHORTEST {
            return self.halves().into();
        }
        let ranges = match self.ids {
            _ if self.named > 0 => Vec::new(),
            None => IdRange::all(page),
            Some(ids) => ids.halves(page),
        };
        let of = |ids| Self { ids: Some(ids), place: PagePosition::default(), ..self.clone() };
        ranges.into_iter().map(of).collect()
    }

    fn halves(&self) -> [Self; 2] {
        let half = (self.low + (self.high - self.low) / 2) / SHORTEST * SHORTEST;
        let first = Self { high: half, place: PagePosition::default(), ..self.clone() };
        let second = Self { low: half + SHORTEST, place: PagePosition::default(), ..self.clone() };
        [first, second]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use orcid_api::time::{DAY, parse};

    /// A page of different iDs.
    fn page(found: u64, count: usize) -> SearchPage {
        let orcid = |number: usize| Orcid::new(&format!("0000-0002-1825-{number:04}")).unwrap();
        SearchPage { found, orcids: (0..count).map(orcid).collect() }
    }

    /// The second page of a search that finds 1,500.
    fn later_page(first: &Search) -> Search {
        let (_, searches) = next(first, &page(1_500, 1_000));
        let [second] = &searches[..] else { panic!() };
        assert_eq!(second.place.start, 999);
        second.clone()
    }

    /// What a page finds, and the searches that follow from it.
    fn next(search: &Search, page: &SearchPage) -> (Vec<Orcid>, Vec<Search>) {
        match search.outcome(page) {
            PageOutcome::Next { found, searches } => (found, searches),
            other => panic!("{search:?}: {other:?}"),
        }
    }

    #[test]
    fn a_query_is_written_with_its_window() {
        let low = parse("2025-10-01").unwrap();
        let search = Search::new(Finding::Changed, r#"ror-org-id:"https://ror.org/1""#, low, low + DAY);

        assert_eq!(
            search.path(),
            "/search?q=%28ror-org-id%3A%22https%3A%2F%2Fror.org%2F1%22%29+AND+profile-last-modified-date%3A%5B2025-10-01T00%3A00%3A00.000Z+TO+2025-10-02T00%3A00%3A00.000Z%5D&sort=orcid+asc&start=0&rows=1000"
        );
        assert_eq!(Search::from_text(&search.to_text()), Some(search));
    }

    #[test]
    fn a_window_is_paged_or_halved() {
        let window = Search::new(Finding::Changed, "", 0, DAY);
        for (found, expected_searches) in [(0, 0), (1, 0), (1_001, 1), (11_000, 1), (11_001, 2), (500_000, 2)]
        {
            let (found_ids, searches) = next(&window, &page(found, found.min(1) as usize));

            assert_eq!(searches.len(), expected_searches, "{found}");
            assert_eq!(found_ids.is_empty(), found == 0 || found > 11_000, "{found}");
        }
    }

    #[test]
    fn halves_leave_nothing_out_and_come_to_an_end() {
        let mut windows = vec![Search::new(Finding::Changed, "", 0, DAY + 3)];
        let mut leaves = Vec::new();
        while let Some(window) = windows.pop() {
            // A mass change at noon. The server shows none of those whom it counts.
            let found = if window.low <= DAY / 2 && window.high >= DAY / 2 { 20_000 } else { 10 };
            let page = page(found, 0);
            let (_, mut halves) = next(&window, &page);
            halves.retain(|half| half.place.is_first() && window.fault(&page).is_none());
            if halves.is_empty() {
                leaves.push((window.low, window.high));
            }
            windows.extend(halves);
        }
        leaves.sort_unstable();

        assert!(leaves.windows(2).all(|pair| pair[1].0 - pair[0].1 <= SHORTEST), "{leaves:?}");
        assert_eq!((leaves[0].0, leaves[leaves.len() - 1].1), (0, DAY + 3));
    }

    #[test]
    fn a_moment_with_more_records_than_can_be_paged_through_is_cut_by_ids() {
        // So many records, all of one moment, with iDs a thousand apart.
        let numbers: Vec<u64> = (0..30_000).map(|place| 16_000_000 + place * 1_000).collect();
        let mut pending = vec![Search::new(Finding::Changed, "", 0, SHORTEST)];
        let (mut found, mut asked) = (HashSet::new(), 0);
        while let Some(search) = pending.pop() {
            asked += 1;
            let range = search.ids.map(|ids| ids.query()).unwrap_or_default();
            let bounds: Vec<u64> = Orcid::find_all(&range).map(|(_, orcid)| orcid.number()).collect();
            let (low, high) = if let [low, high] = bounds[..] { (low, high) } else { (0, u64::MAX) };
            let inside: Vec<u64> = numbers.iter().copied().filter(|id| (low..=high).contains(id)).collect();
            let (found_ids, searches) = next_of_sound(&search, &inside, search.place.start as usize);
            found.extend(found_ids.iter().map(Orcid::number));
            pending.extend(searches);
        }

        assert_eq!(found.len(), numbers.len());
        assert!(asked < 60, "{asked} searches");
    }

    /// What follows from the page that a sound server gives.
    fn next_of_sound(search: &Search, found: &[u64], start: usize) -> (Vec<Orcid>, Vec<Search>) {
        let orcid = |number: &u64| {
            Orcid::new(&format!(
                "0000-{:04}-{:04}-{:03}0",
                number / 10_000_000,
                number / 1_000 % 10_000,
                number % 1_000
            ))
            .unwrap()
        };
        let orcids = found.iter().skip(start).take(PAGE_ROWS as usize).map(orcid).collect();
        let page = SearchPage { found: found.len() as u64, orcids };
        assert_eq!(search.fault(&page), None, "{search:?}");
        next(search, &page)
    }

    #[test]
    fn a_later_page_that_is_refused_is_asked_for_in_halves() {
        let first = Search::new(Finding::Changed, "", 0, DAY);
        let later = later_page(&first);

        let halves = later.nearer();

        assert_eq!((halves[0].low, halves[0].high, halves[1].high), (0, DAY / 2, DAY));
        assert!(halves.iter().all(|half| half.place.is_first()));
        let moment = Search { high: 1, ..later };
        let ranges = moment.nearer();
        assert!(
            ranges.len() == 5 && ranges.iter().all(|range| range.ids.is_some() && range.place.is_first())
        );
        assert_eq!((first.nearer(), Search { named: 1, ..moment }.nearer()), (Vec::new(), Vec::new()));
    }

    #[test]
    fn a_window_from_which_records_have_moved_is_read_again() {
        let second = later_page(&Search::new(Finding::Changed, "", 0, DAY));
        for moved in [page(1_499, 499), page(1_500, 501)] {
            let (found_ids, searches) = next(&second, &moved);

            assert_eq!((searches.len(), found_ids.len()), (2, 0));
            assert_eq!((second.missing(&moved), second.is_short(&moved)), (0, false));
        }
        // A search for iDs in a window that is too short cannot be cut.
        let named = Search { named: 2_000, high: 1, ..second };
        let (_, searches) = next(&named, &page(1_500, 501));
        let [again] = &searches[..] else { panic!() };
        assert_eq!((again.place.start, again.named), (0, 2_000));
    }

    #[test]
    fn a_page_that_cannot_be_is_a_fault() {
        let window = Search::new(Finding::Changed, "", 0, DAY);
        let second = later_page(&window);
        let named = page(2, 2).orcids;
        let batch = Search::batch(Finding::Present, &named, 0, DAY);
        for (search, page, expected) in [
            (&window, page(0, 1), Some("wrong-count")),
            (&window, page(3, 4), Some("wrong-count")),
            (&second, page(1_500, 502), Some("wrong-count")),
            (&second, page(900, 1), Some("wrong-count")),
            (&window, page(3, 3), None),
            (&batch, page(2, 2), None),
            (&batch, SearchPage { found: 1, orcids: page(3, 3).orcids[2..].to_vec() }, Some("other-id")),
            (&batch, page(3, 3), None),
        ] {
            assert_eq!(search.fault(&page), expected, "{search:?} {page:?}");
        }
    }

    #[test]
    fn a_server_that_finds_more_than_were_named_has_not_understood() {
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        let batch = Search::batch(Finding::Present, &[orcid], 0, DAY);

        assert!(matches!(batch.outcome(&page(2, 2)), PageOutcome::NotUnderstood));
        assert!(batch.path().contains("orcid%3A%280000-0002-1825-0097%29"));
    }
}
