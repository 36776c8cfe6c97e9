//! The columns of the NZ ORCID Hub: of affiliations, of a person's properties and of a person's
//! other ids. It tells columns by how their headings begin, in any case; so does this, and a
//! heading that fits two columns counts for the first that it fits in the Hub's order.

use orcid_api::member::Section;

use super::cells::{AFFILIATIONS, Cells, Column, affiliation, is_yes};
use crate::push::node::Item;
use crate::push::row::{Row, Whose, Wish};

/// How the headings of a column are recognised.
enum Heading {
    /// They begin with one of these.
    Begins(&'static [&'static str]),
    /// They begin with the first, and hold the second after it.
    BeginsAndHas(&'static str, &'static str),
    /// They are one of these.
    Is(&'static [&'static str]),
}

use Heading::{Begins, BeginsAndHas, Is};

const AFFILIATION: &[(Column, Heading)] = &[
    (Column::Email, Begins(&["email"])),
    (Column::Organization, Begins(&["organisation", "organization", "name"])),
    (Column::Department, Begins(&["campus", "department"])),
    (Column::City, Begins(&["city"])),
    (Column::Region, Begins(&["state", "region"])),
    (Column::Role, Begins(&["course", "title", "role"])),
    (Column::Start, Begins(&["start"])),
    (Column::End, Begins(&["end"])),
    (Column::Section, Begins(&["affiliation", "student", "staff"])),
    (Column::Country, Begins(&["country"])),
    (Column::OrganizationId, BeginsAndHas("disambiguat", "id")),
    (Column::OrganizationSource, BeginsAndHas("disambiguat", "source")),
    (Column::PutCode, Begins(&["put", "code"])),
    (Column::Orcid, Begins(&["orcid"])),
    (Column::Id, Begins(&["local", "identifier"])),
    (Column::Delete, Begins(&["delete"])),
    (Column::Url, Begins(&["url"])),
    (Column::DisplayIndex, Begins(&["display index", "index"])),
    (
        Column::IdType,
        Is(&["external id type", "external id entifier type", "id type", "external identifier type"]),
    ),
    (Column::IdValue, Is(&["external id value", "external id", "id value", "external identifier value"])),
    (Column::IdUrl, Is(&["external id url", "id url", "external identifier url"])),
    (Column::IdRelationship, BeginsAndHas("external id", "rel")),
    (Column::Active, Is(&["active", "is active"])),
];

const PERSON: &[(Column, Heading)] = &[
    (Column::Type, Begins(&["type", "property type", "external id type", "id type"])),
    (Column::Name, Is(&["name", "url name", "property name"])),
    (Column::Value, Begins(&["value", "content", "external id value", "id value"])),
    (Column::Url, Begins(&["url", "external id url"])),
    (Column::IdRelationship, Begins(&["relationship", "rel", "external id rel"])),
    (Column::Email, Begins(&["email"])),
    (Column::Orcid, Begins(&["orcid"])),
    (Column::PutCode, Begins(&["put", "code"])),
    (Column::Id, Begins(&["local", "identifier"])),
    (Column::Delete, Begins(&["delete"])),
    (Column::DisplayIndex, Begins(&["display index", "index"])),
    (Column::Active, Is(&["active", "is active"])),
];

fn find(header: &[String], table: &[(Column, Heading)]) -> Vec<(Column, usize)> {
    let plain: Vec<String> =
        header.iter().map(|name| name.trim().to_lowercase().replace(['_', '-'], " ")).collect();
    let fits = |name: &str, heading: &Heading| match heading {
        Begins(starts) => starts.iter().any(|start| name.starts_with(start)),
        BeginsAndHas(start, part) => name.strip_prefix(start).is_some_and(|rest| rest.contains(part)),
        Is(names) => names.contains(&name),
    };
    let place = |heading: &Heading| plain.iter().position(|name| fits(name, heading));
    table.iter().filter_map(|(column, heading)| Some((*column, place(heading)?))).collect()
}

fn has(places: &[(Column, usize)], columns: &[Column]) -> bool {
    columns.iter().all(|column| places.iter().any(|(own, _)| own == column))
}

/// True where the table says whose rows they are.
fn has_person(places: &[(Column, usize)]) -> bool {
    has(places, &[Column::Orcid]) || has(places, &[Column::Email])
}

