//! The columns of ORCID's Affiliation Manager, by their exact names.

use orcid_api::member::Section;

use super::cells::{AFFILIATIONS, Cells, Column, affiliation};
use crate::push::node::Item;
use crate::push::row::{Row, Whose, Wish};

/// Names of columns; `orcid` and `putCode` come from its report.
const NAMES: [(&str, Column); 19] = [
    ("email", Column::Email),
    ("affiliation-section", Column::Section),
    ("department-name", Column::Department),
    ("role-title", Column::Role),
    ("start-date", Column::Start),
    ("end-date", Column::End),
    ("org-name", Column::Organization),
    ("org-country", Column::Country),
    ("org-city", Column::City),
    ("org-region", Column::Region),
    ("disambiguation-source", Column::OrganizationSource),
    ("disambiguated-organization-identifier", Column::OrganizationId),
    ("external-id", Column::IdValue),
    ("external-id-type", Column::IdType),
    ("external-id-url", Column::IdUrl),
    ("url", Column::Url),
    ("id", Column::Id),
    ("orcid", Column::Orcid),
    ("putcode", Column::PutCode),
];

/// Where its columns stand; `None` if the table is not one of its.
pub fn columns(header: &[String]) -> Option<Vec<(Column, usize)>> {
    let plain = |name: &str| name.trim().to_lowercase().replace(['_', ' '], "-");
    let find = |name: &str| header.iter().position(|own| plain(own) == name);
    find("affiliation-section").and(find("org-name"))?;
    Some(NAMES.iter().filter_map(|(name, column)| Some((*column, find(name)?))).collect())
}

/// Reads a row. One that has nothing but its id asks to delete.
pub fn row(cells: &Cells<'_>) -> Row {
    let mut row = cells.row();
    let is_key = |column: &Column| matches!(column, Column::Id | Column::Orcid | Column::PutCode);
    let has_others = NAMES.iter().any(|(_, column)| !is_key(column) && cells.text(*column).is_some());
    if !has_others && (row.id.is_some() || row.put_code.is_some()) {
        row.wish = Wish::Delete;
        return row;
    }
    if row.whose == Whose::Row && row.faults.is_empty() {
        row.fault(
            &cells.at(Column::Email),
            "the mail address is missing: it, or a column orcid, says whose row it is",
        );
    }
    match cells.text(Column::Section).map(|text| (text, affiliation(text))) {
        Some((_, Some(section))) => take(&mut row, cells, section),
        Some((text, None)) => {
            row.fault(
                &cells.at(Column::Section),
                format!("\"{text}\" is no kind of affiliation: write {AFFILIATIONS}"),
            );
        }
        None => row.fault(&cells.at(Column::Section), format!("it is missing: write {AFFILIATIONS}")),
    }
    row
}

fn take(row: &mut Row, cells: &Cells<'_>, section: Section) {
    row.section = Some(section);
    row.item = Some(Item::new(section, row.at.clone()));
    cells.put_affiliation(row);
}
