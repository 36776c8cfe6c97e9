//! Finds iDs for a list of staff in a dataset: by iD, e-mail and name, with the evidence for and
//! against each.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::authenticated::authenticated;
use super::error::MatchError;
use super::expansion::Expansion;
use super::names::{NameSimilarity, PersonName};
use super::people::{PeopleFilter, Person, people};
use super::staff::{Affiliated, Evidence, StaffList, Verdict};
use crate::dataset::Cells;
use crate::dataset::Dataset;
use crate::slice::Day;
use ror_match::plain_words;

/// Candidates that are listed for one person.
const MAX_CANDIDATES: usize = 10;
/// Candidates by name alone that are kept for one person; a frequent name has thousands of equally
/// good ones.
const MAX_HELD: usize = 200;

/// A candidate for a person on the list, or the information that there is none.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct Reconciled {
    pub line: u64,
    pub staff_name: String,
    pub staff_orcid: Option<String>,
    /// accepted, probable, possible, conflict, none.
    pub verdict: String,
    pub orcid: Option<String>,
    pub given_names: Option<String>,
    pub family_name: Option<String>,
    pub score: f64,
    pub evidence: String,
    /// The evidence against it, or what is wrong with the iD on the list.
    pub conflict: Option<String>,
    /// True if a person has connected the candidate's iD by signing in at ORCID.
    pub authenticated: bool,
}

/// The candidates by index in the list and iD.
type Candidates = Vec<BTreeMap<String, Evidence>>;

/// The candidates for each person on a list, the best first.
///
/// # Errors
/// [`MatchError`] where the dataset cannot be read.
pub fn reconcile(
    dataset: &Dataset,
    list: &StaffList,
    institution: Option<&Expansion>,
) -> Result<Vec<Reconciled>, MatchError> {
    let affiliated = match institution {
        Some(expansion) => affiliated(people(dataset, expansion, &PeopleFilter::default())?),
        None => FxHashMap::default(),
    };
    let mut candidates: Candidates = vec![BTreeMap::new(); list.staff.len()];
    let primaries = tombstones(dataset, list)?;
    for (orcid, numbers) in list.orcids() {
        let orcid = primaries.get(orcid).and_then(|(_, primary)| primary.as_ref()).unwrap_or(orcid);
        for number in numbers {
            candidates[*number].entry(orcid.clone()).or_default().by_orcid = true;
        }
    }
    by_email(dataset, list, &mut candidates)?;
    by_other_names(dataset, list, &affiliated, &mut candidates)?;
    let names = by_names(dataset, list, &affiliated, &mut candidates)?;
    let certain = authenticated(dataset)?;
    let mut rows = Vec::new();
    for (number, candidates) in candidates.into_iter().enumerate() {
        rows.extend(weigh(list, number, candidates, &affiliated, &names, &primaries));
    }
    flag_shared(&mut rows);
    for row in &mut rows {
        let orcid = row.orcid.as_ref();
        row.authenticated = orcid.is_some_and(|orcid| certain.contains(orcid));
    }
    Ok(rows)
}

/// Says where an iD is probable for several lines of the list: it belongs to one person.
fn flag_shared(rows: &mut [Reconciled]) {
    let probable = [Verdict::Probable.name(), Verdict::Accepted.name()];
    let mut lines: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for row in rows.iter().filter(|row| probable.contains(&row.verdict.as_str())) {
        lines.entry(row.orcid.clone().unwrap_or_default()).or_default().push(row.line);
    }
    for row in rows.iter_mut().filter(|row| row.verdict == Verdict::Probable.name()) {
        let others = row.orcid.as_ref().and_then(|orcid| lines.get(orcid)).into_iter().flatten();
        let others: Vec<String> =
            others.filter(|line| **line != row.line).take(MAX_CANDIDATES).map(u64::to_string).collect();
        if !others.is_empty() {
            row.conflict = Some(format!("the iD is probable for other lines too: {}", others.join(", ")));
        }
    }
}

/// The affiliations of people with the institution, a current one before others.
fn affiliated(people: Vec<Person>) -> FxHashMap<String, Affiliated> {
    let mut found: FxHashMap<String, Affiliated> = FxHashMap::default();
    let today = Day::today();
    for person in people {
        let end = person.end_date.as_deref().and_then(Day::last_of);
        let current = end.is_none_or(|end| end >= today);
        let when = if current { "current" } else { "past" };
        let name = person.ror_name.as_deref().unwrap_or_default();
        let text = format!("{} {when} at {name}", person.kind);
        let known = found.entry(person.orcid).or_insert_with(|| Affiliated {
            current,
            text: text.clone(),
            departments: Vec::new(),
        });
        if current && !known.current {
            (known.current, known.text) = (true, text);
        }
        known.departments.extend(person.department_name);
    }
    found
}

