//! What the threads of a run share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::push::error::PushError;
use crate::push::job::Job;
use crate::push::permissions::Permissions;
use crate::push::store::{Act, Change, Key, Store};

use super::done::Done;
use super::sender::Sender;

/// What the threads of a run share.
pub struct Context<'c> {
    pub sender: Sender<'c>,
    pub permissions: &'c dyn Permissions,
    pub client_id: &'c str,
    store: &'c Mutex<Store>,
    /// What came of each row, by its number.
    done: Mutex<Vec<Option<Done>>>,
    finished: &'c (dyn Fn(usize) + Sync),
}

impl<'c> Context<'c> {
    pub fn new(
        sender: Sender<'c>,
        permissions: &'c dyn Permissions,
        client_id: &'c str,
        store: &'c Mutex<Store>,
        rows: usize,
        finished: &'c (dyn Fn(usize) + Sync),
    ) -> Self {
        let done = Mutex::new(vec![None; rows]);
        Self { sender, permissions, client_id, store, done, finished }
    }

    pub fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what is about to be sent.
    pub fn intend(&self, act: Act, jobs: &[&Job]) -> Result<(), PushError> {
        let rows: Vec<(&Key, &str, &str)> =
            jobs.iter().map(|job| (&job.key, job.body.as_str(), job.origin.as_str())).collect();
        Ok(self.store().intend(act, &rows, self.sender.clock.wall())?)
    }

    /// Notes what came of it.
    pub fn settle(&self, jobs: &[(&Job, Change)]) -> Result<(), PushError> {
        let rows: Vec<(&Key, &Change, &str, &str)> = jobs
            .iter()
            .map(|(job, change)| (&job.key, change, job.origin.as_str(), job.body.as_str()))
            .collect();
        Ok(self.store().settle(&rows, self.sender.clock.wall())?)
    }

    /// Keeps what came of a row for the report.
    pub fn finish(&self, job: &Job, done: Done) {
        let mut all = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        all[job.number] = Some(done);
        let count = all.iter().flatten().count();
        drop(all);
        (self.finished)(count);
    }

    /// What came of each row, by its number.
    pub fn into_done(self) -> Vec<Option<Done>> {
        self.done.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
