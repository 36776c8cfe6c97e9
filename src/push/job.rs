//! From rows to jobs: whose row it is, under which key it is stored, and what is to be done.

use std::collections::HashMap;

use ror_match::{Matcher, Scratch};

use super::error::PushError;
use super::fault::RowFault;
use super::identity::{Identity, key_of};
use super::node::Item;
use super::organizations::complete;
use super::permissions::Permissions;
use super::row::{Row, Whose, Wish};
use super::rules;
use super::state::State;
use super::store::{Act, Key, Store, Stored};

/// What a user may ask for besides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Delete the items of all rows.
    pub delete: bool,
    /// Add again what people have removed.
    pub add_removed: bool,
    /// Send again what ORCID has refused, even if the row is as it was.
    pub retry_refused: bool,
}

/// A row that can be sent.
#[derive(Debug, Clone)]
pub struct Job {
    /// The row's number in the input, from 0.
    pub number: usize,
    pub key: Key,
    pub item: Option<Item>,
    /// The item's document, without a put code.
    pub body: String,
    pub put_code: Option<i64>,
    pub origin: String,
    pub stored: Option<Stored>,
    pub step: Step,
}

/// What is to be done about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing: the row is in this state, for this reason.
    Nothing(State, String),
    Add,
    Change(i64),
    Delete(i64),
    /// The input names a put code that is not known here: the item is looked at first.
    Adopt(i64),
    /// The item is looked for, and deleted if it is one's own.
    FindAndDelete,
}

/// A row of the input, ready or not.
#[derive(Debug)]
pub enum Ready {
    Job(Box<Job>),
    /// It cannot be sent.
    Not(State, String),
}

/// Makes jobs of rows: completes, checks and looks them up.
pub struct Planner<'p> {
    pub client_id: &'p str,
    pub store: Option<&'p Store>,
    pub permissions: Option<&'p dyn Permissions>,
    pub matcher: Option<&'p Matcher>,
    pub options: Options,
}

/// Which rows have come, so that no item is sent for two of them.
#[derive(Default)]
struct Seen {
    keys: HashMap<Key, String>,
    items: HashMap<(Key, String), String>,
}

