//! Text to typed values: timestamps, numbers, truth values.

use wide::u8x16;

use super::Timestamp;

const MICROSECONDS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// Fourteen hours, as `xs:dateTime` has it.
const MAX_ZONE_SECONDS: i64 = 14 * 3600;

/// How ORCID writes a time, with zeros for its digits: the first sixteen bytes and the last.
const FIRST: [u8; 16] = *b"0000-00-00T00:00";
const LAST: [u8; 16] = *b"00T00:00:00.000Z";

/// Parses an `xs:dateTime` such as `2015-07-03T12:57:22.749Z` into microseconds since
/// 1970-01-01T00:00:00Z. A time without a zone counts as UTC. `None` for any other text, for a
/// day that is not in the calendar, and for a time finer than a microsecond.
pub fn timestamp(text: &str) -> Option<Timestamp> {
    if let Some(usual) = text.as_bytes().try_into().ok().and_then(usual_timestamp) {
        return Some(usual);
    }
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, rest @ ..] =
        text.as_bytes()
    else {
        return None;
    };
    let year = two_digits(*y1, *y2)? * 100 + two_digits(*y3, *y4)?;
    let (month, day) = (two_digits(*m1, *m2)?, two_digits(*d1, *d2)?);
    let (hour, minute, second) = (two_digits(*h1, *h2)?, two_digits(*n1, *n2)?, two_digits(*s1, *s2)?);
    let seconds = seconds_since_1970([year, month, day], [hour, minute, second])?;
    let (fraction, zone) = fraction(rest)?;
    // The end of a day may be written as 24 o'clock.
    if hour == 24 && (minute, second, fraction) != (0, 0, 0) {
        return None;
    }
    Some((seconds - zone_seconds(zone)?) * MICROSECONDS_PER_SECOND + fraction)
}

/// A time as ORCID writes it, with sixteen bytes looked at together; `None` for any other, and at 24
/// o'clock.
#[inline]
fn usual_timestamp(text: &[u8; 24]) -> Option<Timestamp> {
    let (first, last) = (digits_of(text.first_chunk()?, FIRST)?, digits_of(text.last_chunk()?, LAST)?);
    let two = |digits: &[u8; 16], place: usize| i64::from(digits[place] * 10 + digits[place + 1]);
    let date = [two(&first, 0) * 100 + two(&first, 2), two(&first, 5), two(&first, 8)];
    let time = [two(&first, 11), two(&first, 14), two(&last, 9)];
    let seconds = seconds_since_1970(date, time).filter(|_| time[0] < 24)?;
    let millis = two(&last, 12) * 10 + i64::from(last[14]);
    Some(seconds * MICROSECONDS_PER_SECOND + millis * 1_000)
}

/// The digits of `text` at the zeros of `form`; `None` where there are others, or where anything
/// else differs.
#[inline]
fn digits_of(text: &[u8; 16], form: [u8; 16]) -> Option<[u8; 16]> {
    let digits = u8x16::new(*text) - u8x16::new(form);
    let most = form.map(|byte| if byte == b'0' { 9 } else { 0 });
    let fits = digits.min(u8x16::new(most)).simd_eq(digits).to_bitmask();
    (fits == 0xffff).then(|| digits.to_array())
}

/// `None` for a day that is not in the calendar, or a time that no day has.
#[inline]
fn seconds_since_1970([year, month, day]: [i64; 3], [hour, minute, second]: [i64; 3]) -> Option<i64> {
    let is_day = (1..=12).contains(&month) && day >= 1 && (day <= 28 || day <= days_in(year, month));
    if !is_day || hour > 24 || minute > 59 || second > 59 {
        return None;
    }
    Some(days_since_1970(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second)
}

/// Reads an integer with an optional sign.
pub(super) fn integer<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// Reads an `xs:boolean`.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

#[inline]
fn two_digits(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes
        .iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

/// Splits `.749Z` into microseconds and the zone.
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some(tail) = rest.strip_prefix(b".") else { return Some((0, rest)) };
    let length = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (kept, dropped) = tail[..length].split_at(length.min(6));
    if length == 0 || dropped.iter().any(|&digit| digit != b'0') {
        return None;
    }
    let scale = 10i64.pow(6 - kept.len() as u32);
    Some((digits(kept)? * scale, &tail[length..]))
}

fn zone_seconds(zone: &[u8]) -> Option<i64> {
    match zone {
        b"" | b"Z" => Some(0),
        [sign @ (b'+' | b'-'), hours @ .., b':', m1, m2] if hours.len() == 2 => {
            let (hours, minutes) = (digits(hours)?, digits(&[*m1, *m2])?);
            let seconds = hours * 3600 + minutes * 60;
            let seconds = (minutes <= 59 && seconds <= MAX_ZONE_SECONDS).then_some(seconds)?;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar, counted in eras of 400 years
/// that begin in March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_read_to_the_microsecond() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2015-07-03T12:57:22.749Z", Some(1_435_928_242_749_000)),
            ("2016-02-29T00:00:00.000001Z", Some(1_456_704_000_000_001)),
            ("2015-07-03T14:57:22.749+02:00", Some(1_435_928_242_749_000)),
            ("2015-07-03T12:57:22", Some(1_435_928_242_000_000)),
            ("1969-12-31T23:59:59.5Z", Some(-500_000)),
            ("2015-07-03T12:57:22.7490000000Z", Some(1_435_928_242_749_000)),
            ("2015-07-03T24:00:00Z", Some(1_435_968_000_000_000)),
            ("2015-07-03T24:00:00.000Z", Some(1_435_968_000_000_000)),
            ("2015-07-03T24:00:00.001Z", None),
            ("2015-07-03T12:57:60.749Z", None),
            ("2015-06-31T12:57:22.749Z", None),
            ("2015-07-03T12:57:22,749Z", None),
            ("2015-07-03T12:57:22.7:9Z", None),
            ("2015-07-03T12:57:22.74/Z", None),
            ("2000-02-29T23:59:59.999Z", Some(951_868_799_999_000)),
            ("2015-07-03T24:00:00.5Z", None),
            ("2015-07-03T12:57:22+14:00", Some(1_435_877_842_000_000)),
            ("2015-07-03T12:57:22+14:01", None),
            ("2015-07-03T12:57:22.7490001Z", None),
            ("2015-02-29T12:57:22Z", None),
            ("2015-07-03", None),
            ("2015-07-03T12:57:22.Z", None),
            ("2015-07-03T12:57:22+2:00", None),
            ("yesterday, round about noon", None),
        ] {
            assert_eq!(timestamp(text), expected, "{text}");
        }
    }

    #[test]
    fn truth_is_written_in_words_or_digits() {
        assert_eq!((boolean("true"), boolean("0"), boolean("yes")), (Some(true), Some(false), None));
    }
}
