//! The tables of all sections, after the XSDs of version 3.0.

use super::schema::{Field, Shape, Text};
use super::section::Section;
use super::words::{CITATION_TYPES, OTHER_SUBJECT_TYPES, WORK_TYPES};

const fn one(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false, many: false }
}

const fn need(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true, many: false }
}

const fn many(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false, many: true }
}

const LONG: Text = Text::NonEmpty(4000);
const TITLE: Text = Text::NonEmpty(1000);
/// No word is longer; XSD's `non-empty-string` has no limit of its own.
const WORD: Text = Text::NonEmpty(1 << 20);

const RELATIONSHIPS: &[&str] = &["self", "part-of", "version-of", "funded-by"];

const DATE: &[Field] = &[
    need("common:year", Shape::Value(Text::Number(1900, 2100), &[])),
    one("common:month", Shape::Value(Text::Number(1, 12), &[])),
    one("common:day", Shape::Value(Text::Number(1, 31), &[])),
];

const ORCID_ID: &[Field] = &[
    one("common:uri", Shape::Plain(Text::Any)),
    one("common:path", Shape::Plain(Text::Any)),
    one("common:host", Shape::Plain(Text::Any)),
];

const ERROR_OF_ID: &[Field] = &[
    one("common:error-code", Shape::Plain(Text::Any)),
    one("common:error-message", Shape::Plain(Text::Any)),
];

pub const EXTERNAL_ID: &[Field] = &[
    need("common:external-id-type", Shape::Plain(WORD)),
    need("common:external-id-value", Shape::Plain(WORD)),
    one("common:external-id-normalized", Shape::Value(WORD, &["transient"])),
    one("common:external-id-normalized-error", Shape::Fields(ERROR_OF_ID)),
    one("common:external-id-url", Shape::Value(Text::UpTo(2084), &[])),
    one("common:external-id-relationship", Shape::Plain(Text::OneOf(RELATIONSHIPS))),
];

pub const EXTERNAL_IDS: &[Field] = &[many("common:external-id", Shape::Item(EXTERNAL_ID))];

const ORGANIZATION: &[Field] = &[
    need("common:name", Shape::Plain(LONG)),
    need(
        "common:address",
        Shape::Fields(&[
            one("common:city", Shape::Plain(LONG)),
            one("common:region", Shape::Plain(LONG)),
            one("common:country", Shape::Plain(Text::Country)),
        ]),
    ),
    one(
        "common:disambiguated-organization",
        Shape::Fields(&[
            need("common:disambiguated-organization-identifier", Shape::Plain(Text::Any)),
            need("common:disambiguation-source", Shape::Plain(Text::Any)),
        ]),
    ),
];

const TRANSLATED: Field = one("common:translated-title", Shape::Value(TITLE, &["language-code"]));
const URL: Field = one("common:url", Shape::Value(Text::UpTo(2084), &[]));

const TITLES: &[Field] = &[
    need("common:title", Shape::Value(TITLE, &[])),
    one("common:subtitle", Shape::Value(Text::UpTo(1000), &[])),
    TRANSLATED,
];

const SHORT_TITLES: &[Field] = &[need("common:title", Shape::Value(TITLE, &[])), TRANSLATED];

pub const AFFILIATION: &[Field] = &[
    one("common:department-name", Shape::Plain(LONG)),
    one("common:role-title", Shape::Plain(LONG)),
    one("common:start-date", Shape::Fields(DATE)),
    one("common:end-date", Shape::Fields(DATE)),
    one("common:organization", Shape::Fields(ORGANIZATION)),
    URL,
    one("common:external-ids", Shape::Fields(EXTERNAL_IDS)),
];

