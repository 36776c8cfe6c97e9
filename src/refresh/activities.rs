//! Which items of a record are to be fetched in full: those that are new, or
//! have changed since the dataset's row; and which have gone.

use std::collections::HashMap;

use super::tasks::{Effects, Wanted};
use orcid_xml::{ActivitySection, AffiliationKind, Document, Orcid, ParseError, Record, Timestamp};

/// Works of one request; ORCID gives no more.
const MAX_WORKS: usize = 100;

/// The items that the dataset has of one person, with their last change.
pub type Held = HashMap<(ActivitySection, i64), Option<Timestamp>>;

/// Compares a record with what is held of its items.
///
/// # Errors
/// [`ParseError`] where the body is no record.
pub fn compare(orcid: Orcid, body: &[u8], held: &Held) -> Result<Effects, ParseError> {
    let listed = listed(body)?;
    let mut effects = Effects::default();
    let (mut works, mut others) = (Vec::new(), Vec::new());
    for (&(section, put_code), &modified) in &listed {
        let is_old = match held.get(&(section, put_code)) {
            None => true,
            Some(known) => modified.is_none() || modified > *known,
        };
        match section {
            _ if !is_old => continue,
            ActivitySection::Works => works.push(put_code),
            section => others.push(Wanted::Item(orcid, section, put_code)),
        }
        effects.listed.extend(modified.map(|modified| (orcid, section, put_code, modified)));
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

/// Works that a bulk did not give, one by one: their own answers say why.
pub fn missing(orcid: Orcid, asked: &[i64], came: &[i64]) -> Effects {
    let missing = asked.iter().filter(|put_code| !came.contains(put_code));
    let again = missing.map(|put_code| Wanted::Item(orcid, ActivitySection::Works, *put_code)).collect();
    Effects { again, ..Effects::default() }
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

        let effects = compare(orcid, body.as_bytes(), &held).unwrap();

        assert_eq!(effects.tasks, [Wanted::Works(orcid, vec![2, 3])]);
        let mut leaving = effects.leaving;
        leaving.sort_by_key(|item| item.2);
        assert_eq!(leaving, [(orcid, ActivitySection::Fundings, 1), (orcid, ActivitySection::Works, 4)]);
    }

    #[test]
    fn works_are_asked_for_in_hundreds_and_what_does_not_come_one_by_one() {
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        let works: Vec<(i64, &str)> = (0..201).map(|put_code| (put_code, "2025-10-01T00:00:00Z")).collect();

        let effects = compare(orcid, record(&works).as_bytes(), &Held::new()).unwrap();

        let sizes: Vec<usize> = effects
            .tasks
            .iter()
            .map(|task| if let Wanted::Works(_, works) = task { works.len() } else { 1 })
            .collect();
        assert_eq!(sizes, [100, 100, 1]);
        assert_eq!(effects.tasks[2], Wanted::Item(orcid, ActivitySection::Works, 200));
        assert_eq!(missing(orcid, &[1, 2], &[1]).again, [Wanted::Item(orcid, ActivitySection::Works, 2)]);
    }
}
