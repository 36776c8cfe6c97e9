//! Rules for what several sections have: dates, organizations, external ids, contributors.

use orcid_xml::Orcid;

use super::super::ids;
use super::super::node::Node;
use super::super::refusal::Refusal;
use super::super::words::{self, ORGANIZATION_SOURCES};
use super::known::Known;

/// Year, month and day, as far as they are given.
type Date = (i64, Option<i64>, Option<i64>);

/// A date that is absent, or in order: four digits and twice two, no day without a month,
/// and a day that there was. `code` is the number of the refusal.
pub fn date(date: Option<&Node>, code: u32) -> Result<Option<Date>, Refusal> {
    let Some(date) = date else { return Ok(None) };
    let wrong = |why: &str| Refusal::new(code, &format!("{}: {why}", date.name));
    let part = |name: &str, width: usize| match date.text_at(&[name]) {
        None => Ok(None),
        Some(text) if text.len() == width => text.parse::<i64>().map(Some).map_err(|_| wrong("no number")),
        Some(text) => Err(wrong(&format!("{name} {text} has not {width} digits"))),
    };
    let (year, month, day) = (part("year", 4)?, part("month", 2)?, part("day", 2)?);
    match (year, month, day) {
        (None, ..) => Err(wrong("it has no year")),
        (_, None, Some(_)) => Err(wrong("it has a day and no month")),
        (Some(year), Some(month), Some(day)) if day > days(year, month) => Err(wrong("there is no such day")),
        (Some(year), month, day) => Ok(Some((year, month, day))),
    }
}

fn days(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The dates of an item: each in order, and the end not before the start.
pub fn period(item: &Node, end_needs_start: bool) -> Result<(), Refusal> {
    let start = date(item.child("start-date"), 9049)?;
    let end = date(item.child("end-date"), 9049)?;
    match (start, end) {
        (None, Some(_)) if end_needs_start => Err(Refusal::new(9050, "")),
        (Some(start), Some(end)) if is_before(end, start) => Err(Refusal::new(9055, "")),
        _ => Ok(()),
    }
}

/// By what both dates have.
fn is_before(one: Date, other: Date) -> bool {
    let both = |one: Option<i64>, other: Option<i64>| one.zip(other);
    match (one.0 != other.0, both(one.1, other.1), both(one.2, other.2)) {
        (true, ..) => one.0 < other.0,
        (false, Some((a, b)), _) if a != b => a < b,
        (false, Some(_), Some((a, b))) => a < b,
        _ => false,
    }
}

/// Source and identifier of an organization; `None` if it has none.
pub fn disambiguated(organization: &Node) -> Option<(&str, &str)> {
    let inner = organization.child("disambiguated-organization")?;
    let identifier = inner.text_at(&["disambiguated-organization-identifier"]).unwrap_or_default();
    Some((inner.text_at(&["disambiguation-source"]).unwrap_or_default(), identifier))
}

/// The identifier of an organization must be there, and known.
pub fn must_be_known(organization: &Node, known: &Known<'_>) -> Result<(), Refusal> {
    let Some((source, identifier)) = disambiguated(organization) else { return Err(Refusal::new(9045, "")) };
    if ORGANIZATION_SOURCES.contains(&source) && !identifier.is_empty() && known.knows(source, identifier) {
        return Ok(());
    }
    Err(Refusal::new(9045, &format!("{source} {identifier}")))
}

/// The same for all of a list, which must not be empty.
pub fn hosts(parent: &Node, known: &Known<'_>) -> Result<(), Refusal> {
    let hosts: Vec<&Node> =
        parent.child("hosts").into_iter().flat_map(|hosts| hosts.all("organization")).collect();
    match hosts.is_empty() {
        true => Err(Refusal::new(9045, "hosts are required")),
        false => hosts.into_iter().try_for_each(|host| must_be_known(host, known)),
    }
}

/// There must be external ids.
pub fn external_ids(list: Option<&Node>) -> Result<Vec<ids::Id>, Refusal> {
    let ids = ids::all(list);
    if ids.is_empty() || ids.iter().any(|id| id.kind.is_empty() || id.value.is_empty()) {
        return Err(Refusal::new(9023, ""));
    }
    match ids.iter().find(|id| {
        id.relationship.as_deref() == Some("funded-by") && !words::GRANT_TYPES.contains(&id.kind.as_str())
    }) {
        Some(id) => Err(Refusal::new(9023, &format!("nothing is funded by a {}", id.kind))),
        None => Ok(ids),
    }
}

/// A title must be there; a translated one needs its language.
pub fn title(item: &Node, name: &str) -> Result<(), Refusal> {
    if item.text_at(&[name, "title"]).is_none() {
        return Err(Refusal::new(9022, ""));
    }
    let Some(translated) = item.at(&[name, "translated-title"]) else { return Ok(()) };
    match translated.attribute("language-code") {
        Some(code) if words::is_language(code) => Ok(()),
        code => Err(Refusal::new(9037, &format!("language-code {}", code.unwrap_or("is missing")))),
    }
}

/// The iDs and roles of contributors.
pub fn contributors(item: &Node, is_role: impl Fn(&str) -> bool) -> Result<(), Refusal> {
    for one in item.child("contributors").into_iter().flat_map(|all| all.all("contributor")) {
        let path = one.text_at(&["contributor-orcid", "path"]);
        let path = path.or_else(|| one.text_at(&["contributor-orcid", "uri"])?.rsplit('/').next());
        let is_valid = |path: &str| Orcid::new(path).is_some_and(|orcid| orcid.has_valid_check_digit());
        if let Some(path) = path.filter(|path| !is_valid(path)) {
            return Err(Refusal::new(9020, &format!("{path} is not an iD")));
        }
        let role = one.text_at(&["contributor-attributes", "contributor-role"]);
        if let Some(role) = role.filter(|role| !is_role(role)) {
            return Err(Refusal::new(9058, role));
        }
    }
    Ok(())
}
