//! How ORCID's search is asked for people who join a selection: by ids of organizations, and by the
//! names of an institution.
//!
//! The search knows the names and the ids of organizations, but neither countries nor dates. What it
//! finds may be more than is selected: each record that is read decides.

use std::collections::BTreeSet;

use super::error::RefreshError;
use crate::dataset::{Cells, Dataset};
use crate::slice::{Institution, Slice, Written};
use orcid_api::{encoded, quoted};
use ror_match::Scheme;

/// The longest query, encoded: with a window of time, its URL stays below 4 KiB.
const MAX_QUERY_BYTES: usize = 3_000;
/// What stands between the parts of a query, encoded.
const OR: &str = " OR ";
/// The address before the ids of the Open Funder Registry, as ORCID writes them.
const FUNDER: &str = "http://dx.doi.org/10.13039/";

/// What the search can be asked about a selection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Queries that together find who may join; empty if the search cannot be asked.
    pub queries: Vec<String>,
    /// The search finds people by names of the institution that are known; another spelling is missed.
    pub by_names: bool,
    /// Ids that the search has no field for.
    pub not_searched: Vec<String>,
}

/// The queries for the people who may join the selection of a dataset.
///
/// # Errors
/// [`RefreshError::Dataset`] if the dataset cannot be read.
pub fn searches(dataset: &Dataset, slice: &Slice) -> Result<Asked, RefreshError> {
    let ids = slice.organization_ids().iter().map(|id| (id.scheme(), id.value().to_owned()));
    let (mut parts, mut not_searched) = (Vec::new(), Vec::new());
    for (scheme, value) in ids {
        match id_query(scheme, &value) {
            Some(query) => parts.push(query),
            None => not_searched.push(format!("{}:{value}", scheme.name())),
        }
    }
    // All conditions hold for a person, so one that can be searched completely is enough.
    let Some(institution) = slice.institution().filter(|_| parts.is_empty() || !not_searched.is_empty())
    else {
        return Ok(Asked { queries: joined(&parts), by_names: false, not_searched });
    };
    let mut parts: Vec<String> =
        institution.ids().iter().filter_map(|(scheme, value)| id_query(*scheme, value)).collect();
    let mut names = institution.names();
    add_written(dataset, institution, &mut names)?;
    let names = shortest(names);
    parts.extend(names.iter().map(|name| format!("affiliation-org-name:{}", quoted(name))));
    Ok(Asked { queries: joined(&parts), by_names: true, not_searched: Vec::new() })
}

fn id_query(scheme: Scheme, value: &str) -> Option<String> {
    let (field, value) = match scheme {
        Scheme::Ror => ("ror-org-id", value.to_owned()),
        Scheme::Grid => ("grid-org-id", value.to_owned()),
        Scheme::Ringgold => ("ringgold-org-id", value.to_owned()),
        Scheme::FundRef => ("fundref-org-id", format!("{FUNDER}{value}")),
        _ => return None,
    };
    Some(format!("{field}:{}", quoted(&value)))
}

/// Adds the names under which people of the dataset list the institution, and which mean it without
/// an id.
fn add_written(
    dataset: &Dataset,
    institution: &Institution,
    names: &mut BTreeSet<String>,
) -> Result<(), RefreshError> {
    let mut seen = BTreeSet::new();
    for batch in dataset.rows("summaries/affiliations", &["organization_name", "city", "country"]) {
        let batch = batch?;
        let cells = Cells(&batch);
        for row in 0..batch.num_rows() {
            let Some(name) = cells.text("organization_name", row) else { continue };
            let (city, country) = (cells.text("city", row), cells.text("country", row));
            if names.contains(name) || !seen.insert((name.to_owned(), city.map(str::to_owned))) {
                continue;
            }
            if institution.is_meant(&Written { name: Some(name), city, country, ..Written::default() }) {
                names.insert(name.to_owned());
            }
        }
    }
    Ok(())
}

/// The names that contain no other of them: a phrase also finds longer names with its words.
fn shortest(names: BTreeSet<String>) -> Vec<String> {
    let mut by_words: Vec<(Vec<String>, String)> =
        names.into_iter().map(|name| (words(&name), name)).filter(|(words, _)| !words.is_empty()).collect();
    by_words.sort_by_key(|(words, _)| words.len());
    let mut kept: Vec<(Vec<String>, String)> = Vec::new();
    for (words, name) in by_words {
        let has = |shorter: &[String]| words.windows(shorter.len()).any(|window| window == shorter);
        if !kept.iter().any(|(shorter, _)| has(shorter)) {
            kept.push((words, name));
        }
    }
    kept.into_iter().map(|(_, name)| name).collect()
}

fn words(name: &str) -> Vec<String> {
    let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Queries of which each finds what one of its parts finds, none too long for a URL.
fn joined(parts: &[String]) -> Vec<String> {
    let (mut queries, mut length) = (Vec::<String>::new(), 0);
    for part in parts {
        let own = encoded(part).len() + OR.len();
        match queries.last_mut().filter(|_| length + own <= MAX_QUERY_BYTES) {
            Some(query) => {
                query.push_str(OR);
                query.push_str(part);
                length += own;
            }
            None => {
                queries.push(part.clone());
                length = own;
            }
        }
    }
    queries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_contains_another_is_not_asked_for() {
        let names =
            ["University of Lisbon", "Faculty of Law, UNIVERSITY of Lisbon", "Lisbon University", "--"];

        let mut kept = shortest(names.map(str::to_owned).into());

        kept.sort();
        assert_eq!(kept, ["Lisbon University", "University of Lisbon"]);
    }

    #[test]
    fn many_parts_become_several_queries_that_leave_none_out() {
        let parts: Vec<String> = (0..200).map(|number| format!("grid-org-id:\"grid.{number}.a\"")).collect();

        let queries = joined(&parts);

        assert!(queries.len() > 1 && queries.iter().all(|query| encoded(query).len() <= MAX_QUERY_BYTES));
        let found: Vec<&str> = queries.iter().flat_map(|query| query.split(OR)).collect();
        assert_eq!(found, parts);
        assert_eq!(joined(&[]), Vec::<String>::new());
    }

    #[test]
    fn ids_are_asked_for_as_the_index_has_them() {
        for (scheme, value, expected) in [
            (Scheme::Ror, "https://ror.org/05dxps055", Some("ror-org-id:\"https://ror.org/05dxps055\"")),
            (Scheme::Grid, "grid.1.a", Some("grid-org-id:\"grid.1.a\"")),
            (Scheme::FundRef, "501", Some("fundref-org-id:\"http://dx.doi.org/10.13039/501\"")),
            (Scheme::Lei, "X", None),
        ] {
            assert_eq!(id_query(scheme, value).as_deref(), expected);
        }
    }
}
