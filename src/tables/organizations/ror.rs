//! `ror`: the organisations of the ROR release that was matched with.

use crate::tables::build::Table;
use crate::tables::column::column;
use crate::tables::value::{Family, float64, int32, int64, key, label, text};

pub struct Ror;

impl Family for Ror {
    type Row<'a> = &'a RorRow<'a>;
}

/// An organisation of ROR.
#[derive(Debug, Clone, Default)]
pub struct RorRow<'a> {
    pub ror_id: String,
    pub name: &'a str,
    pub labels: Option<String>,
    pub aliases: Option<String>,
    pub acronyms: Option<String>,
    pub types: Option<String>,
    pub status: &'static str,
    pub successor: Option<String>,
    pub established: Option<i32>,
    pub city: Option<&'a str>,
    pub region: Option<&'a str>,
    pub country: Option<&'a str>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub geonames_id: Option<i64>,
    pub domains: Option<String>,
    pub grid: Option<String>,
    pub fundref: Option<String>,
    pub isni: Option<String>,
    pub wikidata: Option<String>,
}

pub fn table() -> Table<Ror> {
    let columns = vec![
        column("ror_id", "", "The ROR id, as an address.", key::<Ror>(|row| &row.ror_id)),
        column("name", "", "The name to show.", text::<Ror>(|row| Some(row.name))),
        column(
            "labels",
            "",
            "Names in other languages, with `|` between them.",
            text::<Ror>(|row| row.labels.as_deref()),
        ),
        column(
            "aliases",
            "",
            "Other names, with `|` between them.",
            text::<Ror>(|row| row.aliases.as_deref()),
        ),
        column(
            "acronyms",
            "",
            "Acronyms, with `|` between them.",
            text::<Ror>(|row| row.acronyms.as_deref()),
        ),
        column(
            "types",
            "",
            "Types such as education or company, with `|` between them.",
            label::<Ror>(|row| row.types.as_deref()),
        ),
        column("status", "", "active, inactive or withdrawn.", label::<Ror>(|row| Some(row.status))),
        column(
            "successor",
            "",
            "The organisation that took its place, where there is exactly one.",
            text::<Ror>(|row| row.successor.as_deref()),
        ),
        column("established", "", "The year of its foundation.", int32::<Ror>(|row| row.established)),
        column("city", "", "The city; of several places the first.", label::<Ror>(|row| row.city)),
        column("region", "", "The region or state.", label::<Ror>(|row| row.region)),
        column("country", "", "The country, ISO 3166 in two letters.", label::<Ror>(|row| row.country)),
        column("latitude", "", "Degrees north, of the city.", float64::<Ror>(|row| row.latitude)),
        column("longitude", "", "Degrees east, of the city.", float64::<Ror>(|row| row.longitude)),
        column("geonames_id", "", "The city in GeoNames.", int64::<Ror>(|row| row.geonames_id)),
        column(
            "domains",
            "",
            "Domains of web and e-mail, with `|` between them.",
            text::<Ror>(|row| row.domains.as_deref()),
        ),
        column("grid", "", "GRID ids, with `|` between them.", text::<Ror>(|row| row.grid.as_deref())),
        column(
            "fundref",
            "",
            "Ids of the Funder Registry, with `|` between them.",
            text::<Ror>(|row| row.fundref.as_deref()),
        ),
        column("isni", "", "ISNI, with `|` between them.", text::<Ror>(|row| row.isni.as_deref())),
        column(
            "wikidata",
            "",
            "Wikidata items, with `|` between them.",
            text::<Ror>(|row| row.wikidata.as_deref()),
        ),
    ];
    Table {
        name: "ror",
        doc: "One row for each organisation of the ROR release that was matched with. ROR's data are CC0; places come from GeoNames (CC BY 4.0).",
        xpaths: &[],
        columns,
        collect: |_, _| {},
    }
}
