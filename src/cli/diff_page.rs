//! The page of `diff`: numbers, bars and tables in one file that needs nothing else. Every bar's
//! number stands beside it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::charts::{Bar, Scale, bars};
use super::numbers::grouped;
use super::page::{begun, ended, readable, section, table, tiles};
use crate::compare::{Compared, Flow};

/// Flows of each level that are shown; the table has all.
const SHOWN_FLOWS: usize = 40;
/// What each section is, for its heading.
const HEADINGS: [(&str, &str); 4] = [
    ("affiliations", "Affiliations"),
    ("works", "Works"),
    ("fundings", "Fundings"),
    ("peer_reviews", "Peer reviews"),
];

/// The page as HTML.
pub fn page(compared: &Compared) -> String {
    let [old, new] =
        compared.releases.map(|year| year.map_or("unknown year".to_owned(), |year| year.to_string()));
    let title = format!("ORCID, {old} and {new}");
    let mut html = begun(&title);
    let _ = writeln!(
        html,
        "<h1>{title}</h1>\n<p>What has changed in public ORCID records. Items are those of people whose \
         records are in both datasets.</p>"
    );
    html.push_str(&figures(compared));
    let about = "New, gone and returned, with the reason.";
    html.push_str(&changes("people", "People", about, &compared.people));
    for (name, heading) in HEADINGS {
        if let Some(counts) = compared.sections.get(name) {
            html.push_str(&changes(name, heading, "", counts));
        }
    }
    html.push_str(&changes("names", "Names", "Changed names, by column.", &compared.names));
    for (level, heading) in
        [("organisation", "Moves between organisations"), ("country", "Moves between countries")]
    {
        let flows: Vec<&Flow> = compared.flows.iter().filter(|flow| flow.level == level).collect();
        html.push_str(&moves(level, heading, &flows));
    }
    let foot = format!(
        "<p>Made by orcidlake {}. A move is counted once for each pair of a place that a person left and one that the \
         person joined, by current employments.</p>",
        env!("CARGO_PKG_VERSION")
    );
    html + &ended(&foot)
}

fn figures(compared: &Compared) -> String {
    let of = |change: &str| -> String {
        let own = compared.people.iter().filter(|(name, _)| name.split(':').next() == Some(change));
        grouped(own.map(|(_, count)| count).sum())
    };
    let [old, new] = compared.records.map(grouped);
    tiles(&[
        (old, "records before"),
        (new, "records now"),
        (of("new"), "new"),
        (of("gone"), "gone"),
        (of("returned"), "returned"),
    ])
}

fn changes(id: &str, heading: &str, about: &str, counts: &BTreeMap<String, u64>) -> String {
    if counts.is_empty() {
        return String::new();
    }
    let rows = counts.iter().map(|(name, count)| Bar::of(readable(name), *count, grouped(*count)));
    let rows: Vec<Bar> = rows.collect();
    section(id, heading, about, &bars(heading, &["Change", "Number"], Scale::Numbers, &rows))
}

fn moves(level: &str, heading: &str, flows: &[&Flow]) -> String {
    if flows.is_empty() {
        return String::new();
    }
    let name = |name: &Option<String>, id: &String| name.as_ref().unwrap_or(id).clone();
    let rows = flows.iter().take(SHOWN_FLOWS).map(|flow| {
        vec![name(&flow.from_name, &flow.from), name(&flow.to_name, &flow.to), grouped(flow.people)]
    });
    let label = format!("{heading} by number of people");
    let mut html = table(&label, &["From", "To", "People"], rows);
    if flows.len() > SHOWN_FLOWS {
        let more = grouped((flows.len() - SHOWN_FLOWS) as u64);
        let _ = writeln!(html, "<p>{} more flows are in the table.</p>", more);
    }
    section(level, heading, "", &html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_records_cannot_become_part_of_the_page() {
        let mut compared = Compared::default();
        compared.people.insert("gone: <script>alert(1)</script>".to_owned(), 5);

        let html = page(&compared);

        assert!(!html.contains("<script") && html.contains("&lt;script"), "{html}");
        assert!(!html.contains("http"), "the page needs no network");
    }
}
