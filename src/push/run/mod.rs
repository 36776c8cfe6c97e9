//! Sends what is to be sent: a queue for each person, several people at a time, one pace for all.

mod add;
mod context;
mod done;
mod own;
mod person;
mod sender;
mod works;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use orcid_xml::Orcid;

use super::error::PushError;
use super::job::Job;
pub use context::Context;
pub use done::{Did, Done};
use person::Person;
pub use sender::Sender;

/// Works off all jobs with so many threads. What came of each is in the context, also of those that
/// were done before an error.
///
/// # Errors
/// The first [`PushError`] that ended the run.
pub fn run(context: &Context<'_>, jobs: Vec<Job>, threads: usize) -> Result<(), PushError> {
    let mut people: BTreeMap<Orcid, Vec<Job>> = BTreeMap::new();
    for job in jobs {
        people.entry(job.key.orcid).or_default().push(job);
    }
    let threads = threads.clamp(1, people.len().max(1));
    let queue = Mutex::new(people.into_iter());
    let failed: Mutex<Option<PushError>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let has_failed = failed.lock().unwrap_or_else(PoisonError::into_inner).is_some();
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((orcid, jobs)) = next.filter(|_| !has_failed) else { break };
                    if let Err(error) = Person::new(context, orcid).run(jobs) {
                        failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    }
                }
            });
        }
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}