/// The status of deprecated and other closed iDs of the list, and the primary iD if there is one.
fn tombstones(
    dataset: &Dataset,
    list: &StaffList,
) -> Result<FxHashMap<String, (String, Option<String>)>, MatchError> {
    let mut found = FxHashMap::default();
    for batch in dataset.rows("summaries/tombstones", &["orcid", "status", "primary_orcid"]) {
        let batch = batch?;
        let cells = Cells(&batch);
        for row in 0..batch.num_rows() {
            let Some(orcid) = cells.text("orcid", row).filter(|orcid| !list.with_orcid(orcid).is_empty())
            else {
                continue;
            };
            let status = cells.owned("status", row).unwrap_or_default();
            found.insert(orcid.to_owned(), (status, cells.owned("primary_orcid", row)));
        }
    }
    Ok(found)
}

fn by_email(dataset: &Dataset, list: &StaffList, candidates: &mut Candidates) -> Result<(), MatchError> {
    for batch in dataset.rows("summaries/emails", &["orcid", "email"]) {
        let batch = batch?;
        let cells = Cells(&batch);
        for row in 0..batch.num_rows() {
            let (Some(orcid), Some(email)) = (cells.text("orcid", row), cells.text("email", row)) else {
                continue;
            };
            for number in list.with_email(email) {
                candidates[*number].entry(orcid.to_owned()).or_default().by_email = true;
            }
        }
    }
    Ok(())
}

fn by_other_names(
    dataset: &Dataset,
    list: &StaffList,
    affiliated: &FxHashMap<String, Affiliated>,
    candidates: &mut Candidates,
) -> Result<(), MatchError> {
    for batch in dataset.rows("summaries/other_names", &["orcid", "content"]) {
        let batch = batch?;
        let cells = Cells(&batch);
        for row in 0..batch.num_rows() {
            let (Some(orcid), Some(name)) = (cells.text("orcid", row), cells.text("content", row)) else {
                continue;
            };
            note_names(list, orcid, &PersonName::readings(name), true, affiliated, candidates);
        }
    }
    Ok(())
}

/// Looks for the names of all records; gives those of the candidates.
fn by_names(
    dataset: &Dataset,
    list: &StaffList,
    affiliated: &FxHashMap<String, Affiliated>,
    candidates: &mut Candidates,
) -> Result<FxHashMap<String, RecordName>, MatchError> {
    const COLUMNS: [&str; 4] = ["orcid", "given_names", "family_name", "credit_name"];
    let candidate_ids: FxHashSet<String> = candidates.iter().flat_map(BTreeMap::keys).cloned().collect();
    let mut names = FxHashMap::default();
    for batch in dataset.rows("summaries/records", &COLUMNS) {
        let batch = batch?;
        let cells = Cells(&batch);
        for row in 0..batch.num_rows() {
            let Some(orcid) = cells.text("orcid", row) else { continue };
            let text = |column: &str| cells.text(column, row).unwrap_or_default();
            let (given, family) = (text("given_names"), text("family_name"));
            let mut readings = match family {
                "" => PersonName::readings(given),
                _ => vec![PersonName::of(given, family)],
            };
            readings.extend(PersonName::readings(text("credit_name")));
            let found = note_names(list, orcid, &readings, false, affiliated, candidates);
            if found || candidate_ids.contains(orcid) {
                names.insert(
                    orcid.to_owned(),
                    (cells.owned("given_names", row), cells.owned("family_name", row)),
                );
            }
        }
    }
    Ok(names)
}

/// Given names and family name.
type RecordName = (Option<String>, Option<String>);

/// Adds the record as a candidate to all people on the list with a similar name; true if there are
/// any.
fn note_names(
    list: &StaffList,
    orcid: &str,
    names: &[PersonName],
    other: bool,
    affiliated: &FxHashMap<String, Affiliated>,
    candidates: &mut Candidates,
) -> bool {
    note_variants(list, orcid, names, other, candidates);
    let found = list.named(names);
    let any = !found.is_empty();
    for (number, similarity) in found {
        let held = &mut candidates[number];
        let full = held.len() >= MAX_HELD && !held.contains_key(orcid);
        if full && !affiliated.contains_key(orcid) {
            continue;
        }
        let evidence = held.entry(orcid.to_owned()).or_default();
        if evidence.name.is_none_or(|known| known < similarity) {
            (evidence.name, evidence.other_name) = (Some(similarity), other);
        } else if evidence.name == Some(similarity) {
            evidence.other_name &= other;
        }
    }
    any
}

/// Names of a record that its person on the list may have too, where iD or e-mail lead to it: they
/// are no evidence against it.
fn note_variants(
    list: &StaffList,
    orcid: &str,
    names: &[PersonName],
    other: bool,
    candidates: &mut Candidates,
) {
    for number in list.with_orcid(orcid).iter().copied() {
        let Some(evidence) = candidates[number].get_mut(orcid) else { continue };
        if evidence.name.is_none() && list.has_variant(number, names) {
            (evidence.name, evidence.other_name) = (Some(NameSimilarity::Variant), other);
        }
    }
}

