//! The cells of a row by what they mean, and how they come into an item.

use std::path::{Path, PathBuf};

use orcid_api::member::Section;

use crate::push::fault::At;
use crate::push::row::{Row, Whose};
use crate::push::values;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    Orcid,
    Email,
    /// The id that the row has where it comes from.
    Id,
    PutCode,
    Delete,
    Active,
    DisplayIndex,
    Section,
    Organization,
    City,
    Region,
    Country,
    OrganizationId,
    OrganizationSource,
    Department,
    Role,
    Start,
    End,
    Url,
    IdType,
    IdValue,
    IdUrl,
    IdRelationship,
    /// Of a person's item.
    Type,
    Name,
    Value,
    File,
}

/// Where the columns of a table stand.
pub struct Columns {
    pub file: PathBuf,
    pub header: Vec<String>,
    pub places: Vec<(Column, usize)>,
}

/// A row of the table.
pub struct Cells<'t> {
    pub columns: &'t Columns,
    pub line: u64,
    pub cells: Vec<String>,
}

impl Columns {
    pub fn new(file: &Path, header: &[String], places: Vec<(Column, usize)>) -> Self {
        Self { file: file.to_owned(), header: header.to_vec(), places }
    }

    pub fn has(&self, column: Column) -> bool {
        self.places.iter().any(|(own, _)| *own == column)
    }

    fn place(&self, column: Column) -> Option<usize> {
        self.places.iter().find(|(own, _)| *own == column).map(|(_, place)| *place)
    }
}

impl Cells<'_> {
    /// The text of a cell; `None` where it is absent or empty.
    pub fn text(&self, column: Column) -> Option<&str> {
        let cell = self.cells.get(self.columns.place(column)?)?.trim();
        Some(cell).filter(|cell| !cell.is_empty())
    }

    /// Where a cell stands; the whole row if the table has no such column.
    pub fn at(&self, column: Column) -> At {
        let name = self.columns.place(column).map(|place| self.columns.header[place].trim());
        At::new(self.line, name.unwrap_or_default())
    }

    /// A row about the person whom the table names.
    pub fn row(&self) -> Row {
        let mut row = Row::new(self.columns.file.clone(), At::new(self.line, ""), Whose::Row);
        row.id = self.text(Column::Id).map(str::to_owned);
        match (self.text(Column::Orcid), self.text(Column::Email)) {
            (Some(orcid), _) => match values::orcid(orcid) {
                Ok(orcid) => row.whose = Whose::Orcid(orcid),
                Err(what) => row.fault(&self.at(Column::Orcid), what),
            },
            (None, Some(email)) => row.whose = Whose::Email(email.to_lowercase()),
            (None, None) => {}
        }
        if let Some(put_code) = self.text(Column::PutCode) {
            match put_code.parse() {
                Ok(put_code) => row.put_code = Some(put_code),
                Err(_) => row.fault(
                    &self.at(Column::PutCode),
                    format!("\"{put_code}\" is not a put code: it is a number"),
                ),
            }
        }
        row
    }

    /// Puts the cell into the row's item, where a path of the schema leads.
    pub fn put(&self, row: &mut Row, column: Column, path: &[&str]) {
        if let (Some(text), Some(item)) = (self.text(column), &mut row.item) {
            item.set(path, text, &self.at(column));
        }
    }

    /// Puts a date, of which month and day may be absent, into the row's item.
    pub fn put_date(&self, row: &mut Row, column: Column, name: &'static str) {
        let Some(text) = self.text(column) else { return };
        let at = self.at(column);
        let parts: Vec<&str> = text.split(['-', '/', ' ', '.']).filter(|part| !part.is_empty()).collect();
        let is_date = matches!(parts.as_slice(), [year, rest @ ..] if year.len() == 4 && rest.len() < 3)
            && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        if !is_date {
            return row.fault(&at, format!("\"{text}\" is not a date: write 2021, 2021-03 or 2021-03-31"));
        }
        let Some(item) = &mut row.item else { return };
        for (part, text) in ["year", "month", "day"].into_iter().zip(parts) {
            // Some systems write 00 for what they do not know.
            if text.bytes().any(|byte| byte != b'0') {
                item.set(&[name, part], text, &at);
            }
        }
    }

    /// Puts an external id into the row's item; without a relationship it is the item's own.
    pub fn put_id(&self, row: &mut Row, path: &[&str]) {
        let columns = [
            (Column::IdType, "external-id-type"),
            (Column::IdValue, "external-id-value"),
            (Column::IdUrl, "external-id-url"),
            (Column::IdRelationship, "external-id-relationship"),
        ];
        if columns.iter().all(|(column, _)| self.text(*column).is_none()) {
            return;
        }
        for (column, name) in columns {
            self.put(row, column, &[path, &[name]].concat());
        }
        if self.text(Column::IdRelationship).is_none()
            && let Some(item) = &mut row.item
        {
            item.set(&[path, &["external-id-relationship"]].concat(), "self", &self.at(Column::IdValue));
        }
    }

    /// Puts all that an affiliation has into the row's item.
    pub fn put_affiliation(&self, row: &mut Row) {
        const ID: &str = "disambiguated-organization";
        self.put(row, Column::Department, &["department-name"]);
        self.put(row, Column::Role, &["role-title"]);
        self.put_date(row, Column::Start, "start-date");
        self.put_date(row, Column::End, "end-date");
        self.put(row, Column::Organization, &["organization", "name"]);
        self.put(row, Column::City, &["organization", "address", "city"]);
        self.put(row, Column::Region, &["organization", "address", "region"]);
        self.put(row, Column::Country, &["organization", "address", "country"]);
        self.put(row, Column::OrganizationId, &["organization", ID, "disambiguated-organization-identifier"]);
        let source = &["organization", ID, "disambiguation-source"];
        match (self.text(Column::OrganizationId), self.text(Column::OrganizationSource)) {
            // The source alone says nothing.
            (None, _) => {}
            (Some(_), Some(_)) => self.put(row, Column::OrganizationSource, source),
            (Some(id), None) => {
                if let (Some(known), Some(item)) = (source_of(id), &mut row.item) {
                    item.set(source, known, &self.at(Column::OrganizationId));
                }
            }
        }
        self.put(row, Column::Url, &["url"]);
        self.put_id(row, &["external-ids", "external-id"]);
    }
}

/// The registry that an id of an organization is from, where its form says so.
fn source_of(id: &str) -> Option<&'static str> {
    let id = id.to_lowercase();
    let forms = [("ror.org/", "ROR"), ("grid.", "GRID"), ("10.13039/", "FUNDREF")];
    forms.into_iter().find(|(form, _)| id.contains(form)).map(|(_, source)| source)
}

/// The section that people mean by a kind of affiliation.
pub fn affiliation(text: &str) -> Option<Section> {
    let name = text.trim().to_lowercase().replace(['_', ' '], "-");
    match name.as_str() {
        "staff" | "emp" => Some(Section::Employment),
        "student" | "edu" => Some(Section::Education),
        name => Section::named(name).filter(|section| section.is_affiliation()),
    }
}

/// The kinds of affiliations, for messages.
pub const AFFILIATIONS: &str =
    "employment, education, qualification, invited-position, distinction, membership or service";

/// True for what people write for yes.
pub fn is_yes(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "y" | "yes" | "true" | "t" | "1" | "x" | "ok" | "delete")
}
