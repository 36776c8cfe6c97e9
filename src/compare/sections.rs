//! Which tables are compared, by which columns. A date of three columns counts as one.

/// A table of a dataset, and what of it is compared.
#[derive(Debug)]
pub struct Section {
    /// Its key, such as `summaries/works`.
    pub table: &'static str,
    /// The columns that are compared, in their order. A name that ends in `_date` stands for the
    /// year, the month and the day.
    pub columns: &'static [&'static str],
    /// Places of the columns by which items without a common put code are recognised.
    pub content: &'static [usize],
    /// True if rows have put codes.
    pub has_put_codes: bool,
}

/// Places of sections.
pub const RECORDS: usize = 0;
pub const TOMBSTONES: usize = 1;
pub const REJECTS: usize = 2;
pub const AFFILIATIONS: usize = 3;

/// Places of columns.
pub const STATUS: usize = 0;
pub const PRIMARY: usize = 1;
pub const KIND: usize = 0;
pub const END: usize = 5;
pub const COUNTRY: usize = 8;
pub const ORG_KEY: usize = 11;

/// The kind of affiliation by which moves are told.
pub const EMPLOYMENT: &str = "employment";

/// All that is compared.
pub const SECTIONS: [Section; 7] = [
    Section {
        table: "summaries/records",
        columns: &["given_names", "family_name", "credit_name"],
        content: &[],
        has_put_codes: false,
    },
    Section {
        table: "summaries/tombstones",
        columns: &["status", "primary_orcid"],
        content: &[],
        has_put_codes: false,
    },
    Section { table: "summaries/rejects", columns: &["code"], content: &[], has_put_codes: false },
    Section {
        table: "summaries/affiliations",
        columns: &[
            "kind",
            "organization_name",
            "department_name",
            "role_title",
            "start_date",
            "end_date",
            "city",
            "region",
            "country",
            "disambiguation_source",
            "disambiguated_organization_identifier",
            "org_key",
        ],
        // All that is said of it but its end and its id, which come later.
        content: &[0, 1, 2, 3, 4, 6, 7, 8],
        has_put_codes: true,
    },
    Section {
        table: "summaries/works",
        columns: &["title", "type", "publication_date", "journal_title", "doi"],
        content: &[0, 2, 4],
        has_put_codes: true,
    },
    Section {
        table: "summaries/fundings",
        columns: &["title", "type", "start_date", "end_date", "organization_name"],
        content: &[0, 1, 2, 3, 4],
        has_put_codes: true,
    },
    Section {
        table: "summaries/peer_reviews",
        columns: &["reviewer_role", "review_type", "review_group_id", "completion_date", "organization_name"],
        // Role and type are in version 3.0 of the XML only.
        content: &[2, 3, 4],
        has_put_codes: true,
    },
];

impl Section {
    /// The columns of the dataset that are read.
    pub fn source_columns(&self) -> Vec<String> {
        let mut columns = vec!["orcid".to_owned()];
        if self.has_put_codes {
            columns.push("put_code".to_owned());
        }
        for column in self.columns {
            match date_of(column) {
                Some(prefix) => {
                    columns.extend(["year", "month", "day"].map(|part| format!("{prefix}_{part}")))
                }
                None => columns.push((*column).to_owned()),
            }
        }
        columns
    }

    /// The table's name without its folder.
    pub fn name(&self) -> &'static str {
        self.table.rsplit('/').next().unwrap_or(self.table)
    }
}

/// The beginning of the three columns of a date.
pub fn date_of(column: &str) -> Option<&str> {
    column.strip_suffix("_date")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::table_of;

    #[test]
    fn all_columns_are_there_and_places_are_those_of_their_names() {
        for section in &SECTIONS {
            let (_, table) = table_of(section.table).unwrap();
            let schema = table.schema();
            for column in section.source_columns() {
                assert!(schema.field_with_name(&column).is_ok(), "{} {column}", section.table);
            }
        }
        let column = |section: usize, place: usize| SECTIONS[section].columns[place];
        assert_eq!(SECTIONS[RECORDS].name(), "records");
        assert_eq!((column(TOMBSTONES, STATUS), column(TOMBSTONES, PRIMARY)), ("status", "primary_orcid"));
        assert_eq!(SECTIONS[REJECTS].name(), "rejects");
        let places = [KIND, END, COUNTRY, ORG_KEY].map(|place| column(AFFILIATIONS, place));
        assert_eq!(places, ["kind", "end_date", "country", "org_key"]);
    }
}
