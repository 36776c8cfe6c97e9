//! The elements of items that can be written, in the order of ORCID's schemas, each declared once.
//! Reading, validation and writing follow these tables.

use orcid_api::member::Section;

use super::lists::{
    CITATION_TYPES, CONTRIBUTOR_SEQUENCES, FUNDING_ROLES, FUNDING_TYPES, ORGANIZATION_SOURCES, RELATIONSHIPS,
    RESOURCE_TYPES, REVIEW_TYPES, REVIEWER_ROLES, WORK_ROLES, WORK_TYPES,
};

/// An element: its name, how often it may occur, and what may be in it.
#[derive(Debug, PartialEq)]
pub struct Field {
    pub name: &'static str,
    /// In the section's own namespace; else in the common one.
    pub is_own: bool,
    pub is_required: bool,
    pub is_repeated: bool,
    /// An attribute that it may have.
    pub attribute: Option<&'static str>,
    pub content: Content,
}

/// What may be in an element.
#[derive(Debug, PartialEq)]
pub enum Content {
    Text(Rule),
    Group(&'static [Field]),
}

/// What a text must be.
#[derive(Debug, PartialEq, Clone, Copy)]
pub enum Rule {
    /// Any text of at most so many characters.
    Text(usize),
    /// A value of a list.
    List(&'static [&'static str]),
    /// A type of works, or of other things that are reviewed.
    SubjectType,
    Country,
    Language,
    /// An address on the web, of at most so many characters.
    Url(usize),
    Year,
    Month,
    Day,
    Amount,
    GroupId,
    Email,
    Orcid,
    OrcidUri,
}

const LONG: Rule = Rule::Text(4_000);
const TITLE_TEXT: Rule = Rule::Text(1_000);
/// The schema has no limit; ORCID's database has this one.
const ID_TEXT: Rule = Rule::Text(2_084);
const URL: Rule = Rule::Url(2_000);

const fn text(name: &'static str, rule: Rule) -> Field {
    Field {
        name,
        is_own: false,
        is_required: false,
        is_repeated: false,
        attribute: None,
        content: Content::Text(rule),
    }
}

const fn group(name: &'static str, fields: &'static [Field]) -> Field {
    let content = Content::Group(fields);
    Field { name, is_own: false, is_required: false, is_repeated: false, attribute: None, content }
}

impl Field {
    const fn own(self) -> Self {
        Self { is_own: true, ..self }
    }

    const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    const fn repeated(self) -> Self {
        Self { is_repeated: true, ..self }
    }

    const fn with(self, attribute: &'static str) -> Self {
        Self { attribute: Some(attribute), ..self }
    }

    /// The elements that may be in it.
    pub fn fields(&self) -> &'static [Self] {
        match self.content {
            Content::Group(fields) => fields,
            Content::Text(_) => &[],
        }
    }
}

const DATE: &[Field] =
    &[text("year", Rule::Year).required(), text("month", Rule::Month), text("day", Rule::Day)];

const ORGANIZATION: &[Field] = &[
    text("name", LONG).required(),
    group("address", &[text("city", LONG), text("region", LONG), text("country", Rule::Country)]).required(),
    group(
        "disambiguated-organization",
        &[
            text("disambiguated-organization-identifier", Rule::Text(500)).required(),
            text("disambiguation-source", Rule::List(ORGANIZATION_SOURCES)).required(),
        ],
    ),
];

const EXTERNAL_ID: &[Field] = &[
    text("external-id-type", Rule::Text(255)).required(),
    text("external-id-value", ID_TEXT).required(),
    text("external-id-url", URL),
    text("external-id-relationship", Rule::List(RELATIONSHIPS)),
];

const EXTERNAL_IDS: &[Field] = &[group("external-id", EXTERNAL_ID).repeated()];

