//! Rows from tables: which table it is, by its headings, and its rows.

mod cells;
mod hub;
mod manager;

use std::path::Path;

use orcid_api::member::Section;
use ror_match::{RorError, Table};

use super::fault::At;
use super::row::{Row, Wish};
use cells::{Cells, Column, Columns, is_yes};

/// A row that names a document: the row, and the file's path as it was written.
pub struct Named {
    pub row: Row,
    pub path: String,
}

/// What a table holds.
pub enum Rows {
    /// Items.
    Items(Vec<Row>),
    /// Documents of items.
    Documents(Vec<Named>),
    /// Its headings are not known.
    Unknown(Vec<String>),
}

/// Reads a table.
///
/// # Errors
/// [`RorError`] if it cannot be read, with the line of what is wrong.
pub fn read(path: &Path) -> Result<Rows, RorError> {
    let mut table = Table::open(path)?;
    let header = table.header().to_vec();
    let (places, read): (_, fn(&Cells<'_>) -> Row) = if let Some(places) = manager::columns(&header) {
        (places, manager::row)
    } else if let Some(places) = document_columns(&header) {
        let columns = Columns::new(path, &header, places);
        return documents(&mut table, &columns).map(Rows::Documents);
    } else if let Some(places) = hub::affiliation_columns(&header) {
        (places, hub::affiliation_row)
    } else if let Some(places) = hub::person_columns(&header) {
        (places, hub::person_row)
    } else {
        return Ok(Rows::Unknown(header));
    };
    let columns = Columns::new(path, &header, places);
    let mut rows = Vec::new();
    while let Some(row) = table.row()? {
        let cells = Cells { columns: &columns, line: row.line, cells: row.cells };
        if cells.cells.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push(read(&cells));
        }
    }
    Ok(Rows::Items(rows))
}

/// The columns of a table of documents: `orcid`, `file`, and if wanted `section`, `id`, `delete`.
fn document_columns(header: &[String]) -> Option<Vec<(Column, usize)>> {
    let names = [
        ("orcid", Column::Orcid),
        ("file", Column::File),
        ("section", Column::Section),
        ("id", Column::Id),
        ("put code", Column::PutCode),
        ("delete", Column::Delete),
    ];
    let plain = |name: &str| name.trim().to_lowercase().replace(['_', '-'], " ");
    let find = |name: &str| header.iter().position(|own| plain(own) == name);
    find("orcid").and(find("file"))?;
    Some(names.iter().filter_map(|(name, column)| Some((*column, find(name)?))).collect())
}