impl Planner<'_> {
    /// Makes jobs of all rows, in their order.
    ///
    /// # Errors
    /// [`PushError`] if store or permissions cannot be read.
    pub fn jobs(&self, rows: &mut [Row]) -> Result<Vec<Ready>, PushError> {
        let (mut scratch, mut seen) = (Scratch::default(), Seen::default());
        let mut ready = Vec::with_capacity(rows.len());
        for (number, row) in rows.iter_mut().enumerate() {
            if self.options.delete && row.wish == Wish::Keep {
                row.wish = Wish::Delete;
            }
            ready.push(self.job(number, row, &mut scratch, &mut seen)?);
        }
        Ok(ready)
    }

    fn job(
        &self,
        number: usize,
        row: &mut Row,
        scratch: &mut Scratch,
        seen: &mut Seen,
    ) -> Result<Ready, PushError> {
        if row.wish == Wish::Nothing {
            return Ok(Ready::Not(State::NotActive, "the row is marked as not active".to_owned()));
        }
        self.check(row, scratch);
        let key = match self.key(row)? {
            Ok(key) if row.faults.is_empty() => key,
            Ok(_) => return Ok(invalid(&row.faults)),
            Err(not) => return Ok(not),
        };
        let origin = format!("{}:{}", row.file.display(), row.at.line);
        if let Some(fault) = seen.again(&key, row, &origin) {
            row.faults.push(fault);
            return Ok(invalid(&row.faults));
        }
        let stored = self.store.map(|store| store.find(&key)).transpose()?.flatten();
        let body = row.item.as_ref().map(|item| item.to_xml(None)).unwrap_or_default();
        let step = self.step(row, &body, stored.as_ref());
        let (item, put_code) = (row.item.clone(), row.put_code);
        Ok(Ready::Job(Box::new(Job { number, key, item, body, put_code, origin, stored, step })))
    }

    /// Completes and checks the item. To delete it, its faults do not count.
    fn check(&self, row: &mut Row, scratch: &mut Scratch) {
        if let Some(matcher) = self.matcher.filter(|_| row.wish == Wish::Keep) {
            complete(row, matcher, scratch);
        }
        let Some(item) = &mut row.item else { return };
        let mut faults = Vec::new();
        rules::check(item, &mut faults);
        if row.wish == Wish::Keep {
            row.faults.extend(faults);
        }
    }

    /// The key of a row.
    fn key(&self, row: &Row) -> Result<Result<Key, Ready>, PushError> {
        if !row.faults.is_empty() {
            return Ok(Err(invalid(&row.faults)));
        }
        let orcid = match &row.whose {
            Whose::Orcid(orcid) => Some(*orcid),
            Whose::Email(email) => {
                let found =
                    self.permissions.map(|permissions| permissions.orcid_of(email)).transpose()?.flatten();
                let found = found.and_then(|orcid| orcid_xml::Orcid::new(&orcid));
                if found.is_none() {
                    let why = format!("nobody with the mail address {email} has connected");
                    return Ok(Err(Ready::Not(State::NoPermission, why)));
                }
                found
            }
            Whose::Row => None,
        };
        let own = row.id.clone().filter(|id| !id.is_empty());
        let client = self.client_id.to_owned();
        if let (Some(orcid), Some(section)) = (orcid, row.section) {
            let derived = || Some(format!("={}", key_of(row.item.as_ref()?)));
            return Ok(match own.or_else(derived) {
                Some(row) => Ok(Key { client, orcid, section, row }),
                None => Err(Ready::Not(State::Invalid, "the row has neither an id nor an item".to_owned())),
            });
        }
        // The id alone: what was sent under it says the rest.
        let Some(id) = own else {
            return Ok(Err(Ready::Not(
                State::Invalid,
                "nothing says which item it is: give its id".to_owned(),
            )));
        };
        let known = self.store.map(|store| store.with_row(&client, &id)).transpose()?.unwrap_or_default();
        let mut known: Vec<Key> = known.into_iter().map(|stored| stored.key).collect();
        known.retain(|key| orcid.is_none_or(|orcid| orcid == key.orcid));
        Ok(match known.len() {
            1 => Ok(known.remove(0)),
            0 => Err(Ready::Not(
                State::Invalid,
                format!("no row with the id {id} has been sent from this state folder"),
            )),
            _ => Err(Ready::Not(
                State::Invalid,
                format!("several people have a row with the id {id}: give the iD"),
            )),
        })
    }

    fn step(&self, row: &Row, body: &str, stored: Option<&Stored>) -> Step {
        match row.wish {
            Wish::Delete => step_to_delete(row, stored),
            _ => self.step_to_keep(row, body, stored),
        }
    }

    fn step_to_keep(&self, row: &Row, body: &str, stored: Option<&Stored>) -> Step {
        let Some(stored) = stored else {
            return row.put_code.map_or(Step::Add, Step::Adopt);
        };
        let is_same = stored.tried.as_deref() == Some(body);
        match (stored.state, stored.put_code) {
            (State::RemovedByPerson, _) if !self.options.add_removed => {
                let why =
                    "the person has removed it at ORCID; it is not added again unless that is asked for";
                Step::Nothing(State::RemovedByPerson, why.to_owned())
            }
            (State::Refused, _) if is_same && !self.options.retry_refused => {
                Step::Nothing(State::Refused, stored.reason.clone())
            }
            (_, Some(_)) if stored.sent.as_deref() == Some(body) && stored.act.is_none() => {
                Step::Nothing(State::InOrcid, "it is as it was sent".to_owned())
            }
            (_, Some(put_code)) => Step::Change(put_code),
            // The put code of the input is that of the item that is gone.
            (State::RemovedByPerson | State::Deleted, None) => Step::Add,
            (_, None) => row.put_code.filter(|_| stored.act.is_none()).map_or(Step::Add, Step::Adopt),
        }
    }
}

fn step_to_delete(row: &Row, stored: Option<&Stored>) -> Step {
    let gone = |state: State| Step::Nothing(state, "there is nothing to delete".to_owned());
    match stored {
        Some(Stored { put_code: Some(put_code), .. }) => Step::Delete(*put_code),
        Some(Stored { state: state @ (State::Deleted | State::RemovedByPerson), .. }) => gone(*state),
        // Nobody knows whether it was added.
        Some(Stored { act: Some((Act::Add, _)), .. }) => Step::FindAndDelete,
        _ if row.item.is_some() || row.put_code.is_some() => Step::FindAndDelete,
        _ => gone(State::Deleted),
    }
}

impl Seen {
    /// The fault of a row whose item has come before.
    fn again(&mut self, key: &Key, row: &Row, origin: &str) -> Option<RowFault> {
        if let Some(before) = self.keys.insert(key.clone(), origin.to_owned()) {
            let what = match row.id {
                Some(_) => format!("{before} has the same id: each row needs its own"),
                None => {
                    format!("it is the same item as {before}: remove one, or give each row an id of its own")
                }
            };
            return Some(RowFault::new(&row.at, what));
        }
        let item = row.item.as_ref().filter(|_| row.wish == Wish::Keep)?;
        let person = Key { row: String::new(), ..key.clone() };
        let before = Identity::of(item)
            .marks()
            .into_iter()
            .filter_map(|mark| self.items.insert((person.clone(), mark), origin.to_owned()));
        let before = before.last()?;
        Some(RowFault::new(
            &row.at,
            format!("it is the same item as {before}: ORCID would have it twice; remove one"),
        ))
    }
}

fn invalid(faults: &[RowFault]) -> Ready {
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    Ready::Not(State::Invalid, told.join("; "))
}
