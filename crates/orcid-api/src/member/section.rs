//! The sections of a record that members can write, with the names that ORCID's paths, documents
//! and scopes have for them.

/// The scope for activities: affiliations, works, fundings, peer reviews, research resources.
pub const ACTIVITIES_UPDATE: &str = "/activities/update";
/// The scope for what describes the person.
pub const PERSON_UPDATE: &str = "/person/update";

/// A section of a record that members can write. Put codes are unique within a section only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Section {
    Employment,
    Education,
    Qualification,
    InvitedPosition,
    Distinction,
    Membership,
    Service,
    Work,
    Funding,
    PeerReview,
    ResearchResource,
    OtherName,
    Keyword,
    ResearcherUrl,
    Address,
    ExternalIdentifier,
}

impl Section {
    /// All sections.
    pub const ALL: [Self; 16] = [
        Self::Employment,
        Self::Education,
        Self::Qualification,
        Self::InvitedPosition,
        Self::Distinction,
        Self::Membership,
        Self::Service,
        Self::Work,
        Self::Funding,
        Self::PeerReview,
        Self::ResearchResource,
        Self::OtherName,
        Self::Keyword,
        Self::ResearcherUrl,
        Self::Address,
        Self::ExternalIdentifier,
    ];

    /// The name of its documents' root element, such as `employment` or `other-name`.
    pub fn element(self) -> &'static str {
        match self {
            Self::Employment => "employment",
            Self::Education => "education",
            Self::Qualification => "qualification",
            Self::InvitedPosition => "invited-position",
            Self::Distinction => "distinction",
            Self::Membership => "membership",
            Self::Service => "service",
            Self::Work => "work",
            Self::Funding => "funding",
            Self::PeerReview => "peer-review",
            Self::ResearchResource => "research-resource",
            Self::OtherName => "other-name",
            Self::Keyword => "keyword",
            Self::ResearcherUrl => "researcher-url",
            Self::Address => "address",
            Self::ExternalIdentifier => "external-identifier",
        }
    }

    /// The section whose documents have this root element, or whose list has this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.element() == name || section.list() == name)
    }

    /// The part of the path under which an item is added, read, changed and deleted: in the singular
    /// for activities and addresses, in the plural for the other items of a person.
    pub fn path(self) -> &'static str {
        match self {
            Self::OtherName | Self::Keyword | Self::ResearcherUrl | Self::ExternalIdentifier => self.list(),
            _ => self.element(),
        }
    }

    /// The part of the path under which all items are listed.
    pub fn list(self) -> &'static str {
        match self {
            Self::Employment => "employments",
            Self::Education => "educations",
            Self::Qualification => "qualifications",
            Self::InvitedPosition => "invited-positions",
            Self::Distinction => "distinctions",
            Self::Membership => "memberships",
            Self::Service => "services",
            Self::Work => "works",
            Self::Funding => "fundings",
            Self::PeerReview => "peer-reviews",
            Self::ResearchResource => "research-resources",
            Self::OtherName => "other-names",
            Self::Keyword => "keywords",
            Self::ResearcherUrl => "researcher-urls",
            Self::Address => "address",
            Self::ExternalIdentifier => "external-identifiers",
        }
    }

    /// The element that stands for an item in the list: a summary for activities, the item itself
    /// for what describes the person.
    pub fn listed_as(self) -> String {
        match self.is_person_item() {
            true => self.element().to_owned(),
            false => format!("{}-summary", self.element()),
        }
    }

    /// The scope that writing needs.
    pub fn scope(self) -> &'static str {
        if self.is_person_item() { PERSON_UPDATE } else { ACTIVITIES_UPDATE }
    }

    /// True for one of the seven kinds of affiliations.
    pub fn is_affiliation(self) -> bool {
        matches!(
            self,
            Self::Employment
                | Self::Education
                | Self::Qualification
                | Self::InvitedPosition
                | Self::Distinction
                | Self::Membership
                | Self::Service
        )
    }

    /// True for what describes the person: names, keywords, addresses on the web, countries, ids.
    pub fn is_person_item(self) -> bool {
        matches!(
            self,
            Self::OtherName | Self::Keyword | Self::ResearcherUrl | Self::Address | Self::ExternalIdentifier
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activities_are_added_in_the_singular_and_items_of_a_person_in_the_plural() {
        for (section, path, list) in [
            (Section::Employment, "employment", "employments"),
            (Section::Work, "work", "works"),
            (Section::PeerReview, "peer-review", "peer-reviews"),
            (Section::Keyword, "keywords", "keywords"),
            (Section::Address, "address", "address"),
        ] {
            assert_eq!((section.path(), section.list()), (path, list));
        }
    }

    #[test]
    fn each_section_is_found_by_its_element_and_its_list() {
        for section in Section::ALL {
            assert_eq!(Section::named(section.element()), Some(section));
            assert_eq!(Section::named(section.list()), Some(section));
        }
        assert_eq!(Section::named("biography"), None);
    }
}
