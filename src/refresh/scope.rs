//! The people whose records are refreshed: some iDs, the results of a query, an institution, or all
//! people in the dataset.

use std::io::Read;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use super::error::RefreshError;
use crate::dataset::CONNECTED;
use crate::slice::read_list;
use orcid_api::quoted;
use orcid_xml::Orcid;

/// The greatest size of a list of iDs in bytes; twenty million iDs take less.
const MAX_LIST_BYTES: u64 = 1 << 30;

/// A set of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// These iDs, sorted and without repeats.
    Ids(Vec<Orcid>),
    /// The people that a query of ORCID's search finds.
    Query(String),
    /// The people who list an organization under this identifier.
    Organization(Organization),
    /// Everybody whose record the dataset has.
    All,
    /// The people whom the dataset's selection means: those whom it has, and those who join.
    Selection(Newcomers),
    /// People who permit to read what is limited, sorted and without repeats.
    Connected(Vec<Orcid>),
}

/// How people who join a selection are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Newcomers {
    /// Everybody who has changed is read, so that nobody is missed.
    Changed,
    /// These queries of ORCID's search find all who may join, as far as the search can tell.
    Found(Vec<String>),
}

/// An organization as affiliations name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    pub registry: Registry,
    pub identifier: String,
}

/// The registry of an organization's identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registry {
    Ror,
    Grid,
    Ringgold,
}

impl Registry {
    /// The name in the column `disambiguation_source`.
    pub fn source(self) -> &'static str {
        match self {
            Self::Ror => "ROR",
            Self::Grid => "GRID",
            Self::Ringgold => "RINGGOLD",
        }
    }

    fn field(self) -> &'static str {
        match self {
            Self::Ror => "ror-org-id",
            Self::Grid => "grid-org-id",
            Self::Ringgold => "ringgold-org-id",
        }
    }
}

impl Organization {
    /// Reads an identifier with or without its registry's URL.
    ///
    /// # Errors
    /// [`RefreshError::Scope`] for text that is not an identifier.
    pub fn new(registry: Registry, text: &str) -> Result<Self, RefreshError> {
        let bare = text.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let bare = bare.to_ascii_lowercase();
        let alphanumeric = bare.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let (fits, identifier, expected) = match registry {
            Registry::Ror => (
                alphanumeric && bare.len() == 9 && bare.starts_with('0'),
                format!("https://ror.org/{bare}"),
                "a ROR id such as https://ror.org/05dxps055",
            ),
            Registry::Grid => (
                bare.starts_with("grid.") && bare.len() > 6 && !bare.contains(char::is_whitespace),
                bare.clone(),
                "a GRID id such as grid.20861.3d",
            ),
            Registry::Ringgold => (
                !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit()),
                bare.clone(),
                "a Ringgold id such as 6469",
            ),
        };
        if !fits {
            return Err(RefreshError::Scope { text: text.to_owned(), expected });
        }
        Ok(Self { registry, identifier })
    }

    /// The query that finds the people who list the organization.
    pub fn query(&self) -> String {
        format!("{}:{}", self.registry.field(), quoted(&self.identifier))
    }
}

impl Scope {
    /// Reads a list of iDs from a file, or from standard input for `-`: one in a line,
    /// in any form, in its first cell or else anywhere.
    ///
    /// # Errors
    /// [`RefreshError`] with all lines that have none, several or a mistyped one, for a list without any, or
    /// if the file cannot be read.
    pub fn read_ids(path: &Path) -> Result<Self, RefreshError> {
        let fault = |source| RefreshError::Io { act: "read", path: path.to_owned(), source };
        let stream: Box<dyn Read> = if path == Path::new("-") {
            Box::new(std::io::stdin())
        } else {
            Box::new(std::fs::File::open(path).map_err(fault)?)
        };
        let mut bytes = Vec::new();
        stream.take(MAX_LIST_BYTES).read_to_end(&mut bytes).map_err(fault)?;
        let lines = |faults| RefreshError::ListLines { path: path.to_owned(), faults };
        let orcids = read_list(&bytes).map_err(lines)?;
        if orcids.is_empty() {
            return Err(RefreshError::EmptyScope { what: path.display().to_string() });
        }
        Ok(Self::Ids(orcids))
    }