pub const WORK: &[Field] = &[
    need("work:title", Shape::Fields(TITLES)),
    one("work:journal-title", Shape::Value(TITLE, &[])),
    one("work:short-description", Shape::Plain(Text::UpTo(5000))),
    one(
        "work:citation",
        Shape::Fields(&[
            need("work:citation-type", Shape::Plain(Text::OneOf(CITATION_TYPES))),
            need("work:citation-value", Shape::Plain(Text::Any)),
        ]),
    ),
    need("work:type", Shape::Plain(Text::OneOf(WORK_TYPES))),
    one("common:publication-date", Shape::Fields(DATE)),
    one("common:external-ids", Shape::Fields(EXTERNAL_IDS)),
    URL,
    one("work:contributors", Shape::Fields(&[many("work:contributor", Shape::Fields(WORK_CONTRIBUTOR))])),
    one("common:language-code", Shape::Plain(Text::Any)),
    one("common:country", Shape::Value(Text::Country, &["visibility"])),
];

const WORK_CONTRIBUTOR: &[Field] = &[
    one("common:contributor-orcid", Shape::Fields(ORCID_ID)),
    one("work:credit-name", Shape::Value(Text::NonEmpty(150), &[])),
    one("work:contributor-email", Shape::Value(Text::UpTo(350), &[])),
    one(
        "work:contributor-attributes",
        Shape::Fields(&[
            one("work:contributor-sequence", Shape::Plain(Text::OneOf(&["first", "additional"]))),
            one("work:contributor-role", Shape::Plain(Text::Any)),
        ]),
    ),
];

pub const FUNDING: &[Field] = &[
    need("funding:type", Shape::Plain(Text::OneOf(&["grant", "contract", "award", "salary-award"]))),
    one("funding:organization-defined-type", Shape::Value(Text::UpTo(255), &[])),
    one("funding:title", Shape::Fields(SHORT_TITLES)),
    one("funding:short-description", Shape::Plain(Text::UpTo(5000))),
    one("funding:amount", Shape::Value(Text::Any, &["currency-code"])),
    URL,
    one("common:start-date", Shape::Fields(DATE)),
    one("common:end-date", Shape::Fields(DATE)),
    one("common:external-ids", Shape::Fields(EXTERNAL_IDS)),
    one(
        "funding:contributors",
        Shape::Fields(&[many("funding:contributor", Shape::Fields(FUNDING_CONTRIBUTOR))]),
    ),
    need("common:organization", Shape::Fields(ORGANIZATION)),
];

const FUNDING_CONTRIBUTOR: &[Field] = &[
    one("common:contributor-orcid", Shape::Fields(ORCID_ID)),
    one("funding:credit-name", Shape::Value(Text::NonEmpty(150), &[])),
    one("funding:contributor-email", Shape::Value(Text::UpTo(350), &[])),
    one(
        "funding:contributor-attributes",
        Shape::Fields(&[one("funding:contributor-role", Shape::Plain(Text::Any))]),
    ),
];

pub const PEER_REVIEW: &[Field] = &[
    need(
        "peer-review:reviewer-role",
        Shape::Plain(Text::OneOf(&["reviewer", "editor", "member", "chair", "organizer"])),
    ),
    need("peer-review:review-identifiers", Shape::Fields(EXTERNAL_IDS)),
    one("peer-review:review-url", Shape::Value(Text::UpTo(2084), &[])),
    need("peer-review:review-type", Shape::Plain(Text::OneOf(&["review", "evaluation"]))),
    need("peer-review:review-completion-date", Shape::Fields(DATE)),
    need("peer-review:review-group-id", Shape::Plain(TITLE)),
    one("peer-review:subject-external-identifier", Shape::Item(EXTERNAL_ID)),
    one("peer-review:subject-container-name", Shape::Value(TITLE, &[])),
    one("peer-review:subject-type", Shape::Plain(Text::OneOfTwo(WORK_TYPES, OTHER_SUBJECT_TYPES))),
    one("peer-review:subject-name", Shape::Fields(TITLES)),
    one("peer-review:subject-url", Shape::Value(Text::UpTo(2084), &[])),
    need("peer-review:convening-organization", Shape::Fields(ORGANIZATION)),
];

const HOSTS: &[Field] =
    &[Field { name: "common:organization", shape: Shape::Fields(ORGANIZATION), required: true, many: true }];

