//! Who follows the progress of a refresh.

use super::status::Plan;
use super::strategy::Strategy;
use orcid_xml::Timestamp;

/// Who follows the progress of a refresh. Each call has an empty default.
pub trait Observer {
    /// A run that has answers continues, with the options that it was planned with.
    fn resumed(&self, _begun: Timestamp) {}
    /// The dataset says that it knows changes up to a time in the future; changes are
    /// looked for from `_since` on.
    fn watermark_in_future(&self, _watermark: Timestamp, _since: Timestamp) {}
    /// So many changes of a file have a date in the future.
    fn changes_in_future(&self, _changes: u64) {}
    /// Searches find nobody who belongs to the scope, and nobody did before.
    fn scope_is_empty(&self, _scope: &str) {}
    /// Searches begin, to find out who has changed.
    fn searching(&self, _strategy: Strategy, _searches: u64) {}
    /// It is known what is to be read; nothing has been read yet.
    fn planned(&self, _plan: &Plan) {}
    /// Records have been read: so many requests for their items are to be made, and
    /// none has been.
    fn planned_items(&self, _requests: u64) {}
    /// Requests have been answered, and so many are known to be left.
    fn fetched(&self, _answered: u64, _left: u64) {}
    /// The dataset is being changed: all answers are there, or whole ones about so many
    /// people where the quota has ended the run before.
    fn applying(&self, _part_of: Option<u64>) {}
}
