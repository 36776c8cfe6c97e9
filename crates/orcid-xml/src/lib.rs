//! Parses the XML of ORCID into typed records.
#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod affiliation;
mod answer;
mod attribute_text;
mod attributes;
mod clean;
mod content;
mod document;
mod element;
mod error;
mod escapes;
mod external_id;
mod find;
mod first;
mod funding;
mod group;
mod id;
mod id_text;
pub mod ids;
mod known;
mod learned;
mod member;
mod order;
mod peer_review;
mod person;
mod reference;
mod repeats;
mod research_resource;
mod scan;
mod section;
mod single_valued;
mod source;
mod space;
mod stub;
mod summary;
mod token;
pub mod unmapped;
mod values;
mod work;
mod xml;

pub use affiliation::Affiliation;
pub use answer::{SearchPage, parse_search, pieces, without_elements};
pub use clean::{cleaned, is_utf16};
pub use document::{Activity, Document, Parsed, Parser, parse, parse_by_reference, parse_by_scanner};
pub use element::{Element, FuzzyDate, Organization, Title};
pub use error::ParseError;
pub use external_id::{ExternalId, normalized_doi};
pub use first::first_value;
pub use funding::{Amount, Funding, FundingDetails};
pub use group::{Group, Section};
pub use id::Orcid;
pub use id_text::{IdFault, takes_no_room};
pub use member::MemberName;
pub use peer_review::{PeerReview, PeerReviewDetails, PeerReviewGroup, PeerReviews};
pub use person::{
    Address, Biography, Email, Item, Items, Keyword, Name, OtherName, Person, PersonId, ResearcherUrl,
};
pub use research_resource::{ResearchResource, ResourceItem};
pub use section::{ActivityPath, ActivitySection, AffiliationKind};
pub use source::Source;
pub use stub::Stub;
pub use summary::{Activities, History, Record};
pub use unmapped::Unmapped;
pub use values::timestamp;
pub use work::{Contributor, Work, WorkDetails};

use std::borrow::Cow;

/// A text of the document, with entities resolved and without white space at its ends; `None` if
/// the element or attribute is absent or empty. Borrowed from the XML where it stands there
/// unchanged.
pub type Text<'a> = Option<Cow<'a, str>>;

/// A point in time, in microseconds since 1970-01-01T00:00:00Z. ORCID writes milliseconds.
pub type Timestamp = i64;
