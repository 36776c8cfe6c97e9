//! Which clients of the registry added items.

use super::outcome::Client;
use super::tally::Tally;

/// Clients that are told apart: there are some ten thousand in the registry.
const MAX_CLIENTS: usize = 100_000;

/// Items by client.
pub struct Clients(Tally<Own>);

#[derive(Default)]
struct Own {
    items: u64,
    name: Option<Box<str>>,
}

impl Default for Clients {
    fn default() -> Self {
        Self(Tally::new(MAX_CLIENTS))
    }
}

impl Clients {
    /// Counts an item of a client. Of several names of a client the first in the alphabet is kept,
    /// so that the order of rows makes no difference.
    pub fn count(&mut self, id: &str, name: Option<&str>) {
        let own = self.0.of(id);
        own.items += 1;
        if let Some(name) = name
            && own.name.as_deref().is_none_or(|known| name < known)
        {
            own.name = Some(name.into());
        }
    }

    /// All clients, the one with the most items first; and the items of further ones.
    pub fn end(self) -> (Vec<Client>, u64) {
        let (clients, further) = self.0.end();
        let named = clients.map(|(id, own)| Client { id, name: own.name.map(Into::into), items: own.items });
        let mut clients: Vec<Client> = named.collect();
        clients.sort_by(|one, other| other.items.cmp(&one.items).then_with(|| one.id.cmp(&other.id)));
        (clients, further.map_or(0, |own| own.items))
    }
}
