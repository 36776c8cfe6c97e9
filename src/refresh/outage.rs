//! Whether a server gives anything of use: any answer at all, and any record.
//!
//! Where it gives nothing, no request is at fault, and none is given up: the run ends,
//! and the same command asks again.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use rusqlite::params;

use super::RefreshError;
use super::fetch::{End, Fetch};
use super::queue::Queue;
use orcid_api::{Fault, Reply};

/// Faults in a row in the place of records and items, without one good answer, after
/// which a server counts as broken though it says that it is up. Ten times as many as
/// those after which it is asked whether it is.
const MAX_FAULTS: u32 = 120;

/// What a program's run has heard of a server.
#[derive(Debug, Default)]
pub struct Heard {
    any: AtomicBool,
    good: AtomicBool,
    faults: AtomicU32,
}

impl Heard {
    /// Notes that the server has said something, whatever it means.
    pub fn reply(&self) {
        self.any.store(true, Ordering::Relaxed);
    }

    /// Notes a request for a record or an item: whether its answer is of use.
    pub fn content(&self, is_good: bool) {
        match is_good {
            true => self.good.store(true, Ordering::Relaxed),
            false => drop(self.faults.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// How many faults have come, where they are too many and nothing else has.
    pub fn only_faults(&self) -> Option<u32> {
        let faults = self.faults.load(Ordering::Relaxed);
        (faults >= MAX_FAULTS && !self.good.load(Ordering::Relaxed)).then_some(faults)
    }
}

/// True for ORCID's word that all of it is up; a page of some proxy's is not.
pub fn is_up(status: &Result<Reply, Fault>) -> bool {
    let Ok(reply) = status else { return false };
    let value: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    reply.status == 200 && value["overallOk"] == true
}

impl Fetch {
    /// How the run ends where the server gives nothing but faults.
    pub(super) fn useless(&self) -> Option<RefreshError> {
        let faults = self.heard.only_faults()?;
        Some(RefreshError::OnlyFaults { url: self.client.host().api.clone(), faults, what: self.trouble() })
    }

    /// How fetching has really ended: where nothing has been heard of the server, or
    /// nothing of use, what was given up is to be asked for again.
    ///
    /// # Errors
    /// The error of `end`, or that the server has not answered.
    pub fn ended(&self, queue: &Queue, end: Result<End, RefreshError>) -> Result<End, RefreshError> {
        let silent = !self.heard.any.load(Ordering::Relaxed);
        if !silent && self.heard.only_faults().is_none() {
            return end;
        }
        let sql = "UPDATE task SET state = 0, tries = 0, not_before = 0
            WHERE run = ?1 AND state = 3 AND kind IN ('record', 'works', 'item')";
        let given_up = queue.run_sql(sql, params![self.run.id])?;
        match end {
            Ok(End::Done) if silent && given_up > 0 => {
                Err(RefreshError::Silent { url: self.client.host().api.clone(), what: self.trouble() })
            }
            end => end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_orcids_own_word_says_that_it_is_up() {
        for (status, body, expected) in [
            (200, r#"{"tomcatUp":true,"overallOk":true}"#, true),
            (200, r#"{"overallOk":false}"#, false),
            (200, r#"{"overallOk":"true"}"#, false),
            (200, "<html>welcome</html>", false),
            (200, "", false),
            (404, r#"{"overallOk":true}"#, false),
            (503, r#"{"overallOk":true}"#, false),
        ] {
            let reply = Ok(Reply { status, body: body.into(), ..Reply::default() });

            assert_eq!(is_up(&reply), expected, "{status} {body}");
        }
        assert!(!is_up(&Err(Fault { code: "timeout", what: String::new() })));
    }

    #[test]
    fn one_good_answer_shows_that_a_server_is_of_use() {
        let heard = Heard::default();
        (1..MAX_FAULTS).for_each(|_| heard.content(false));
        assert_eq!(heard.only_faults(), None);
        heard.content(false);
        assert_eq!(heard.only_faults(), Some(MAX_FAULTS));
        heard.content(true);
        assert_eq!(heard.only_faults(), None);
    }
}
