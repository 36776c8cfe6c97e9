//! The page of `coverage`, and its parts for the pages of a site.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::charts::{Bar, ByYear, Scale, Series, bars, by_year};
use super::numbers::grouped;
use super::page::{begun, details, ended, escaped, section, share, tiles, with_share};
use crate::matching::{Counted, Coverage, CoverageRow, NO_ID};

/// The sources of ids, always in this order and each in its own colour.
const SOURCES: [&str; 6] = ["ROR", "GRID", "RINGGOLD", "FUNDREF", "LEI", NO_ID];
/// How readers know them, with their colours.
const NAMES: [Series<'_>; 6] =
    [("ROR", 1), ("GRID", 2), ("Ringgold", 3), ("FundRef", 4), ("LEI", 5), ("no identifier", 6)];
/// Who added affiliations.
const ASSERTED: [Series<'_>; 3] =
    [("by themselves", 1), ("by member organisations", 2), ("not known by whom", 6)];

/// The columns of the table of institutions.
const COLUMNS: [&str; 7] =
    ["Affiliations", "Current", "Past", "With ROR id", "Without id", "By themselves", "By members"];

/// What is shown.
pub struct Page<'p> {
    pub title: String,
    pub organizations: &'p [Counted],
    pub coverage: &'p Coverage,
    pub ror_release: &'p str,
    /// Of the dump.
    pub year: Option<u16>,
}

/// Counts of some rows together.
#[derive(Default, Clone, Copy)]
pub struct Total {
    pub affiliations: u64,
    pub current: u64,
    pub past: u64,
    pub by_self: u64,
    pub by_members: u64,
}

impl Total {
    pub fn of<'r>(rows: impl Iterator<Item = &'r CoverageRow>) -> Self {
        rows.fold(Self::default(), |total, row| Self {
            affiliations: total.affiliations + row.affiliations,
            current: total.current + row.current,
            past: total.past + row.past,
            by_self: total.by_self + row.self_asserted,
            by_members: total.by_members + row.member_asserted,
        })
    }

    /// The affiliations whose id is of a source.
    pub fn with_source(rows: &[CoverageRow], source: &str) -> u64 {
        Self::of(rows.iter().filter(|row| row.source == source)).affiliations
    }
}

/// The page as HTML.
pub fn page(page: &Page<'_>) -> String {
    let rows = &page.coverage.rows;
    let title = escaped(&page.title);
    let mut html = begun(&format!("{title}: affiliations in ORCID"));
    let about = "Affiliations in public ORCID records, and how well they are identified.";
    let _ = writeln!(html, "<h1>{title}</h1>\n<p>{about}</p>");
    html.push_str(&figures(page.coverage));
    html.push_str(&sources(rows));
    html.push_str(&years(rows));
    html.push_str(&institutions(rows));
    html + &ended(&foot(page.organizations, page.ror_release, page.year))
}

/// The figures of a coverage.
pub fn figures(coverage: &Coverage) -> String {
    let total = Total::of(coverage.rows.iter());
    let of = |part: u64| share(part, total.affiliations);
    let people = coverage.people.map(|people| (grouped(people), "people"));
    let others = [
        (grouped(total.affiliations), "affiliations"),
        (of(total.current), "current: not ended"),
        (of(Total::with_source(&coverage.rows, NO_ID)), "without an identifier"),
        (of(total.by_members), "added by member organisations"),
    ];
    tiles(&people.into_iter().chain(others).collect::<Vec<_>>())
}

/// Whose identifiers affiliations have.
pub fn sources(rows: &[CoverageRow]) -> String {
    let counts = SOURCES.map(|source| Total::with_source(rows, source));
    let total = counts.iter().sum();
    let bar = |((name, color), count): ((&str, usize), u64)| Bar {
        parts: vec![(count, color)],
        ..Bar::of(name, count, with_share(count, total))
    };
    let rows: Vec<Bar> = NAMES.into_iter().zip(counts).map(bar).collect();
    let about = "ORCID took identifiers from Ringgold until 2020, from GRID in 2021 and from ROR since; old \
                 ones stay as they are.";
    let table = bars(
        "Affiliations by the source of their identifier",
        &["Identifier", "Affiliations"],
        Scale::Numbers,
        &rows,
    );
    section("sources", "Whose identifier they have", about, &table)
}

/// Affiliations by the year in which they were added, and the source of their identifier.
pub fn years(rows: &[CoverageRow]) -> String {
    let label = "Affiliations by the year in which they were added and the source of their identifier";
    let place = |row: &CoverageRow| SOURCES.iter().position(|source| *source == row.source);
    let add = |row: &CoverageRow, numbers: &mut [u64]| {
        if let Some(place) = place(row) {
            numbers[place] += row.affiliations;
        }
    };
    year_section("years", "When they were added", label, &NAMES, rows, add)
}

