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
    "technical-standard",
    "test",
    "trademark",
    "transcription",
    "translation",
    "undefined",
    "website",
    "working-paper",
];

/// Types of what was reviewed, besides those of works.
pub const OTHER_SUBJECT_TYPES: &[&str] =
    &["award", "contract", "grant", "research-resource-proposal", "salary-award"];

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
    "http://credit.niso.org/contributor-roles/conceptualization/",
    "http://credit.niso.org/contributor-roles/data-curation/",
    "http://credit.niso.org/contributor-roles/formal-analysis/",
    "http://credit.niso.org/contributor-roles/funding-acquisition/",
    "http://credit.niso.org/contributor-roles/investigation/",
    "http://credit.niso.org/contributor-roles/methodology/",
    "http://credit.niso.org/contributor-roles/project-administration/",
    "http://credit.niso.org/contributor-roles/resources/",
    "http://credit.niso.org/contributor-roles/software/",
    "http://credit.niso.org/contributor-roles/supervision/",
    "http://credit.niso.org/contributor-roles/validation/",
    "http://credit.niso.org/contributor-roles/visualization/",
    "http://credit.niso.org/contributor-roles/writing-original-draft/",
    "http://credit.niso.org/contributor-roles/writing-review-editing/",
];

pub const FUNDING_ROLES: &[&str] = &["lead", "co-lead", "supported-by", "other-contribution"];

/// Identifiers that a work may be `funded-by`.
pub const GRANT_TYPES: &[&str] = &["grant_number", "proposal-id", "doi", "uri"];

/// Registers of organizations.
pub const ORGANIZATION_SOURCES: &[&str] = &["RINGGOLD", "GRID", "FUNDREF", "LEI", "ROR"];

/// How the id of a group of peer reviews begins.
pub const GROUP_PREFIXES: &[&str] = &["ringgold:", "issn:", "orcid-generated:", "fundref:", "publons:"];

/// Codes of languages.
pub const LANGUAGES: &str = "ab aa af ak sq am ar an hy as av ae ay az bm ba eu be bn bh bi bs br bg my ca ch \
    ce zh_CN zh_TW cu cv kw co cr hr cs da dv nl dz en eo et ee fo fj fi fr fy ff gl lg ka de el kl gn gu ht ha \
    iw hz hi ho hu is io ig in ia ie iu ik ga it ja jv kn kr ks kk km ki rw ky kv kg ko ku kj lo la lv li ln lt \
    lu lb mk mg ms ml mt gv mi mr mh mo mn na nv ng ne nd se no nb nn ny oc oj or om os pi pa fa pl pt ps qu rm \
    ro rn ru sm sg sa sc gd sr sn ii sd si sk sl so nr st es su sw ss sv tl ty tg ta tt te th bo ti to ts tn tr \
    tk tw ug uk ur uz ve vi vo wa cy wo xh ji yo za zu";

/// Whether this is a code of a language: `en`, or `zh_CN`.
pub fn is_language(code: &str) -> bool {
    LANGUAGES.split_whitespace().any(|language| language == code)
}
