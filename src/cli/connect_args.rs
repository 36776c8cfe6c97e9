//! What the commands of `orcidlake connect` share: the state, the authorization server, the client.

use std::path::{Path, PathBuf};

use clap::builder::BoolishValueParser;

use super::Common;
use super::auth::{TimeoutArg, USER_AGENT, parse_client_id};
use super::failure::Failure;
use crate::connect::{ConnectError, KeyRing, StateFolder, Store};
use orcid_api::oauth::{Issuer, OauthClient};
use orcid_api::{Clock, Credentials, Host, Secret, SystemClock};
use orcid_xml::Timestamp;

/// The folder of systemd's credentials, and the names of those that are used if no file is named.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
const KEY_CREDENTIAL: &str = "connect-keys";
const SECRET_CREDENTIAL: &str = "orcid-client-secret";

/// The path of the Member API's version.
const VERSION_PATH: &str = "/v3.0";

/// Where the state lies, and the keys of its secrets.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "State")]
pub struct StateArgs {
    /// The folder of the portal's state; only its owner can enter it. It belongs to one
    /// authorization server.
    #[arg(long, value_name = "DIR", env = "ORCIDLAKE_STATE")]
    state: PathBuf,
    /// The file of the keys that encrypt tokens, outside of the state folder. If not given,
    /// systemd's credential connect-keys.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_KEY_FILE")]
    key_file: Option<PathBuf>,
}

/// The authorization server.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Whom to ask")]
pub struct IssuerArgs {
    /// Use ORCID's sandbox.
    #[arg(long, env = "ORCIDLAKE_SANDBOX", value_parser = BoolishValueParser::new())]
    sandbox: bool,
    /// Use another authorization server, such as orcid-mock at http://127.0.0.1:8000.
    #[arg(long, value_name = "URL", env = "ORCIDLAKE_ISSUER", conflicts_with = "sandbox")]
    issuer: Option<String>,
}

/// The client of ORCID.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Who asks")]
pub struct OauthArgs {
    /// The client id, such as APP-ABCDEFGHIJKLMNOP.
    #[arg(long, value_name = "ID", env = "ORCIDLAKE_CLIENT_ID", value_parser = parse_client_id)]
    client_id: String,
    /// A file that holds the client's secret, or - for standard input. If not given, systemd's
    /// credential orcid-client-secret.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_CLIENT_SECRET_FILE")]
    client_secret_file: Option<PathBuf>,
    /// A mail address or URL for the user agent, so that ORCID can reach you.
    #[arg(long, value_name = "TEXT", env = "ORCIDLAKE_CONTACT")]
    contact: Option<String>,
    #[command(flatten)]
    wait: TimeoutArg,
}

/// The time of day.
pub fn now() -> Timestamp {
    SystemClock::default().wall()
}

/// A secret's file: the one that is named, or systemd's credential.
pub fn secret_file(named: Option<&Path>, credential: &str) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(|| {
        let folder = std::env::var_os(CREDENTIALS).filter(|folder| !folder.is_empty())?;
        Some(Path::new(&folder).join(credential)).filter(|file| file.is_file())
    })
}

impl StateArgs {
    /// A state that another option names.
    pub fn of(state: PathBuf, key_file: Option<PathBuf>) -> Self {
        Self { state, key_file }
    }

    /// The state, made where it is not there yet, with a key file if that is not there either.
    pub fn open_or_create(&self, issuer: &Issuer, common: &Common) -> Result<Store, Failure> {
        let file = self.key_file()?;
        let folder = StateFolder::open_or_create(&self.state, issuer)?;
        self.refuse_key_inside(&file)?;
        let ring = match KeyRing::open(&file) {
            // A database that is there has secrets of a key that is lost.
            Err(ConnectError::NoKey { .. }) if !folder.database().exists() => {
                let ring = KeyRing::create(&file)?;
                if !common.quiet {
                    tell!("made the key file {}; keep a copy of it at a safe place", file.display());
                }
                ring
            }
            ring => ring?,
        };
        Ok(Store::open(folder, ring)?)
    }

    /// The state that is there.
    pub fn open(&self, issuer: Option<&Issuer>) -> Result<Store, Failure> {
        let file = self.key_file()?;
        let folder = StateFolder::open(&self.state, issuer)?;
        self.refuse_key_inside(&file)?;
        Ok(Store::open(folder, KeyRing::open(&file)?)?)
    }

    fn key_file(&self) -> Result<PathBuf, Failure> {
        secret_file(self.key_file.as_deref(), KEY_CREDENTIAL).ok_or_else(|| {
            Failure::new(
                "no key file is named",
                "give --key-file FILE, outside of the state folder; the first command makes it",
            )
        })
    }

    /// Who copies the folder would have the keys too.
    fn refuse_key_inside(&self, file: &Path) -> Result<(), Failure> {
        let above = std::path::absolute(file)?;
        let above = above.parent().and_then(|folder| folder.canonicalize().ok());
        let state = self.state.canonicalize()?;
        if above.is_some_and(|folder| folder.starts_with(state)) {
            return Err(Failure::new(
                format!("the key file {} lies in the state folder", file.display()),
                "give --key-file a path elsewhere: a copy of the folder must not hold its keys",
            ));
        }
        Ok(())
    }
}

impl IssuerArgs {
    /// The authorization server that is meant.
    pub fn issuer(&self) -> Result<Issuer, Failure> {
        Ok(match &self.issuer {
            Some(url) => Issuer::at(url)?,
            None if self.sandbox => Issuer::sandbox(),
            None => Issuer::production(),
        })
    }
}

impl OauthArgs {
    /// The client.
    pub fn client(&self, issuer: &Issuer) -> Result<OauthClient, Failure> {
        let file = secret_file(self.client_secret_file.as_deref(), SECRET_CREDENTIAL).ok_or_else(|| {
            Failure::new(
                "the client's secret is not given",
                "give --client-secret-file FILE, or - for standard input",
            )
        })?;
        let credentials =
            Credentials { client_id: self.client_id.clone(), client_secret: Secret::read(&file)? };
        let (contact, timeout) = (self.contact.as_deref(), self.wait.duration());
        Ok(OauthClient::new(issuer.clone(), credentials, USER_AGENT, contact, timeout)?)
    }
}

/// The Member API of the server that people signed in at.
pub fn member_host(issuer: &Issuer) -> Host {
    Host {
        api: format!("{}{VERSION_PATH}", issuer.member_api_url()),
        token_url: issuer.token_url(),
        is_member: true,
    }
}
