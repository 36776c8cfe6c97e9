//! Who follows the progress of a refresh.

use super::status::Plan;
use super::strategy::Strategy;
use orcid_xml::Timestamp;

/// Who follows the progress of a refresh. Each call has an empty default.
pub trait Observer {
    /// A run with answers continues, with the options that it was planned with.
    fn resumed(&self, _begun: Timestamp) {}
    /// The dataset's watermark is in the future; the run searches for changes from `_since` on.
    fn watermark_in_future(&self, _watermark: Timestamp, _since: Timestamp) {}
    /// The number of changes in a file with a date in the future.
    fn changes_in_future(&self, _changes: u64) {}
    /// Searches find nobody in the scope, and found nobody before.
    fn scope_is_empty(&self, _scope: &str) {}
    /// The searches for changed records begin.
    fn searching(&self, _strategy: Strategy, _searches: u64) {}
    /// The plan is complete; no record has been read yet.
    fn planned(&self, _plan: &Plan) {}
    /// Records have been read: the number of requests for their items, of which none has been sent
    /// yet.
    fn planned_items(&self, _requests: u64) {}
    /// The number of answered requests, and of requests that are known to be left.
    fn fetched(&self, _answered: u64, _left: u64) {}
    /// The dataset is being changed, with all answers; or, if the quota has ended the run early,
    /// with the answers about this number of complete people.
    fn applying(&self, _part_of: Option<u64>) {}
}
