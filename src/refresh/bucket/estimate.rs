//! Estimates how much of a bucket a run will read, from some of its records.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use super::client::Bucket;
use crate::refresh::queue::{Queue, QueueError, Run};
use orcid_api::{Asked, ListedItem, Payload, Reply, Sight, Treatment, treat};
use orcid_xml::{Orcid, Timestamp};

/// Records that are read for an estimate: a second's work.
const SAMPLE: u64 = 32;

/// What a run will read of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reads {
    /// Files to read: of records, and of items that have changed.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The number of records that have been read for the estimate.
    pub sampled: u64,
}

/// Files that were looked at.
#[derive(Debug, Default)]
struct Sample {
    records: u64,
    record_bytes: u64,
    items: u64,
    /// Items whose size was looked at.
    sized: u64,
    sized_bytes: u64,
}

impl Bucket {
    /// What is left to read of a run: records, and their items if the dataset has `activities`. It
    /// reads some of the records, evenly from all; an item counts if it has changed since the run's
    /// watermark. Records without a file do not count.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn estimate(
        &self,
        queue: &Queue,
        run: &Run,
        activities: bool,
        stop: &AtomicBool,
    ) -> Result<Reads, QueueError> {
        let left = queue.left(run.id, SAMPLE)?;
        let mut sample = Sample::default();
        for orcid in left.sample.iter().take_while(|_| !stop.load(Ordering::Relaxed)) {
            self.add_record(&mut sample, *orcid, run.since, activities);
        }
        Ok(sample.scaled_to(left.records, left.items))
    }

    fn add_record(&self, sample: &mut Sample, orcid: Orcid, since: Timestamp, activities: bool) {
        let Ok(Some(body)) = self.read(&self.layout.summary(orcid)) else { return };
        sample.records += 1;
        sample.record_bytes += body.len() as u64;
        if !activities {
            return;
        }
        let reply = Reply { status: 200, body, ..Reply::default() };
        let Treatment::Take(Payload::Record { items, .. }) =
            treat(&Asked::Record(orcid), &reply, 0, Sight::Public)
        else {
            return;
        };
        let has_changed = |item: &&ListedItem| item.modified.is_none_or(|modified| modified >= since);
        let changed: Vec<_> = items.iter().filter(has_changed).collect();
        sample.items += changed.len() as u64;
        if let Some(item) = changed.first() {
            let name = self.layout.activity(orcid, item.section, item.put_code);
            if let Ok(Some(bytes)) = self.files.size_bytes(&name) {
                sample.sized += 1;
                sample.sized_bytes += bytes;
            }
        }
    }
}

impl Sample {
    /// The same for this number of records, and for items that are planned already.
    fn scaled_to(&self, records: u64, planned_items: u64) -> Reads {
        let times =
            |each: u64, of: u64, count: f64| if of == 0 { 0.0 } else { each as f64 / of as f64 * count };
        let items = times(self.items, self.records, records as f64) + planned_items as f64;
        let record_bytes = times(self.record_bytes, self.records, records as f64);
        let item_bytes = times(self.sized_bytes, self.sized, items);
        Reads {
            objects: records + items.round() as u64,
            bytes: (record_bytes + item_bytes).round() as u64,
            sampled: self.records,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_scaled_to_all_records() {
        let sample = Sample { records: 2, record_bytes: 3_000, items: 5, sized: 1, sized_bytes: 100 };

        assert_eq!(sample.scaled_to(10, 0), Reads { objects: 35, bytes: 17_500, sampled: 2 });
        assert_eq!(sample.scaled_to(0, 3), Reads { objects: 3, bytes: 300, sampled: 2 });
        assert_eq!(Sample::default().scaled_to(10, 0), Reads { objects: 10, bytes: 0, sampled: 0 });
    }
}