const AFFILIATION: &[Field] = &[
    text("department-name", LONG),
    text("role-title", LONG),
    group("start-date", DATE),
    group("end-date", DATE),
    group("organization", ORGANIZATION).required(),
    text("url", URL),
    group("external-ids", EXTERNAL_IDS),
];

const TITLE: Field = text("title", TITLE_TEXT);
const SUBTITLE: Field = text("subtitle", TITLE_TEXT);
const TRANSLATED_TITLE: Field = text("translated-title", TITLE_TEXT).with("language-code");

const CONTRIBUTOR_ORCID: Field = group(
    "contributor-orcid",
    &[text("uri", Rule::OrcidUri), text("path", Rule::Orcid), text("host", Rule::Text(255))],
);

const WORK: &[Field] = &[
    group("title", &[TITLE.required(), SUBTITLE, TRANSLATED_TITLE]).own().required(),
    text("journal-title", TITLE_TEXT).own(),
    text("short-description", Rule::Text(5_000)).own(),
    group(
        "citation",
        &[
            text("citation-type", Rule::List(CITATION_TYPES)).own().required(),
            // A whole entry of BibTeX, abstract included.
            text("citation-value", Rule::Text(100_000)).own().required(),
        ],
    )
    .own(),
    text("type", Rule::List(WORK_TYPES)).own().required(),
    group("publication-date", DATE),
    group("external-ids", EXTERNAL_IDS).required(),
    text("url", URL),
    group(
        "contributors",
        &[group(
            "contributor",
            &[
                CONTRIBUTOR_ORCID,
                text("credit-name", Rule::Text(150)).own(),
                text("contributor-email", Rule::Email).own(),
                group(
                    "contributor-attributes",
                    &[
                        text("contributor-sequence", Rule::List(CONTRIBUTOR_SEQUENCES)).own(),
                        text("contributor-role", Rule::List(WORK_ROLES)).own(),
                    ],
                )
                .own(),
            ],
        )
        .own()
        .repeated()],
    )
    .own(),
    text("language-code", Rule::Language),
    text("country", Rule::Country),
];

const FUNDING: &[Field] = &[
    text("type", Rule::List(FUNDING_TYPES)).own().required(),
    text("organization-defined-type", Rule::Text(255)).own(),
    group("title", &[TITLE.required(), TRANSLATED_TITLE]).own().required(),
    text("short-description", Rule::Text(5_000)).own(),
    text("amount", Rule::Amount).own().with("currency-code"),
    text("url", URL),
    group("start-date", DATE),
    group("end-date", DATE),
    group("external-ids", EXTERNAL_IDS).required(),
    group(
        "contributors",
        &[group(
            "contributor",
            &[
                CONTRIBUTOR_ORCID,
                text("credit-name", Rule::Text(150)).own(),
                text("contributor-email", Rule::Email).own(),
                group("contributor-attributes", &[text("contributor-role", Rule::List(FUNDING_ROLES)).own()])
                    .own(),
            ],
        )
        .own()
        .repeated()],
    )
    .own(),
    group("organization", ORGANIZATION).required(),
];

const PEER_REVIEW: &[Field] = &[
    text("reviewer-role", Rule::List(REVIEWER_ROLES)).own().required(),
    group("review-identifiers", EXTERNAL_IDS).own().required(),
    text("review-url", URL).own(),
    text("review-type", Rule::List(REVIEW_TYPES)).own().required(),
    group("review-completion-date", DATE).own().required(),
    text("review-group-id", Rule::GroupId).own().required(),
    group("subject-external-identifier", EXTERNAL_ID).own(),
    text("subject-container-name", TITLE_TEXT).own(),
    text("subject-type", Rule::SubjectType).own(),
    group("subject-name", &[TITLE.required(), SUBTITLE, TRANSLATED_TITLE]).own(),
    text("subject-url", URL).own(),
    group("convening-organization", ORGANIZATION).own().required(),
];

const HOSTS: Field =
    group("hosts", &[group("organization", ORGANIZATION).required().repeated()]).own().required();

