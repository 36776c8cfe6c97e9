//! The tokens that were given out, and what has become of them.
//!
//! A token is never forgotten: a test can ask why one no longer works.

use std::collections::HashMap;

use orcid_xml::Timestamp;

use super::clients::{ClientKind, Clients};
use super::clock::Clock;
use super::random::uuid;
use super::scopes::{implies, sorted};
use crate::instants::SECOND;

/// About twenty years: how long ORCID's tokens live.
pub const LIFE_SECONDS: i64 = 631_138_518;

/// What an access token permits, as the APIs see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub client_id: String,
    pub client_kind: ClientKind,
    /// Whose record it is for; `None` for a client's own token.
    pub orcid: Option<String>,
    pub scopes: Vec<String>,
    pub state: GrantState,
}

/// Whether a token still works, or why it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantState {
    Live,
    Expired,
    /// The person took the permission back. Such a token may still DELETE.
    UserRevoked,
    ClientRevoked,
    StaffRevoked,
    /// The code that it was given for came a second time.
    CodeReused,
    /// The client is locked or deactivated.
    ClientClosed,
}

/// A pair of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub access: String,
    /// `None` where none was given, and where it was used up.
    pub refresh: Option<String>,
    pub client_id: String,
    pub orcid: Option<String>,
    pub scopes: Vec<String>,
    pub expires: Timestamp,
    pub state: GrantState,
    /// The code that it was given for, or that its parent was.
    pub code: Option<String>,
    /// The access token that was refreshed into this one.
    pub parent: Option<String>,
}

/// All tokens, with the clients that they were given to.
#[derive(Debug, Default)]
pub struct Grants {
    pub clients: Clients,
    pub clock: Clock,
    pairs: Vec<Pair>,
    /// By either token the place of its pair.
    places: HashMap<String, usize>,
}

impl Grant {
    pub fn is_live(&self) -> bool {
        self.state == GrantState::Live
    }

    /// Whether its scopes permit what a scope stands for. It does not ask for the state.
    pub fn permits(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| implies(held, scope))
    }

    pub fn is_member(&self) -> bool {
        self.client_kind != ClientKind::Public
    }
}

impl Grants {
    /// What an access token permits; `None` if there never was such a token.
    pub(crate) fn check(&self, token: &str) -> Option<Grant> {
        let pair = self.pair_of(token).filter(|pair| pair.access == token)?;
        let client = self.clients.get(&pair.client_id)?;
        let state = if pair.state != GrantState::Live {
            pair.state
        } else if client.deactivated || client.locked {
            GrantState::ClientClosed
        } else if pair.expires <= self.clock.now() {
            GrantState::Expired
        } else {
            GrantState::Live
        };
        Some(Grant {
            client_id: pair.client_id.clone(),
            client_kind: client.kind,
            orcid: pair.orcid.clone(),
            scopes: pair.scopes.clone(),
            state,
        })
    }

    /// An access token without asking for it over the network.
    ///
    /// # Panics
    ///
    /// If the client is not registered.
    pub fn issue_for_test(&mut self, client: &str, orcid: Option<&str>, scopes: &[&str]) -> String {
        assert!(self.clients.get(client).is_some(), "{client} is not registered");
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.issue(client, orcid, sorted(scopes), LIFE_SECONDS, None).access
    }

    /// A new pair of tokens.
    pub(super) fn issue(
        &mut self,
        client: &str,
        orcid: Option<&str>,
        scopes: Vec<String>,
        life_seconds: i64,
        code: Option<&str>,
    ) -> Pair {
        let pair = Pair {
            access: uuid(),
            refresh: Some(uuid()),
            client_id: client.to_owned(),
            orcid: orcid.map(str::to_owned),
            scopes,
            expires: self.clock.now() + life_seconds * SECOND,
            state: GrantState::Live,
            code: code.map(str::to_owned),
            parent: None,
        };
        for token in [Some(&pair.access), pair.refresh.as_ref()].into_iter().flatten() {
            self.places.insert(token.clone(), self.pairs.len());
        }
        self.pairs.push(pair.clone());
        pair
    }

    /// A person removes a client from the trusted organizations: all its tokens die.
    pub fn user_revokes(&mut self, orcid: &str, client: &str) {
        self.end(GrantState::UserRevoked, |pair| {
            pair.orcid.as_deref() == Some(orcid) && pair.client_id == client
        });
    }

    /// Every token given so far dies; new ones may be asked for.
    pub fn expire_all(&mut self) {
        self.end(GrantState::Expired, |_| true);
    }

    /// How many access tokens were given out.
    pub fn issued(&self) -> u64 {
        self.pairs.len() as u64
    }

    /// All pairs, in the order in which they were given out.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// Every token that came of a code dies, those of refreshes included.
    pub(super) fn code_reused(&mut self, code: &str) {
        self.end(GrantState::CodeReused, |pair| pair.code.as_deref() == Some(code));
    }

