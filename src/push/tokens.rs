//! Permissions from a table: `orcid`, `token`, `scopes`, and if wanted `email`. Only its owner may
//! read it.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use orcid_api::Secret;
use ror_match::{RorError, Table};

use super::permissions::{PermissionError, Permissions};
use super::values;

/// The tokens of a table. Its `Debug` form shows none.
#[derive(Debug)]
pub struct TokenTable {
    /// By iD: each token with its scopes.
    tokens: HashMap<String, Vec<(Secret, Vec<String>)>>,
    orcids: HashMap<String, String>,
    /// Those whose tokens ORCID has refused since the table was read.
    lost: Mutex<Vec<String>>,
}

impl TokenTable {
    /// Reads a table.
    ///
    /// # Errors
    /// [`PermissionError`] if others may read it, it cannot be read, or a line is wrong; it names
    /// the line, and never a token.
    pub fn read(path: &Path) -> Result<Self, PermissionError> {
        let fault =
            |what: String| PermissionError { what: format!("{}: {what}", path.display()), source: None };
        check_mode(path).map_err(fault)?;
        // What the reader of tables says may quote a cell, but never the cells of a token's column.
        let failed = |error: RorError| PermissionError { what: error.to_string(), source: None };
        let mut table = Table::open(path).map_err(failed)?;
        let column = |names: &[&str]| -> Result<Option<usize>, PermissionError> {
            for name in names {
                if let Some(place) = table.column(name).map_err(failed)? {
                    return Ok(Some(place));
                }
            }
            Ok(None)
        };
        let (orcid, token) = (column(&["orcid"])?, column(&["token", "access_token"])?);
        let (scopes, email) = (column(&["scopes", "scope"])?, column(&["email"])?);
        let (Some(orcid), Some(token), Some(scopes)) = (orcid, token, scopes) else {
            return Err(fault("its columns must be orcid, token and scopes".to_owned()));
        };
        let mut found = Self { tokens: HashMap::new(), orcids: HashMap::new(), lost: Mutex::default() };
        while let Some(row) = table.row().map_err(failed)? {
            let cell = |place: usize| row.cells.get(place).map(|cell| cell.trim()).unwrap_or_default();
            let at = |what: String| fault(format!("line {}: {what}", row.line));
            let id = values::orcid(cell(orcid)).map_err(at)?.to_string();
            let token = Secret::of(cell(token)).ok_or_else(|| at("the token is not one word".to_owned()))?;
            let scopes: Vec<String> = cell(scopes).split_whitespace().map(str::to_owned).collect();
            if scopes.is_empty() {
                return Err(at("the scopes are missing, such as /activities/update".to_owned()));
            }
            if let Some(email) = email.map(cell).filter(|email| !email.is_empty()) {
                found.orcids.insert(email.to_lowercase(), id.clone());
            }
            found.tokens.entry(id).or_default().push((token, scopes));
        }
        Ok(found)
    }
}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let state = fs::metadata(path).map_err(|error| error.to_string())?;
    match state.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => Err("others may read or write it: it must be its owner's alone (mode 0600)".to_owned()),
    }
}

#[cfg(not(unix))]
fn check_mode(path: &Path) -> Result<(), String> {
    fs::metadata(path).map(|_| ()).map_err(|error| error.to_string())
}

impl Permissions for TokenTable {
    fn token(&self, orcid: &str, scope: &str) -> Result<Option<Secret>, PermissionError> {
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        match lost.iter().any(|known| known == orcid) {
            true => Ok(None),
            false => self.token_to_delete(orcid, scope),
        }
    }

    fn token_to_delete(&self, orcid: &str, scope: &str) -> Result<Option<Secret>, PermissionError> {
        // The newest counts.
        let tokens = self.tokens.get(orcid).map(Vec::as_slice).unwrap_or_default().iter().rev();
        let mut fitting = tokens.filter(|(_, scopes)| scopes.iter().any(|own| own == scope));
        Ok(fitting.next().map(|(token, _)| token.clone()))
    }

    fn lost(&self, orcid: &str) -> Result<(), PermissionError> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).push(orcid.to_owned());
        Ok(())
    }

    fn orcid_of(&self, email: &str) -> Result<Option<String>, PermissionError> {
        Ok(self.orcids.get(&email.to_lowercase()).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str, mode: u32) -> Result<TokenTable, PermissionError> {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.csv");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        TokenTable::read(&path)
    }

    #[test]
    fn a_token_is_given_for_its_person_and_scope_until_it_is_lost() {
        let text = "orcid,token,scopes,email\n0000-0002-1825-0097,t1,/activities/update /read-limited,Ada@b.org\n0000-0001-5109-3700,t2,/person/update,\n";
        let table = table(text, 0o600).unwrap();
        let token = |orcid, scope| table.token(orcid, scope).unwrap().map(|token| token.reveal().to_owned());

        assert_eq!(token("0000-0002-1825-0097", "/activities/update").as_deref(), Some("t1"));
        assert_eq!(token("0000-0002-1825-0097", "/person/update"), None);
        assert_eq!(token("0000-0001-5109-3700", "/person/update").as_deref(), Some("t2"));
        assert_eq!(table.orcid_of("ada@B.org").unwrap().as_deref(), Some("0000-0002-1825-0097"));
        table.lost("0000-0001-5109-3700").unwrap();
        assert_eq!(token("0000-0001-5109-3700", "/person/update"), None);
        assert!(!format!("{table:?}").contains("t1"));
    }

    #[test]
    fn a_table_that_others_can_read_or_that_is_wrong_is_refused_without_its_tokens() {
        let good = "orcid,token,scopes\n0000-0002-1825-0097,hush,/activities/update\n";
        for (text, mode, expected) in [
            (good, 0o644, "mode 0600"),
            (good, 0o660, "mode 0600"),
            ("orcid,token\n", 0o600, "its columns must be"),
            ("orcid,token,scopes\n0000-0002-1825-0098,hush,/a\n", 0o600, "line 2"),
            (
                "orcid,token,scopes\n0000-0002-1825-0097,hush hush,/a\n",
                0o600,
                "line 2: the token is not one word",
            ),
            ("orcid,token,scopes\n0000-0002-1825-0097,hush,\n", 0o600, "line 2: the scopes are missing"),
        ] {
            let error = table(text, mode).unwrap_err().to_string();

            assert!(error.contains(expected) && !error.contains("hush"), "{error}");
        }
    }
}
