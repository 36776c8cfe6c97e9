//! Days, and whether something that ends had ended before one: the one rule for what is current.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use orcid_xml::Timestamp;

const MICROSECONDS_OF_A_DAY: Timestamp = 86_400_000_000;

/// A day as year, month, day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i16, pub i16, pub i16);

impl Day {
    /// The present day, in UTC.
    pub fn today() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::of_time(since.as_micros() as Timestamp)
    }

    /// The day of a point in time, in UTC.
    pub fn of_time(time: Timestamp) -> Self {
        Self::of_days(time.div_euclid(MICROSECONDS_OF_A_DAY))
    }

    /// The day that is so many days after 1 January 1970 (Howard Hinnant's `civil_from_days`).
    fn of_days(days: i64) -> Self {
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        Self((year_of_era + era * 400 + i64::from(month <= 2)) as i16, month as i16, day as i16)
    }

    /// The last day that a date such as `2019`, `2019-07` or `2019-07-01` may mean.
    pub fn last_of(date: &str) -> Option<Self> {
        let mut parts = date.split('-').map(str::parse);
        let year = parts.next()?.ok()?;
        let mut next = |most: i16| parts.next().map_or(Some(most), Result::ok);
        Some(Self(year, next(12)?, next(31)?))
    }

    /// True if something with this end had ended before the day; false if it has no end. The unknown
    /// parts of the end are assumed to be as late as they can be.
    pub fn is_after_end(self, year: Option<i16>, month: Option<i16>, day: Option<i16>) -> bool {
        year.is_some_and(|year| Self(year, month.unwrap_or(12), day.unwrap_or(31)) < self)
    }
}

impl fmt::Display for Day {
    /// Such as `2019-07-01`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_calendars_do() {
        for (days, expected) in [
            (0, Day(1970, 1, 1)),
            (59, Day(1970, 3, 1)),
            (11_016, Day(2000, 2, 29)),
            (20_783, Day(2026, 11, 26)),
            (-1, Day(1969, 12, 31)),
        ] {
            assert_eq!(Day::of_days(days), expected);
        }
        for (days, year) in [(0, 1970), (-1, 1969), (364, 1970), (365, 1971), (11_016, 2000), (20_454, 2026)]
        {
            assert_eq!(Day::of_days(days).0, year, "{days}");
            assert_eq!(Day::of_time(days * MICROSECONDS_OF_A_DAY), Day::of_days(days));
            assert_eq!(Day::of_time((days + 1) * MICROSECONDS_OF_A_DAY - 1), Day::of_days(days));
        }
        assert!(Day::today() > Day(2024, 1, 1));
    }

    #[test]
    fn a_date_is_read_as_late_as_it_may_be() {
        assert_eq!(Day::last_of("2019"), Some(Day(2019, 12, 31)));
        assert_eq!(Day::last_of("2019-07"), Some(Day(2019, 7, 31)));
        assert_eq!(Day::last_of("2019-07-01"), Some(Day(2019, 7, 1)));
        assert_eq!(Day::last_of("soon"), None);
        assert_eq!(Day::last_of(&Day(2019, 7, 1).to_string()), Some(Day(2019, 7, 1)));
    }

    #[test]
    fn what_ends_today_or_later_or_never_has_not_ended() {
        let day = Day(2026, 11, 26);
        for (year, month, of_month, expected) in [
            (None, None, None, false),
            (None, Some(1), Some(1), false),
            (Some(2027), None, None, false),
            (Some(2026), None, None, false),
            (Some(2026), Some(11), None, false),
            (Some(2026), Some(11), Some(26), false),
            (Some(2026), Some(11), Some(25), true),
            (Some(2026), Some(10), None, true),
            (Some(2025), None, None, true),
        ] {
            assert_eq!(day.is_after_end(year, month, of_month), expected, "{year:?} {month:?} {of_month:?}");
        }
    }
}
