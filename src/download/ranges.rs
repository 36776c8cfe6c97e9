//! Ranges of a file's bytes: those that are there, and those that somebody fetches.

use std::ops::Range;

/// Ranges in their order; no two touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranges(Vec<Range<u64>>);

impl Ranges {
    /// Adds a range; what is there already stays.
    pub fn add(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        let from = self.0.partition_point(|own| own.end < range.start);
        let to = self.0.partition_point(|own| own.start <= range.end);
        let touched = &self.0[from..to];
        let start = touched.first().map_or(range.start, |own| own.start.min(range.start));
        let end = touched.last().map_or(range.end, |own| own.end.max(range.end));
        self.0.splice(from..to, std::iter::once(start..end));
    }

    /// All bytes in the ranges.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|range| range.end - range.start).sum()
    }

    /// The first bytes below `size_bytes` that are in no range, until the next range.
    pub fn first_gap(&self, size_bytes: u64) -> Option<Range<u64>> {
        let start = self.0.first().filter(|first| first.start == 0).map_or(0, |first| first.end);
        let next = self.0.iter().find(|range| range.start > start).map_or(size_bytes, |range| range.start);
        let gap = start..next.min(size_bytes);
        (!gap.is_empty()).then_some(gap)
    }

    /// The ranges without what lies behind `size_bytes`.
    pub fn cut(mut self, size_bytes: u64) -> Self {
        self.0.retain(|range| range.start < size_bytes);
        if let Some(last) = self.0.last_mut() {
            last.end = last.end.min(size_bytes);
        }
        self
    }

    /// The ranges in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Range<u64>> {
        self.0.iter()
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "lists of one range are meant")]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_become_one() {
        let mut ranges = Ranges::default();
        for (added, expected) in [
            (10..20, vec![10..20]),
            (30..40, vec![10..20, 30..40]),
            (5..5, vec![10..20, 30..40]),
            (20..25, vec![10..25, 30..40]),
            (0..3, vec![0..3, 10..25, 30..40]),
            (12..14, vec![0..3, 10..25, 30..40]),
            (25..30, vec![0..3, 10..40]),
            (2..50, vec![0..50]),
        ] {
            ranges.add(added.clone());

            assert_eq!(ranges.0, expected, "{added:?}");
        }
        assert_eq!(ranges.bytes(), 50);
    }

    #[test]
    fn the_first_gap_ends_at_the_next_range() {
        let of = |ranges: &[Range<u64>]| Ranges(ranges.to_vec());
        for (ranges, expected) in [
            (of(&[]), Some(0..100)),
            (of(&[10..20]), Some(0..10)),
            (of(&[0..20, 30..40]), Some(20..30)),
            (of(&[0..20]), Some(20..100)),
            (of(&[0..100]), None),
        ] {
            assert_eq!(ranges.first_gap(100), expected, "{ranges:?}");
        }
        assert_eq!(of(&[0..20, 30..40]).cut(35), of(&[0..20, 30..35]));
        assert_eq!(of(&[0..20, 30..40]).cut(30), of(&[0..20]));
        assert_eq!(of(&[]).first_gap(0), None);
    }
}
