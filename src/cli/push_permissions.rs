//! The permissions that `push` uses: those that people gave in the portal, or a table of tokens.

use std::collections::HashMap;
use std::path::Path;

use super::connect_args::{StateArgs, now};
use super::failure::Failure;
use crate::connect::{ConnectError, PersonState, StateFolder, Store};
use crate::push::{PermissionError, Permissions};
use orcid_api::oauth::{Issuer, IssuerKind};
use orcid_api::{Choice, Host, Secret};

/// What people have permitted in the portal, for one client.
pub struct PortalPermissions {
    store: Store,
    client_id: String,
    /// iDs by mail address; `None` where two people have the address.
    orcids: HashMap<String, Option<String>>,
}

impl PortalPermissions {
    /// Opens the state of a portal; `None` if no portal has kept its state there.
    pub fn open(
        state: &Path,
        key_file: Option<&Path>,
        client_id: &str,
        host: &Host,
    ) -> Result<Option<Self>, Failure> {
        if !StateFolder::is_at(state) {
            return Ok(None);
        }
        let store = StateArgs::of(state.to_owned(), key_file.map(Path::to_owned)).open(None)?;
        refuse_other_server(store.folder().issuer(), host)?;
        let mut orcids: HashMap<String, Option<String>> = HashMap::new();
        for person in store.people()? {
            let is_connected = person.state == PersonState::Connected && !person.email.is_empty();
            let Some(orcid) = person.orcid.filter(|_| is_connected) else { continue };
            let entry = orcids.entry(person.email.to_lowercase());
            entry.and_modify(|found| *found = None).or_insert(Some(orcid));
        }
        Ok(Some(Self { store, client_id: client_id.to_owned(), orcids }))
    }
}

/// Tokens go only to the server that gave them.
fn refuse_other_server(issuer: &Issuer, host: &Host) -> Result<(), Failure> {
    let own = |sandbox| Host::new(&Choice { sandbox, member: true, ..Choice::default() });
    let (production, sandbox) = (own(false)?, own(true)?);
    let is_right = match issuer.kind() {
        IssuerKind::Production => host.api == production.api,
        IssuerKind::Sandbox => host.api == sandbox.api,
        IssuerKind::Local => host.api != production.api && host.api != sandbox.api,
    };
    if is_right {
        return Ok(());
    }
    Err(Failure::new(
        format!("the tokens in the state folder are from {issuer}, and not for {}", host.api),
        "give --sandbox or --api-url for the server that the portal works with, or another --state",
    ))
}

fn fault(error: ConnectError) -> PermissionError {
    PermissionError { what: error.to_string(), source: Some(Box::new(error)) }
}

impl Permissions for PortalPermissions {
    fn token(&self, orcid: &str, scope: &str) -> Result<Option<Secret>, PermissionError> {
        self.store.token_for(orcid, &self.client_id, scope, now()).map_err(fault)
    }

    fn token_to_delete(&self, orcid: &str, scope: &str) -> Result<Option<Secret>, PermissionError> {
        let tokens = self.store.tokens_to_delete(orcid, &self.client_id).map_err(fault)?;
        Ok(tokens.filter(|tokens| tokens.link.grants(scope)).map(|tokens| tokens.access))
    }

    fn lost(&self, orcid: &str) -> Result<(), PermissionError> {
        self.store.lose(orcid, now()).map(|_| ()).map_err(fault)
    }

    fn orcid_of(&self, email: &str) -> Result<Option<String>, PermissionError> {
        Ok(self.orcids.get(&email.to_lowercase()).cloned().flatten())
    }
}
