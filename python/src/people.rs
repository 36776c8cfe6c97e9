//! The people of an institution, as a table.

use arrow::datatypes::{DataType, Field, Schema};
use pyo3::prelude::*;

use crate::arrow_data::Rows;
use crate::errors::{Raise, bad_value, unknown_name};
use orcid_xml::AffiliationKind;
use orcidlake::dataset::Dataset;
use orcidlake::matching::{Expansion, PeopleFilter, Question, people};
use orcidlake::slice::Day;
use ror_match::RorId;

/// The columns of a [`Person`](orcidlake::matching::Person), in their order; e-mail addresses only if
/// asked for. Those of text may be empty, except for three.
const COLUMNS: [&str; 22] = [
    "orcid",
    "given_names",
    "family_name",
    "credit_name",
    "kind",
    "department_name",
    "role_title",
    "start_date",
    "end_date",
    "organization_name",
    "ror_id",
    "ror_name",
    "matched_by",
    "tier",
    "confidence",
    "asserted_by",
    "source_name",
    "put_code",
    "created_date",
    "last_modified_date",
    EMAILS,
    "authenticated",
];
const EMAILS: &str = "emails";
const NEVER_EMPTY: [&str; 3] = ["orcid", "kind", "ror_id"];

/// Which affiliations are asked for.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub struct Asked {
    ror: Vec<String>,
    depth: u8,
    include_inactive: bool,
    min_confidence: f64,
    kinds: Vec<String>,
    current: bool,
    as_of: Option<(i16, i16, i16)>,
    emails: bool,
}

impl Asked {
    /// The question and the filter of the library.
    ///
    /// # Errors
    /// An exception for what is no id, kind or score.
    pub fn checked(self) -> PyResult<(Question, PeopleFilter)> {
        let not_ror =
            |id: &String| bad_value(format!("{id:?} is not a ROR id such as https://ror.org/04ttjf776"));
        let ror = self.ror.iter().map(|id| RorId::parse(id).map_err(|_| not_ror(id)));
        let kinds = self.kinds.iter().map(|text| {
            let kind = AffiliationKind::new(&text.replace('_', "-"));
            let known = || AffiliationKind::ALL.map(AffiliationKind::name).join(", ");
            let unknown =
                || bad_value(format!("{text:?} is no kind of affiliation; the kinds are {}", known()));
            kind.map(|kind| kind.name().to_owned()).ok_or_else(unknown)
        });
        if !(0.0..=1.0).contains(&self.min_confidence) {
            return Err(bad_value(format!("{} is not a number from 0 to 1", self.min_confidence)));
        }
        let question = Question {
            ror: ror.collect::<PyResult<_>>()?,
            depth: self.depth,
            inactive: self.include_inactive,
            min_confidence: self.min_confidence,
        };
        let filter = PeopleFilter {
            kinds: kinds.collect::<PyResult<_>>()?,
            current: self.current,
            as_of: self.as_of.map(|(year, month, day)| Day(year, month, day)),
            emails: self.emails,
        };
        Ok((question, filter))
    }
}

/// The affiliations of an institution.
///
/// # Errors
/// An exception if the dataset has not been matched or cannot be read, or if ROR has no such
/// organisation.
pub fn rows(dataset: &Dataset, question: &Question, filter: &PeopleFilter) -> PyResult<Rows> {
    let expansion = Expansion::of(dataset, question).map_err(Raise::raise)?;
    for id in question.ror.iter().map(ToString::to_string) {
        if !expansion.organizations.iter().any(|counted| counted.ror_id == id) {
            let message = format!("{id} is not in the ROR release that the dataset was matched with");
            return Err(unknown_name(message));
        }
    }
    let found = people(dataset, &expansion, filter).map_err(Raise::raise)?;
    Rows::of(schema(filter.emails), &found).map_err(|error| bad_value(error.to_string()))
}

fn schema(emails: bool) -> Schema {
    let columns = COLUMNS.into_iter().filter(|name| emails || *name != EMAILS);
    let field = |name| match name {
        "put_code" => Field::new(name, DataType::Int64, true),
        "confidence" => Field::new(name, DataType::Float64, false),
        "authenticated" => Field::new(name, DataType::Boolean, false),
        name => Field::new(name, DataType::Utf8, !NEVER_EMPTY.contains(&name)),
    };
    Schema::new(columns.map(field).collect::<Vec<_>>())
}
