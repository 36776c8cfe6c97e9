//! The lists of words that ORCID checks values against.

pub const WORK_TYPES: &[&str] = &[
    "annotation",
    "artistic-performance",
    "blog-post",
    "book",
    "book-chapter",
    "book-review",
    "cartographic-material",
    "clinical-study",
    "conference-abstract",
    "conference-output",
    "conference-paper",
    "conference-poster",
    "conference-presentation",
    "conference-proceedings",
    "data-management-plan",
    "data-set",
    "design",
    "dictionary-entry",
    "disclosure",
    "dissertation",
    "dissertation-thesis",
    "edited-book",
    "encyclopedia-entry",
    "image",
    "invention",
    "journal-article",
    "journal-issue",
    "learning-object",
    "lecture-speech",
    "license",
    "magazine-article",
    "manual",
    "moving-image",
    "musical-composition",
    "newsletter-article",
    "newspaper-article",
    "online-resource",
    "other",
    "patent",
    "physical-object",
    "preprint",
    "public-speech",
    "registered-copyright",
    "report",
    "research-technique",
    "research-tool",
    "review",
    "software",
    "sound",
    "spin-off-company",
    "standards-and-policy",
    "supervised-student-publication",
    "teaching-material",
    "technical-standard",
    "test",
    "trademark",
    "transcription",
    "translation",
    "undefined",
    "website",
    "working-paper",
];

pub const CITATION_TYPES: &[&str] = &[
    "bibtex",
    "formatted-apa",
    "formatted-chicago",
    "formatted-harvard",
    "formatted-ieee",
    "formatted-mla",
    "formatted-unspecified",
    "formatted-vancouver",
    "ris",
];

pub const WORK_ROLES: &[&str] = &[
    "assignee",
    "author",
    "chair-or-translator",
    "co-inventor",
    "co-investigator",
    "editor",
    "graduate-student",
    "other-inventor",
    "postdoctoral-researcher",
    "principal-investigator",
    "support-staff",
];

/// Roles of CRediT stand as addresses below this one.
pub const CREDIT_ROLES: &str = "credit.niso.org/contributor-roles/";

pub const FUNDING_ROLES: &[&str] = &["lead", "co-lead", "supported-by", "other-contribution"];

/// Identifiers that a work may be `funded-by`.
pub const GRANT_TYPES: &[&str] = &["grant_number", "proposal-id", "doi", "uri"];

/// Registers of organizations.
pub const ORGANIZATION_SOURCES: &[&str] = &["RINGGOLD", "GRID", "FUNDREF", "LEI", "ROR"];

/// How the id of a group of peer reviews begins.
pub const GROUP_PREFIXES: &[&str] = &["ringgold:", "issn:", "orcid-generated:", "fundref:", "publons:"];

/// Whether this is the form of a code of a language: `en`, or `zh_CN`.
pub fn is_language(code: &str) -> bool {
    let (language, region) = code.split_once(['_', '-']).unwrap_or((code, "XX"));
    (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && region.len() == 2
        && region.bytes().all(|byte| byte.is_ascii_uppercase())
}