    /// The name under which the scope's watermark is kept; the same scope has
    /// the same name in each run.
    pub fn key(&self) -> String {
        match self {
            Self::Ids(orcids) => {
                let text: String = orcids.iter().map(Orcid::as_str).collect();
                format!("ids:{:016x}", xxh3_64(text.as_bytes()))
            }
            Self::Query(query) => format!("query:{query}"),
            Self::Organization(organization) => organization.query(),
            Self::All => "all".to_owned(),
            Self::Selection(Newcomers::Changed) => "selection".to_owned(),
            Self::Selection(Newcomers::Found(_)) => "selection:searched".to_owned(),
            Self::Connected(_) => CONNECTED.to_owned(),
        }
    }

    /// The queries that find people of the scope; any one will do for a person.
    pub fn queries(&self) -> Vec<String> {
        match self {
            Self::Query(query) => vec![query.clone()],
            Self::Organization(organization) => vec![organization.query()],
            Self::Selection(Newcomers::Found(queries)) => queries.clone(),
            Self::Ids(_) | Self::All | Self::Connected(_) | Self::Selection(Newcomers::Changed) => Vec::new(),
        }
    }

    /// True if queries find people of the scope.
    pub fn is_searched(&self) -> bool {
        !self.queries().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_become_queries() {
        for (registry, text, expected) in [
            (Registry::Ror, "https://ror.org/05dxps055", Some(r#"ror-org-id:"https://ror.org/05dxps055""#)),
            (Registry::Ror, "05DXPS055", Some(r#"ror-org-id:"https://ror.org/05dxps055""#)),
            (Registry::Grid, "grid.20861.3d", Some(r#"grid-org-id:"grid.20861.3d""#)),
            (Registry::Ringgold, "6469", Some(r#"ringgold-org-id:"6469""#)),
            (Registry::Ror, "grid.20861.3d", None),
            (Registry::Grid, "6469", None),
            (Registry::Ringgold, "6469\" OR *:*", None),
        ] {
            let query = Organization::new(registry, text).ok().map(|organization| organization.query());

            assert_eq!(query.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_list_of_ids_is_read_in_the_forms_that_people_write() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ids");
        let text = "orcid,name\nhttps://orcid.org/0000-0002-1825-0097,Josiah\n\n# a note\n0000-0002-1694-233x\n\u{200b}0000000218250097 \r\nAnn;ORCID: https://orcid.org/0000\u{2010}0002-1825-0097?lang=es\n";
        std::fs::write(&file, text).unwrap();

        let Scope::Ids(orcids) = Scope::read_ids(&file).unwrap() else { panic!() };

        let found: Vec<&str> = orcids.iter().map(Orcid::as_str).collect();
        assert_eq!(found, ["0000-0002-1694-233X", "0000-0002-1825-0097"]);
        for (second, reason) in [
            ("nobody", "no ORCID iD"),
            ("0000-0002-1825-0098", "check digit"),
            ("Ann;0000-0002-1825-0097;0000-0002-1694-233X", "more than one"),
        ] {
            std::fs::write(&file, format!("0000-0002-1825-0097\n{second}\n")).unwrap();
            let error = Scope::read_ids(&file).unwrap_err();
            let said = error.to_string();
            assert!(said.contains(": line 2: ") && said.contains(reason), "{said}");
        }
    }

    #[test]
    fn a_list_without_ids_is_no_scope() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ids");
        std::fs::write(&file, "orcid\n# nobody yet\n").unwrap();

        let error = Scope::read_ids(&file).unwrap_err();

        assert!(matches!(error, RefreshError::EmptyScope { .. }), "{error}");
    }
}
