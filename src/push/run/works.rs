//! Adds works, up to a hundred in one request, with the same care as one by one.

use orcid_api::Secret;
use orcid_api::member::{BulkEntry, Call, MAX_BULK, Outcome, Section, bulk, bulk_entries};

use crate::push::error::PushError;
use crate::push::identity::Identity;
use crate::push::job::Job;
use crate::push::store::Act;

use super::add::was_sent;
use super::done::Did;
use super::own::OwnItem;
use super::person::Person;

/// What a bulk came to.
enum Sent {
    /// Each work has its entry, in order.
    Entries(Vec<BulkEntry>),
    /// They are sent one by one instead: one of them spoils the bulk, or they are too many.
    OneByOne,
    /// Nothing came of it that counts.
    Not(Outcome),
}

impl Person<'_> {
    /// Adds works, all of which are new as far as the store knows.
    ///
    /// # Errors
    /// [`PushError`] that ends the run.
    pub fn add_works(&mut self, jobs: Vec<Job>) -> Result<(), PushError> {
        for jobs in jobs.chunks(MAX_BULK) {
            self.add_bulk(jobs.iter().collect())?;
        }
        Ok(())
    }

    fn add_bulk(&mut self, mut jobs: Vec<&Job>) -> Result<(), PushError> {
        let Some(first) = jobs.first() else { return Ok(()) };
        let token = match self.token(first)? {
            Ok(token) => token,
            Err(_) => return self.one_by_one(&jobs),
        };
        self.wait_for_earlier(&jobs)?;
        let mut may_be_done = false;
        let mut tried = 1;
        loop {
            self.context.sender.check_stop()?;
            if let Err(outcome) = self.look(Section::Work, &token)? {
                return self.none_done(&jobs, outcome, may_be_done);
            }
            self.take_found(&mut jobs, &token, may_be_done)?;
            if jobs.len() < 2 {
                return self.one_by_one(&jobs);
            }
            self.context.intend(Act::Add, &jobs)?;
            match self.send(&jobs, &token)? {
                Sent::Entries(entries) => return self.take_entries(&jobs, entries, &token),
                Sent::OneByOne => return self.one_by_one(&jobs),
                Sent::Not(Outcome::Again(again)) => {
                    may_be_done |= again.may_be_done;
                    if again.may_be_done {
                        self.own.remove(&Section::Work);
                    }
                    if tried == self.context.sender.policy.tries {
                        return self.none_done(&jobs, Outcome::Again(again), may_be_done);
                    }
                    self.context.sender.pause(tried, &again)?;
                    tried += 1;
                }
                Sent::Not(outcome) => return self.none_done(&jobs, outcome, may_be_done),
            }
        }
    }

    fn one_by_one(&mut self, jobs: &[&Job]) -> Result<(), PushError> {
        for job in jobs {
            self.context.sender.check_stop()?;
            let done = match self.token(job)? {
                Ok(token) => self.add(job, &token)?,
                Err(done) => done,
            };
            self.context.finish(job, done);
        }
        Ok(())
    }

    /// Keeps those that are at ORCID already, and leaves the others.
    fn take_found(
        &mut self,
        jobs: &mut Vec<&Job>,
        token: &Secret,
        may_be_done: bool,
    ) -> Result<(), PushError> {
        let mut left = Vec::new();
        for job in jobs.drain(..) {
            match self.find(job)? {
                Some(found) => {
                    let done = self.adopt(job, &found, token, may_be_done || was_sent(job))?;
                    self.context.finish(job, done);
                }
                None => left.push(job),
            }
        }
        *jobs = left;
        Ok(())
    }

    fn send(&mut self, jobs: &[&Job], token: &Secret) -> Result<Sent, PushError> {
        let body = bulk(jobs.iter().map(|job| job.body.as_str()));
        let outcome = self.context.sender.once(self.orcid, token, &Call::AddWorks(&body))?;
        let Outcome::Body(answer) = outcome else {
            return Ok(match outcome {
                Outcome::TooMany(_) | Outcome::Refused(_) => Sent::OneByOne,
                outcome => Sent::Not(outcome),
            });
        };
        let entries = bulk_entries(&answer).ok().filter(|entries| fit(jobs, entries));
        Ok(match entries {
            Some(entries) => Sent::Entries(entries),
            // Something was carried out: what, the list of works tells.
            None => Sent::Not(Outcome::Again(orcid_api::member::Again {
                after: None,
                what: "the answer to several works does not fit them".to_owned(),
                may_be_done: true,
                is_silent: false,
            })),
        })
    }

    fn take_entries(
        &mut self,
        jobs: &[&Job],
        entries: Vec<BulkEntry>,
        token: &Secret,
    ) -> Result<(), PushError> {
        let mut again = Vec::new();
        // Those that are added first, so that no other row takes their put codes.
        let mut errors = Vec::new();
        for (job, entry) in jobs.iter().zip(entries) {
            match entry {
                BulkEntry::Added(put_code, _) => {
                    let done = self.is_in_orcid(job, put_code, Did::Added, "")?;
                    self.context.finish(job, done);
                }
                BulkEntry::Error(error) => errors.push((*job, error)),
            }
        }
        for (job, error) in errors {
            let done = match Outcome::of_error(error) {
                Outcome::Duplicate(put_code, error) => self.adopt_duplicate(job, put_code, error, token)?,
                Outcome::Again(_) => {
                    again.push(job);
                    continue;
                }
                outcome => self.not_done(job, None, outcome, false)?,
            };
            self.context.finish(job, done);
        }
        if !again.is_empty() {
            self.own.remove(&Section::Work);
        }
        self.one_by_one(&again)
    }

    /// The same outcome for all.
    fn none_done(&mut self, jobs: &[&Job], outcome: Outcome, may_be_done: bool) -> Result<(), PushError> {
        for job in jobs {
            let done = self.not_done(job, None, outcome.clone(), may_be_done || was_sent(job))?;
            self.context.finish(job, done);
        }
        Ok(())
    }
}

/// True where the entries are as many as the works, and each that is added is the work in its place.
fn fit(jobs: &[&Job], entries: &[BulkEntry]) -> bool {
    let fits = |job: &Job, entry: &BulkEntry| match entry {
        BulkEntry::Error(_) => true,
        BulkEntry::Added(put_code, element) => {
            let listed = orcid_api::member::ListedItem {
                put_code: *put_code,
                client_id: None,
                element: element.clone(),
            };
            let answered = OwnItem::of(Section::Work, &listed).identity;
            let sent = job.item.as_ref().map(Identity::of);
            // An answer may have no more than the put code.
            answered.ids.is_empty() || sent.is_some_and(|sent| sent.is_same(&answered))
        }
    };
    jobs.len() == entries.len() && jobs.iter().zip(entries).all(|(job, entry)| fits(job, entry))
}
