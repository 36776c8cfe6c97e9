//! The queue: every request of a run and every answer, in one SQLite file of the dataset.
//!
//! It promises that a kill at any moment loses no answer and sends no answered request again:
//! a request is in the file before it is sent, and an answer is written in one transaction with its
//! consequences. All SQL of a refresh is in this folder. Its functions return plain values and
//! [`QueueError`]s.
//!
//! It knows neither the network nor the dataset's tables, and it parses no answer: a body arrives
//! packed ([`PackedBody`]), with the parsed results beside it ([`Effects`]).
//!
//! # The states of a request (`State`)
//!
//! | state | number | what it means | next, and by what |
//! |---|---|---|---|
//! | `Planned` | 4 | may not go yet | `Waiting`, by `release_records`, `release_items` |
//! | `Waiting` | 0 | goes as soon as its time has come | `Asked`, by `take` |
//! | `Asked` | 1 | is on its way | `Waiting`, by `give_back`, `retry_later`, and when the file is opened; `Answered`, by `keep`; `GivenUp`, by `give_up`; `Missing` or `MissingTwice`, by `report_missing` |
//! | `Answered` | 2 | its answer is here | `GivenUp`, by `give_up_circle` and `leave_people`; `Waiting`, by `forget_answers` |
//! | `GivenUp` | 3 | has no answer in this run | `Waiting`, by `retry_given_up` and `forget_answers` |
//! | `Missing` | 5 | an item that the server says is gone | `Waiting`, by `release_missing_items`; `GivenUp`, by `leave_missing_items` |
//! | `MissingTwice` | 6 | said to be gone a second time | `Answered` or `GivenUp`, by `resolve_missing_items`; `GivenUp`, by `leave_missing_items` |
//!
//! Searches, rechecks of records, and requests that replace others ([`Effects::instead`]) begin as
//! `Waiting`; all other requests begin as `Planned`. Numbers and words are part of the file's
//! format and must not change.
//!
//! # The file
//!
//! A commit exchanges the dataset's folder for one of hard links. SQLite tolerates this only while
//! nobody has the file open, so the queue is closed while its answers are applied, and the
//! dataset's lock keeps all other writers out.

mod answers;
mod commits;
mod counts;
mod database;
mod error;
mod items;
mod list_dates;
mod missing;
mod people;
mod quota;
mod removals;
mod request;
mod runs;
mod schema;
mod state;
mod tasks;
#[cfg(test)]
mod tests;

pub use answers::{Effects, PackedBody};
pub use commits::StoredAnswer;
pub use counts::{Counts, Requests};
pub use database::Queue;
pub use error::{QueueError, QueueFault};
pub use items::{ItemDates, ItemKey, ItemOf};
pub use quota::{QuotaDay, Spending};
pub use request::Request;
pub use runs::Run;
pub use schema::QUEUE_NAME;
pub use state::{FoundAs, Kind, Stage};
pub use tasks::{Next, Task};
