//! An item of a record as ORCID stores it: whole, with its source, its dates, and who may
//! see it.

use std::str::FromStr;

use orcid_xml::{Orcid, Timestamp};

use super::forms::summary_fields;
use super::ids;
use super::node::Node;
use super::section::Section;
use crate::instants::iso;

/// The host in addresses of persons and clients.
const HOST: &str = "orcid.org";

/// Who may see an item. Its source always may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visibility {
    #[default]
    Public,
    Limited,
    Private,
}

impl Visibility {
    pub fn name(self) -> &'static str {
        match self {
            Visibility::Public => "public",
            Visibility::Limited => "limited",
            Visibility::Private => "private",
        }
    }
}

impl FromStr for Visibility {
    type Err = ();

    fn from_str(text: &str) -> Result<Visibility, ()> {
        match text {
            "public" => Ok(Visibility::Public),
            "limited" | "registered-only" => Ok(Visibility::Limited),
            "private" => Ok(Visibility::Private),
            _ => Err(()),
        }
    }
}

/// Who put an item into a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The person whose record it is.
    Person,
    Client {
        id: String,
        name: String,
    },
}

impl Source {
    pub fn client(id: &str, name: &str) -> Source {
        Source::Client { id: id.to_owned(), name: name.to_owned() }
    }

    pub fn client_id(&self) -> Option<&str> {
        match self {
            Source::Person => None,
            Source::Client { id, .. } => Some(id),
        }
    }

    fn node(&self, orcid: Orcid) -> Node {
        let id = |element: &str, uri: String, path: &str| {
            Node::new(element).with_all([
                Node::leaf("common:uri", uri),
                Node::leaf("common:path", path),
                Node::leaf("common:host", HOST),
            ])
        };
        let source = Node::new("common:source");
        match self {
            Source::Person => {
                let uri = format!("https://{HOST}/{orcid}");
                source.with(id("common:source-orcid", uri, orcid.as_str()))
            }
            Source::Client { id: client, name } => source
                .with(id("common:source-client-id", format!("https://{HOST}/client/{client}"), client))
                .with(Node::leaf("common:source-name", name.clone())),
        }
    }
}

/// An item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub section: Section,
    pub put_code: i64,
    pub visibility: Visibility,
    pub source: Source,
    pub created: Timestamp,
    pub modified: Timestamp,
    pub display_index: String,
    /// The root element with its content, without attributes, dates and source.
    pub body: Node,
}

impl Item {
    /// The item as a GET of it gives it.
    pub fn full(&self, orcid: Orcid) -> Node {
        let root = self.open(orcid, &self.section.element());
        root.with_all(self.body.children.iter().cloned().map(|child| self.normalized(child)))
    }

    /// The item as it stands in a list.
    pub fn summary(&self, orcid: Orcid) -> Node {
        if self.section.is_of_person() {
            return self.full(orcid);
        }
        let names = summary_fields(self.section);
        let fields = names.iter().filter_map(|name| self.body.child(name)).cloned();
        let fields = fields.map(|field| {
            let mut field = self.normalized(field);
            match field.local() {
                "review-identifiers" => field.name = "common:external-ids".to_owned(),
                "review-completion-date" => field.name = "peer-review:completion-date".to_owned(),
                _ => {}
            }
            field
        });
        self.open(orcid, &self.section.summary_element()).with_all(fields)
    }

    /// The root element with attributes, dates and source.
    fn open(&self, orcid: Orcid, element: &str) -> Node {
        let path = format!("/{orcid}/{}/{}", self.section.item_path(), self.put_code);
        Node::new(element)
            .set("put-code", self.put_code.to_string())
            .set("path", path)
            .set("visibility", self.visibility.name())
            .set("display-index", self.display_index.clone())
            .with(Node::leaf("common:created-date", iso(self.created)))
            .with(Node::leaf("common:last-modified-date", iso(self.modified)))
            .with(self.source.node(orcid))
    }

    /// External ids get the value that ORCID compares; those of fundings are compared raw.
    fn normalized(&self, field: Node) -> Node {
        if self.section == Section::Funding || !matches!(field.local(), "external-ids" | "review-identifiers")
        {
            return field;
        }
        let with_value = |mut id: Node| {
            let normalized = ids::Id::of(&id).normalized;
            let element = Node::leaf("common:external-id-normalized", normalized).set("transient", "true");
            id.children.retain(|child| child.local() != "external-id-normalized");
            let after = id.children.iter().position(|child| child.local() == "external-id-value");
            id.children.insert(after.map_or(0, |place| place + 1), element);
            id
        };
        Node { children: field.children.into_iter().map(with_value).collect(), ..field }
    }

    /// Its external ids, which are compared with those of other items.
    pub fn ids(&self) -> Vec<ids::Id> {
        ids_of(self.section, &self.body)
    }
}

/// The external ids in the content of an item, which are compared with those of other items.
pub fn ids_of(section: Section, body: &Node) -> Vec<ids::Id> {
    let list = match section {
        Section::PeerReview => body.child("review-identifiers"),
        Section::ResearchResource => body.at(&["proposal", "external-ids"]),
        _ => body.child("external-ids"),
    };
    ids::all(list)
}
