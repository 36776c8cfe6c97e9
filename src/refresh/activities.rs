//! Which items of a record are to be fetched in full: those that are new, or
//! have changed since the dataset's row; and which have gone.

use std::collections::HashMap;

use super::dates::{self, believed};
use super::tasks::{Effects, Wanted};
use orcid_xml::{ActivitySection, AffiliationKind, Document, Orcid, ParseError, Record, Timestamp};

/// Works of one request; ORCID gives no more.
const MAX_WORKS: usize = 100;
/// The code of a work that a bulk holds more than once.
const TWICE: &str = "twice-in-bulk";

/// The items that the dataset has of one person, with their last change.
pub type Held = HashMap<(ActivitySection, i64), Option<Timestamp>>;

/// Compares a record with what is held of its items. Dates after `latest` are not
/// believed.
///
/// # Errors
/// [`ParseError`] where the body is no record.
pub fn compare(orcid: Orcid, body: &[u8], held: &Held, latest: Timestamp) -> Result<Effects, ParseError> {
    let listed = listed(body)?;
    let mut effects = Effects::default();
    let (mut works, mut others) = (Vec::new(), Vec::new());
    for (&(section, put_code), &modified) in &listed {
        let is_old = match held.get(&(section, put_code)) {
            None => true,
            Some(known) => modified.is_none() || modified > believed(*known, latest),
        };
        if !is_old {
            continue;
        }
        effects.listed.extend(modified.map(|modified| (orcid, section, put_code, modified)));
        match section {
            ActivitySection::Works => works.push(put_code),
            section => others.push(Wanted::Item(orcid, section, put_code)),
        }
    }
    // The same record gives the same requests, whatever the order of a map.
    works.sort_unstable();
    others.sort_by_key(Wanted::path);
    effects.tasks = works.chunks(MAX_WORKS).map(|works| wanted_works(orcid, works)).collect();
    effects.tasks.extend(others);
    let gone = held.keys().filter(|item| !listed.contains_key(item));
    effects.leaving = gone.map(|(section, put_code)| (orcid, *section, *put_code)).collect();
    Ok(effects)
}

fn wanted_works(orcid: Orcid, put_codes: &[i64]) -> Wanted {
    match put_codes {
        [put_code] => Wanted::Item(orcid, ActivitySection::Works, *put_code),
        put_codes => Wanted::Works(orcid, put_codes.to_vec()),
    }
}

/// What a record lists, with its last change.
///
/// # Errors
/// [`ParseError`] where the body is no record.
pub fn listed(body: &[u8]) -> Result<Held, ParseError> {
    let source = orcid_xml::cleaned(body);
    match orcid_xml::parse(&source)?.document {
        Document::Record(record) => Ok(items(&record)),
        _ => Err(ParseError::UnknownRoot { name: "another".to_owned() }),
    }
}

/// The works of a bulk that are good; all others that were asked for are asked for again
/// one by one, since their own answers say what is wrong.
pub fn sort_out(
    orcid: Orcid,
    asked: &[i64],
    came: &[(i64, Option<Timestamp>)],
    known: &Held,
    latest: Timestamp,
) -> (Vec<i64>, Effects) {
    let (mut good, mut effects) = (Vec::new(), Effects::default());
    for &put_code in asked {
        let mut dates = came.iter().filter(|(found, _)| *found == put_code).map(|(_, modified)| *modified);
        let (Some(modified), second) = (dates.next(), dates.next()) else { continue };
        let due = known.get(&(ActivitySection::Works, put_code)).copied().flatten();
        match second.map(|_| TWICE).or_else(|| dates::fault(modified, due, latest)) {
            Some(code) => effects.counted.push(code),
            None => good.push(put_code),
        }
    }
    let others = asked.iter().filter(|put_code| !good.contains(put_code));
    effects.again = others.map(|put_code| Wanted::Item(orcid, ActivitySection::Works, *put_code)).collect();
    (good, effects)
}

