//! The page of `coverage`: numbers, charts and tables in one file that needs
//! nothing else. Every chart's numbers stand in a table too.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::numbers::grouped;
use crate::matching::{Counted, Coverage, CoverageRow, NO_ID};

/// The sources of ids, always in this order and each in its own colour.
const SOURCES: [&str; 6] = ["ROR", "GRID", "RINGGOLD", "FUNDREF", "LEI", NO_ID];
/// How readers know them.
const NAMES: [&str; 6] = ["ROR", "GRID", "Ringgold", "FundRef", "LEI", "no identifier"];
const STYLE: &str = include_str!("page.css");
/// What stands at the end of a page.
pub const END: &str = "</main>\n</body>\n</html>\n";
/// The widths of the chart of years, for screens and for telephones, with the class
/// of each.
const WIDTHS: [(f64, &str); 2] = [(720.0, "wide"), (340.0, "narrow")];
/// Its height, and the room for its scales.
const HEIGHT: f64 = 260.0;
/// The room that a year's number takes.
const YEAR_WIDTH: f64 = 40.0;
const LEFT: f64 = 48.0;
const BOTTOM: f64 = 24.0;
const TOP: f64 = 8.0;

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
struct Total {
    affiliations: u64,
    current: u64,
    past: u64,
    by_self: u64,
    by_members: u64,
}

impl Total {
    fn of<'r>(rows: impl Iterator<Item = &'r CoverageRow>) -> Self {
        rows.fold(Self::default(), |total, row| Self {
            affiliations: total.affiliations + row.affiliations,
            current: total.current + row.current,
            past: total.past + row.past,
            by_self: total.by_self + row.self_asserted,
            by_members: total.by_members + row.member_asserted,
        })
    }
}

/// The page as HTML.
pub fn page(page: &Page<'_>) -> String {
    let rows = &page.coverage.rows;
    let title = escaped(&page.title);
    let mut html = begun(&format!("{title}: affiliations in ORCID"));
    let about = "Affiliations in public ORCID records, and how well they are identified.";
    let _ = writeln!(html, "<h1>{title}</h1>\n<p>{about}</p>");
    html.push_str(&tiles(page, Total::of(rows.iter())));
    html.push_str(&sources(rows));
    html.push_str(&years(rows));
    html.push_str(&institutions(rows));
    html.push_str(&footer(page));
    html + END
}

/// A page up to its heading; `title` is HTML.
pub fn begun(title: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
    )
}

fn tiles(page: &Page<'_>, total: Total) -> String {
    let of = |part: u64| share(part, total.affiliations);
    let without = Total::of(page.coverage.rows.iter().filter(|row| row.source == NO_ID)).affiliations;
    let mut tiles = vec![(grouped(total.affiliations), "affiliations".to_owned())];
    if let Some(people) = page.coverage.people {
        tiles.insert(0, (grouped(people), "people".to_owned()));
    }
    tiles.push((of(total.current), "current: not ended".to_owned()));
    tiles.push((of(without), "without an identifier".to_owned()));
    tiles.push((of(total.by_members), "added by member organisations".to_owned()));
    let mut html = "<section class=\"tiles\">\n".to_owned();
    for (number, what) in tiles {
        let _ = writeln!(html, "<div><b>{number}</b><span>{what}</span></div>");
    }
    html + "</section>\n"
}

fn sources(rows: &[CoverageRow]) -> String {
    let counts = SOURCES.map(|source| Total::of(rows.iter().filter(|row| row.source == source)).affiliations);
    let (total, most): (u64, u64) = (counts.iter().sum(), counts.iter().copied().max().unwrap_or(0).max(1));
    let mut html = "<section>\n<h2>Whose identifier they have</h2>\n<p>ORCID took identifiers from Ringgold \
                    until 2020, from GRID in 2021 and from ROR since; old ones stay as they are.</p>\n"
        .to_owned();
    for (place, (source, count)) in NAMES.into_iter().zip(counts).enumerate() {
        let width = 100.0 * count as f64 / most as f64;
        let _ = writeln!(
            html,
            "<div class=\"bar\"><span>{source}</span><span><i style=\"width:{width:.1}%;background:var(--s{})\"></i>\
             </span><span>{} · {}</span></div>",
            place + 1,
            grouped(count),
            share(count, total)
        );
    }
    html + "</section>\n"
}

