//! The page of `diff`: numbers, bars and tables in one file that needs nothing else. Every bar's
//! number stands beside it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::numbers::grouped;
use super::page::{END, begun, escaped};
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
    html.push_str(&tiles(compared));
    html.push_str(&bars("People", "New, gone and returned, with the reason.", &compared.people));
    for (section, heading) in HEADINGS {
        if let Some(counts) = compared.sections.get(section) {
            html.push_str(&bars(heading, "", counts));
        }
    }
    html.push_str(&bars("Names", "Changed names, by column.", &compared.names));
    for (level, heading) in
        [("organisation", "Moves between organisations"), ("country", "Moves between countries")]
    {
        let flows: Vec<&Flow> = compared.flows.iter().filter(|flow| flow.level == level).collect();
        html.push_str(&moves(heading, &flows));
    }
    let _ = writeln!(
        html,
        "<footer>\nMade by orcidlake {}. A move is counted once for each pair of a place that a person left and one that the \
         person joined, by current employments.\n</footer>",
        env!("CARGO_PKG_VERSION")
    );
    html + END
}

fn tiles(compared: &Compared) -> String {
    let of = |change: &str| -> u64 {
        let own = compared.people.iter().filter(|(name, _)| name.split(':').next() == Some(change));
        own.map(|(_, count)| count).sum()
    };
    let [old, new] = compared.records;
    let mut html = "<section class=\"tiles\">\n".to_owned();
    for (number, what) in [
        (old, "records before"),
        (new, "records now"),
        (of("new"), "new"),
        (of("gone"), "gone"),
        (of("returned"), "returned"),
    ] {
        let _ = writeln!(html, "<div><b>{}</b><span>{what}</span></div>", grouped(number));
    }
    html + "</section>\n"
}

fn bars(heading: &str, about: &str, counts: &BTreeMap<String, u64>) -> String {
    if counts.is_empty() {
        return String::new();
    }
    let most = counts.values().copied().max().unwrap_or(0).max(1);
    let mut html = format!("<section>\n<h2>{heading}</h2>\n");
    if !about.is_empty() {
        let _ = writeln!(html, "<p>{about}</p>");
    }
    for (name, count) in counts {
        let width = 100.0 * *count as f64 / most as f64;
        let _ = writeln!(
            html,
            "<div class=\"bar\"><span>{}</span><span><i style=\"width:{width:.1}%;background:var(--s1)\"></i></span>\
             <span>{}</span></div>",
            escaped(&name.replace('_', " ")),
            grouped(*count)
        );
    }
    html + "</section>\n"
}

fn moves(heading: &str, flows: &[&Flow]) -> String {
    if flows.is_empty() {
        return String::new();
    }
    let mut html = format!(
        "<section>\n<h2>{heading}</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">From</th>\
         <th scope=\"col\">To</th><th scope=\"col\">People</th></tr></thead>\n<tbody>\n"
    );
    for flow in flows.iter().take(SHOWN_FLOWS) {
        let name = |name: &Option<String>, id: &String| escaped(name.as_deref().unwrap_or(id));
        let _ = writeln!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            name(&flow.from_name, &flow.from),
            name(&flow.to_name, &flow.to),
            grouped(flow.people)
        );
    }
    html.push_str("</tbody></table></div>\n");
    if flows.len() > SHOWN_FLOWS {
        let _ = writeln!(
            html,
            "<p>{} more flows are in the table.</p>",
            grouped((flows.len() - SHOWN_FLOWS) as u64)
        );
    }
    html + "</section>\n"
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
