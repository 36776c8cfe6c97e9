//! What can go wrong with a request that writes: before it or after it was done.

use std::time::Duration;

use crate::answer::Answer;
use crate::faults::Fault;
use crate::reply::Reply;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteFault {
    /// The page of a proxy with this status; nothing is written.
    Refused(u16),
    /// The connection is reset; nothing is written.
    CutBefore,
    /// It is written, and the connection is reset in place of an answer.
    CutAfter,
    /// It is written, and the page of a proxy with this status is the answer.
    AnswerLost(u16),
    /// It is written at once, and the answer comes late: time for a client to give up, or
    /// for a test to end it.
    AnsweredLate(Duration),
    /// Nothing is done for this time; who hangs up meanwhile has written nothing.
    WrittenLate(Duration),
}

impl WriteFault {
    pub fn name(&self) -> &'static str {
        match self {
            WriteFault::Refused(_) => "refused-write",
            WriteFault::CutBefore => "cut-before-write",
            WriteFault::CutAfter => "cut-after-write",
            WriteFault::AnswerLost(_) => "answer-lost",
            WriteFault::AnsweredLate(_) => "answered-late",
            WriteFault::WrittenLate(_) => "written-late",
        }
    }

    /// Whether the request does not reach the registry.
    pub fn prevents(&self) -> bool {
        matches!(self, WriteFault::Refused(_) | WriteFault::CutBefore)
    }

    pub fn play(&self, answer: Answer) -> Reply {
        match self {
            WriteFault::Refused(status) | WriteFault::AnswerLost(status) => {
                Reply::whole(Answer::page(*status, "The server is busy"))
            }
            WriteFault::CutBefore | WriteFault::CutAfter => Reply { reset: true, ..Reply::whole(answer) },
            WriteFault::AnsweredLate(wait) => Reply { wait: *wait, ..Reply::whole(answer) },
            WriteFault::WrittenLate(_) => Reply::whole(answer),
        }
    }
}

/// Whether one of the general faults stands in for the registry, so that nothing is written.
pub fn prevents(fault: &Fault) -> bool {
    fault.is_of_a_proxy()
        || matches!(fault, Fault::NotFound | Fault::ServerError | Fault::Refused | Fault::Says { .. })
}

/// A fault, and the requests that have it: their method and path contain these texts. An empty text
/// is contained in all.
#[derive(Clone, Debug)]
struct Rule {
    method: String,
    path: String,
    fault: WriteFault,
    /// So many that fit are let pass before.
    after: u64,
    times: u64,
}

/// All that is to go wrong; the first rule that fits counts.
#[derive(Debug, Default)]
pub struct WriteFaults(Vec<Rule>);

impl WriteFaults {
    /// Lets something go wrong `times` times, after `after` requests that fit: `method` is
    /// `POST` or the like, `path` a part of the path, and both may be empty.
    pub fn add(&mut self, method: &str, path: &str, fault: WriteFault, after: u64, times: u64) {
        self.0.push(Rule { method: method.to_owned(), path: path.to_owned(), fault, after, times });
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn choose(&mut self, method: &str, path: &str) -> Option<WriteFault> {
        let fits =
            |rule: &&mut Rule| rule.times > 0 && method.contains(&rule.method) && path.contains(&rule.path);
        let rule = self.0.iter_mut().find(fits)?;
        if rule.after > 0 {
            rule.after -= 1;
            return None;
        }
        rule.times -= 1;
        Some(rule.fault.clone())
    }
}
