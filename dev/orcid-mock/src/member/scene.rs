//! A request of a member, with all that its answer depends on.

use std::time::Instant;

use orcid_xml::{Orcid, Timestamp};

use super::calls::{Effect, MemberCalls};
use super::faults::WriteFaults;
use super::groups::Groups;
use super::json;
use super::limits::{MemberLimits, Queue};
use super::media::Media;
use super::node::Node;
use super::refusal::Refusal;
use super::rules::Known;
use super::switches::{MemberSwitches, Organizations};
use crate::answer::Answer;
use crate::host::Host;
use crate::oauth::{Grant, Grants};
use crate::world::{Person, World};

/// A request as far as the answer depends on it.
#[derive(Clone, Copy)]
pub struct Call<'c> {
    pub method: &'c str,
    pub host: Host,
    /// As it came, with its escapes, without what names the host.
    pub path: &'c str,
    pub query: &'c str,
    pub accept: &'c str,
    pub content_type: &'c str,
    pub body: &'c str,
    pub token: Option<&'c str>,
    /// Where this server stands, for addresses in answers.
    pub base: &'c str,
    pub at: Instant,
}

/// All that the Member API holds beside the world.
#[derive(Debug)]
pub struct MemberApi {
    pub switches: MemberSwitches,
    pub organizations: Organizations,
    pub groups: Groups,
    pub calls: MemberCalls,
    pub faults: WriteFaults,
    pub queue: Queue,
}

impl MemberApi {
    pub fn new(world: &World, limits: MemberLimits) -> MemberApi {
        let mut organizations = Organizations::default();
        organizations.add_all_of(world);
        MemberApi {
            switches: MemberSwitches::default(),
            organizations,
            groups: Groups::default(),
            calls: MemberCalls::default(),
            faults: WriteFaults::default(),
            queue: Queue::new(limits),
        }
    }

    /// Other limits, from now on, with an empty queue.
    pub fn set_limits(&mut self, limits: MemberLimits) {
        self.queue = Queue::new(limits);
    }

    pub fn known(&self) -> Known<'_> {
        Known { organizations: &self.organizations, groups: &self.groups, switches: &self.switches }
    }
}

/// What a request led to.
pub struct Done {
    pub answer: Answer,
    pub effects: Vec<Effect>,
}

impl Done {
    pub fn read(answer: Answer) -> Done {
        Done { answer, effects: Vec::new() }
    }
}

pub type Outcome = Result<Done, Refusal>;

/// A request with a token that works, for a record or for none.
pub struct Scene<'s> {
    pub world: &'s mut World,
    pub api: &'s mut MemberApi,
    pub grants: &'s Grants,
    pub call: Call<'s>,
    pub grant: Grant,
    /// What the answer comes in.
    pub media: Media,
}

impl Scene<'_> {
    pub fn now(&self) -> Timestamp {
        self.grants.clock.now()
    }

    /// A person who is there.
    pub fn person(&self, orcid: Orcid) -> &Person {
        self.world.get(orcid).expect("the record was found before")
    }

    /// The name of the client, as it stands in sources.
    pub fn client_name(&self) -> String {
        self.grants.clients.get(&self.grant.client_id).map(|client| client.name.clone()).unwrap_or_default()
    }

    pub fn must_permit(&self, scope: &str) -> Result<(), Refusal> {
        if self.grant.permits(scope) { Ok(()) } else { Err(Refusal::new(9038, "")) }
    }

    /// The answer with a document in the form that was asked for.
    pub fn document(&self, status: u16, node: &Node) -> Answer {
        let body = match self.media.is_json() {
            true => json::of_document(node).to_string(),
            false => node.document(),
        };
        Answer::new(status, self.media.content_type(), body)
    }

    /// An answer without a body.
    pub fn empty(&self, status: u16) -> Answer {
        Answer { status, headers: Vec::new(), body: bytes::Bytes::new() }
    }
}