fn years(rows: &[CoverageRow]) -> String {
    let mut years: BTreeMap<i32, [u64; 6]> = BTreeMap::new();
    for row in rows {
        let place = SOURCES.iter().position(|source| *source == row.source);
        if let (Some(year), Some(place)) = (row.year, place) {
            years.entry(year).or_default()[place] += row.affiliations;
        }
    }
    let (Some((first, _)), Some((last, _))) = (years.first_key_value(), years.last_key_value()) else {
        return String::new();
    };
    let all: Vec<(i32, [u64; 6])> =
        (*first..=*last).map(|year| (year, years.get(&year).copied().unwrap_or_default())).collect();
    let mut html = "<section>\n<h2>When they were added</h2>\n<ul class=\"legend\">\n".to_owned();
    for (place, source) in NAMES.into_iter().enumerate() {
        let _ = writeln!(html, "<li><i style=\"background:var(--s{})\"></i>{source}</li>", place + 1);
    }
    html.push_str("</ul>\n");
    WIDTHS.iter().for_each(|(width, class)| html.push_str(&chart(&all, *width, class)));
    html.push_str(&undated(rows));
    html.push_str(
        "<details><summary>The numbers</summary>\n<div class=\"scroll\">\n<table>\n<tr><th>Year</th>",
    );
    NAMES.iter().for_each(|source| {
        let _ = write!(html, "<th>{source}</th>");
    });
    html.push_str("</tr>\n");
    for (year, counts) in &all {
        let cells: String = counts.iter().map(|count| format!("<td>{}</td>", grouped(*count))).collect();
        let _ = writeln!(html, "<tr><td>{year}</td>{cells}</tr>");
    }
    html + "</table>\n</div>\n</details>\n</section>\n"
}

/// What the chart cannot show.
fn undated(rows: &[CoverageRow]) -> String {
    match Total::of(rows.iter().filter(|row| row.year.is_none())).affiliations {
        0 => String::new(),
        count => format!("<p>{} without a date of creation are not shown.</p>\n", grouped(count)),
    }
}

/// Bars by year, the sources on top of each other.
fn chart(years: &[(i32, [u64; 6])], chart_width: f64, class: &str) -> String {
    let most = years.iter().map(|(_, counts)| counts.iter().sum::<u64>()).max().unwrap_or(0);
    let step = step(most);
    let lines = most.div_ceil(step).max(1);
    let height = HEIGHT - TOP - BOTTOM;
    let y = |value: f64| TOP + height * (1.0 - value / (lines * step) as f64);
    let room = (chart_width - LEFT) / years.len() as f64;
    let width = (room * 0.7).min(48.0);
    let mut svg = format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {chart_width} {HEIGHT}\" role=\"img\" aria-label=\"Affiliations by the year in which they were added and the source of their identifier\">\n"
    );
    for line in 0..=lines {
        let (value, place) = (line * step, y((line * step) as f64));
        let _ =
            writeln!(svg, "<line x1=\"{LEFT}\" x2=\"{chart_width}\" y1=\"{place:.1}\" y2=\"{place:.1}\"/>");
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            place + 4.0,
            grouped(value)
        );
    }
    let every = (YEAR_WIDTH / room).ceil() as usize;
    for (place, (year, counts)) in years.iter().enumerate() {
        let x = LEFT + room * (place as f64 + 0.5);
        let mut below = 0.0;
        for (place, (source, count)) in
            NAMES.into_iter().zip(counts).enumerate().filter(|(_, (_, count))| **count > 0)
        {
            let (top, bottom) = (y(below + *count as f64), y(below));
            // A gap of one between neighbours, where there is room.
            let gap = if bottom - top > 3.0 { 1.0 } else { 0.0 };
            let _ = writeln!(
                svg,
                "<rect x=\"{:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"var(--s{})\"><title>{year}, {source}: {}</title></rect>",
                x - width / 2.0,
                bottom - top - gap,
                place + 1,
                grouped(*count)
            );
            below += *count as f64;
        }
        // From the last year back, which matters most.
        if (years.len() - 1 - place).is_multiple_of(every) {
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{year}</text>",
                HEIGHT - 6.0
            );
        }
    }
    svg + "</svg>\n"
}

