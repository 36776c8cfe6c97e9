//! The tables of differences, and the counts of their rows.

use std::path::Path;

use super::error::CompareError;
use super::outcome::{Compared, Flow};
use super::row::{By, Row};
use super::sections::{AFFILIATIONS, RECORDS, SECTIONS};
use super::tables::{Cell, TableOfDifferences};
use crate::dataset::{Dataset, Part};

/// All tables that are being written.
pub struct Differences {
    people: TableOfDifferences,
    names: TableOfDifferences,
    affiliations: TableOfDifferences,
    /// By section, behind affiliations.
    items: Vec<TableOfDifferences>,
    flows: TableOfDifferences,
    is_compared: Vec<bool>,
    compared: Compared,
}

/// Columns of affiliations that are written: not the key, which follows from the others.
fn affiliation_columns() -> &'static [&'static str] {
    let columns = SECTIONS[AFFILIATIONS].columns;
    &columns[1..columns.len() - 1]
}

impl Differences {
    /// Begins all tables in a folder. `has` tells whether both datasets have a table.
    pub fn begin(folder: &Path, has: impl Fn(&str) -> bool) -> Result<Self, CompareError> {
        let begin = |name: &str, columns: &[&str]| {
            let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
            TableOfDifferences::begin(folder, name, &columns)
        };
        let mut affiliations: Vec<String> =
            ["orcid", "change", "matched_by", "kind", "old_put_code", "new_put_code"]
                .map(str::to_owned)
                .into();
        for column in affiliation_columns() {
            affiliations.extend(["old", "new"].map(|side| format!("{side}_{column}")));
        }
        let items = SECTIONS[AFFILIATIONS + 1..].iter().map(|section| {
            let columns =
                ["orcid", "change", "put_code"].iter().chain(section.columns).copied().collect::<Vec<_>>();
            begin(section.name(), &columns)
        });
        let is_compared: Vec<bool> = SECTIONS.iter().map(|section| has(section.table)).collect();
        let mut compared = Compared::default();
        for (section, is_compared) in SECTIONS.iter().zip(&is_compared).skip(AFFILIATIONS) {
            match is_compared {
                true => drop(compared.sections.insert(section.name().to_owned(), Default::default())),
                false => compared.not_compared.push(section.name().to_owned()),
            }
        }
        Ok(Self {
            people: begin(
                "people",
                &["orcid", "change", "status", "primary_orcid", "given_names", "family_name"],
            )?,
            names: begin("names", &["orcid", "column", "old", "new"])?,
            affiliations: TableOfDifferences::begin(folder, "affiliations", &affiliations)?,
            items: items.collect::<Result<_, _>>()?,
            flows: begin("flows", &["level", "from", "from_name", "to", "to_name", "people"])?,
            is_compared,
            compared,
        })
    }

    /// True if both datasets have the table of a section.
    pub fn compares(&self, section: usize) -> bool {
        self.is_compared[section]
    }

    /// Somebody has come, gone or returned.
    pub fn person(
        &mut self,
        orcid: &str,
        change: &str,
        status: Option<&str>,
        primary: Option<&str>,
        names: [Option<String>; 2],
    ) -> Result<(), CompareError> {
        let key = match status {
            Some(status) => format!("{change}: {status}"),
            None => change.to_owned(),
        };
        *self.compared.people.entry(key).or_default() += 1;
        let texts = [Some(orcid), Some(change), status, primary, names[0].as_deref(), names[1].as_deref()];
        self.people.add(texts.map(Cell::Text))
    }

    /// A name has changed.
    pub fn name(
        &mut self,
        orcid: &str,
        column: &str,
        old: Option<&str>,
        new: Option<&str>,
    ) -> Result<(), CompareError> {
        *self.compared.names.entry(column.to_owned()).or_default() += 1;
        self.names.add([Some(orcid), Some(column), old, new].map(Cell::Text))
    }

    /// An affiliation has begun, ended, vanished or was corrected.
    pub fn affiliation(
        &mut self,
        change: &str,
        by: Option<By>,
        old: Option<&Row>,
        new: Option<&Row>,
    ) -> Result<(), CompareError> {
        self.count(AFFILIATIONS, change);
        let Some(any) = new.or(old) else { return Ok(()) };
        let by = by.map(|by| match by {
            By::PutCode => "put_code",
            By::Content => "content",
        });
        let mut cells = vec![
            Cell::Text(Some(any.orcid.as_str())),
            Cell::Text(Some(change)),
            Cell::Text(by),
            Cell::Text(any.text(0)),
            Cell::Number(old.and_then(|old| old.put_code)),
            Cell::Number(new.and_then(|new| new.put_code)),
        ];
        for place in 1..=affiliation_columns().len() {
            cells.extend([old, new].map(|row| Cell::Text(row.and_then(|row| row.text(place)))));
        }
        self.affiliations.add(cells)
    }

    /// A work, a funding or a peer review was added or removed.
    pub fn item(&mut self, section: usize, row: &Row, change: &str) -> Result<(), CompareError> {
        self.count(section, change);
        let texts = (0..row.texts.len()).map(|place| Cell::Text(row.text(place)));
        let head =
            [Cell::Text(Some(row.orcid.as_str())), Cell::Text(Some(change)), Cell::Number(row.put_code)];
        self.items[section - AFFILIATIONS - 1].add(head.into_iter().chain(texts))
    }

    fn count(&mut self, section: usize, change: &str) {
        let counts = self.compared.sections.entry(SECTIONS[section].name().to_owned()).or_default();
        *counts.entry(change.to_owned()).or_default() += 1;
    }

    /// Completes all tables.
    pub fn end(mut self, flows: Vec<Flow>, datasets: [&Dataset; 2]) -> Result<Compared, CompareError> {
        for flow in &flows {
            let texts = [Some(flow.level), Some(flow.from.as_str()), flow.from_name.as_deref()];
            let rest = [Some(flow.to.as_str()), flow.to_name.as_deref()];
            let cells = texts.into_iter().chain(rest).map(Cell::Text);
            self.flows.add(cells.chain([Cell::Number(i64::try_from(flow.people).ok())]))?;
        }
        let records = |dataset: &Dataset| {
            let parts = dataset.manifest.parts().filter(|(key, _)| *key == SECTIONS[RECORDS].table);
            let parts: Vec<Part> = parts.map(|(_, part)| part.clone()).collect();
            Part::total_rows(&parts)
        };
        let Self { people, names, affiliations, items, flows: table, compared, .. } = self;
        let tables = [people, names, affiliations, table].into_iter().chain(items);
        tables.into_iter().try_for_each(TableOfDifferences::end)?;
        Ok(Compared {
            flows,
            records: datasets.map(records),
            releases: datasets.map(|dataset| dataset.manifest.release),
            ..compared
        })
    }
}
