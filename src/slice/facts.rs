//! What is asked about an organization as it was written.

use orcid_xml::Organization;
use ror_match::{RorId, Scheme};

/// The record is of one of the countries.
pub const COUNTRY: u8 = 1;
/// It has one of the ids of organizations.
pub const ORGANIZATION_ID: u8 = 2;
/// It means the institution.
pub const INSTITUTION: u8 = 4;

/// What is known of a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    pub(super) facts: u8,
    pub(super) has_current: bool,
}

impl Found {
    /// True if anything is known.
    pub fn is_any(&self) -> bool {
        self.facts != 0 || self.has_current
    }

    /// Adds what another part of the record says.
    pub fn add(&mut self, other: Self) {
        self.facts |= other.facts;
        self.has_current |= other.has_current;
    }
}

/// The texts of an organization that decide.
#[derive(Debug, Clone, Copy, Default)]
pub struct Written<'a> {
    pub name: Option<&'a str>,
    pub city: Option<&'a str>,
    pub country: Option<&'a str>,
    pub source: Option<&'a str>,
    pub identifier: Option<&'a str>,
}

impl<'a> From<&'a Organization<'_>> for Written<'a> {
    fn from(organization: &'a Organization<'_>) -> Self {
        Self {
            name: organization.name.as_deref(),
            city: organization.city.as_deref(),
            country: organization.country.as_deref(),
            source: organization.identifier_source.as_deref(),
            identifier: organization.identifier.as_deref(),
        }
    }
}

/// An id of an organization in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationId {
    scheme: Scheme,
    value: String,
}

impl OrganizationId {
    /// Reads `ror:https://ror.org/04ttjf776`, `grid:grid.1017.7`, `ringgold:5376`,
    /// `fundref:501100001780` and the like; ids may be written with their addresses.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, id) = text
            .split_once(':')
            .ok_or_else(|| format!("\"{text}\" is not REGISTRY:ID, such as grid:grid.1017.7"))?;
        let scheme = Scheme::named(name).ok_or_else(|| {
            format!(
                "\"{name}\" is no registry; there are ror, grid, ringgold, fundref, lei, isni and wikidata"
            )
        })?;
        let value = match scheme {
            Scheme::Ror => RorId::parse(id).ok().map(|id| id.to_string()),
            _ => scheme.normalize(id),
        };
        let value = value.ok_or_else(|| format!("\"{id}\" is no id of {name}"))?;
        Ok(Self { scheme, value })
    }

    /// The registry.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The id, in the one form in which ids are compared.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// True if an organization was written with this id.
    pub fn is_of(&self, written: &Written<'_>) -> bool {
        let (Some(source), Some(id)) = (written.source, written.identifier) else { return false };
        if Scheme::named(source) != Some(self.scheme) {
            return false;
        }
        match self.scheme {
            Scheme::Ror => RorId::parse(id).is_ok_and(|id| id.to_string() == self.value),
            scheme => scheme.normalize(id).as_deref() == Some(&self.value),
        }
    }
}

impl std::fmt::Display for OrganizationId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.scheme.name(), self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_with_and_without_its_address() {
        for (text, source, id, expected) in [
            ("ror:04ttjf776", "ROR", "https://ror.org/04ttjf776\n", true),
            ("ROR:https://ror.org/04ttjf776", "ror", "04TTJF776", true),
            ("ror:04ttjf776", "ROR", "https://ror.org/02mhbdp94", false),
            ("grid:grid.1017.7", "GRID", "https://www.grid.ac/institutes/GRID.1017.7", true),
            ("ringgold:5376", "RINGGOLD", " 5376 ", true),
            ("ringgold:5376", "RINGGOLD", "53760", false),
            ("ringgold:5376", "FUNDREF", "5376", false),
            ("fundref:501100001780", "FUNDREF", "http://dx.doi.org/10.13039/501100001780", true),
        ] {
            let wanted = OrganizationId::parse(text).unwrap();
            let written = Written { source: Some(source), identifier: Some(id), ..Written::default() };

            assert_eq!(wanted.is_of(&written), expected, "{text} {source} {id}");
            assert!(!wanted.is_of(&Written { source: None, ..written }), "{text}");
        }
        for wrong in ["grid.1017.7", "doi:10.1/x", "ror:04ttjf777", "ringgold:", "ror:grid.1017.7"] {
            assert!(OrganizationId::parse(wrong).is_err(), "{wrong}");
        }
    }
}
