//! The content of a request, and how the queue's file stores it.

use super::super::search::Search;
use super::state::Kind;
use orcid_api::Asked;
use orcid_xml::{ActivitySection, Orcid};

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    Search(Search),
    Record(Orcid),
    Works(Orcid, Vec<i64>),
    Item(Orcid, ActivitySection, i64),
    /// The record once more, to see whether it still lists items that are said to be
    /// gone.
    Recheck(Orcid),
}

impl Request {
    /// What kind of thing it asks for.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Search(_) => Kind::Search,
            Self::Record(_) => Kind::Record,
            Self::Works(..) => Kind::Works,
            Self::Item(..) => Kind::Item,
            Self::Recheck(_) => Kind::Recheck,
        }
    }

    /// Whose record or item it is.
    pub fn orcid(&self) -> Option<Orcid> {
        match self {
            Self::Search(_) => None,
            Self::Record(orcid) | Self::Works(orcid, _) | Self::Item(orcid, ..) | Self::Recheck(orcid) => {
                Some(*orcid)
            }
        }
    }

    /// The columns `orcid` and `what` of its row.
    pub(super) fn columns(&self) -> (String, String) {
        match self {
            Self::Search(search) => (String::new(), search.to_text()),
            Self::Record(orcid) | Self::Recheck(orcid) => (orcid.to_string(), String::new()),
            Self::Works(orcid, put_codes) => (orcid.to_string(), joined(put_codes)),
            Self::Item(orcid, section, put_code) => {
                (orcid.to_string(), format!("{}/{put_code}", section.kind()))
            }
        }
    }

    /// The request of a row; `None` if this version of the queue does not know it.
    pub(super) fn from_columns(kind: &str, orcid: &str, what: &str) -> Option<Self> {
        let person = || Orcid::new(orcid);
        Some(match Kind::new(kind)? {
            Kind::Search => Self::Search(Search::from_text(what)?),
            Kind::Record => Self::Record(person()?),
            Kind::Recheck => Self::Recheck(person()?),
            Kind::Works => {
                let put_codes = what.split(',').map(|code| code.parse().ok());
                Self::Works(person()?, put_codes.collect::<Option<_>>()?)
            }
            Kind::Item => {
                let (section, put_code) = what.split_once('/')?;
                Self::Item(person()?, ActivitySection::new(section)?, put_code.parse().ok()?)
            }
        })
    }

    /// The path below the API's root.
    pub fn path(&self) -> String {
        match self {
            Self::Search(search) => search.path(),
            Self::Record(orcid) | Self::Recheck(orcid) => format!("/{orcid}/record"),
            Self::Works(orcid, put_codes) => format!("/{orcid}/works/{}", joined(put_codes)),
            Self::Item(orcid, section, put_code) => format!("/{orcid}/{}/{put_code}", section.kind()),
        }
    }

    /// The request as the treatment of answers needs it.
    pub fn asked(&self) -> Asked {
        match self {
            Self::Search(_) => Asked::Search,
            Self::Record(orcid) | Self::Recheck(orcid) => Asked::Record(*orcid),
            Self::Works(orcid, put_codes) => Asked::Works(*orcid, put_codes.clone()),
            Self::Item(orcid, section, put_code) => Asked::Item(*orcid, *section, *put_code),
        }
    }
}

fn joined(put_codes: &[i64]) -> String {
    put_codes.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}
