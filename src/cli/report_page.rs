//! The page of `report`: what is in a dataset, in the order in which people ask.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::charts::{Bar, ByYear, Scale, Series, bars, by_year, legend};
use super::numbers::grouped;
use super::page::{begun, details, ended, escaped, readable, section, share, table, tiles, with_share};
use super::report_quality::quality;
use crate::overview::{Country, IdentifierType, Organisations, Overview, SectionCounts};

/// Rows of lists that are shown at first; further ones stand below.
const SHOWN: usize = 20;
/// Rows of lists that are on the page at all; `--json` has all.
const MOST: usize = 200;

/// Who added items, with colours.
const ADDED: [Series<'_>; 3] = [("the owner", 1), ("a client", 2), ("not said", 6)];
/// Groups of sections, with colours.
const GROUPS: [Series<'_>; 5] =
    [("affiliations", 1), ("works", 2), ("fundings", 3), ("peer reviews", 4), ("all others", 6)];
/// Whether an organisation was found, with colours.
const FOUND: [Series<'_>; 2] = [("found in ROR", 1), ("not found", 6)];

/// The parts of the page, for its contents.
const PARTS: [(&str, &str); 8] = [
    ("records", "Records"),
    ("items", "Items"),
    ("items-by-year", "Items by year"),
    ("clients", "Clients"),
    ("countries", "Countries"),
    ("identifiers", "Identifiers"),
    ("organisations", "Organisations"),
    ("quality", "Data quality"),
];

/// The page as HTML.
pub fn page(found: &Overview, is_matched: bool) -> String {
    let release = found.release.map_or_else(String::new, |year| format!(" {year}"));
    let title = format!("ORCID{release}: what is in the dataset");
    let mut html = begun(&title);
    let _ = writeln!(html, "<h1>{title}</h1>\n<p>{}</p>", about(found));
    html.push_str("<nav aria-label=\"Contents\">\n<ul>\n");
    for (id, name) in PARTS {
        let _ = writeln!(html, "<li><a href=\"#{id}\">{name}</a></li>");
    }
    html.push_str("</ul>\n</nav>\n");
    html.push_str(&figures(found));
    html.push_str(&records(found));
    html.push_str(&items(&found.sections));
    html.push_str(&items_by_year(&found.sections));
    html.push_str(&clients(found));
    html.push_str(&countries(found));
    html.push_str(&identifiers(found));
    html.push_str(&match &found.organisations {
        Some(organisations) => matched(organisations),
        None => not_matched(is_matched),
    });
    html.push_str(&quality(found));
    let foot = format!(
        "<p>Made by orcidlake {} from ORCID public data (CC0). The owner added an item if the record says so, also \
         through a client; a client is a system of a member of ORCID or of a service.</p>",
        env!("CARGO_PKG_VERSION")
    );
    html + &ended(&foot)
}

fn about(found: &Overview) -> String {
    let mut text = "What is public in these ORCID records, who added it, and what is odd.".to_owned();
    if !found.not_counted.is_empty() {
        let tables = readable(&found.not_counted.join(", "));
        let _ = write!(text, " The dataset does not have {}.", escaped(&tables));
    }
    text
}

fn figures(found: &Overview) -> String {
    let items: u64 = found.sections.iter().map(|section| section.items).sum();
    let mut figures = vec![
        (grouped(found.records.records), "records"),
        (grouped(found.tombstones.values().sum()), "records that are gone"),
        (share(found.records.verified_email, found.records.records), "with a verified e-mail address"),
        (grouped(items), "items"),
        (grouped(found.clients.len() as u64), "clients that added items"),
    ];
    if let Some(organisations) = &found.organisations {
        let of = |counts: &BTreeMap<String, u64>| counts.values().sum();
        let part = share(of(&organisations.items_found), of(&organisations.items));
        figures.push((part, "of organizations found in ROR"));
    }
    tiles(&figures)
}

fn records(found: &Overview) -> String {
    let records = &found.records;
    let chart = |label: &str, series: &str, years: &BTreeMap<i32, u64>, undated: u64| {
        let years = years.iter().map(|(year, count)| (*year, vec![*count])).collect();
        by_year(&ByYear { label, series: &[(series, 1)], years: &years, undated })
    };
    let made = chart(
        "Records by the year in which they were made",
        "Records",
        &records.by_year,
        records.without_year,
    );
    let changed = chart("Records by the year of their last change", "Records", &records.by_year_of_change, 0);
    let mut html = format!("<h3>Made</h3>\n{made}");
    if !changed.is_empty() {
        let _ = write!(html, "<h3>Last changed</h3>\n{changed}");
    }
    if !found.tombstones.is_empty() {
        let rows = found.tombstones.iter();
        let rows: Vec<Bar> = rows.map(|(status, count)| Bar::of(status, *count, grouped(*count))).collect();
        let _ = write!(
            html,
            "<h3>Gone</h3>\n{}",
            bars("Records that are gone", &["Status", "Records"], Scale::Numbers, &rows)
        );
    }
    let about = format!(
        "{} of {} records are claimed by their owners.",
        grouped(records.claimed),
        grouped(records.records)
    );
    section("records", "Records", &about, &html)
}

fn items(sections: &[SectionCounts]) -> String {
    let rows = sections.iter().map(|own| Bar {
        name: readable(&own.section),
        link: None,
        parts: vec![(own.by_owner, 1), (own.by_client, 2), (own.without_source, 6)],
        numbers: vec![grouped(own.items), grouped(own.people)],
    });
    let rows: Vec<Bar> = rows.collect();
    let chart =
        bars("Items by section and who added them", &["Section", "Items", "People"], Scale::Shares, &rows);
    let columns = ["Section", "Items", "Groups", "People", "By the owner", "By a client", "Not said"];
    let numbers = sections.iter().map(|own| {
        let groups = own.groups.map_or_else(|| "–".to_owned(), grouped);
        let by = [own.by_owner, own.by_client, own.without_source].map(|part| with_share(part, own.items));
        [readable(&own.section), grouped(own.items), groups, grouped(own.people)]
            .into_iter()
            .chain(by)
            .collect()
    });
    let table = table("Items by section and who added them", &columns, numbers);
    let about = "The shares of items that their owners and clients added, and how many people have at least one. \
                 Items of several sources that are one thing make a group.";
    section("items", "Items", about, &(legend(&ADDED) + &chart + &details("The numbers", &table)))
}

fn items_by_year(sections: &[SectionCounts]) -> String {
    let mut years: BTreeMap<i32, Vec<u64>> = BTreeMap::new();
    for own in sections {
        let table = readable(own.table.rsplit('/').next().unwrap_or_default());
        let place = GROUPS.iter().position(|(name, _)| *name == table).unwrap_or(GROUPS.len() - 1);
        for (year, count) in &own.by_year {
            years.entry(*year).or_insert_with(|| vec![0; GROUPS.len()])[place] += count;
        }
    }
    let undated = sections.iter().map(|own| own.without_year).sum();
    let label = "Items by the year in which they were added, and their section";
    let chart = by_year(&ByYear { label, series: &GROUPS, years: &years, undated });
    section("items-by-year", "Items by year", "When the items were added.", &chart)
}

/// A list whose first rows are bars, and whose further rows stand below.
fn list(label: &str, columns: &[&str; 2], rows: &[(String, u64)]) -> String {
    let total: u64 = rows.iter().map(|(_, count)| count).sum();
    let shown = rows.iter().take(SHOWN);
    let shown = shown.map(|(name, count)| Bar::of(name, *count, with_share(*count, total)));
    let mut html = bars(label, columns, Scale::Numbers, &shown.collect::<Vec<_>>());
    if rows.len() > SHOWN {
        let more = rows.iter().skip(SHOWN).take(MOST - SHOWN);
        let more = more.map(|(name, count)| vec![name.clone(), with_share(*count, total)]);
        let more = table(&format!("{label}: further ones"), columns, more);
        let summary = match rows.len() {
            all if all > MOST => {
                format!("The next {} of {}", grouped((MOST - SHOWN) as u64), grouped(all as u64))
            }
            all => format!("{} more", grouped((all - SHOWN) as u64)),
        };
        html.push_str(&details(&summary, &more));
    }
    html
}

fn clients(found: &Overview) -> String {
    let named = found.clients.iter().map(|client| {
        let name = client.name.clone().unwrap_or_else(|| client.id.clone());
        (name, client.items)
    });
    let rows: Vec<(String, u64)> = named.collect();
    let mut inside = match rows.is_empty() {
        true => "<p>No item names a client.</p>\n".to_owned(),
        false => list("Clients by the items that they added", &["Client", "Items"], &rows),
    };
    if found.further_clients > 0 {
        let more = grouped(found.further_clients);
        let _ = writeln!(inside, "<p>{more} items are of further clients, which were not told apart.</p>");
    }
    let about = "Systems that added items, also on behalf of people.";
    section("clients", "Clients", about, &inside)
}

fn countries(found: &Overview) -> String {
    const COLUMNS: [&str; 3] = ["Country", "Addresses", "Affiliations"];
    const SERIES: [Series<'_>; 2] = [("addresses", 1), ("affiliations", 2)];
    let label = "Countries by addresses and affiliations";
    let numbers = |own: &Country| [grouped(own.addresses), grouped(own.affiliations)];
    let shown = found.countries.iter().take(SHOWN).map(|own| Bar {
        name: own.country.clone(),
        link: None,
        parts: vec![(own.addresses, 1), (own.affiliations, 2)],
        numbers: numbers(own).into(),
    });
    let mut html = legend(&SERIES) + &bars(label, &COLUMNS, Scale::Numbers, &shown.collect::<Vec<_>>());
    if found.countries.len() > SHOWN {
        let more = found.countries.iter().skip(SHOWN);
        let more = more.map(|own| [own.country.clone()].into_iter().chain(numbers(own)).collect());
        let summary = format!("{} more", grouped((found.countries.len() - SHOWN) as u64));
        html.push_str(&details(&summary, &table("Further countries", &COLUMNS, more)));
    }
    let about = "The countries of people's addresses, and those of the organizations of their affiliations, as \
                 codes of ISO 3166.";
    section("countries", "Countries", about, &html)
}

fn identifiers(found: &Overview) -> String {
    let of = |types: &[IdentifierType]| -> Vec<(String, u64)> {
        let name =
            |own: &IdentifierType| if own.name.is_empty() { "without a type" } else { &own.name }.to_owned();
        types.iter().map(|own| (name(own), own.identifiers)).collect()
    };
    let mut html = String::new();
    for (heading, label, types) in [
        ("Of items", "Identifiers of items by type", &found.identifiers),
        ("Of people", "Identifiers of people by type", &found.person_identifiers),
    ] {
        let inside = match types.is_empty() {
            true => "<p>There are none.</p>\n".to_owned(),
            false => list(label, &["Type", "Identifiers"], &of(types)),
        };
        let _ = write!(html, "<h3>{heading}</h3>\n{inside}");
    }
    let about = "Types of external identifiers: of works and other items, and of people in other systems.";
    section("identifiers", "Identifiers", about, &html)
}

fn matched(organisations: &Organisations) -> String {
    let rows = organisations.items.iter().filter(|(_, items)| **items > 0).map(|(name, items)| {
        let in_ror = organisations.items_found.get(name).copied().unwrap_or(0);
        Bar {
            name: readable(name),
            link: None,
            parts: vec![(in_ror, 1), (items.saturating_sub(in_ror), 6)],
            numbers: vec![grouped(*items), share(in_ror, *items)],
        }
    });
    let label = "Items by whether their organization was found in ROR";
    let mut html = legend(&FOUND)
        + &bars(label, &["Section", "Items", "Found"], Scale::Shares, &rows.collect::<Vec<_>>());
    let shown = organisations.most.iter().take(SHOWN).map(|own| {
        let name = own.name.as_ref().unwrap_or(&own.ror_id);
        Bar { link: Some(own.ror_id.clone()), ..Bar::of(name, own.affiliations, grouped(own.affiliations)) }
    });
    let label = "Organisations with the most affiliations";
    let _ = write!(
        html,
        "<h3>{label}</h3>\n{}",
        bars(label, &["Organisation", "Affiliations"], Scale::Numbers, &shown.collect::<Vec<_>>())
    );
    let mut about = format!(
        "{} of {} organizations as written were found in ROR {}.",
        grouped(organisations.written_found),
        grouped(organisations.written),
        organisations.ror_release
    );
    if !organisations.is_current {
        about.push_str(" The dataset has changed since, and new rows are missing here.");
    }
    section("organisations", "Organisations", &about, &html)
}

fn not_matched(is_matched: bool) -> String {
    let about = match is_matched {
        true => "The organizations were matched with limited data, and only what is public is shown here.",
        false => "The organizations have not been matched with ROR; the command match does so.",
    };
    section("organisations", "Organisations", about, "")
}
