//! The queue of one person: deletions, then changes, then additions, one after another, with the
//! person's own token, until a lost permission or a closed record stops it.

use std::collections::{HashMap, HashSet};

use orcid_api::Secret;
use orcid_api::member::{Call, MemberError, Outcome, Section};
use orcid_xml::Orcid;

use crate::push::error::PushError;
use crate::push::job::{Job, Step};
use crate::push::state::State;
use crate::push::store::{Act, Change};

use super::context::Context;
use super::done::{Did, Done};
use super::own::OwnItem;

/// A person's queue under way.
pub struct Person<'p> {
    pub context: &'p Context<'p>,
    pub orcid: Orcid,
    /// Own items at ORCID, by section, as far as they were asked for.
    pub own: HashMap<Section, Vec<OwnItem>>,
    /// Why nothing more can be sent for this person: the state of the rows that are left.
    stopped: Option<(State, String)>,
    missing_scopes: HashSet<&'static str>,
}

impl<'p> Person<'p> {
    pub fn new(context: &'p Context<'p>, orcid: Orcid) -> Self {
        let (own, missing_scopes) = (HashMap::new(), HashSet::new());
        Self { context, orcid, own, stopped: None, missing_scopes }
    }

    /// Works off the jobs, all of this person.
    ///
    /// # Errors
    /// [`PushError`] that ends the run; what is done is stored.
    pub fn run(&mut self, jobs: Vec<Job>) -> Result<(), PushError> {
        let rank = |job: &Job| match job.step {
            Step::Nothing(..) => 0,
            Step::Delete(_) | Step::FindAndDelete => 1,
            Step::Change(_) | Step::Adopt(_) => 2,
            Step::Add => 3,
        };
        let mut jobs = jobs;
        jobs.sort_by_key(rank);
        let (works, others): (Vec<Job>, Vec<Job>) =
            jobs.into_iter().partition(|job| job.step == Step::Add && job.key.section == Section::Work);
        for job in &others {
            self.context.sender.check_stop()?;
            let done = self.one(job)?;
            self.context.finish(job, done);
        }
        self.add_works(works)
    }

    fn one(&mut self, job: &Job) -> Result<Done, PushError> {
        if let Step::Nothing(state, reason) = &job.step {
            let put_code = job.stored.as_ref().and_then(|stored| stored.put_code);
            let done = Done::new(*state, Did::Nothing, put_code, reason.clone());
            // What stood in the way has gone, and there is nothing to send.
            let is_other = job.stored.as_ref().is_some_and(|stored| stored.state != *state);
            return if is_other { self.left(job, done) } else { Ok(done) };
        }
        let token = match self.token(job)? {
            Ok(token) => token,
            Err(done) => return Ok(done),
        };
        match job.step {
            Step::Nothing(..) => unreachable!("it is answered above"),
            Step::Add => self.add(job, &token),
            Step::Change(put_code) => self.change(job, put_code, &token, Did::Changed),
            Step::Delete(put_code) => self.delete(job, put_code, &token),
            Step::Adopt(put_code) => self.adopt_named(job, put_code, &token, None),
            Step::FindAndDelete => self.find_and_delete(job, &token),
        }
    }

    /// The token for a job; else what becomes of the job.
    pub fn token(&mut self, job: &Job) -> Result<Result<Secret, Done>, PushError> {
        let put_code = job.stored.as_ref().and_then(|stored| stored.put_code);
        if let Some((state, reason)) = self.stopped.clone() {
            return Ok(Err(self.left(job, Done::new(state, Did::Nothing, put_code, reason))?));
        }
        let (scope, orcid) = (job.key.section.scope(), self.orcid.as_str());
        // A job of one person with the token of another would be a fault of this program.
        assert_eq!(job.key.orcid, self.orcid, "a queue has the jobs of one person");
        let deletes = matches!(job.step, Step::Delete(_));
        let token = match (self.missing_scopes.contains(scope), deletes) {
            (true, _) => None,
            (false, true) => self.context.permissions.token_to_delete(orcid, scope)?,
            (false, false) => self.context.permissions.token(orcid, scope)?,
        };
        match token {
            Some(token) => Ok(Ok(token)),
            None => {
                let reason = format!("the person has not permitted {scope}: ask for it");
                let done = Done::new(State::NoPermission, Did::Nothing, put_code, reason);
                Ok(Err(self.left(job, done)?))
            }
        }
    }

    /// Notes a job that was not sent. What is known of its item stays.
    fn left(&self, job: &Job, done: Done) -> Result<Done, PushError> {
        let sent = job.stored.as_ref().and_then(|stored| stored.sent.clone());
        self.settle(job, done, sent, true)
    }

    /// Changes an item in place.
    pub fn change(&mut self, job: &Job, put_code: i64, token: &Secret, did: Did) -> Result<Done, PushError> {
        let Some(item) = &job.item else {
            return Ok(Done::new(State::Invalid, Did::Nothing, Some(put_code), "the row has no item"));
        };
        self.context.intend(Act::Change, &[job])?;
        let body = item.to_xml(Some(put_code));
        let call = Call::Change(job.key.section, put_code, &body);
        match self.context.sender.repeat(self.orcid, token, &call)?.outcome {
            Outcome::Changed => self.is_in_orcid(job, put_code, did, ""),
            // A deletion that had no answer: it was carried out.
            Outcome::Gone(_) if was_deleted(job) => self.add(job, token),
            Outcome::Gone(error) => {
                let reason = "the person has removed it at ORCID; it is not added again by itself";
                let done = Done::of_error(State::RemovedByPerson, None, &error);
                self.settle(job, Done { reason: reason.to_owned(), ..done }, None, false)
            }
            outcome => self.not_done(job, Some(put_code), outcome, true),
        }
    }

