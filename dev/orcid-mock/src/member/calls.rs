//! What members asked and what came of it, so that a test can prove what was written.

use std::time::{Duration, Instant};

use orcid_xml::Orcid;

use super::section::Section;

/// What a request did to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    pub kind: EffectKind,
    pub orcid: Orcid,
    pub section: Section,
    pub put_code: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectKind {
    Created,
    Updated,
    Deleted,
}

/// A request of a member, in the order of their arrival.
#[derive(Clone, Debug)]
pub struct MemberCall {
    pub at: Instant,
    pub method: String,
    pub path: String,
    /// Whose token it was, as far as there was one.
    pub client: Option<String>,
    /// What the registry says, whether or not it arrives.
    pub status: u16,
    /// ORCID's own number.
    pub code: Option<u32>,
    pub effects: Vec<Effect>,
    /// What went wrong on purpose.
    pub fault: Option<&'static str>,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct MemberCalls(pub Vec<MemberCall>);

impl MemberCalls {
    /// Notes one that did not reach the registry.
    pub fn note(
        &mut self,
        at: Instant,
        method: &str,
        path: &str,
        client: Option<String>,
        status: u16,
        fault: Option<&'static str>,
    ) {
        self.0.push(MemberCall {
            at,
            method: method.to_owned(),
            path: path.to_owned(),
            client,
            status,
            code: None,
            effects: Vec::new(),
            fault,
        });
    }

    /// The most that came within any such stretch of time.
    pub fn busiest(&self, length: Duration) -> usize {
        let mut arrivals: Vec<Instant> = self.0.iter().map(|call| call.at).collect();
        arrivals.sort();
        let within = |first: usize| arrivals[first..].partition_point(|at| *at < arrivals[first] + length);
        (0..arrivals.len()).map(within).max().unwrap_or(0)
    }

    /// All that was written, changed and deleted.
    pub fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.0.iter().flat_map(|call| &call.effects)
    }

    /// How many items were made.
    pub fn created(&self) -> usize {
        self.effects().filter(|effect| effect.kind == EffectKind::Created).count()
    }

    /// Requests that would write.
    pub fn writes(&self) -> impl Iterator<Item = &MemberCall> {
        self.0.iter().filter(|call| call.method != "GET")
    }

    /// How many were refused because they came too fast.
    pub fn too_fast(&self) -> usize {
        self.0.iter().filter(|call| call.fault == Some(TOO_FAST)).count()
    }
}

/// The fault of a client that asks too fast.
pub const TOO_FAST: &str = "too-fast";
