//! The sections of a record that members write, with the names that each goes by.

/// A section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    Work,
    Funding,
    Distinction,
    Education,
    Employment,
    InvitedPosition,
    Membership,
    Qualification,
    Service,
    PeerReview,
    ResearchResource,
    OtherName,
    ResearcherUrl,
    Address,
    Keyword,
    ExternalIdentifier,
}

/// Where put codes are counted: sections of one table share a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    Affiliations,
    Of(Section),
}

impl Section {
    pub const ALL: [Section; 16] = [
        Section::Work,
        Section::Funding,
        Section::Distinction,
        Section::Education,
        Section::Employment,
        Section::InvitedPosition,
        Section::Membership,
        Section::Qualification,
        Section::Service,
        Section::PeerReview,
        Section::ResearchResource,
        Section::OtherName,
        Section::ResearcherUrl,
        Section::Address,
        Section::Keyword,
        Section::ExternalIdentifier,
    ];

    /// `invited-position`: the name of one item, and the prefix of its elements.
    pub fn name(self) -> &'static str {
        match self {
            Section::Work => "work",
            Section::Funding => "funding",
            Section::Distinction => "distinction",
            Section::Education => "education",
            Section::Employment => "employment",
            Section::InvitedPosition => "invited-position",
            Section::Membership => "membership",
            Section::Qualification => "qualification",
            Section::Service => "service",
            Section::PeerReview => "peer-review",
            Section::ResearchResource => "research-resource",
            Section::OtherName => "other-name",
            Section::ResearcherUrl => "researcher-url",
            Section::Address => "address",
            Section::Keyword => "keyword",
            Section::ExternalIdentifier => "external-identifier",
        }
    }

    /// The step of a path under which an item is posted and stands: singular for
    /// activities, plural for what belongs to the person, but for the address.
    pub fn item_path(self) -> String {
        match self {
            Section::Address => "address".to_owned(),
            _ if self.is_of_person() => format!("{}s", self.name()),
            _ => self.name().to_owned(),
        }
    }

    /// The step of a path under which the list stands.
    pub fn list_path(self) -> String {
        match self {
            Section::Address => "address".to_owned(),
            _ => format!("{}s", self.name()),
        }
    }

    /// The section whose items stand under this step.
    pub fn of_item_path(step: &str) -> Option<Section> {
        Section::ALL.into_iter().find(|section| section.item_path() == step)
    }

    pub fn of_list_path(step: &str) -> Option<Section> {
        Section::ALL.into_iter().find(|section| section.list_path() == step)
    }

    /// The section by the name of one item.
    pub fn named(name: &str) -> Option<Section> {
        Section::ALL.into_iter().find(|section| section.name() == name)
    }

    /// The root element of an item.
    pub fn element(self) -> String {
        format!("{0}:{0}", self.name())
    }

    /// The element of an item in a list.
    pub fn summary_element(self) -> String {
        if self.is_of_person() { self.element() } else { format!("{0}:{0}-summary", self.name()) }
    }

    /// The element of the list.
    pub fn list_element(self) -> String {
        match self {
            Section::Address => "address:addresses".to_owned(),
            _ if self.is_of_person() => format!("{0}:{0}s", self.name()),
            _ => format!("activities:{}s", self.name()),
        }
    }

    pub fn is_of_person(self) -> bool {
        matches!(
            self,
            Section::OtherName
                | Section::ResearcherUrl
                | Section::Address
                | Section::Keyword
                | Section::ExternalIdentifier
        )
    }

    pub fn is_affiliation(self) -> bool {
        self.table() == Table::Affiliations
    }

    pub fn table(self) -> Table {
        match self {
            Section::Distinction
            | Section::Education
            | Section::Employment
            | Section::InvitedPosition
            | Section::Membership
            | Section::Qualification
            | Section::Service => Table::Affiliations,
            _ => Table::Of(self),
        }
    }

    /// The scope that permits to write.
    pub fn update_scope(self) -> &'static str {
        if self.is_of_person() { "/person/update" } else { "/activities/update" }
    }

    /// The scope that permits to read what is limited.
    pub fn read_scope(self) -> &'static str {
        if self.is_of_person() { "/person/read-limited" } else { "/activities/read-limited" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activities_are_posted_in_the_singular_and_what_is_of_the_person_in_the_plural() {
        let paths = |section: Section| (section.item_path(), section.list_path(), section.list_element());
        let three = |one: &str, two: &str, three: &str| (one.to_owned(), two.to_owned(), three.to_owned());

        assert_eq!(paths(Section::Work), three("work", "works", "activities:works"));
        assert_eq!(paths(Section::Keyword), three("keywords", "keywords", "keyword:keywords"));
        assert_eq!(paths(Section::Address), three("address", "address", "address:addresses"));
        assert_eq!(Section::of_item_path("works"), None);
        assert_eq!(Section::of_item_path("other-names"), Some(Section::OtherName));
        assert_eq!(Section::Service.table(), Section::Employment.table());
    }
}
