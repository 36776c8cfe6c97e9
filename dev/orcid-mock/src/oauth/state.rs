//! All that the authorization server holds.

use super::clients::{Client, ClientKind};
use super::grants::Grants;

/// The client that each server knows from the start: one for the public API.
pub const CLIENT_ID: &str = "APP-LOCALLOCALLOCAL0";
pub const CLIENT_SECRET: &str = "5ec2e75e-0000-4000-8000-10ca110ca110";

/// The authorization server.
#[derive(Debug)]
pub struct Oauth {
    pub grants: Grants,
}

impl Default for Oauth {
    fn default() -> Oauth {
        let mut grants = Grants::default();
        grants.clients.register(Client::new(ClientKind::Public, CLIENT_ID, CLIENT_SECRET));
        Oauth { grants }
    }
}
