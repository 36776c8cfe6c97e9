//! `orcidlake connect serve`.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::BoolishValueParser;
use serde_json::json;

use super::connect_args::{IssuerArgs, OauthArgs, StateArgs, secret_file};
use super::connect_settings::{PermissionArgs, PortalArgs, SignOnArgs};
use super::convert::stop_on_signals;
use super::failure::Failure;
use super::output::print_json;
use super::{Common, Done};
use crate::connect::{Connect, ConnectError, Portal, serve};
use crate::refresh::log_to;
use orcid_api::{Secret, SystemClock};

/// systemd's credential with the administrator's password.
const PASSWORD_CREDENTIAL: &str = "connect-admin-password";

/// Serve the portal in which people connect their iDs.
///
/// It listens for http; people reach it by https through a reverse proxy. The callback URL to
/// register with ORCID is printed at the start.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The address and port to listen on.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", env = "ORCIDLAKE_LISTEN")]
    listen: SocketAddr,
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    issuer: IssuerArgs,
    #[command(flatten)]
    client: OauthArgs,
    #[command(flatten)]
    portal: PortalArgs,
    #[command(flatten)]
    permissions: PermissionArgs,
    #[command(flatten)]
    sign_on: SignOnArgs,
    /// Let ORCID tell of changes of connected records, by webhooks; for premium members. Then
    /// --public-url must be reachable from the internet.
    #[arg(long, env = "ORCIDLAKE_WEBHOOKS", value_parser = BoolishValueParser::new())]
    webhooks: bool,
    /// A file that holds the administrator's password. If not given, systemd's credential
    /// connect-admin-password; without either there are no pages for an administrator.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_ADMIN_PASSWORD_FILE")]
    admin_password_file: Option<PathBuf>,
    /// Append a line for each request to ORCID, and for each fault, to this file.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_LOG_FILE")]
    log_file: Option<PathBuf>,
}

pub fn run(args: &Args, common: &Common) -> Result<Done, Failure> {
    let log = args.log_file.as_deref().map(log_to).transpose()?;
    let issuer = args.issuer.issuer()?;
    let mut settings = args.permissions.add_to(args.portal.settings()?)?;
    settings.sign_on = args.sign_on.sign_on()?;
    settings.webhooks = args.webhooks;
    let password = secret_file(args.admin_password_file.as_deref(), PASSWORD_CREDENTIAL);
    let password = password.map(|file| Secret::read(&file)).transpose()?;
    let client = args.client.client(&issuer)?;
    let listener = TcpListener::bind(args.listen)
        .map_err(|source| ConnectError::Listen { address: args.listen.to_string(), source })?;
    let address = listener.local_addr()?;
    let store = args.state.open_or_create(&issuer, common)?;
    let redirect_uri = settings.redirect_uri(issuer.kind());
    let public_url = settings.public_url.clone();
    let portal =
        Portal::new(Connect { store, client, settings }, password, Box::new(SystemClock::default()))?;
    let stop = stop_on_signals()?;
    if common.json {
        print_json(&json!({
            "listening": address.to_string(),
            "public_url": public_url,
            "redirect_uri": redirect_uri,
            "issuer": issuer.url(),
        }))?;
    } else if !common.quiet {
        tell!("listening on {address} for {public_url}, with {issuer}");
        tell!("register this redirect URI with ORCID: {redirect_uri}");
    }
    serve(&Arc::new(portal), listener, &stop)?;
    if let Some(error) = log.and_then(|log| log.fault()) {
        tell!("warning: the log is incomplete, because writing failed: {error}");
    }
    Ok(Done::All)
}
