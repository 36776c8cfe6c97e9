//! The lists of values that ORCID's schemas name, in ORCID's spelling.

/// Types of works.
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

pub const FUNDING_TYPES: &[&str] = &["award", "contract", "grant", "salary-award"];

pub const RELATIONSHIPS: &[&str] = &["self", "part-of", "version-of", "funded-by"];

/// Registries whose ids of organizations ORCID knows.
pub const ORGANIZATION_SOURCES: &[&str] = &["ROR", "FUNDREF", "GRID", "RINGGOLD", "LEI"];

pub const CITATION_TYPES: &[&str] = &[
    "bibtex",
    "ris",
    "formatted-unspecified",
    "formatted-apa",
    "formatted-chicago",
    "formatted-harvard",
    "formatted-ieee",
    "formatted-mla",
    "formatted-vancouver",
];

pub const CONTRIBUTOR_SEQUENCES: &[&str] = &["first", "additional"];

/// Roles of contributors to works: those of ORCID, and those of CRediT.
pub const WORK_ROLES: &[&str] = &[
    "author",
    "assignee",
    "editor",
    "chair-or-translator",
    "co-investigator",
    "co-inventor",
    "graduate-student",
    "other-inventor",
    "principal-investigator",
    "postdoctoral-researcher",
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

pub const REVIEWER_ROLES: &[&str] = &["reviewer", "editor", "member", "chair", "organizer"];

pub const REVIEW_TYPES: &[&str] = &["review", "evaluation"];

pub const RESOURCE_TYPES: &[&str] = &["collections", "equipment", "infrastructures", "services"];

/// What the id of a group of reviews begins with.
pub const GROUP_ID_PREFIXES: &[&str] = &["issn:", "ringgold:", "orcid-generated:", "fundref:", "publons:"];

/// Languages, as ORCID writes their codes.
pub const LANGUAGES: &str = "ab aa af ak sq am ar an hy as av ae ay az bm ba eu be bn bh bi bs br bg my ca ch \
    ce zh_CN zh_TW cu cv kw co cr hr cs da dv nl dz en eo et ee fo fj fi fr fy ff gl lg ka de el kl gn gu ht ha \
    iw hz hi ho hu is io ig in ia ie iu ik ga it ja jv kn kr ks kk km ki rw ky kv kg ko ku kj lo la lv li ln lt \
    lu lb mk mg ms ml mt gv mi mr mh mo mn na nv ng ne nd se no nb nn ny oc oj or om os pi pa fa pl pt ps qu rm \
    ro rn ru sm sg sa sc gd sr sn ii sd si sk sl so nr st es su sw ss sv tl ty tg ta tt te th bo ti to ts tn tr \
    tk tw ug uk ur uz ve vi vo wa cy wo xh ji yo za zu";

/// Currencies of ISO 4217 that are in use.
pub const CURRENCIES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL \
    BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP \
    GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW \
    KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO \
    NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD \
    SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF \
    YER ZAR ZMW ZWL ATS BEF DEM ESP FIM FRF GRD IEP ITL LUF NLG PTE SKK SIT EEK LVL LTL CYP MTL ADP";

/// The value of a list that a text means: case, and blanks or underscores for hyphens, do not count.
pub fn in_list(text: &str, list: &[&'static str]) -> Option<&'static str> {
    let plain = |text: &str| text.trim().to_lowercase().replace([' ', '_'], "-");
    list.iter().copied().find(|value| value.to_lowercase() == plain(text))
}

/// The word of a list of words that a text means: case does not count.
pub fn in_words(text: &str, words: &'static str) -> Option<&'static str> {
    words.split_whitespace().find(|word| word.eq_ignore_ascii_case(text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_other_spellings() {
        assert_eq!(in_list("Journal Article", WORK_TYPES), Some("journal-article"));
        assert_eq!(in_list("SELF", RELATIONSHIPS), Some("self"));
        assert_eq!(in_list("ror", ORGANIZATION_SOURCES), Some("ROR"));
        assert_eq!(in_list("paper", WORK_TYPES), None);
        assert_eq!((in_words("eur", CURRENCIES), in_words("zh_cn", LANGUAGES)), (Some("EUR"), Some("zh_CN")));
    }
}
