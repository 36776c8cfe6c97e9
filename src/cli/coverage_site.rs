//! The site of `coverage --ror-list`: an overview of all institutions with their ranking and trend,
//! and a page for each. Links are relative, so the folder can lie anywhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::coverage_page::{Card, Total, asserted, cards, figures, foot, institutions, sources, years};
use super::failure::Failure;
use super::numbers::{counted, grouped};
use super::page::{begun, ended, escaped, section, share};
use super::target::write_file;
use crate::dataset::DatasetError;
use crate::matching::{CoverageRow, InstitutionCoverage, InstitutionsCoverage, NO_ID};

/// The page that is opened first.
const INDEX: &str = "index.html";
/// Years in the small chart of a row of the ranking.
const TREND_YEARS: i32 = 10;
/// The height of this chart; its width is that of the years.
const TREND_HEIGHT: f64 = 20.0;

/// The columns of the ranking.
const COLUMNS: [&str; 8] = [
    "Rank",
    "People",
    "Affiliations",
    "Current",
    "With ROR id",
    "Without id",
    "By members",
    "Added each year",
];

/// What is shown.
pub struct Site<'s> {
    pub found: &'s InstitutionsCoverage,
    pub ror_release: &'s str,
    /// Of the dump.
    pub year: Option<u16>,
}

/// Writes all pages into a folder, the overview last; gives their number.
///
/// # Errors
/// [`Failure`] if the folder is not empty, or cannot be written.
pub fn write_site(site: &Site<'_>, folder: &Path) -> Result<usize, Failure> {
    fs::create_dir_all(folder).map_err(DatasetError::io("make", folder))?;
    let mut entries = fs::read_dir(folder).map_err(DatasetError::io("read", folder))?;
    if entries.next().is_some() {
        return Err(Failure::new(
            format!("{} is not empty", folder.display()),
            "give a new or an empty folder",
        ));
    }
    let write =
        |name: &str, html: String| write_file(&folder.join(name), |out| Ok(out.write_all(html.as_bytes())?));
    for place in 0..site.found.institutions.len() {
        write(&file_of(&site.found.institutions[place]), site.institution(place))?;
    }
    write(INDEX, site.overview())?;
    Ok(site.found.institutions.len() + 1)
}

/// The file of an institution: the end of its ROR id.
fn file_of(institution: &InstitutionCoverage) -> String {
    format!("{}.html", institution.ror_id.rsplit('/').next().unwrap_or_default())
}

impl Site<'_> {
    fn overview(&self) -> String {
        let InstitutionsCoverage { institutions, all } = self.found;
        let title = format!("{} in ORCID", counted(institutions.len() as u64, "institution"));
        let mut html = begun(&title);
        let _ = writeln!(
            html,
            "<h1>{title}</h1>\n<p>Affiliations in public ORCID records, and how well they are identified. \
             An affiliation that counts for two institutions counts once in these sums.</p>"
        );
        html.push_str(&figures(all));
        html.push_str(&self.ranking());
        html.push_str(&years(&all.rows));
        html.push_str(&asserted(&all.rows));
        html.push_str(&sources(&all.rows));
        html + &ended(&foot(&[], self.ror_release, self.year))
    }

    fn ranking(&self) -> String {
        let institutions = &self.found.institutions;
        let last = self.found.all.rows.iter().filter_map(|row| row.year).max();
        let row = |(place, own): (usize, &InstitutionCoverage)| {
            let rows = &own.coverage.rows;
            let total = Total::of(rows.iter());
            let of = |part: u64| share(part, total.affiliations);
            Card {
                name: own.name.clone(),
                link: file_of(own),
                cells: vec![
                    (place + 1).to_string(),
                    grouped(own.coverage.people.unwrap_or(0)),
                    grouped(total.affiliations),
                    of(total.current),
                    of(Total::with_source(rows, "ROR")),
                    of(Total::with_source(rows, NO_ID)),
                    of(total.by_members),
                ],
                picture: last.map(|last| trend(rows, last)),
            }
        };
        let about = match last {
            Some(last) => format!(
                "By the number of people. The small bars are affiliations added each year from {} to {last}; each \
                 row has its own scale.",
                last - TREND_YEARS + 1
            ),
            None => "By the number of people.".to_owned(),
        };
        let table = cards("Institution", &COLUMNS, institutions.iter().enumerate().map(row));
        section("ranking", "Ranking", &about, &table)
    }

    fn institution(&self, place: usize) -> String {
        let all = &self.found.institutions;
        let own = &all[place];
        let name = escaped(&own.name);
        let mut html = begun(&format!("{name}: affiliations in ORCID"));
        let _ = writeln!(
            html,
            "<nav aria-label=\"Institutions\">\n<ul>\n<li><a href=\"{INDEX}\">All institutions</a></li>"
        );
        for (word, other) in [("Before", place.checked_sub(1)), ("Next", Some(place + 1))] {
            if let Some(other) = other.and_then(|other| all.get(other)) {
                let _ = writeln!(
                    html,
                    "<li>{word}: <a href=\"{}\">{}</a></li>",
                    file_of(other),
                    escaped(&other.name)
                );
            }
        }
        let status =
            if own.status == "active" { String::new() } else { format!(", {}", escaped(&own.status)) };
        let country = own.country.as_deref().map_or_else(String::new, |code| format!(", {}", escaped(code)));
        let _ = writeln!(
            html,
            "</ul>\n</nav>\n<h1>{name}</h1>\n<p><a href=\"{id}\">{id}</a>{country}{status}. Rank {} of {} by the number \
             of people.</p>",
            place + 1,
            all.len(),
            id = escaped(&own.ror_id)
        );
        html.push_str(&figures(&own.coverage));
        html.push_str(&years(&own.coverage.rows));
        html.push_str(&asserted(&own.coverage.rows));
        html.push_str(&sources(&own.coverage.rows));
        if own.organizations.len() > 1 {
            html.push_str(&institutions(&own.coverage.rows));
        }
        html + &ended(&foot(&own.organizations, self.ror_release, self.year))
    }
}