/// A round number that divides a scale into four or so.
fn step(most: u64) -> u64 {
    let rough = (most / 4).max(1);
    let power = 10u64.pow(rough.ilog10());
    [1, 2, 5, 10].into_iter().map(|factor| factor * power).find(|step| *step >= rough).unwrap_or(10 * power)
}

fn institutions(rows: &[CoverageRow]) -> String {
    let mut html =
        "<section>\n<h2>By institution</h2>\n<p>Of each institution's affiliations: how many have no end date \
                    or one, have an identifier, and were added by people themselves or by member organisations.</p>\n\
                    <table class=\"cards\">\n<tr><th>Institution</th>"
        .to_owned();
    COLUMNS.iter().for_each(|column| {
        let _ = write!(html, "<th>{column}</th>");
    });
    html.push_str("</tr>\n");
    for rows in rows.chunk_by(|one, other| one.ror_id == other.ror_id) {
        let total = Total::of(rows.iter());
        let of = |source: &str| {
            share(Total::of(rows.iter().filter(|row| row.source == source)).affiliations, total.affiliations)
        };
        let name = rows[0].ror_name.as_deref().unwrap_or(&rows[0].ror_id);
        let cells = [
            grouped(total.affiliations),
            share(total.current, total.affiliations),
            share(total.past, total.affiliations),
            of("ROR"),
            of(NO_ID),
            share(total.by_self, total.affiliations),
            share(total.by_members, total.affiliations),
        ];
        let _ = write!(html, "<tr><td><a href=\"{}\">{}</a></td>", escaped(&rows[0].ror_id), escaped(name));
        for (column, cell) in COLUMNS.iter().zip(cells) {
            let _ = write!(html, "<td data-name=\"{column}\">{cell}</td>");
        }
        html.push_str("</tr>\n");
    }
    html + "</table>\n</section>\n"
}

fn footer(page: &Page<'_>) -> String {
    let mut html = "<footer>\n".to_owned();
    if page.organizations.len() > 1 {
        let names: Vec<String> = page.organizations.iter().map(|counted| escaped(&counted.name)).collect();
        let _ = writeln!(
            html,
            "<details><summary>{} organisations are counted</summary>{}</details>",
            page.organizations.len(),
            names.join(" · ")
        );
    }
    let dump = page
        .year
        .map_or_else(|| "ORCID public data".to_owned(), |year| format!("ORCID public data file {year}"));
    let _ = writeln!(
        html,
        "{dump} (CC0), matched with ROR {} (CC0; places from GeoNames, CC BY 4.0) by orcidlake {}. Current means \
         without an end date, or with one that lies ahead. Only what is public is counted.",
        escaped(page.ror_release),
        env!("CARGO_PKG_VERSION")
    );
    html + "</footer>\n"
}

fn share(part: u64, whole: u64) -> String {
    format!("{:.1} %", 100.0 * part as f64 / whole.max(1) as f64)
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_have_round_steps() {
        for (most, expected) in
            [(0, 1), (3, 1), (10, 2), (100, 50), (170, 50), (999, 500), (4_000_000, 1_000_000)]
        {
            assert_eq!(step(most), expected, "{most}");
        }
    }

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
