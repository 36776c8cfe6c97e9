//! What the search knows of a record: the fields of ORCID's index that this
//! server plays.

use orcid_xml::{Affiliation, AffiliationKind, Record, Timestamp};

/// The indexed values of a record.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub last_modified: Option<Timestamp>,
    pub submitted: Option<Timestamp>,
    pub ror: Vec<String>,
    pub grid: Vec<String>,
    pub ringgold: Vec<String>,
    pub fundref: Vec<String>,
    pub organizations: Vec<String>,
    pub given_names: Vec<String>,
    pub family_name: Vec<String>,
    pub keywords: Vec<String>,
}

impl Facts {
    pub fn of(record: &Record<'_>) -> Facts {
        let mut facts = Facts {
            last_modified: record.history.last_modified_date,
            submitted: record.history.submission_date,
            ..Facts::default()
        };
        for kind in AffiliationKind::ALL {
            for (_, affiliation) in record.activities.affiliations(kind).items() {
                facts.add(affiliation);
            }
        }
        if let Some(name) = &record.person.name {
            facts.given_names.extend(name.given_names.as_deref().map(str::to_owned));
            facts.family_name.extend(name.family_name.as_deref().map(str::to_owned));
        }
        let keywords = record.person.keywords.items.iter();
        facts.keywords.extend(keywords.filter_map(|keyword| keyword.content.as_deref().map(str::to_owned)));
        facts
    }

    fn add(&mut self, affiliation: &Affiliation<'_>) {
        let Some(organization) = &affiliation.organization else { return };
        self.organizations.extend(organization.name.as_deref().map(str::to_owned));
        let identifiers = match organization.identifier_source.as_deref() {
            Some("ROR") => &mut self.ror,
            Some("GRID") => &mut self.grid,
            Some("RINGGOLD") => &mut self.ringgold,
            Some("FUNDREF") => &mut self.fundref,
            _ => return,
        };
        identifiers.extend(organization.identifier.as_deref().map(str::to_owned));
    }
}
