//! Works.

use super::super::node::Node;
use super::super::refusal::Refusal;
use super::super::words;
use super::parts;

pub fn check(work: &Node) -> Result<(), Refusal> {
    parts::title(work, "title")?;
    if work.text_at(&["type"]).is_none() {
        return Err(Refusal::new(9037, "a work has a type"));
    }
    if let Some(code) = work.text_at(&["language-code"]).filter(|code| !words::is_language(code)) {
        return Err(Refusal::new(9037, &format!("language-code {code}")));
    }
    parts::date(work.child("publication-date"), 9020)?;
    if let Some(citation) = work.child("citation")
        && (citation.text_at(&["citation-type"]).is_none() || citation.text_at(&["citation-value"]).is_none())
    {
        return Err(Refusal::new(9020, "a citation has a type and a value"));
    }
    parts::contributors(work, |role| words::WORK_ROLES.contains(&role))?;
    let ids = parts::external_ids(work.child("external-ids"))?;
    match ids.iter().any(|id| id.is_self()) {
        true => Ok(()),
        false => Err(Refusal::new(9023, "none of the identifiers is of the work itself")),
    }
}