const PROPOSAL: &[Field] = &[
    need("research-resource:title", Shape::Fields(SHORT_TITLES)),
    need("research-resource:hosts", Shape::Fields(HOSTS)),
    need("common:external-ids", Shape::Fields(EXTERNAL_IDS)),
    one("common:start-date", Shape::Fields(DATE)),
    one("common:end-date", Shape::Fields(DATE)),
    URL,
];

const RESOURCE_ITEM: &[Field] = &[
    need("research-resource:resource-name", Shape::Plain(TITLE)),
    need(
        "research-resource:resource-type",
        Shape::Plain(Text::OneOf(&["collections", "equipment", "infrastructures", "services"])),
    ),
    need("research-resource:hosts", Shape::Fields(HOSTS)),
    need("common:external-ids", Shape::Fields(EXTERNAL_IDS)),
    URL,
];

pub const RESEARCH_RESOURCE: &[Field] = &[
    need("research-resource:proposal", Shape::Fields(PROPOSAL)),
    need(
        "research-resource:resource-items",
        Shape::Fields(&[Field {
            name: "research-resource:resource-item",
            shape: Shape::Fields(RESOURCE_ITEM),
            required: true,
            many: true,
        }]),
    ),
];

/// A group of peer reviews.
pub const GROUP_ID: &[Field] = &[
    need("group-id:name", Shape::Plain(TITLE)),
    need("group-id:group-id", Shape::Plain(TITLE)),
    one("group-id:description", Shape::Plain(Text::UpTo(1000))),
    need("group-id:type", Shape::Plain(TITLE)),
];

/// What stands in an item of a section.
pub fn form(section: Section) -> &'static Shape {
    match section {
        Section::Work => &Shape::Item(WORK),
        Section::Funding => &Shape::Item(FUNDING),
        Section::PeerReview => &Shape::Item(PEER_REVIEW),
        Section::ResearchResource => &Shape::Item(RESEARCH_RESOURCE),
        Section::OtherName => {
            const FIELDS: &[Field] = &[need("other-name:content", Shape::Plain(Text::UpTo(255)))];
            &Shape::Item(FIELDS)
        }
        Section::Keyword => {
            const FIELDS: &[Field] = &[need("keyword:content", Shape::Plain(Text::UpTo(255)))];
            &Shape::Item(FIELDS)
        }
        Section::ResearcherUrl => {
            const FIELDS: &[Field] = &[
                one("researcher-url:url-name", Shape::Plain(Text::NonEmpty(350))),
                need("researcher-url:url", Shape::Value(Text::UpTo(2084), &[])),
            ];
            &Shape::Item(FIELDS)
        }
        Section::Address => {
            const FIELDS: &[Field] = &[need("address:country", Shape::Value(Text::Country, &[]))];
            &Shape::Item(FIELDS)
        }
        Section::ExternalIdentifier => &Shape::Item(EXTERNAL_ID),
        _ => &Shape::Item(AFFILIATION),
    }
}

/// What of an item stands in a list, by the names without prefixes and in the order there.
pub fn summary_fields(section: Section) -> &'static [&'static str] {
    match section {
        Section::Work => &["title", "external-ids", "url", "type", "publication-date", "journal-title"],
        Section::Funding => {
            &["title", "external-ids", "url", "type", "start-date", "end-date", "organization"]
        }
        Section::PeerReview => &[
            "reviewer-role",
            "review-identifiers",
            "review-url",
            "review-type",
            "review-completion-date",
            "review-group-id",
            "convening-organization",
        ],
        Section::ResearchResource => &["proposal"],
        Section::OtherName | Section::Keyword => &["content"],
        Section::ResearcherUrl => &["url-name", "url"],
        Section::Address => &["country"],
        Section::ExternalIdentifier => {
            &["external-id-type", "external-id-value", "external-id-url", "external-id-relationship"]
        }
        _ => &[
            "department-name",
            "role-title",
            "start-date",
            "end-date",
            "organization",
            "url",
            "external-ids",
        ],
    }
}