    /// Deletes an item.
    pub fn delete(&mut self, job: &Job, put_code: i64, token: &Secret) -> Result<Done, PushError> {
        self.context.intend(Act::Delete, &[job])?;
        let call = Call::Delete(job.key.section, put_code);
        let repeated = self.context.sender.repeat(self.orcid, token, &call)?;
        match repeated.outcome {
            Outcome::Deleted => {
                self.settle(job, Done::new(State::Deleted, Did::Deleted, None, ""), None, false)
            }
            // An earlier try of ours has deleted it.
            Outcome::Gone(_) if repeated.may_be_done || was_deleted(job) => {
                self.settle(job, Done::new(State::Deleted, Did::Deleted, None, ""), None, false)
            }
            Outcome::Gone(error) => {
                let done = Done::of_error(State::RemovedByPerson, None, &error);
                let reason = "there was nothing to delete: the person has removed it at ORCID".to_owned();
                self.settle(job, Done { reason, ..done }, None, false)
            }
            outcome => self.not_done(job, Some(put_code), outcome, true),
        }
    }

    /// Notes an item that is at ORCID as the row has it.
    pub fn is_in_orcid(&self, job: &Job, put_code: i64, did: Did, reason: &str) -> Result<Done, PushError> {
        let done = Done::new(State::InOrcid, did, Some(put_code), reason);
        self.settle(job, done, Some(job.body.clone()), false)
    }

    /// What every request may come to that is not done; `put_code` is that of the item, if it has
    /// one, and `may_be_done` whether the request may have been carried out nevertheless.
    pub fn not_done(
        &mut self,
        job: &Job,
        put_code: Option<i64>,
        outcome: Outcome,
        may_be_done: bool,
    ) -> Result<Done, PushError> {
        let sent = job.stored.as_ref().and_then(|stored| stored.sent.clone()).filter(|_| put_code.is_some());
        let (done, keeps_act) = match outcome {
            Outcome::PermissionLost(error) => {
                self.context.permissions.lost(self.orcid.as_str())?;
                let reason =
                    "ORCID no longer accepts the person's permission: ask the person to connect again";
                (self.stop(State::PermissionLost, put_code, &error, reason), false)
            }
            Outcome::WrongToken(error) => {
                let reason = format!("the token is not one for this record: {}", error.message);
                (self.stop(State::NoPermission, put_code, &error, &reason), false)
            }
            Outcome::RecordClosed(error) => {
                let reason = closed(&error);
                (self.stop(State::RecordClosed, put_code, &error, &reason), false)
            }
            Outcome::Gone(error) => {
                (self.stop(State::RecordClosed, put_code, &error, "ORCID has no such record"), false)
            }
            Outcome::MissingScope(error) => {
                self.missing_scopes.insert(job.key.section.scope());
                let reason = format!("the person has not permitted {}: ask for it", job.key.section.scope());
                (Done { reason, ..Done::of_error(State::NoPermission, put_code, &error) }, false)
            }
            Outcome::Refused(error) | Outcome::TooMany(error) | Outcome::Duplicate(_, error) => {
                (Done::of_error(State::Refused, put_code, &error), false)
            }
            Outcome::Again(again) => {
                let reason = format!("{}; the next run tries again", again.what);
                (Done::new(State::Unanswered, Did::Nothing, put_code, reason), may_be_done)
            }
            Outcome::Added(_) | Outcome::Changed | Outcome::Deleted | Outcome::Body(_) => (
                Done::new(State::Unanswered, Did::Nothing, put_code, "an answer to another request came"),
                true,
            ),
        };
        self.settle(job, done, sent, keeps_act)
    }

    fn stop(&mut self, state: State, put_code: Option<i64>, error: &MemberError, reason: &str) -> Done {
        self.stopped = Some((state, reason.to_owned()));
        Done { reason: reason.to_owned(), ..Done::of_error(state, put_code, error) }
    }

    /// Writes down what came of a job.
    pub fn settle(
        &self,
        job: &Job,
        done: Done,
        sent: Option<String>,
        keeps_act: bool,
    ) -> Result<Done, PushError> {
        let change = Change {
            state: done.state,
            put_code: done.put_code,
            sent,
            keeps_act,
            status: done.status,
            code: done.code,
            reason: done.reason.clone(),
        };
        self.context.settle(&[(job, change)])?;
        Ok(done)
    }
}

/// True where the request that deletes the item has gone, and its outcome is not known.
fn was_deleted(job: &Job) -> bool {
    job.stored.as_ref().is_some_and(|stored| matches!(stored.act, Some((Act::Delete, _))))
}

fn closed(error: &MemberError) -> String {
    let what = match error.code {
        Some(9018) => "ORCID has locked the record",
        Some(9036) => "the record is not claimed yet",
        Some(9044) => "the person has deactivated the record",
        Some(9007) => "the record is deprecated: the person must connect the record in its place",
        _ => "the record is closed",
    };
    format!("{what}; nothing more is sent for this person in this run")
}
