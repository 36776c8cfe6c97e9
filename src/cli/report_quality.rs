//! The part of the page of `report` about what is amiss.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::numbers::grouped;
use super::page::{escaped, readable, section, table};
use crate::overview::{FIRST_YEAR, Overview, YEARS_AHEAD};

/// Paths of unmapped values that are on the page; `--json` has more.
const PATHS: usize = 50;

/// What could not be read, has no column, or is odd.
pub fn quality(found: &Overview) -> String {
    let quality = &found.quality;
    let mut html = members(found);
    if !quality.salvaged.is_empty() {
        let names = quality.salvaged.join(", ");
        let _ = writeln!(
            html,
            "<p>Damaged archives; only their undamaged members were read: {}.</p>",
            escaped(&names)
        );
    }
    html.push_str("<h3>Rejected members</h3>\n");
    html.push_str(&by_word("Rejected members by code", "Code", &quality.rejects, "No member was rejected."));
    html.push_str("<h3>Values without a column</h3>\n");
    let none = "Every value has a column.";
    html.push_str(&by_word("Values without a column by path", "Path", &quality.unmapped, none));
    html.push_str("<h3>Odd dates</h3>\n");
    html.push_str(&odd_dates(found));
    section("quality", "Data quality", "What could not be read, has no place, or cannot be right.", &html)
}

fn members(found: &Overview) -> String {
    let members = &found.quality.members;
    let rows = [
        ("records", members.records),
        ("records that are gone", members.tombstones),
        ("activities", members.activities),
        ("rejected", members.rejects),
        ("no documents of ORCID", members.other),
        ("of people who were not selected", members.left_out),
        ("replaced by a later member of the same name", members.duplicates),
        ("read after taking out characters that XML forbids", members.cleaned),
    ];
    let rows = rows.into_iter().filter(|(_, count)| *count > 0);
    let rows = rows.map(|(name, count)| vec![name.to_owned(), grouped(count)]);
    let table = table("Members of the archives by outcome", &["Outcome", "Members"], rows);
    format!("<h3>Members of the archives</h3>\n<p>{} in all.</p>\n{table}", grouped(members.members))
}

/// Counts by word, the largest first; `none` says that there are none.
fn by_word(label: &str, column: &str, counts: &BTreeMap<String, u64>, none: &str) -> String {
    if counts.is_empty() {
        return format!("<p>{none}</p>\n");
    }
    let mut rows: Vec<(&String, &u64)> = counts.iter().collect();
    rows.sort_by_key(|(word, count)| (std::cmp::Reverse(**count), word.as_str()));
    let shown = rows.iter().take(PATHS).map(|(word, count)| vec![(*word).clone(), grouped(**count)]);
    let mut html = table(label, &[column, "Number"], shown);
    if rows.len() > PATHS {
        let _ = writeln!(html, "<p>{} more are not shown.</p>", grouped((rows.len() - PATHS) as u64));
    }
    html
}

fn odd_dates(found: &Overview) -> String {
    let later = found.data_year.map_or_else(|| "later".to_owned(), |year| format!("after {year}"));
    let early = format!("Before {FIRST_YEAR}");
    let begins = format!("Begins {later}");
    let ends = found.data_year.map_or_else(
        || "Ends far ahead".to_owned(),
        |year| format!("Ends after {}", i64::from(year) + YEARS_AHEAD),
    );
    let columns = ["Section", "Ends before it begins", &early, &begins, &ends, "No day of the calendar"];
    let rows = found.sections.iter().filter_map(|own| {
        let odd = own.odd_dates?;
        let counts = [odd.end_before_start, odd.too_early, odd.begins_later, odd.ends_far_ahead, odd.no_date];
        Some([readable(&own.section)].into_iter().chain(counts.map(grouped)).collect())
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() {
        return "<p>No table with dates is in the dataset.</p>\n".to_owned();
    }
    let about = "Dates are kept as they are written. Works and peer reviews begin when they are published or \
                 completed. An item can be odd in several ways.";
    format!("<p>{about}</p>\n{}", table("Items with odd dates by section", &columns, rows.into_iter()))
}
