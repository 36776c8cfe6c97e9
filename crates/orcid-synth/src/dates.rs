//! Points in time to the millisecond, and dates of which parts may be missing.
//!
//! Knows the calendar and how ORCID writes both; reads no clock.

use std::fmt;

/// A point in time, in milliseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Moment(pub i64);

/// A date of which the month or the day may be missing.
#[derive(Clone, Copy)]
pub struct FuzzyDate {
    pub year: i64,
    pub month: Option<u8>,
    pub day: Option<u8>,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, milliseconds) = (self.0.div_euclid(86_400_000), self.0.rem_euclid(86_400_000));
        let (year, month, day) = civil(days);
        let (seconds, milliseconds) = (milliseconds / 1000, milliseconds % 1000);
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        let seconds = seconds % 60;
        write!(f, "{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}Z")
    }
}

impl Moment {
    /// Midnight of a day.
    pub fn midnight(year: i64, month: i64, day: i64) -> Moment {
        // Howard Hinnant's days_from_civil.
        let year = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let days = of_era * 365 + of_era / 4 - of_era / 100 + of_year + era * 146_097 - 719_468;
        Moment(days * 86_400_000)
    }

    /// In whole seconds; 0 for what was before 1970.
    pub fn seconds(self) -> u64 {
        u64::try_from(self.0 / 1000).unwrap_or(0)
    }

    pub fn year(self) -> i64 {
        civil(self.0.div_euclid(86_400_000)).0
    }
}

/// Howard Hinnant's civil_from_days: year, month and day.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_to_the_millisecond() {
        let moment = Moment(Moment::midnight(2024, 2, 29).0 + 3_723_004);

        assert_eq!(moment.to_string(), "2024-02-29T01:02:03.004Z");
        assert_eq!(Moment(0).to_string(), "1970-01-01T00:00:00.000Z");
    }
}
