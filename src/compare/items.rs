//! The items of a person who is in both datasets: by put code, and those that are left by content.

use std::collections::HashMap;

use super::differences::Differences;
use super::error::CompareError;
use super::person::Person;
use super::row::{By, Row, Side};
use super::sections::{AFFILIATIONS, END, KIND, SECTIONS};

/// Items that belong together, and those of one dataset alone.
struct Paired<'r> {
    pairs: Vec<(&'r Row, &'r Row, By)>,
    old: Vec<&'r Row>,
    new: Vec<&'r Row>,
}

/// Compares all items of a person.
pub fn compare(person: &Person<'_>, differences: &mut Differences) -> Result<(), CompareError> {
    for section in AFFILIATIONS..SECTIONS.len() {
        if !differences.compares(section) {
            continue;
        }
        let paired = pair(section, person.rows(section, Side::Old), person.rows(section, Side::New));
        if section == AFFILIATIONS {
            affiliations(&paired, differences)?;
            continue;
        }
        for (rows, change) in [(paired.old, "removed"), (paired.new, "added")] {
            for row in rows {
                differences.item(section, row, change)?;
            }
        }
    }
    Ok(())
}

fn affiliations(paired: &Paired<'_>, differences: &mut Differences) -> Result<(), CompareError> {
    for (old, new, by) in &paired.pairs {
        let has_ended = old.text(END).is_none() && new.text(END).is_some();
        // The key of an organization follows from its other columns.
        let compared = SECTIONS[AFFILIATIONS].columns.len() - 1;
        if old.texts[..compared] != new.texts[..compared] {
            differences.affiliation(
                if has_ended { "ended" } else { "corrected" },
                Some(*by),
                Some(old),
                Some(new),
            )?;
        }
    }
    for old in &paired.old {
        differences.affiliation("vanished", None, Some(old), None)?;
    }
    for new in &paired.new {
        differences.affiliation("begun", None, None, Some(new))?;
    }
    Ok(())
}

/// Pairs items by kind and put code; then those that are left by content, in the order of their
/// put codes.
fn pair<'r>(
    section: usize,
    old: impl Iterator<Item = &'r Row>,
    new: impl Iterator<Item = &'r Row>,
) -> Paired<'r> {
    let mut paired = Paired { pairs: Vec::new(), old: old.collect(), new: new.collect() };
    let code = |row: &Row| {
        let kind = if section == AFFILIATIONS { row.text(KIND).map(str::to_owned) } else { None };
        row.put_code.map(|code| (kind, code))
    };
    paired.join(By::PutCode, code);
    paired.old.sort_by_key(|row| row.put_code);
    paired.new.sort_by_key(|row| row.put_code);
    let content = |row: &Row| {
        let texts = SECTIONS[section].content.iter().map(|place| row.text(*place).map(str::to_lowercase));
        Some(texts.collect::<Vec<_>>())
    };
    paired.join(By::Content, content);
    paired
}

impl<'r> Paired<'r> {
    /// Pairs items of the same key, one by one.
    fn join<K: std::hash::Hash + Eq>(&mut self, by: By, key: impl Fn(&Row) -> Option<K>) {
        let mut old: HashMap<K, std::collections::VecDeque<usize>> = HashMap::new();
        for (place, row) in self.old.iter().enumerate() {
            if let Some(key) = key(row) {
                old.entry(key).or_default().push_back(place);
            }
        }
        let mut taken = vec![false; self.old.len()];
        let mut rest = Vec::new();
        for row in std::mem::take(&mut self.new) {
            let place = key(row).and_then(|key| old.get_mut(&key)?.pop_front());
            match place {
                Some(place) => {
                    taken[place] = true;
                    self.pairs.push((self.old[place], row, by));
                }
                None => rest.push(row),
            }
        }
        self.new = rest;
        let mut place = 0;
        self.old.retain(|_| {
            place += 1;
            !taken[place - 1]
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use orcid_xml::Orcid;

    fn work(put_code: i64, title: &str) -> Row {
        Row {
            orcid: Orcid::new("0000-0002-1694-233X").unwrap(),
            side: Side::Old,
            section: AFFILIATIONS + 1,
            put_code: Some(put_code),
            texts: vec![Some(title.into()), None, Some("2019".into()), None, None],
        }
    }

    #[test]
    fn what_has_another_put_code_is_the_same_by_its_content_once() {
        let old = [work(1, "A"), work(2, "B"), work(3, "C"), work(4, "c")];
        let new = [work(1, "other"), work(20, "b"), work(30, "C"), work(40, "D")];

        let paired = pair(AFFILIATIONS + 1, old.iter(), new.iter());

        let codes = |rows: &[&Row]| rows.iter().map(|row| row.put_code.unwrap()).collect::<Vec<_>>();
        let pairs: Vec<_> = paired
            .pairs
            .iter()
            .map(|(old, new, by)| (old.put_code.unwrap(), new.put_code.unwrap(), *by))
            .collect();
        assert_eq!(pairs, [(1, 1, By::PutCode), (2, 20, By::Content), (3, 30, By::Content)]);
        assert_eq!((codes(&paired.old), codes(&paired.new)), (vec![4], vec![40]));
    }
}