    /// A client gives a pair back, by either of its tokens. `with_children` says whether what
    /// came of it by refreshing dies too.
    pub(super) fn client_revokes(&mut self, client: &str, token: &str, with_children: bool) {
        let named = self.pair_of(token).filter(|pair| pair.client_id == client);
        let Some(first) = named.map(|pair| pair.access.clone()) else { return };
        let mut ended = vec![first];
        while let Some(access) = ended.pop() {
            if with_children {
                let children = self.pairs.iter().filter(|pair| pair.parent.as_deref() == Some(&access));
                ended.extend(children.map(|pair| pair.access.clone()));
            }
            self.end(GrantState::ClientRevoked, |pair| pair.access == access);
        }
    }

    /// Ends one pair as if the client had revoked it.
    pub(super) fn replaced(&mut self, access: &str) {
        self.end(GrantState::ClientRevoked, |pair| pair.access == access);
    }

    /// The pair of an access token or of a refresh token, used up or not.
    pub(super) fn pair_of(&self, token: &str) -> Option<&Pair> {
        self.places.get(token).map(|place| &self.pairs[*place])
    }

    /// The pair of a refresh token that still works.
    pub(super) fn by_refresh_token(&self, refresh: &str) -> Option<&Pair> {
        self.pair_of(refresh).filter(|pair| pair.refresh.as_deref() == Some(refresh))
    }

    /// Lets the refresh token of a pair work no more.
    pub(super) fn use_up_refresh_token(&mut self, access: &str) {
        self.change(access, |pair| pair.refresh = None);
    }

    /// A pair that came of another one.
    pub(super) fn refreshed(&mut self, parent: &Pair, scopes: Vec<String>, life_seconds: i64) -> Pair {
        let child = self.issue(
            &parent.client_id,
            parent.orcid.as_deref(),
            scopes,
            life_seconds,
            parent.code.as_deref(),
        );
        self.change(&child.access, |pair| pair.parent = Some(parent.access.clone()))
    }

    /// An access token alone, as for the implicit flow.
    pub(super) fn without_refresh(&mut self, access: &str) -> Pair {
        self.change(access, |pair| pair.refresh = None)
    }

    fn change(&mut self, access: &str, change: impl FnOnce(&mut Pair)) -> Pair {
        let place = *self.places.get(access).expect("the caller has the token from here");
        let pair = &mut self.pairs[place];
        change(pair);
        pair.clone()
    }

    /// Tokens of a person that live, by client.
    pub fn live_of<'g>(&'g self, orcid: &'g str) -> impl Iterator<Item = &'g Pair> {
        let live =
            self.pairs.iter().filter(|pair| self.check(&pair.access).is_some_and(|grant| grant.is_live()));
        live.filter(move |pair| pair.orcid.as_deref() == Some(orcid))
    }

    /// Whether a person has granted a client exactly these scopes, sorted, and still does.
    pub(super) fn has_granted(&self, orcid: &str, client: &str, scopes: &[String]) -> bool {
        self.live_of(orcid).any(|pair| pair.client_id == client && pair.scopes == scopes)
    }

    fn end(&mut self, state: GrantState, concerned: impl Fn(&Pair) -> bool) {
        let live = self.pairs.iter_mut().filter(|pair| pair.state == GrantState::Live);
        live.filter(|pair| concerned(pair)).for_each(|pair| pair.state = state);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Client;
    use super::*;

    const CLIENT: &str = "APP-TEST000000000001";
    const PERSON: &str = "0000-0002-1825-0097";

    fn grants() -> Grants {
        let mut grants = Grants::default();
        grants.clients.register(Client::new(ClientKind::Premium, CLIENT, "secret"));
        grants
    }

    #[test]
    fn a_token_says_whose_it_is_and_what_it_permits() {
        let mut grants = grants();

        let token = grants.issue_for_test(CLIENT, Some(PERSON), &["openid", "/activities/update"]);

        let grant = grants.check(&token).unwrap();
        assert_eq!((grant.client_id.as_str(), grant.orcid.as_deref()), (CLIENT, Some(PERSON)));
        assert!(grant.is_live() && grant.is_member());
        for (scope, permitted) in [
            ("openid", true),
            ("/authenticate", true),
            ("/read-public", true),
            ("/activities/update", true),
            ("/read-limited", false),
            ("/activities/read-limited", false),
            ("/person/update", false),
        ] {
            assert_eq!(grant.permits(scope), permitted, "{scope}");
        }
        assert_eq!(grants.check("0"), None);
    }

    #[test]
    fn a_token_ends_by_time_person_or_client() {
        let mut grants = grants();
        let state = |grants: &Grants, token: &str| grants.check(token).unwrap().state;
        let one = grants.issue_for_test(CLIENT, Some(PERSON), &["/read-limited"]);
        let own = grants.issue_for_test(CLIENT, None, &["/read-public"]);

        grants.user_revokes(PERSON, CLIENT);

        assert_eq!(state(&grants, &one), GrantState::UserRevoked);
        assert_eq!(state(&grants, &own), GrantState::Live);
        grants.clients.get_mut(CLIENT).unwrap().deactivated = true;
        assert_eq!(state(&grants, &own), GrantState::ClientClosed);
        grants.clients.get_mut(CLIENT).unwrap().deactivated = false;
        grants.clock.advance(LIFE_SECONDS + 1);
        assert_eq!(state(&grants, &own), GrantState::Expired);
    }
}