fn items(record: &Record<'_>) -> Held {
    let activities = &record.activities;
    let mut items = Held::new();
    let mut add = |section, put_code: Option<i64>, modified| {
        if let Some(put_code) = put_code {
            items.insert((section, put_code), modified);
        }
    };
    for kind in AffiliationKind::ALL {
        for (_, item) in activities.affiliations(kind).items() {
            let element = &item.element;
            add(ActivitySection::Affiliations(kind), element.put_code, element.last_modified_date);
        }
    }
    for (_, item) in activities.fundings.items() {
        add(ActivitySection::Fundings, item.element.put_code, item.element.last_modified_date);
    }
    for review in activities.peer_reviews.groups.iter().flat_map(|group| group.items()) {
        add(ActivitySection::PeerReviews, review.1.element.put_code, review.1.element.last_modified_date);
    }
    for (_, item) in activities.research_resources.items() {
        add(ActivitySection::ResearchResources, item.element.put_code, item.element.last_modified_date);
    }
    for (_, item) in activities.works.items() {
        add(ActivitySection::Works, item.element.put_code, item.element.last_modified_date);
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(works: &[(i64, &str)]) -> String {
        let works: String = works
            .iter()
            .map(|(put_code, time)| {
                format!(
                    r#"<activities:group><work:work-summary put-code="{put_code}"><common:last-modified-date>{time}</common:last-modified-date></work:work-summary></activities:group>"#
                )
            })
            .collect();
        format!(
            r#"<record:record xmlns:record="r" xmlns:activities="a" xmlns:common="c" xmlns:work="w"><common:orcid-identifier><common:path>0000-0002-1825-0097</common:path></common:orcid-identifier><activities:activities-summary><activities:works>{works}</activities:works></activities:activities-summary></record:record>"#
        )
    }

    #[test]
    fn only_what_is_new_or_newer_is_fetched_and_what_is_gone_leaves() {
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        let time = |day: u32| format!("2025-10-0{day}T00:00:00Z");
        let body = record(&[(1, &time(1)), (2, &time(2)), (3, &time(3))]);
        let micros = |day| orcid_xml::timestamp(&time(day));
        let held = Held::from([
            ((ActivitySection::Works, 1), micros(1)),
            ((ActivitySection::Works, 2), micros(1)),
            ((ActivitySection::Works, 4), micros(1)),
            ((ActivitySection::Fundings, 1), None),
        ]);

        let effects = compare(orcid, body.as_bytes(), &held, Timestamp::MAX).unwrap();

        assert_eq!(effects.tasks, [Wanted::Works(orcid, vec![2, 3])]);
        let mut leaving = effects.leaving;
        leaving.sort_by_key(|item| item.2);
        assert_eq!(leaving, [(orcid, ActivitySection::Fundings, 1), (orcid, ActivitySection::Works, 4)]);
    }

    #[test]
    fn works_are_asked_for_in_hundreds_and_what_does_not_come_one_by_one() {
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        let works: Vec<(i64, &str)> = (0..201).map(|put_code| (put_code, "2025-10-01T00:00:00Z")).collect();

        let effects = compare(orcid, record(&works).as_bytes(), &Held::new(), Timestamp::MAX).unwrap();

        let sizes: Vec<usize> = effects
            .tasks
            .iter()
            .map(|task| if let Wanted::Works(_, works) = task { works.len() } else { 1 })
            .collect();
        assert_eq!(sizes, [100, 100, 1]);
        assert_eq!(effects.tasks[2], Wanted::Item(orcid, ActivitySection::Works, 200));
    }

    #[test]
    fn works_of_a_bulk_that_lack_come_twice_or_are_old_are_asked_for_one_by_one() {
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        let known: Held = (1..=6).map(|put_code| ((ActivitySection::Works, put_code), Some(10))).collect();
        let came = [(1, Some(10)), (2, Some(9)), (3, Some(10)), (3, Some(11)), (5, None), (6, Some(100))];

        let (good, effects) = sort_out(orcid, &[1, 2, 3, 4, 5, 6], &came, &known, 99);

        assert_eq!(good, [1]);
        let again = [2, 3, 4, 5, 6].map(|put_code| Wanted::Item(orcid, ActivitySection::Works, put_code));
        assert_eq!(effects.again, again);
        assert_eq!(effects.counted, ["stale", TWICE, "no-date", "future-date"]);
    }

    #[test]
    fn a_row_with_a_date_in_the_future_is_not_newer() {
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        let time = "2025-10-01T00:00:00Z";
        let changed = orcid_xml::timestamp(time).unwrap();
        let held = Held::from([((ActivitySection::Works, 1), Some(changed + 5))]);

        let asked = |latest| compare(orcid, record(&[(1, time)]).as_bytes(), &held, latest).unwrap();

        assert!(asked(changed + 5).tasks.is_empty());
        let effects = asked(changed + 4);
        assert_eq!(effects.tasks, [Wanted::Item(orcid, ActivitySection::Works, 1)]);
        assert_eq!(effects.listed, [(orcid, ActivitySection::Works, 1, changed)]);
    }
}
