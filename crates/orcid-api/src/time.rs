//! Points in time as the API, its headers and its files write them; microseconds
//! since 1970 (UTC) inside.

use chrono::DateTime;
use orcid_xml::{Timestamp, timestamp};

/// Microseconds of a second.
pub const SECOND: Timestamp = 1_000_000;
/// Microseconds of a day.
pub const DAY: Timestamp = 86_400 * SECOND;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The number of a UTC day, counted from 1970.
pub fn day(time: Timestamp) -> i64 {
    time.div_euclid(DAY)
}

/// When a UTC day ends.
pub fn end_of_day(day: i64) -> Timestamp {
    (day + 1) * DAY
}

/// `2025-10-01T00:00:00.000Z`, to the millisecond, as Solr writes it; the time
/// itself where no calendar reaches.
pub fn iso(time: Timestamp) -> String {
    let date = DateTime::from_timestamp_micros(time);
    date.map_or_else(|| time.to_string(), |date| date.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

/// `2025-10-01 00:00 UTC`, for people.
pub fn readable(time: Timestamp) -> String {
    let iso = iso(time);
    format!("{} UTC", iso.get(..16).unwrap_or(&iso).replace('T', " "))
}

/// Reads `2025-10-01`, `2025-10-01T00:00:00Z`, or the `2025-10-01 00:00:00.123456`
/// of `last_modified.csv`; UTC where no zone is given.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() == 10 {
        timestamp(&format!("{text}T00:00:00Z"))
    } else {
        timestamp(&text.replace(' ', "T"))
    }
}

/// Reads the three forms of a date in an HTTP header.
pub fn parse_http_date(text: &str) -> Option<Timestamp> {
    let words: Vec<&str> = text.split([' ', '-', ',']).filter(|word| !word.is_empty()).collect();
    let (day, month, year, clock) = match words.as_slice() {
        // Sun Nov  6 08:49:37 1994
        [_, month, day, clock, year] if clock.contains(':') => (*day, *month, *year, *clock),
        // Sun, 06 Nov 1994 08:49:37 GMT and Sunday, 06-Nov-94 08:49:37 GMT
        [_, day, month, year, clock, ..] => (*day, *month, *year, *clock),
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let year: u16 = year.parse().ok()?;
    let year = if year < 70 {
        year + 2000
    } else if year < 100 {
        year + 1900
    } else {
        year
    };
    let day: u8 = day.parse().ok()?;
    timestamp(&format!("{year:04}-{month:02}-{day:02}T{clock}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["1970-01-01T00:00:00.000Z", "2016-02-29T23:59:59.999Z", "2026-11-22T05:38:47.001Z"] {
            assert_eq!(iso(parse(text).unwrap()), text);
        }
        assert_eq!(parse("2025-10-01"), parse("2025-10-01T00:00:00Z"));
        assert_eq!(parse("2025-10-01 01:02:03.123456"), parse("2025-10-01T01:02:03.123456Z"));
        assert_eq!(readable(parse("2025-10-01").unwrap()), "2025-10-01 00:00 UTC");
        assert_eq!(parse("yesterday"), None);
    }

    #[test]
    fn the_dates_of_http_are_read_in_each_form() {
        let expected = parse("1994-11-06T08:49:37Z");
        for text in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        {
            assert_eq!(parse_http_date(text), expected, "{text}");
        }
        assert_eq!(parse_http_date("soon"), None);
    }

    #[test]
    fn a_day_ends_at_midnight() {
        let time = parse("2026-11-22T23:59:59Z").unwrap();

        assert_eq!(end_of_day(day(time)), parse("2026-11-23").unwrap());
    }
}
