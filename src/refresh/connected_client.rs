//! Asks the Member API about each person with the person's own token, and with no other.

use std::sync::Arc;

use super::connected::ConnectedPeople;
use orcid_api::{ApiError, Client, Fault, Host, HttpClient, Reply, Secret};
use orcid_xml::{Orcid, Timestamp};

/// The code of a request that was not sent, because the person no longer permits it.
pub const NO_PERMISSION: &str = "no-permission";
/// The code of a request that was not sent, because the state of connected people cannot be read.
pub const NO_STATE: &str = "no-state";

/// A client that takes the token of the person whom a path names.
#[derive(Debug)]
pub struct ConnectedClient {
    http: HttpClient,
    people: Arc<dyn ConnectedPeople>,
}

impl ConnectedClient {
    pub fn new(http: HttpClient, people: Arc<dyn ConnectedPeople>) -> Self {
        Self { http, people }
    }

    fn token(&self, orcid: Orcid) -> Result<Secret, Fault> {
        match self.people.token(orcid) {
            Ok(Some(token)) => Ok(token),
            Ok(None) => Err(Fault { code: NO_PERMISSION, what: format!("{orcid} is not connected") }),
            Err(fault) => Err(Fault { code: NO_STATE, what: fault.to_string() }),
        }
    }
}

/// The person whom a path names, as in `/0000-0002-1825-0097/record`.
fn owner(path: &str) -> Option<Orcid> {
    path.strip_prefix('/')?.split('/').next().and_then(Orcid::new)
}

impl Client for ConnectedClient {
    fn get(&self, path: &str) -> Result<Reply, Fault> {
        let Some(orcid) = owner(path) else { return self.http.get_with(path, None) };
        let token = self.token(orcid)?;
        let reply = self.http.get_with(path, Some(&token))?;
        if reply.status != 401 {
            return Ok(reply);
        }
        // The person may have given a new permission meanwhile, whose token replaces this one.
        let newer = self.token(orcid)?;
        if newer == token { Ok(reply) } else { self.http.get_with(path, Some(&newer)) }
    }

    fn renew(&self, _: Timestamp, _: Timestamp) -> Result<bool, ApiError> {
        Err(ApiError::Refused { what: "only a person can give a new one".to_owned() })
    }

    fn client_id(&self) -> Option<String> {
        None
    }

    fn host(&self) -> &Host {
        self.http.host()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_one_person_or_nobody() {
        let one = Orcid::new("0000-0002-1825-0097");
        for (path, expected) in [
            ("/0000-0002-1825-0097/record", one),
            ("/0000-0002-1825-0097/works/1,2", one),
            ("/pubStatus", None),
            ("/search?q=orcid:0000-0002-1825-0097", None),
            ("0000-0002-1825-0097/record", None),
        ] {
            assert_eq!(owner(path), expected, "{path}");
        }
    }
}