/// Where the columns of affiliations stand; `None` if the table has none.
pub fn affiliation_columns(header: &[String]) -> Option<Vec<(Column, usize)>> {
    let places = find(header, AFFILIATION);
    (has(&places, &[Column::Section]) && has_person(&places)).then_some(places)
}

/// Where the columns of a person's items stand; `None` if the table has none.
pub fn person_columns(header: &[String]) -> Option<Vec<(Column, usize)>> {
    let places = find(header, PERSON);
    (has(&places, &[Column::Type, Column::Value]) && has_person(&places)).then_some(places)
}

/// What all rows of the Hub have.
fn begin(cells: &Cells<'_>) -> Row {
    let mut row = cells.row();
    if cells.text(Column::Active).is_some_and(|text| !is_yes(text)) {
        row.wish = Wish::Nothing;
    } else if cells.text(Column::Delete).is_some_and(is_yes) {
        row.wish = Wish::Delete;
    }
    if row.whose == Whose::Row && row.faults.is_empty() {
        let column = if cells.columns.has(Column::Orcid) { Column::Orcid } else { Column::Email };
        row.fault(&cells.at(column), "neither iD nor mail address says whose row it is");
    }
    row
}

fn take(row: &mut Row, cells: &Cells<'_>, section: Section) {
    row.section = Some(section);
    let mut item = Item::new(section, row.at.clone());
    item.display_index = cells.text(Column::DisplayIndex).map(str::to_owned);
    row.item = Some(item);
}

/// Reads a row of affiliations.
pub fn affiliation_row(cells: &Cells<'_>) -> Row {
    let mut row = begin(cells);
    match cells.text(Column::Section).map(|text| (text, affiliation(text))) {
        Some((_, Some(section))) => {
            take(&mut row, cells, section);
            cells.put_affiliation(&mut row);
        }
        Some((text, None)) => {
            let what =
                format!("\"{text}\" is no kind of affiliation: write {AFFILIATIONS}, staff or student");
            row.fault(&cells.at(Column::Section), what);
        }
        None => row.fault(&cells.at(Column::Section), format!("it is missing: write {AFFILIATIONS}")),
    }
    row
}

/// Reads a row of a person's items. A type that is none of a property's is that of an external id.
pub fn person_row(cells: &Cells<'_>) -> Row {
    let mut row = begin(cells);
    let Some(kind) = cells.text(Column::Type) else {
        row.fault(
            &cells.at(Column::Type),
            "it is missing: write NAME, KEYWORD, URL, COUNTRY, or the type of an id",
        );
        return row;
    };
    match kind.to_lowercase().replace(['_', ' '], "-").as_str() {
        "name" | "other-name" | "other-names" => {
            take(&mut row, cells, Section::OtherName);
            cells.put(&mut row, Column::Value, &["content"]);
        }
        "keyword" | "keywords" => {
            take(&mut row, cells, Section::Keyword);
            cells.put(&mut row, Column::Value, &["content"]);
        }
        "url" | "researcher-url" | "researcher-urls" | "website" => {
            take(&mut row, cells, Section::ResearcherUrl);
            cells.put(&mut row, Column::Name, &["url-name"]);
            cells.put(&mut row, Column::Value, &["url"]);
        }
        "country" | "address" => {
            take(&mut row, cells, Section::Address);
            cells.put(&mut row, Column::Value, &["country"]);
        }
        _ if !cells.columns.has(Column::Url) => {
            let what = format!(
                "\"{kind}\" is none of NAME, KEYWORD, URL and COUNTRY; for an external id, add a column Url"
            );
            row.fault(&cells.at(Column::Type), what);
        }
        _ => {
            take(&mut row, cells, Section::ExternalIdentifier);
            cells.put(&mut row, Column::Type, &["external-id-type"]);
            cells.put(&mut row, Column::Value, &["external-id-value"]);
            cells.put(&mut row, Column::Url, &["external-id-url"]);
            cells.put(&mut row, Column::IdRelationship, &["external-id-relationship"]);
            if let (None, Some(item)) = (cells.text(Column::IdRelationship), &mut row.item) {
                item.set(&["external-id-relationship"], "self", &cells.at(Column::Value));
            }
        }
    }
    row
}
