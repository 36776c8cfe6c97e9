//! Sessions of browsers in the portal's database, so that a restart loses no flow. The database
//! has the digest of a session's id, and the content encrypted.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use tokio::task::spawn_blocking;
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use super::state::Portal;
use crate::connect::seal::{Digest, digest};
use orcid_api::time::SECOND;

/// The store of sessions that the layer of sessions uses.
#[derive(Debug, Clone)]
pub struct PortalSessions(pub Arc<Portal>);

fn key(id: &Id) -> Digest {
    digest(&id.0.to_string())
}

fn backend(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for PortalSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // Its id has 128 random bits, and meets no other.
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let content = serde_json::to_vec(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let (portal, key) = (self.0.clone(), key(&record.id));
        let expires = record.expiry_date.unix_timestamp().saturating_mul(SECOND);
        let saved = spawn_blocking(move || portal.connect.store.put_session(&key, &content, expires));
        saved.await.map_err(backend)?.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let (portal, key) = (self.0.clone(), key(id));
        let loaded = spawn_blocking(move || portal.connect.store.session(&key, portal.now()));
        let Some((content, expires)) = loaded.await.map_err(backend)?.map_err(backend)? else {
            return Ok(None);
        };
        let data: HashMap<String, Value> =
            serde_json::from_slice(&content).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(expires / SECOND).map_err(backend)?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let (portal, key) = (self.0.clone(), key(id));
        let removed = spawn_blocking(move || portal.connect.store.remove_session(&key));
        removed.await.map_err(backend)?.map_err(backend)
    }
}
