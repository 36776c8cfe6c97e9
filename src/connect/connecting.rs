//! The way of a connection: a person is sent to ORCID, and an answer comes back.
//!
//! An answer counts once, in the session that asked, within half an hour; everything else is a
//! stranger's and leads to no request. Nothing is kept unless every check has passed: the token
//! answer names a person, and its `id_token` is right. It knows no pages.

use super::error::ConnectError;
use super::seal::{Digest, digest, random_word};
use super::settings::{Choice, FLOW_LIFE, Settings};
use super::store::{Event, Flow, Kept, NewFlow, NewPermission, Person, Store};
use orcid_api::Secret;
use orcid_api::oauth::{Authorize, IdTokenFault, OauthClient, OauthError, Prefill, TokenAnswer};
use orcid_xml::Timestamp;

/// Bytes of a code or a state that are looked at.
const MAX_WORD_BYTES: usize = 2_048;

/// What connects people: the state, the client of ORCID, and the institution's settings.
#[derive(Debug)]
pub struct Connect {
    pub store: Store,
    pub client: OauthClient,
    pub settings: Settings,
}

/// What is to be done for a person who wants to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Send the person to this address at ORCID.
    Goto(String),
    /// The person has given all that would be asked for.
    Present,
}

/// What came back from ORCID, in the query of the callback.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub code: Option<Secret>,
    pub state: Option<String>,
    /// The name of an error, such as `access_denied`.
    pub error: Option<String>,
}

/// What an answer came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Connected,
    Renewed,
    /// The person has another iD already; somebody must confirm.
    ToConfirm,
    /// The iD belongs to another person of the institution.
    Taken,
    Denied,
    /// ORCID did not accept what was asked for.
    Refused,
    /// It did not work, and may work another time.
    TryAgain,
    /// No session asked for this answer.
    Stranger,
}

impl Connect {
    /// Begins to connect a person in a session. `renews` asks again for what is there already.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn begin(
        &self,
        person: &Person,
        session: &Digest,
        choice: Choice,
        renews: bool,
        language: &str,
        now: Timestamp,
    ) -> Result<Begun, ConnectError> {
        let scope = self.settings.scope_of(choice);
        let links = self.store.links(person.id)?;
        let is_there =
            links.iter().any(|link| link.client_id == self.client.client_id() && link.permits(&scope, now));
        if is_there && !renews {
            return Ok(Begun::Present);
        }
        let (state, nonce) = (random_word()?, random_word()?);
        let flow = NewFlow {
            state_digest: &digest(&state),
            session_digest: session,
            person: person.id,
            nonce: &nonce,
            scope: &scope,
            expires: now + FLOW_LIFE,
        };
        self.store.begin_flow(&flow, now)?;
        let details = &person.details;
        let authorize = Authorize {
            client_id: self.client.client_id(),
            scope: &scope,
            redirect_uri: &self.settings.redirect_uri(self.client.issuer().kind()),
            state: &state,
            nonce: &nonce,
            must_sign_in: self.settings.must_sign_in,
            prefill: Prefill {
                orcid: details.listed_orcid.as_deref(),
                // What is empty is left out.
                email: Some(&details.email),
                given_names: Some(&details.given_names),
                family_names: Some(&details.family_names),
                language: Some(language),
            },
        };
        Ok(Begun::Goto(self.client.authorize_url(&authorize)))
    }

    /// Ends what [`Connect::begin`] has begun.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails; what ORCID does wrong is an [`Outcome`].
    pub fn complete(&self, session: &Digest, reply: &Reply, now: Timestamp) -> Result<Outcome, ConnectError> {
        let flow = match &reply.state {
            Some(state) if state.len() <= MAX_WORD_BYTES => {
                self.store.take_flow(&digest(state), session, now)?
            }
            Some(_) => None,
            // Some of ORCID's errors bear no state. They cannot give anything to anybody.
            None if reply.code.is_none() => self.store.take_newest_flow(session, now)?,
            None => None,
        };
        let Some(flow) = flow else { return Ok(Outcome::Stranger) };
        match (&reply.code, &reply.error) {
            (Some(code), None) if code.reveal().len() <= MAX_WORD_BYTES => self.exchange(&flow, code, now),
            (_, Some(error)) => self.note_refusal(&flow, error, now),
            _ => self.failed(&flow, "the answer holds no code", now),
        }
    }

    fn note_refusal(&self, flow: &Flow, error: &str, now: Timestamp) -> Result<Outcome, ConnectError> {
        let (event, outcome, detail) = match error {
            "access_denied" => (Event::Denied, Outcome::Denied, ""),
            "invalid_scope" => (Event::Failed, Outcome::Refused, "invalid_scope"),
            "login_required" => (Event::Failed, Outcome::TryAgain, "login_required"),
            "interaction_required" => (Event::Failed, Outcome::TryAgain, "interaction_required"),
            "unsupported_response_type" => (Event::Failed, Outcome::Refused, "unsupported_response_type"),
            _ => (Event::Failed, Outcome::TryAgain, "an unknown error"),
        };
        self.store.note_denied(flow.person, event, detail, now)?;
        Ok(outcome)
    }

    fn exchange(&self, flow: &Flow, code: &Secret, now: Timestamp) -> Result<Outcome, ConnectError> {
        let redirect_uri = self.settings.redirect_uri(self.client.issuer().kind());
        let answer = match self.client.exchange(code, &redirect_uri) {
            Ok(answer) => answer,
            Err(error) => return self.failed(flow, &error.to_string(), now),
        };
        if let Err(error) = self.check(flow, &answer, now) {
            // A token that nobody may use is given back.
            let given_back = self.client.revoke(&answer.access_token);
            tracing::warn!(%error, revoked = given_back.is_ok(), "an answer was refused");
            return self.failed(flow, &error.to_string(), now);
        }
        let Some(orcid) = answer.orcid else { return self.failed(flow, "the answer names nobody", now) };
        let permission = NewPermission {
            person: flow.person,
            orcid,
            answer: &answer,
            asked_scope: &flow.scope,
            client_id: self.client.client_id(),
            issuer: self.client.issuer().url(),
        };
        Ok(match self.store.keep_permission(&permission, now)? {
            Kept::Connected => Outcome::Connected,
            Kept::Renewed => Outcome::Renewed,
            Kept::ToConfirm => Outcome::ToConfirm,
            Kept::Taken => Outcome::Taken,
        })
    }

    /// Checks that the answer belongs to this request, and to the person whom it names.
    fn check(&self, flow: &Flow, answer: &TokenAnswer, now: Timestamp) -> Result<(), OauthError> {
        let token = answer.id_token.as_ref().ok_or(OauthError::IdToken(IdTokenFault::Missing))?;
        let orcid = answer.orcid.ok_or(OauthError::IdToken(IdTokenFault::Subject))?;
        self.client.check_id_token(token, &flow.nonce, orcid, now).map(|_| ())
    }

    fn failed(&self, flow: &Flow, why: &str, now: Timestamp) -> Result<Outcome, ConnectError> {
        tracing::warn!(why, "a connection failed");
        self.store.note_denied(flow.person, Event::Failed, why, now)?;
        Ok(Outcome::TryAgain)
    }
}
