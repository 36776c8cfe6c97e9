//! The clients that are registered: programs of members, and of others with
//! credentials for the public API.

use std::collections::BTreeMap;

/// What a client may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// With credentials for the public API, which anybody can make.
    Public,
    /// Of a member.
    Basic,
    /// Of a premium member, who also has webhooks and notifications.
    Premium,
}

/// A registered client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// `APP-` and 16 letters or digits.
    pub id: String,
    pub secret: String,
    /// As people read it on the page that asks for their consent.
    pub name: String,
    pub kind: ClientKind,
    pub redirect_uris: Vec<String>,
    pub deactivated: bool,
    pub locked: bool,
    /// Whether ORCID has agreed that it may ask for `/email/read-private`.
    pub may_read_email: bool,
    pub webhooks_enabled: bool,
}

impl Client {
    pub fn new(kind: ClientKind, id: &str, secret: &str) -> Client {
        Client {
            id: id.to_owned(),
            secret: secret.to_owned(),
            name: "Example University".to_owned(),
            kind,
            redirect_uris: Vec::new(),
            deactivated: false,
            locked: false,
            may_read_email: false,
            webhooks_enabled: true,
        }
    }

    /// The same with one more registered address.
    pub fn with_redirect_uri(mut self, uri: &str) -> Client {
        self.redirect_uris.push(uri.to_owned());
        self
    }

    pub fn named(mut self, name: &str) -> Client {
        name.clone_into(&mut self.name);
        self
    }

    pub fn is_member(&self) -> bool {
        self.kind != ClientKind::Public
    }
}

/// All clients by their id.
#[derive(Debug, Default)]
pub struct Clients(BTreeMap<String, Client>);

impl Clients {
    /// Registers a client, or replaces the one with its id.
    pub fn register(&mut self, client: Client) {
        self.0.insert(client.id.clone(), client);
    }

    pub fn get(&self, id: &str) -> Option<&Client> {
        self.0.get(id)
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut Client> {
        self.0.get_mut(id)
    }

    pub fn all(&self) -> impl Iterator<Item = &Client> {
        self.0.values()
    }
}