fn documents(table: &mut Table, columns: &Columns) -> Result<Vec<Named>, RorError> {
    let mut found = Vec::new();
    while let Some(row) = table.row()? {
        let cells = Cells { columns, line: row.line, cells: row.cells };
        let mut row = cells.row();
        if cells.text(Column::Delete).is_some_and(is_yes) {
            row.wish = Wish::Delete;
        }
        if cells.text(Column::Orcid).is_none() {
            row.fault(&cells.at(Column::Orcid), "the iD is missing");
        }
        if let Some(name) = cells.text(Column::Section) {
            match Section::named(&name.to_lowercase()) {
                Some(section) => row.section = Some(section),
                None => row.fault(
                    &cells.at(Column::Section),
                    format!("\"{name}\" is not a section that can be written"),
                ),
            }
        }
        let path = cells.text(Column::File).unwrap_or_default().to_owned();
        if path.is_empty() {
            row.fault(&cells.at(Column::File), "the file is missing");
        }
        row.at = At::new(cells.line, "");
        found.push(Named { row, path });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Row> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        std::fs::write(&path, text).unwrap();
        match read(&path).unwrap() {
            Rows::Items(rows) => rows,
            Rows::Documents(named) => named.into_iter().map(|named| named.row).collect(),
            Rows::Unknown(header) => panic!("{header:?}"),
        }
    }

    fn told(row: &Row) -> Vec<String> {
        row.faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_affiliation_managers_columns_are_understood() {
        let rows = rows(
            "\u{feff}email,affiliation-section,department-name,role-title,start-date,end-date,org-name,org-country,org-city,org-region,disambiguation-source,disambiguated-organization-identifier,external-id,external-id-type,external-id-url,url,id\r\n\
             Ada@Example.org,INVITED_POSITION,Maths,Guest,2020/3,2021-03-31,ACME,NZ,Wellington,,ROR,https://ror.org/03prydq77,77,grant_number,,https://a.org,9\r\n\
             ,,,,,,,,,,,,,,,,9\r\n\
             a@b.org,job,,,31.3.2021,,,,,,,,,,,,\r\n",
        );

        let item = rows[0].item.as_ref().unwrap();
        assert_eq!(rows[0].section, Some(Section::InvitedPosition));
        assert_eq!(rows[0].whose, super::super::row::Whose::Email("ada@example.org".to_owned()));
        assert_eq!(item.text_at(&["start-date", "month"]), Some("3"));
        assert_eq!(item.text_at(&["external-ids", "external-id", "external-id-relationship"]), Some("self"));
        assert_eq!((rows[1].wish, rows[1].id.as_deref()), (Wish::Delete, Some("9")));
        assert_eq!(told(&rows[2]).len(), 1);
        assert!(
            told(&rows[2])[0].starts_with("line 4, affiliation-section: \"job\" is no kind"),
            "{:?}",
            told(&rows[2])
        );
    }

    #[test]
    fn the_hubs_columns_are_understood_by_how_they_begin() {
        let rows = rows(
            "Local Id,First Name,Last Name,Email,Visibility,ORCID iD,Organisation,Affiliation Type,Role,Department,Start Date,End Date,City,State,Country,Disambiguated Id,Disambiguation Source,Delete Record,Visibility,Url,Display Index,External Id Type,External Id Value,External Id Url,External Id Relationship,Is Active\n\
             L1,Ada,L,a@b.org,public,0000-0002-1825-0097,ACME,staff,Chair,Maths,2020-01,,Wellington,,New Zealand,4242,RINGGOLD,,public,https://a.org,2,grant_number,7,https://g.org/7,part-of,Y\n\
             L2,,,,,0000-0002-1825-0097,ACME,student,,,,,,,,,,yes,,,,,,,,\n\
             L3,,,,,0000-0002-1825-0098,ACME,staff,,,31/12/2020,,,,,,,,,,,,,,,no\n",
        );

        let item = rows[0].item.as_ref().unwrap();
        for (path, expected) in [
            ("organization/name", "ACME"),
            ("organization/address/country", "New Zealand"),
            ("organization/disambiguated-organization/disambiguated-organization-identifier", "4242"),
            ("organization/disambiguated-organization/disambiguation-source", "RINGGOLD"),
            ("department-name", "Maths"),
            ("role-title", "Chair"),
            ("url", "https://a.org"),
            ("external-ids/external-id/external-id-relationship", "part-of"),
        ] {
            assert_eq!(item.text_at(&path.split('/').collect::<Vec<_>>()), Some(expected), "{path}");
        }
        assert_eq!((rows[0].id.as_deref(), item.display_index.as_deref()), (Some("L1"), Some("2")));
        assert_eq!((rows[1].wish, rows[1].section), (Wish::Delete, Some(Section::Education)));
        assert_eq!((rows[2].wish, rows[2].faults.len()), (Wish::Nothing, 2));
        assert!(told(&rows[2])[1].contains("\"31/12/2020\" is not a date"), "{:?}", told(&rows[2]));
    }

    #[test]
    fn the_registry_of_an_organizations_id_is_known_by_its_form() {
        for (id, expected) in [
            ("https://ror.org/03prydq77", Some("ROR")),
            ("grid.10420.37", Some("GRID")),
            ("http://dx.doi.org/10.13039/100000001", Some("FUNDREF")),
            ("4242", None),
        ] {
            let text = format!(
                "ORCID iD,Affiliation Type,Organisation,Disambiguated Id\n0000-0002-1825-0097,staff,ACME,{id}\n"
            );

            let rows = rows(&text);

            let path = ["organization", "disambiguated-organization", "disambiguation-source"];
            assert_eq!(rows[0].item.as_ref().unwrap().text_at(&path), expected, "{id}");
        }
    }

    #[test]
    fn items_of_a_person_have_their_types() {
        let rows = rows(
            "Type,Display Index,Name,Value,Url,Relationship,ORCID iD,Put Code\n\
             URL,1,Site,https://a.org,,,0000-0002-1825-0097,\n\
             KEYWORD,,,physics,,,0000-0002-1825-0097,5\n\
             NAME,,,A. Byron,,,0000-0002-1825-0097,\n\
             COUNTRY,,,NZ,,,0000-0002-1825-0097,\n\
             Scopus Author ID,,,7004212771,https://scopus.com/7,,0000-0002-1825-0097,\n",
        );

        let sections: Vec<Section> = rows.iter().filter_map(|row| row.section).collect();
        assert_eq!(
            sections,
            [
                Section::ResearcherUrl,
                Section::Keyword,
                Section::OtherName,
                Section::Address,
                Section::ExternalIdentifier
            ]
        );
        assert_eq!(rows[1].put_code, Some(5));
        assert_eq!(rows[4].item.as_ref().unwrap().text_at(&["external-id-relationship"]), Some("self"));
        assert!(rows.iter().all(|row| row.faults.is_empty()));
    }

    #[test]
    fn a_table_of_documents_names_files_and_sections() {
        let rows = rows("orcid,file,section,id\n0000-0002-1825-0097,a.xml,work,1\n,b.xml,poems,\n");

        assert_eq!((rows[0].section, rows[0].faults.len()), (Some(Section::Work), 0));
        assert_eq!(rows[1].faults.len(), 2);
    }
}
