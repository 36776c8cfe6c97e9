//! Moments as ORCID and HTTP write them: ISO 8601 in XML and queries, and the
//! date of a `Retry-After`.
//!
//! Counts microseconds since 1970, as the record model does.

use std::time::{SystemTime, UNIX_EPOCH};

use orcid_xml::Timestamp;

pub const SECOND: Timestamp = 1_000_000;
pub const DAY: Timestamp = 86_400 * SECOND;

const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// What the machine's clock says.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock stands after 1970");
    since.as_micros() as Timestamp
}

/// Reads `2025-10-01T00:00:00Z`, with or without a fraction, as Solr does: the
/// whole instant or nothing.
pub fn parse(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let fits =
        (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    let digits = fraction.bytes().all(|byte| byte.is_ascii_digit()) && (1..=9).contains(&fraction.len());
    if !fits || !digits {
        return None;
    }
    let micros: Timestamp = format!("{fraction:0<6}")[..6].parse().ok()?;
    let seconds = days_from_date(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(seconds * SECOND + micros)
}

fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let parts: Vec<&str> = text.split(separator).collect();
    let fits = parts.len() == 3 && parts.iter().zip(widths).all(|(part, width)| part.len() == width);
    fits.then_some(())?;
    Some([parts[0].parse().ok()?, parts[1].parse().ok()?, parts[2].parse().ok()?])
}

/// Writes `2025-10-01T00:00:00.000Z`.
pub fn iso(moment: Timestamp) -> String {
    let (year, month, day) = date_from_days(moment.div_euclid(DAY));
    let (hour, minute, second) = time_of_day(moment);
    let millis = moment.rem_euclid(SECOND) / 1000;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// Writes `Wed, 01 Oct 2025 00:00:00 GMT`.
pub fn http_date(moment: Timestamp) -> String {
    let days = moment.div_euclid(DAY);
    let (year, month, day) = date_from_days(days);
    let (hour, minute, second) = time_of_day(moment);
    let weekday = WEEKDAYS[days.rem_euclid(7) as usize];
    let month = MONTHS[month as usize - 1];
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

fn time_of_day(moment: Timestamp) -> (i64, i64, i64) {
    let seconds = moment.rem_euclid(DAY) / SECOND;
    (seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Days since 1970; March begins the year, so that leap days come last.
fn days_from_date(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn date_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * shifted + 2) / 5 + 1, (shifted + 2) % 12 + 1);
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}
