//! Deprecated records that lead back to themselves: P was replaced by Q, and Q by P. One
//! of the answers is wrong, and nobody knows which; so nobody is removed.

use std::io::Read;

use flate2::read::ZlibDecoder;
use rusqlite::params;

use super::RefreshError;
use super::queue::Queue;
use super::tasks::{Task, tally};
use orcid_api::parse_stub;
use orcid_xml::Orcid;

/// The code of a deprecated record that leads back to itself.
const CIRCLE: &str = "circle";
/// Records that are followed from one to the next; ORCID's chains have two or three.
const MAX_STEPS: usize = 100;

impl Queue {
    /// Gives up a deprecated record, and all on the way from its `primary` back to it;
    /// false where the way leads elsewhere, as far as answers have come.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn give_up_circle(
        &mut self,
        run: i64,
        task: &Task,
        orcid: Orcid,
        primary: Orcid,
    ) -> Result<bool, RefreshError> {
        let (mut way, mut next) = (Vec::new(), primary);
        while next != orcid {
            way.push(next);
            match self.primary_of(run, next)? {
                Some(primary) if way.len() < MAX_STEPS && !way.contains(&primary) => next = primary,
                _ => return Ok(false),
            }
        }
        self.change(|change| {
            let own = "UPDATE task SET state = 3, code = ?2 WHERE id = ?1";
            change.execute(own, params![task.id, CIRCLE])?;
            tally(change, run, CIRCLE)?;
            for orcid in way {
                let sql = "UPDATE task SET state = 3, code = ?3, body = NULL
                    WHERE run = ?1 AND kind = 'record' AND orcid = ?2";
                change.execute(sql, params![run, orcid.as_str(), CIRCLE])?;
                tally(change, run, CIRCLE)?;
            }
            Ok(())
        })?;
        Ok(true)
    }

    /// Who took the place of a record, by an answer that is in no commit yet.
    fn primary_of(&self, run: i64, orcid: Orcid) -> Result<Option<Orcid>, RefreshError> {
        let sql = "SELECT body FROM task WHERE run = ?1 AND kind = 'record' AND orcid = ?2
            AND state = 2 AND code = 'deprecated' AND body IS NOT NULL";
        let mut primary = None;
        self.each_row(sql, params![run, orcid.as_str()], &mut |row| {
            let (packed, mut body): (Vec<u8>, _) = (row.get(0)?, Vec::new());
            if ZlibDecoder::new(packed.as_slice()).read_to_end(&mut body).is_ok() {
                primary = parse_stub(&body).and_then(|stub| stub.primary_orcid(orcid.as_str()));
            }
            Ok(())
        })?;
        Ok(primary)
    }
}