/// Affiliations that were added in each of the last years, as small bars.
fn trend(rows: &[CoverageRow], last: i32) -> String {
    let mut years: BTreeMap<i32, u64> = (last - TREND_YEARS + 1..=last).map(|year| (year, 0)).collect();
    for row in rows {
        if let Some(count) = row.year.and_then(|year| years.get_mut(&year)) {
            *count += row.affiliations;
        }
    }
    let most = years.values().copied().max().unwrap_or(0).max(1);
    let told: Vec<String> =
        years.iter().map(|(year, count)| format!("{year}: {}", grouped(*count))).collect();
    let mut svg = format!(
        "<svg class=\"trend\" viewBox=\"0 0 {} {TREND_HEIGHT}\" role=\"img\" aria-label=\"{}\">",
        TREND_YEARS * 8,
        told.join(", ")
    );
    for (place, (year, count)) in years.iter().enumerate() {
        let height = TREND_HEIGHT * *count as f64 / most as f64;
        let _ = write!(
            svg,
            "<rect x=\"{}\" y=\"{:.1}\" width=\"6\" height=\"{height:.1}\" fill=\"var(--s1)\"><title>{year}: {}</title></rect>",
            place * 8,
            TREND_HEIGHT - height,
            grouped(*count)
        );
    }
    svg + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::Coverage;

    fn institution(id: &str, name: &str, people: u64) -> InstitutionCoverage {
        let row = CoverageRow {
            ror_id: format!("https://ror.org/{id}"),
            year: Some(2024),
            source: NO_ID.to_owned(),
            affiliations: people,
            ..CoverageRow::default()
        };
        InstitutionCoverage {
            ror_id: format!("https://ror.org/{id}"),
            name: name.to_owned(),
            status: "active".to_owned(),
            coverage: Coverage { rows: vec![row], people: Some(people) },
            ..InstitutionCoverage::default()
        }
    }

    #[test]
    fn the_overview_leads_to_each_page_and_back() {
        let institutions =
            vec![institution("04ttjf776", "First <b>", 9), institution("02nr0ka47", "Second", 5)];
        let rows = institutions.iter().flat_map(|own| own.coverage.rows.clone()).collect();
        let found = InstitutionsCoverage { institutions, all: Coverage { rows, people: Some(12) } };
        let folder = tempfile::tempdir().unwrap();
        let site = Site { found: &found, ror_release: "v1", year: Some(2025) };

        assert_eq!(write_site(&site, folder.path()).unwrap(), 3);

        let page = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let index = page("index.html");
        assert!(
            index.contains("href=\"04ttjf776.html\"") && index.contains("href=\"02nr0ka47.html\""),
            "{index}"
        );
        assert!(index.contains("First &lt;b&gt;") && index.contains("2024: 9"), "{index}");
        let second = page("02nr0ka47.html");
        assert!(
            second.contains("href=\"index.html\"") && second.contains("Before: <a href=\"04ttjf776.html\"")
        );
        assert!(second.contains("Rank 2 of 2"), "{second}");
        assert!(write_site(&site, folder.path()).is_err(), "what is there is not mixed with another site");
    }
}
