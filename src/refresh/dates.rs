//! Decides which dates of answers are trusted, and which answers are older than known changes.

use orcid_api::time::DAY;
use orcid_xml::Timestamp;

/// How far a date may be in the future: clocks differ, and zones are mistaken.
const TOLERANCE: Timestamp = DAY;

/// The code of an answer that is older than a known change.
pub const STALE: &str = "stale";
/// The code of an answer without a readable date, if a date is known already.
pub const NO_DATE: &str = "no-date";
/// The code of an answer whose date lies in the future.
pub const FUTURE_DATE: &str = "future-date";

/// The latest date that is trusted. The later of the server's and our clock counts: a clock that is
/// years behind must not make all records wrong.
pub fn latest(server: Option<Timestamp>, ours: Timestamp) -> Timestamp {
    server.unwrap_or(ours).max(ours).saturating_add(TOLERANCE)
}

/// A date, or `None` if it is in the future and so not trusted.
pub fn believed(date: Option<Timestamp>, latest: Timestamp) -> Option<Timestamp> {
    date.filter(|date| *date <= latest)
}

/// The code of what is wrong with an answer that was changed at `modified`, if a change at `known`
/// is known already.
pub fn fault(
    modified: Option<Timestamp>,
    known: Option<Timestamp>,
    latest: Timestamp,
) -> Option<&'static str> {
    match (modified, believed(known, latest)) {
        (Some(modified), _) if modified > latest => Some(FUTURE_DATE),
        (Some(modified), Some(known)) if modified < known => Some(STALE),
        (None, Some(_)) => Some(NO_DATE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_no_older_than_what_is_known_and_not_of_the_future() {
        let latest = latest(Some(100), 50);
        let future = Some(latest + 1);
        for (modified, known, expected) in [
            (Some(5), Some(5), None),
            (Some(6), Some(5), None),
            (Some(4), Some(5), Some(STALE)),
            (Some(4), None, None),
            (None, None, None),
            (None, Some(5), Some(NO_DATE)),
            (Some(latest), Some(5), None),
            (future, Some(5), Some(FUTURE_DATE)),
            (future, None, Some(FUTURE_DATE)),
            (Some(4), future, None),
            (None, future, None),
        ] {
            assert_eq!(fault(modified, known, latest), expected, "{modified:?} {known:?}");
        }
    }

    #[test]
    fn the_later_clock_counts() {
        assert_eq!((latest(Some(7), 3), latest(Some(3), 7), latest(None, 3)), (7 + DAY, 7 + DAY, 3 + DAY));
    }
}
