//! `/search`: a query to a page of iDs.
//!
//! The order is fixed and means nothing, as Solr's does where all hits are
//! equally good; `sort` by date or iD is honoured.

use std::cmp::Reverse;

use orcid_xml::Orcid;

use super::answer::Answer;
use super::facts::Facts;
use super::form::Form;
use super::query::Query;
use super::world::{Standing, World};
use super::{instants, xml};

/// Rows of a page, at most and where nothing is said.
const MAX_ROWS: usize = 1000;
/// From where an anonymous search gives no more.
const MAX_START: usize = 10_000;

/// Answers a search.
pub fn search(world: &World, form: &Form, anonymous: bool) -> Answer {
    let Some(start) = number(form, "start", 0) else {
        return Answer::bad_request(9006, "Invalid start");
    };
    let Some(rows) = number(form, "rows", MAX_ROWS).filter(|rows| *rows <= MAX_ROWS) else {
        return Answer::bad_request(9006, "Invalid rows: a number between 0 and 1000 is needed");
    };
    if start > MAX_START && anonymous {
        return Answer::bad_request(9043, "The start parameter must not exceed 10,000");
    }
    let query = form.get("q").ok_or_else(|| "there is no query".to_owned());
    match query.and_then(|query| Query::parse(query, instants::now())) {
        Ok(query) => {
            let mut hits = hits(world, &query);
            match sort(&mut hits, form.get("sort")) {
                Ok(()) => Answer::xml(page(&hits, start, rows)),
                Err(why) => Answer::bad_request(9006, &why),
            }
        }
        Err(why) => Answer::bad_request(9006, &format!("org.apache.solr.search.SyntaxError: {why}")),
    }
}

fn number(form: &Form, name: &str, usual: usize) -> Option<usize> {
    form.get(name).map_or(Some(usual), |text| text.parse().ok())
}

fn hits<'w>(world: &'w World, query: &Query) -> Vec<(Orcid, &'w Facts)> {
    let shown = world.people().filter(|(_, person)| person.standing == Standing::Active);
    let hits = shown.filter(|(orcid, person)| query.finds(*orcid, &person.facts));
    hits.map(|(orcid, person)| (orcid, &person.facts)).collect()
}

fn sort(hits: &mut [(Orcid, &Facts)], order: Option<&str>) -> Result<(), String> {
    match order {
        None => hits.sort_by_key(|(orcid, _)| orcid.number().wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        Some("orcid asc") => hits.sort_by_key(|(orcid, _)| *orcid),
        Some("orcid desc") => hits.sort_by_key(|(orcid, _)| Reverse(*orcid)),
        Some("profile-last-modified-date asc") => hits.sort_by_key(|hit| (hit.1.last_modified, hit.0)),
        Some("profile-last-modified-date desc") => {
            hits.sort_by_key(|hit| Reverse((hit.1.last_modified, hit.0)))
        }
        Some(other) => return Err(format!("this server does not sort by \"{other}\"")),
    }
    Ok(())
}

fn page(hits: &[(Orcid, &Facts)], start: usize, rows: usize) -> String {
    let results: String = hits
        .iter()
        .skip(start)
        .take(rows)
        .map(|(orcid, _)| {
            let id = xml::orcid_id("common:orcid-identifier", orcid.as_str());
            format!("    <search:result>{id}</search:result>\n")
        })
        .collect();
    xml::document(&format!("<search:search num-found=\"{}\">\n{results}</search:search>", hits.len()))
}
