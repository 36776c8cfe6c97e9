//! A request of a member passes here: it waits or is refused, reaches the Member API or not,
//! and its answer is spoiled where a fault is due.

use std::time::{Duration, Instant};

use hyper::header::HeaderMap;
use hyper::http::request::Parts;

use super::answer::Answer;
use super::faults::Fault;
use super::host::Host;
use super::member::{Call, TOO_FAST, WriteFault, prevents, route};
use super::reply::Reply;
use super::state::State;
use super::token::bearer;
use super::webhooks::register;

impl State {
    /// What goes wrong with a request that writes, if it is time for that.
    pub fn write_fault(&mut self, call: &Call<'_>) -> Option<WriteFault> {
        let writes = call.method != "GET" && self.is_for_members(call);
        writes.then(|| self.member.faults.choose(call.method, call.path)).flatten()
    }

    /// The answer to a member; `None` for all other requests. `place` is the number of the
    /// request in the log, and how many came before with its target.
    pub fn member_reply(
        &mut self,
        place: (u64, u64),
        call: &Call<'_>,
        target: &str,
        fault: Option<&WriteFault>,
    ) -> Option<Reply> {
        if !self.is_for_members(call) {
            return None;
        }
        let Some(wait) = self.member.queue.enter(call.at) else {
            self.note(call, 503, Some(TOO_FAST));
            return Some(Reply::whole(Answer::page(503, "Service Temporarily Unavailable")));
        };
        let general = self.faults.choose(place.0, target, place.1);
        let reply = match (fault, general) {
            (Some(fault), _) => self.played(place.0, call, fault),
            (None, Some(general)) => self.spoiled(place.0, call, &general),
            (None, None) => Reply::whole(self.ask(*call)),
        };
        Some(Reply { wait: reply.wait + wait, ..reply })
    }

    fn is_for_members(&self, call: &Call<'_>) -> bool {
        route::is_for_members(&self.oauth.grants, call)
    }

    fn ask(&mut self, call: Call<'_>) -> Answer {
        if register::target(call.path).is_some() {
            let grants = &self.oauth.grants;
            let (answer, code) = register::answer(&self.world, &mut self.webhooks, grants, &call);
            self.note(&call, answer.status, None);
            self.member.calls.0.last_mut().expect("the call was just noted").code = code;
            return answer;
        }
        route::answer(&mut self.world, &mut self.member, &self.oauth.grants, call)
    }

    fn played(&mut self, number: u64, call: &Call<'_>, fault: &WriteFault) -> Reply {
        let is_sound = matches!(fault, WriteFault::AnsweredLate(_) | WriteFault::WrittenLate(_));
        self.with_fault(number, call, fault.name(), fault.prevents(), is_sound, |answer| fault.play(answer))
    }

    /// A general fault: those of a proxy keep a request that writes from the registry.
    fn spoiled(&mut self, number: u64, call: &Call<'_>, fault: &Fault) -> Reply {
        let prevents = call.method != "GET" && prevents(fault);
        self.with_fault(number, call, fault.name(), prevents, fault.is_harmless(), |answer| {
            fault.play(answer)
        })
    }

    /// Answers with a fault, which may keep the request from the registry.
    fn with_fault(
        &mut self,
        number: u64,
        call: &Call<'_>,
        name: &'static str,
        prevents: bool,
        is_sound: bool,
        play: impl FnOnce(Answer) -> Reply,
    ) -> Reply {
        let reply = if prevents {
            let reply = play(Answer::page(503, "Service Temporarily Unavailable"));
            self.note(call, reply.status, Some(name));
            reply
        } else {
            let answer = self.ask(*call);
            self.mark(name);
            play(answer)
        };
        self.mark_request(number, name, is_sound);
        reply
    }

    fn mark_request(&mut self, number: u64, fault: &'static str, sound: bool) {
        if let Some(request) = self.log.request(number) {
            request.fault = Some(fault);
            request.sound = sound;
        }
    }

    /// Names the fault of the last call.
    fn mark(&mut self, fault: &'static str) {
        if let Some(last) = self.member.calls.0.last_mut() {
            last.fault = Some(fault);
        }
    }

    /// A call that did not reach the registry.
    fn note(&mut self, call: &Call<'_>, status: u16, fault: Option<&'static str>) {
        let grant = call.token.and_then(|token| self.oauth.grants.check(token));
        self.member.calls.note(
            call.at,
            call.method,
            call.path,
            grant.map(|grant| grant.client_id),
            status,
            fault,
        );
    }
}

/// How long a request is held before it reaches the registry.
pub fn held(fault: Option<&WriteFault>) -> Duration {
    match fault {
        Some(WriteFault::WrittenLate(wait)) => *wait,
        _ => Duration::ZERO,
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Where this server stands, with what names the host, for addresses in answers.
pub fn base(head: &Parts) -> String {
    let host = text(&head.headers, "host").unwrap_or("127.0.0.1");
    let api = if head.uri.path().starts_with("/api/") { "/api" } else { "" };
    format!("http://{host}{api}")
}

/// A request as the Member API sees it; `path` is without what names the host.
pub fn call<'c>(
    head: &'c Parts,
    host: Host,
    path: &'c str,
    body: &'c str,
    base: &'c str,
    at: Instant,
) -> Call<'c> {
    Call {
        method: head.method.as_str(),
        host,
        path,
        query: head.uri.query().unwrap_or_default(),
        accept: text(&head.headers, "accept").unwrap_or_default(),
        content_type: text(&head.headers, "content-type").unwrap_or_default(),
        body,
        token: text(&head.headers, "authorization").map(|value| bearer(value).unwrap_or_default()),
        base,
        at,
    }
}
