//! All that the authorization server holds.

use super::accounts::{Account, Session, Sessions};
use super::clients::{Client, ClientKind};
use super::codes::Codes;
use super::grants::Grants;
use super::id_token::IdTokenFault;
use super::keys::Keys;
use super::log::TokenLog;
use super::switches::Switches;
use crate::world::World;

/// The client that each server knows from the start: one for the public API.
pub const CLIENT_ID: &str = "APP-LOCALLOCALLOCAL0";
pub const CLIENT_SECRET: &str = "5ec2e75e-0000-4000-8000-10ca110ca110";
/// The member's client of the program; it has no registered address at first.
pub const MEMBER_ID: &str = "APP-LOCALMEMBERLOCAL";
pub const MEMBER_SECRET: &str = "5ec2e75e-0001-4000-8000-10ca110ca110";

/// The authorization server.
#[derive(Debug)]
pub struct Oauth {
    /// `http://127.0.0.1:PORT` unless a test says otherwise; without a slash at its end.
    pub issuer: String,
    pub grants: Grants,
    pub codes: Codes,
    /// Who can sign in, beside those whose records the world has.
    pub accounts: Vec<Account>,
    pub sessions: Sessions,
    pub switches: Switches,
    pub keys: Keys,
    /// What is wrong with the next identity tokens.
    pub id_token_fault: Option<IdTokenFault>,
    pub log: TokenLog,
}

impl Oauth {
    pub fn new(issuer: &str) -> Oauth {
        let mut grants = Grants::default();
        grants.clients.register(Client::new(ClientKind::Public, CLIENT_ID, CLIENT_SECRET));
        grants.clients.register(Client::new(ClientKind::Premium, MEMBER_ID, MEMBER_SECRET));
        Oauth {
            issuer: issuer.to_owned(),
            grants,
            codes: Codes::default(),
            accounts: Vec::new(),
            sessions: Sessions::default(),
            switches: Switches::default(),
            keys: Keys::default(),
            id_token_fault: None,
            log: TokenLog::default(),
        }
    }

    /// Registers a client, or replaces the one with its id.
    pub fn register(&mut self, client: Client) {
        self.grants.clients.register(client);
    }

    /// Who signs in with an iD: somebody with an account, or with a record in the world.
    pub fn account(&self, world: &World, orcid: &str) -> Option<Account> {
        let own = self.accounts.iter().find(|account| account.orcid == orcid).cloned();
        own.or_else(|| {
            let person = world.get(orcid_xml::Orcid::new(orcid)?)?;
            Some(Account::of(orcid, person))
        })
    }

    /// Adds somebody who can sign in, with a record if there is none yet.
    pub fn settle(&mut self, world: &mut World, account: Account) {
        account.enter(world);
        self.accounts.retain(|known| known.orcid != account.orcid);
        self.accounts.push(account);
    }

    /// Who is signed in where a cookie comes from.
    pub fn session(&self, cookie: &str) -> Option<&Session> {
        self.sessions.get(cookie)
    }
}