const RESEARCH_RESOURCE: &[Field] = &[
    group(
        "proposal",
        &[
            group("title", &[TITLE.required(), TRANSLATED_TITLE]).own().required(),
            HOSTS,
            group("external-ids", EXTERNAL_IDS).required(),
            group("start-date", DATE),
            group("end-date", DATE),
            text("url", URL),
        ],
    )
    .own()
    .required(),
    group(
        "resource-items",
        &[group(
            "resource-item",
            &[
                text("resource-name", TITLE_TEXT).own().required(),
                text("resource-type", Rule::List(RESOURCE_TYPES)).own().required(),
                HOSTS,
                group("external-ids", EXTERNAL_IDS).required(),
                text("url", URL),
            ],
        )
        .own()
        .required()
        .repeated()],
    )
    .own()
    .required(),
];

const CONTENT: &[Field] = &[text("content", Rule::Text(255)).own().required()];

const RESEARCHER_URL: &[Field] =
    &[text("url-name", Rule::Text(350)).own().required(), text("url", URL).own().required()];

const ADDRESS: &[Field] = &[text("country", Rule::Country).own().required()];

const EXTERNAL_IDENTIFIER: &[Field] = &[
    text("external-id-type", Rule::Text(255)).required(),
    text("external-id-value", Rule::Text(255)).required(),
    text("external-id-url", URL).required(),
    text("external-id-relationship", Rule::List(RELATIONSHIPS)).required(),
];

/// The elements of an item of `section`, in the order of the schema.
pub fn fields(section: Section) -> &'static [Field] {
    match section {
        Section::Work => WORK,
        Section::Funding => FUNDING,
        Section::PeerReview => PEER_REVIEW,
        Section::ResearchResource => RESEARCH_RESOURCE,
        Section::OtherName | Section::Keyword => CONTENT,
        Section::ResearcherUrl => RESEARCHER_URL,
        Section::Address => ADDRESS,
        Section::ExternalIdentifier => EXTERNAL_IDENTIFIER,
        Section::Employment
        | Section::Education
        | Section::Qualification
        | Section::InvitedPosition
        | Section::Distinction
        | Section::Membership
        | Section::Service => AFFILIATION,
    }
}

/// Elements that ORCID adds to items and ignores in what is written.
pub const ADDED_BY_ORCID: &[&str] = &[
    "created-date",
    "last-modified-date",
    "source",
    "external-id-normalized",
    "external-id-normalized-error",
    "path",
    "visibility",
    "put-code",
    "display-index",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn path<'f>(fields: &'f [Field], names: &[&str]) -> Option<&'f Field> {
        let (first, rest) = names.split_first()?;
        let field = fields.iter().find(|field| field.name == *first)?;
        if rest.is_empty() { Some(field) } else { path(field.fields(), rest) }
    }

    #[test]
    fn elements_stand_in_the_order_of_the_schemas() {
        for (section, expected) in [
            (
                Section::Employment,
                "department-name role-title start-date end-date organization url external-ids",
            ),
            (
                Section::Work,
                "title journal-title short-description citation type publication-date external-ids url contributors language-code country",
            ),
            (
                Section::Funding,
                "type organization-defined-type title short-description amount url start-date end-date external-ids contributors organization",
            ),
            (
                Section::PeerReview,
                "reviewer-role review-identifiers review-url review-type review-completion-date review-group-id subject-external-identifier subject-container-name subject-type subject-name subject-url convening-organization",
            ),
            (Section::ResearchResource, "proposal resource-items"),
            (Section::ResearcherUrl, "url-name url"),
        ] {
            let names: Vec<&str> = fields(section).iter().map(|field| field.name).collect();

            assert_eq!(names.join(" "), expected);
        }
        let hosts = path(fields(Section::ResearchResource), &["resource-items", "resource-item", "hosts"]);
        assert!(hosts.unwrap().is_required);
    }
}
