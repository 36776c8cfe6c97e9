//! Adds items, each once: before an item is sent, and before it is sent again, it is looked for
//! among the own items at ORCID.

use std::time::Duration;

use orcid_api::Secret;
use orcid_api::member::{Call, MemberError, Outcome, Section, Tree, item, listed};

use crate::push::error::PushError;
use crate::push::from_xml::{Strictness, item_of};
use crate::push::identity::Identity;
use crate::push::job::Job;
use crate::push::state::State;
use crate::push::store::Act;

use super::done::{Did, Done};
use super::own::{OwnItem, lists_all, own_items};
use super::person::Person;

impl Person<'_> {
    /// Adds an item that is not at ORCID yet.
    pub fn add(&mut self, job: &Job, token: &Secret) -> Result<Done, PushError> {
        self.wait_for_earlier(&[job])?;
        let mut may_be_done = was_sent(job);
        let mut tried = 1;
        loop {
            if let Err(outcome) = self.look(job.key.section, token)? {
                return self.not_done(job, None, outcome, may_be_done);
            }
            if let Some(found) = self.find(job)? {
                return self.adopt(job, &found, token, may_be_done);
            }
            self.context.intend(Act::Add, &[job])?;
            match self.context.sender.once(self.orcid, token, &Call::Add(job.key.section, &job.body))? {
                Outcome::Added(put_code) => return self.is_in_orcid(job, put_code, Did::Added, ""),
                Outcome::Duplicate(put_code, error) => {
                    return self.adopt_duplicate(job, put_code, error, token);
                }
                Outcome::Again(again) => {
                    may_be_done |= again.may_be_done;
                    if again.may_be_done {
                        self.own.remove(&job.key.section);
                    }
                    if tried == self.context.sender.policy.tries {
                        return self.not_done(job, None, Outcome::Again(again), may_be_done);
                    }
                    self.context.sender.pause(tried, &again)?;
                    tried += 1;
                }
                outcome => return self.not_done(job, None, outcome, may_be_done),
            }
        }
    }

    /// Waits until a request that went before the program was ended is certainly carried out or not.
    pub fn wait_for_earlier(&self, jobs: &[&Job]) -> Result<(), PushError> {
        let acted = jobs.iter().filter_map(|job| job.stored.as_ref()?.act).map(|(_, at)| at).max();
        let Some(acted) = acted else { return Ok(()) };
        let sender = &self.context.sender;
        let since = sender.clock.wall().saturating_sub(acted).max(0);
        sender.sleep(sender.settle.saturating_sub(Duration::from_micros(since.unsigned_abs())))
    }

    /// Makes sure that the own items of a section are known; else the outcome that forbids it.
    pub fn look(&mut self, section: Section, token: &Secret) -> Result<Result<(), Outcome>, PushError> {
        if self.own.contains_key(&section) {
            return Ok(Ok(()));
        }
        let outcome = self.context.sender.repeat(self.orcid, token, &Call::List(section))?.outcome;
        let Outcome::Body(body) = outcome else { return Ok(Err(outcome)) };
        match listed(section, &body) {
            Ok(items) => {
                self.own.insert(section, own_items(section, &items, self.context.client_id));
                Ok(Ok(()))
            }
            Err(error) => {
                let what = format!("the list of the person's items cannot be read: {error}");
                let refused = MemberError { status: 200, message: what, ..MemberError::default() };
                Ok(Err(Outcome::Refused(refused)))
            }
        }
    }

    /// The own item at ORCID that a row's item is, or was when it was sent last; none that
    /// belongs to another row.
    pub fn find(&self, job: &Job) -> Result<Option<OwnItem>, PushError> {
        let now = job.item.as_ref().map(Identity::of);
        let before = job.stored.as_ref().filter(|_| was_sent(job)).and_then(|stored| stored.tried.as_deref());
        let before = before.and_then(|tried| identity_of(job.key.section, tried));
        let wanted: Vec<Identity> = now.into_iter().chain(before).collect();
        let own = self.own.get(&job.key.section).map(Vec::as_slice).unwrap_or_default();
        for item in own.iter().filter(|item| wanted.iter().any(|wanted| wanted.is_same(&item.identity))) {
            if self.owner(job, item.put_code)?.is_none() {
                return Ok(Some(item.clone()));
            }
        }
        Ok(None)
    }

    /// The other row that has a put code.
    fn owner(&self, job: &Job, put_code: i64) -> Result<Option<String>, PushError> {
        let owner = self.context.store().owner(&job.key, put_code)?;
        Ok(owner.filter(|row| *row != job.key.row))
    }

    /// Keeps an own item at ORCID under the row's key, and changes it where it differs.
    pub fn adopt(
        &mut self,
        job: &Job,
        found: &OwnItem,
        token: &Secret,
        may_be_done: bool,
    ) -> Result<Done, PushError> {
        let is_as_sent = job
            .stored
            .as_ref()
            .is_none_or(|stored| stored.tried.as_deref().is_none_or(|tried| tried == job.body));
        if may_be_done && is_as_sent {
            let reason = "its request had no answer; it was found at ORCID";
            return self.is_in_orcid(job, found.put_code, Did::Added, reason);
        }
        let wanted = job.item.as_ref().map(Identity::of);
        if lists_all(job.key.section) && wanted.is_some_and(|wanted| wanted.has_content_of(&found.identity)) {
            return self.is_in_orcid(
                job,
                found.put_code,
                Did::Found,
                "it was at ORCID already, added by this client",
            );
        }
        self.change(job, found.put_code, token, Did::Found)
    }

    /// Keeps the item that ORCID names as the duplicate, if it is one's own.
    pub fn adopt_duplicate(
        &mut self,
        job: &Job,
        put_code: Option<i64>,
        error: MemberError,
        token: &Secret,
    ) -> Result<Done, PushError> {
        if let Some(put_code) = put_code {
            return self.adopt_named(job, put_code, token, Some(error));
        }
        self.own.remove(&job.key.section);
        if let Err(outcome) = self.look(job.key.section, token)? {
            return self.not_done(job, None, outcome, false);
        }
        match self.find(job)? {
            Some(found) => self.adopt(job, &found, token, false),
            None => self.not_done(job, None, Outcome::Refused(error), false),
        }
    }

    /// Keeps the item with a put code that the input or ORCID names, if it is one's own and no
    /// other row's; `duplicate` is ORCID's error that named it.
    pub fn adopt_named(
        &mut self,
        job: &Job,
        put_code: i64,
        token: &Secret,
        duplicate: Option<MemberError>,
    ) -> Result<Done, PushError> {
        let found = match self.read_own(job, put_code, token)? {
            Ok(found) => found,
            Err(Outcome::Refused(error)) => {
                let told = duplicate.unwrap_or_else(|| error.clone());
                let message = format!("{}; {}", error.message, told.message);
                let message = if told == error { error.message } else { message };
                return self.not_done(job, None, Outcome::Refused(MemberError { message, ..told }), false);
            }
            Err(outcome) => return self.not_done(job, None, outcome, false),
        };
        let wanted = job.item.as_ref().map(Identity::of);
        if wanted.is_some_and(|wanted| wanted.has_content_of(&found.identity)) {
            return self.is_in_orcid(
                job,
                put_code,
                Did::Found,
                "it was at ORCID already, added by this client",
            );
        }
        self.change(job, put_code, token, Did::Found)
    }

    /// Reads an item and makes sure that it is one's own and no other row's.
    fn read_own(
        &mut self,
        job: &Job,
        put_code: i64,
        token: &Secret,
    ) -> Result<Result<OwnItem, Outcome>, PushError> {
        let refuse = |status: u16, message: String| {
            Ok(Err(Outcome::Refused(MemberError { status, message, ..MemberError::default() })))
        };
        if let Some(row) = self.owner(job, put_code)? {
            return refuse(409, format!("the item {put_code} belongs to the row {row}"));
        }
        let call = Call::Read(job.key.section, put_code);
        match self.context.sender.repeat(self.orcid, token, &call)?.outcome {
            Outcome::Body(body) => match item(job.key.section, &body) {
                Ok(listed) if listed.is_of(self.context.client_id) && listed.put_code == put_code => {
                    Ok(Ok(OwnItem::of(job.key.section, &listed)))
                }
                Ok(_) => {
                    refuse(403, format!("the item {put_code} was added by another source, and is left alone"))
                }
                Err(error) => refuse(200, format!("the item {put_code} cannot be read: {error}")),
            },
            Outcome::Gone(error) => refuse(error.status, format!("the record has no item {put_code}")),
            // Only who added an item sees it if it is private.
            Outcome::Refused(error) if matches!(error.code, Some(9013 | 9010)) => refuse(
                error.status,
                format!("the item {put_code} was added by another source, and is left alone"),
            ),
            outcome => Ok(Err(outcome)),
        }
    }

    /// Deletes an item whose put code is not known, if it is found and one's own.
    pub fn find_and_delete(&mut self, job: &Job, token: &Secret) -> Result<Done, PushError> {
        self.wait_for_earlier(&[job])?;
        let found = if let Some(put_code) = job.put_code {
            match self.read_own(job, put_code, token)? {
                Ok(found) => Some(found),
                Err(Outcome::Refused(error)) if error.status == 404 => None,
                Err(outcome) => return self.not_done(job, None, outcome, false),
            }
        } else {
            if let Err(outcome) = self.look(job.key.section, token)? {
                return self.not_done(job, None, outcome, was_sent(job));
            }
            self.find(job)?
        };
        match found {
            Some(found) => self.delete(job, found.put_code, token),
            None => {
                let done = Done::new(State::Deleted, Did::Nothing, None, "it was not at ORCID");
                self.settle(job, done, None, false)
            }
        }
    }
}

/// True where the request that adds the item has gone, and its outcome is not known.
pub fn was_sent(job: &Job) -> bool {
    job.stored.as_ref().is_some_and(|stored| matches!(stored.act, Some((Act::Add, _))))
}

fn identity_of(section: Section, body: &str) -> Option<Identity> {
    let tree = Tree::parse(body).ok()?;
    Some(Identity::of(&item_of(section, &tree, Strictness::Lenient).0))
}