/// The candidates of one person as rows, the best first.
fn weigh(
    list: &StaffList,
    number: usize,
    candidates: BTreeMap<String, Evidence>,
    affiliated: &FxHashMap<String, Affiliated>,
    names: &FxHashMap<String, RecordName>,
    tombstones: &FxHashMap<String, (String, Option<String>)>,
) -> Vec<Reconciled> {
    let staff = &list.staff[number];
    let own = Reconciled {
        line: staff.line,
        staff_name: staff.name.clone(),
        staff_orcid: staff.orcid.clone(),
        verdict: "none".to_owned(),
        conflict: given_fault(list, number, tombstones),
        ..Reconciled::default()
    };
    let department = staff.department.as_deref().map(plain_words).filter(|words| !words.is_empty());
    let mut weighed: Vec<(String, Evidence)> = candidates.into_iter().collect();
    for (orcid, evidence) in &mut weighed {
        evidence.affiliation = affiliated.get(orcid).cloned();
        let departments = evidence.affiliation.iter().flat_map(|affiliated| &affiliated.departments);
        evidence.department = department.is_some()
            && departments.map(|own| plain_words(own)).any(|own| Some(own) == department);
    }
    let alike = weighed
        .iter()
        .filter(|(_, evidence)| evidence.affiliation.is_some() && evidence.name.is_some())
        .count();
    weighed.sort_by(|one, other| other.1.score().total_cmp(&one.1.score()).then_with(|| one.0.cmp(&other.0)));
    weighed.truncate(MAX_CANDIDATES);
    if weighed.is_empty() {
        return vec![own];
    }
    let accepted_by_both = |by: fn(&Evidence) -> bool| weighed.iter().any(|(_, evidence)| by(evidence));
    let torn = accepted_by_both(|evidence| evidence.by_orcid && !evidence.by_email)
        && accepted_by_both(|evidence| evidence.by_email && !evidence.by_orcid);
    let unread = staff.unread_orcid().is_some();
    let row = |(orcid, evidence): &(String, Evidence)| {
        let mut conflict = own.conflict.clone().filter(|_| evidence.by_orcid || unread);
        let mut verdict = evidence.verdict(alike == 1);
        let missing = !names.contains_key(orcid);
        if evidence.by_orcid && missing {
            conflict = conflict.or(Some("the iD has no public record in the dataset".to_owned()));
        } else if evidence.name.is_none() {
            conflict = conflict.or(Some("the record has another name".to_owned()));
        }
        if torn && (evidence.by_orcid || evidence.by_email) {
            verdict = Verdict::Conflict;
            conflict = Some("the iD and the e-mail belong to different records".to_owned());
        }
        let (given_names, family_name) = names.get(orcid).cloned().unwrap_or_default();
        Reconciled {
            verdict: verdict.name().to_owned(),
            orcid: Some(orcid.clone()),
            given_names,
            family_name,
            score: (evidence.score() * 1000.0).round() / 1000.0,
            evidence: evidence.words(),
            conflict,
            ..own.clone()
        }
    };
    weighed.iter().map(row).collect()
}

/// What is wrong with the iD on the list.
fn given_fault(
    list: &StaffList,
    number: usize,
    tombstones: &FxHashMap<String, (String, Option<String>)>,
) -> Option<String> {
    let staff = &list.staff[number];
    if let Some((given, fault)) = staff.unread_orcid() {
        return Some(format!("the iD \"{given}\" cannot be read: {fault}"));
    }
    let orcid = staff.orcid()?.to_string();
    if list.with_orcid(&orcid).len() > 1 {
        return Some("the list has this iD more than once".to_owned());
    }
    match tombstones.get(&orcid) {
        Some((status, Some(primary))) => Some(format!("{orcid} is {status}; {primary} took its place")),
        Some((status, None)) => Some(format!("{orcid} is {status}")),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_probable_for_several_lines_is_flagged() {
        let row = |line: u64, orcid: &str, verdict: Verdict| Reconciled {
            line,
            orcid: Some(orcid.to_owned()),
            verdict: verdict.name().to_owned(),
            ..Reconciled::default()
        };
        let mut rows = [
            row(2, "A", Verdict::Probable),
            row(3, "A", Verdict::Probable),
            row(4, "B", Verdict::Probable),
            row(5, "C", Verdict::Possible),
            row(6, "C", Verdict::Probable),
        ];

        flag_shared(&mut rows);

        let told: Vec<Option<&str>> = rows.iter().map(|row| row.conflict.as_deref()).collect();
        let also = |line: &str| format!("the iD is probable for other lines too: {line}");
        assert_eq!(told, [Some(also("3").as_str()), Some(also("2").as_str()), None, None, None]);
    }
}
