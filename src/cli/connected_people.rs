//! The people of the portal, for a refresh that reads their records with their own tokens.

use crate::connect::{ConnectError, Link, Store};
use crate::refresh::{ConnectedPeople, StateFault};
use orcid_api::Secret;
use orcid_xml::{Orcid, Timestamp};

use super::connect_args::now;

/// The permission to read what is limited.
const READ_LIMITED: &str = "/read-limited";

/// Connected people by the portal's state.
#[derive(Debug)]
pub struct PortalPeople(pub Store);

impl PortalPeople {
    /// The link of a person who permits it now.
    fn permission(&self, orcid: &str) -> Result<Option<Link>, ConnectError> {
        Ok(self.0.link_of_orcid(orcid)?.filter(|link| link.permits(READ_LIMITED, now())))
    }
}

impl ConnectedPeople for PortalPeople {
    fn orcids(&self) -> Result<Vec<Orcid>, StateFault> {
        let mut permit = Vec::new();
        for orcid in self.0.connected_orcids()? {
            if self.permission(&orcid)?.is_some() {
                permit.extend(Orcid::new(&orcid));
            }
        }
        Ok(permit)
    }

    fn token(&self, orcid: Orcid) -> Result<Option<Secret>, StateFault> {
        let Some(link) = self.permission(orcid.as_str())? else { return Ok(None) };
        Ok(self.0.tokens(orcid.as_str(), &link.client_id)?.map(|tokens| tokens.access))
    }

    fn lost(&self, orcid: Orcid) -> Result<(), StateFault> {
        self.0.lose(orcid.as_str(), now())?;
        Ok(())
    }

    fn marked(&self) -> Result<Vec<Orcid>, StateFault> {
        Ok(self.0.marked()?.into_iter().filter_map(|(orcid, _)| Orcid::new(&orcid)).collect())
    }

    fn clear_marks(&self, orcids: &[Orcid], read_from: Timestamp) -> Result<(), StateFault> {
        for orcid in orcids {
            self.0.clear_mark(orcid.as_str(), read_from)?;
        }
        Ok(())
    }
}
