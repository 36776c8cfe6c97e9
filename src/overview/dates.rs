//! Dates of items that are odd, as people and clients write them.

use arrow::array::RecordBatch;

use super::columns::Numbers;
use super::outcome::OddDates;
use crate::dataset::Manifest;
use crate::slice::Day;

/// No item of a living person is of an earlier year.
pub const FIRST_YEAR: i64 = 1900;
/// Contracts end some decades ahead; a later end is a mistake, such as 9999.
pub const YEARS_AHEAD: i64 = 50;

/// The days of the months of a leap year.
const DAYS: [i64; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// A date whose parts may be absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Date {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
}

/// The columns of a date.
struct DateColumns<'b>([Numbers<'b>; 3]);

/// The columns of a beginning and an end.
pub struct Dates<'b> {
    begin: DateColumns<'b>,
    end: Option<DateColumns<'b>>,
}

/// The last year that a dataset can tell about.
pub fn data_year(manifest: &Manifest) -> Option<i32> {
    let watermark = manifest.watermark.map(|time| i32::from(Day::of_time(time).0));
    watermark.max(manifest.release.map(i32::from))
}

/// The names of the columns of a date.
pub fn date_columns(prefix: &str) -> [String; 3] {
    ["year", "month", "day"].map(|part| format!("{prefix}_{part}"))
}

impl<'b> DateColumns<'b> {
    fn of(batch: &'b RecordBatch, prefix: &str) -> Self {
        Self(date_columns(prefix).map(|name| Numbers::of(batch, &name)))
    }

    fn get(&self, row: usize) -> Date {
        let [year, month, day] = &self.0;
        Date { year: year.get(row), month: month.get(row), day: day.get(row) }
    }
}

impl<'b> Dates<'b> {
    pub fn of(batch: &'b RecordBatch, begin: &str, end: Option<&str>) -> Self {
        Self { begin: DateColumns::of(batch, begin), end: end.map(|end| DateColumns::of(batch, end)) }
    }

    /// Counts how the dates of a row are odd.
    pub fn count(&self, row: usize, data_year: Option<i32>, odd: &mut OddDates) {
        let begin = self.begin.get(row);
        let end = self.end.as_ref().map(|end| end.get(row)).unwrap_or_default();
        odd.add(begin, end, data_year.map(i64::from));
    }
}

impl OddDates {
    /// All ways in which items are odd, added up.
    pub fn ways(&self) -> u64 {
        self.end_before_start + self.too_early + self.begins_later + self.ends_far_ahead + self.no_date
    }

    fn add(&mut self, begin: Date, end: Date, data_year: Option<i64>) {
        let is_later = |date: Date, years: i64| {
            date.year.zip(data_year).is_some_and(|(year, data_year)| year > data_year + years)
        };
        let is_early = |date: Date| date.year.is_some_and(|year| year < FIRST_YEAR);
        self.end_before_start += u64::from(end.is_before(begin));
        self.too_early += u64::from(is_early(begin) || is_early(end));
        self.begins_later += u64::from(is_later(begin, 0));
        self.ends_far_ahead += u64::from(is_later(end, YEARS_AHEAD));
        self.no_date += u64::from(!begin.may_be() || !end.may_be());
    }
}

impl Date {
    /// True if it is earlier by the parts that both dates have.
    fn is_before(self, other: Self) -> bool {
        let parts = [(self.year, other.year), (self.month, other.month), (self.day, other.day)];
        for part in parts {
            match part {
                (Some(own), Some(other)) if own == other => {}
                (Some(own), Some(other)) => return own < other,
                _ => return false,
            }
        }
        false
    }

    /// True for a day of the calendar, or for the beginning of one.
    fn may_be(self) -> bool {
        match (self.year, self.month, self.day) {
            (None, None, None) | (Some(_), None, None) => true,
            (Some(_), Some(month), None) => (1..=12).contains(&month),
            (Some(year), Some(month @ 1..=12), Some(day)) => {
                let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
                let last = if month == 2 && !is_leap { 28 } else { DAYS[month as usize - 1] };
                (1..=last).contains(&day)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(parts: &[i64]) -> Date {
        let part = |place: usize| parts.get(place).copied();
        Date { year: part(0), month: part(1), day: part(2) }
    }

    #[test]
    fn a_date_is_earlier_by_what_is_known_of_both() {
        for (one, other, expected) in [
            (&[2018][..], &[2019][..], true),
            (&[2019], &[2019, 3], false),
            (&[2019, 2], &[2019, 3], true),
            (&[2019, 3, 4], &[2019, 3, 4], false),
            (&[2019, 3, 3], &[2019, 3, 4], true),
            (&[], &[2019], false),
            (&[2020], &[2019, 12], false),
        ] {
            assert_eq!(date(one).is_before(date(other)), expected, "{one:?} {other:?}");
        }
    }

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        for (parts, expected) in [
            (&[][..], true),
            (&[2019], true),
            (&[2019, 12], true),
            (&[2019, 13], false),
            (&[2019, 0], false),
            (&[2019, 2, 29], false),
            (&[2020, 2, 29], true),
            (&[1900, 2, 29], false),
            (&[2000, 2, 29], true),
            (&[2019, 4, 31], false),
        ] {
            assert_eq!(date(parts).may_be(), expected, "{parts:?}");
        }
        assert!(!Date { year: None, month: Some(3), day: None }.may_be());
        assert!(!Date { year: Some(2019), month: None, day: Some(3) }.may_be());
    }

    #[test]
    fn each_way_of_being_odd_is_counted() {
        let mut odd = OddDates::default();

        odd.add(date(&[2019]), date(&[2018]), Some(2025));
        odd.add(date(&[19]), date(&[2018]), Some(2025));
        odd.add(date(&[2026]), date(&[]), Some(2025));
        odd.add(date(&[2025]), date(&[2075]), Some(2025));
        odd.add(date(&[2025]), date(&[9999]), Some(2025));
        odd.add(date(&[9999]), date(&[]), None);

        let expected =
            OddDates { end_before_start: 1, too_early: 1, begins_later: 1, ends_far_ahead: 1, no_date: 0 };
        assert_eq!(odd, expected);
    }
}
