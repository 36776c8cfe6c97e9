//! Which iDs people have connected in the portal: they are certain, because the person signed in at
//! ORCID.

use rustc_hash::FxHashSet;

use super::error::MatchError;
use crate::dataset::Cells;
use crate::dataset::Dataset;

/// The table that `connect export` writes.
const TABLE: &str = "connections/authenticated_ids";
/// The state of an iD whose person has taken the permission back.
const DISCONNECTED: &str = "disconnected";

/// The iDs of the dataset's table of connections, without those that were disconnected; none
/// without the table.
///
/// # Errors
/// [`MatchError`] where the table cannot be read.
pub fn authenticated(dataset: &Dataset) -> Result<FxHashSet<String>, MatchError> {
    let mut orcids = FxHashSet::default();
    for batch in dataset.rows(TABLE, &["orcid", "state"]) {
        let batch = batch?;
        let cells = Cells(&batch);
        let connected = (0..batch.num_rows()).filter(|row| cells.text("state", *row) != Some(DISCONNECTED));
        orcids.extend(connected.filter_map(|row| cells.owned("orcid", row)));
    }
    Ok(orcids)
}
