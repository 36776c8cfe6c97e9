//! Tracks whether a server gives any answer at all, and any useful record.
//!
//! If it gives nothing, the requests are not at fault and are not given up: the run ends, and the
//! same command sends them again.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use orcid_api::{Fault, Reply};

/// The number of errors in a row instead of records and items, without one good answer, after which
/// a server counts as broken although it says that it is up. It is ten times the number after which
/// the server's status is requested.
const MAX_FAULTS: u32 = 120;

/// The answers of a server during one run of the program.
#[derive(Debug, Default)]
pub struct Heard {
    any: AtomicBool,
    good: AtomicBool,
    faults: AtomicU32,
}

impl Heard {
    /// Notes that the server has answered, whatever the answer.
    pub fn reply(&self) {
        self.any.store(true, Ordering::Relaxed);
    }

    /// True if the server has not answered at all.
    pub fn is_silent(&self) -> bool {
        !self.any.load(Ordering::Relaxed)
    }

    /// Notes whether the answer to a request for a record or an item is useful.
    pub fn content(&self, is_good: bool) {
        match is_good {
            true => self.good.store(true, Ordering::Relaxed),
            false => drop(self.faults.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// The number of errors, if there are too many and nothing else has come.
    pub fn only_faults(&self) -> Option<u32> {
        let faults = self.faults.load(Ordering::Relaxed);
        (faults >= MAX_FAULTS && !self.good.load(Ordering::Relaxed)).then_some(faults)
    }
}

/// True for ORCID's status that everything is up; a proxy's page is something else.
pub fn is_up(status: &Result<Reply, Fault>) -> bool {
    let Ok(reply) = status else { return false };
    let value: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    reply.status == 200 && value["overallOk"] == true
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