/// Affiliations by the year in which they were added, and who added them.
pub fn asserted(rows: &[CoverageRow]) -> String {
    let label = "Affiliations by the year in which they were added and who added them";
    let add = |row: &CoverageRow, numbers: &mut [u64]| {
        numbers[0] += row.self_asserted;
        numbers[1] += row.member_asserted;
        numbers[2] += row.affiliations.saturating_sub(row.self_asserted + row.member_asserted);
    };
    year_section("asserted", "Who added them", label, &ASSERTED, rows, add)
}

fn year_section(
    id: &str,
    heading: &str,
    label: &str,
    series: &[Series<'_>],
    rows: &[CoverageRow],
    add: impl Fn(&CoverageRow, &mut [u64]),
) -> String {
    let mut years: BTreeMap<i32, Vec<u64>> = BTreeMap::new();
    for row in rows {
        if let Some(year) = row.year {
            add(row, years.entry(year).or_insert_with(|| vec![0; series.len()]));
        }
    }
    let undated = Total::of(rows.iter().filter(|row| row.year.is_none())).affiliations;
    match by_year(&ByYear { label, series, years: &years, undated }) {
        chart if chart.is_empty() => String::new(),
        chart => section(id, heading, "", &chart),
    }
}

/// A table of the institutions, one row each.
pub fn institutions(rows: &[CoverageRow]) -> String {
    let each = rows.chunk_by(|one, other| one.ror_id == other.ror_id);
    let row = |rows: &[CoverageRow]| {
        let total = Total::of(rows.iter());
        let of = |part: u64| share(part, total.affiliations);
        let name = rows[0].ror_name.as_deref().unwrap_or(&rows[0].ror_id);
        let cells = [
            grouped(total.affiliations),
            of(total.current),
            of(total.past),
            of(Total::with_source(rows, "ROR")),
            of(Total::with_source(rows, NO_ID)),
            of(total.by_self),
            of(total.by_members),
        ];
        Card { name: name.to_owned(), link: rows[0].ror_id.clone(), cells: cells.into(), picture: None }
    };
    let about = "Of each institution's affiliations: how many have no end date or one, have an identifier, and \
                 were added by people themselves or by member organisations.";
    section("institutions", "By institution", about, &cards("Institution", &COLUMNS, each.map(row)))
}

/// A row of a table that becomes a card on narrow screens.
pub struct Card {
    pub name: String,
    pub link: String,
    pub cells: Vec<String>,
    /// HTML in a cell behind them.
    pub picture: Option<String>,
}

/// A table whose rows become cards on narrow screens. Roles are written, because browsers forget
/// them with the layout.
pub fn cards(first: &str, columns: &[&str], rows: impl Iterator<Item = Card>) -> String {
    let mut html = format!(
        "<table class=\"cards\" role=\"table\">\n<thead role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" role=\"columnheader\">{first}</th>"
    );
    columns.iter().for_each(|column| {
        let _ = write!(html, "<th scope=\"col\" role=\"columnheader\">{column}</th>");
    });
    html.push_str("</tr></thead>\n<tbody role=\"rowgroup\">\n");
    for Card { name, link, cells, picture } in rows {
        let _ = write!(
            html,
            "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\"><a href=\"{}\">{}</a></th>",
            escaped(&link),
            escaped(&name)
        );
        let cells = cells.iter().map(|cell| escaped(cell)).chain(picture);
        for (column, cell) in columns.iter().zip(cells) {
            let _ = write!(html, "<td role=\"cell\" data-name=\"{column}\">{cell}</td>");
        }
        html.push_str("</tr>\n");
    }
    html + "</tbody>\n</table>\n"
}

/// The foot of a page: what was counted, and where the numbers come from.
pub fn foot(organizations: &[Counted], ror_release: &str, year: Option<u16>) -> String {
    let mut html = String::new();
    if organizations.len() > 1 {
        let names: Vec<String> = organizations.iter().map(|counted| escaped(&counted.name)).collect();
        let summary = format!("{} organisations are counted", grouped(organizations.len() as u64));
        html.push_str(&details(&summary, &names.join(" · ")));
    }
    let dump =
        year.map_or_else(|| "ORCID public data".to_owned(), |year| format!("ORCID public data file {year}"));
    let _ = write!(
        html,
        "<p>{dump} (CC0), matched with ROR {} (CC0; places from GeoNames, CC BY 4.0) by orcidlake {}. Current means \
         without an end date, or with one that lies ahead. Only what is public is counted.</p>",
        escaped(ror_release),
        env!("CARGO_PKG_VERSION")
    );
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_the_page() {
        let rows = vec![CoverageRow {
            ror_name: Some("<script>\"&".to_owned()),
            affiliations: 1,
            source: NO_ID.to_owned(),
            ..CoverageRow::default()
        }];
        let coverage = Coverage { rows, people: None };

        let html = page(&Page {
            title: "<b>".to_owned(),
            organizations: &[],
            coverage: &coverage,
            ror_release: "",
            year: None,
        });

        assert!(!html.contains("<script") && !html.contains("<b><"));
        assert!(html.contains("&lt;script&gt;&quot;&amp;"));
    }
}
