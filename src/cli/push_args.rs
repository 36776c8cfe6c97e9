//! The options of `orcidlake push`, and the settings that they make.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;

use super::auth::{TimeoutArg, parse_client_id};
use super::connect_args::member_host;
use super::failure::Failure;
use crate::connect::StateFolder;
use crate::push::{Options, Settings};
use orcid_api::{Choice, Host, RetryPolicy};

/// Requests a second that ORCID allows a member.
const HIGHEST_RATE: f64 = 24.0;

/// Write items to the ORCID records of people who have permitted it.
///
/// Writes affiliations, works, fundings, peer reviews, research resources, other names, keywords,
/// researcher URLs, addresses and external identifiers through ORCID's Member API. ITEMS are tables
/// with the columns of ORCID's Affiliation Manager or of the NZ ORCID Hub, tables of the columns orcid
/// and file, ORCID's XML or JSON, JSON lines, or folders of these. Each row is checked before
/// anything is sent. A row is added once, changed when it changes, and not sent if nothing has
/// changed; the folder of --state keeps what was sent. Run the same command again after it was
/// stopped or killed: nothing is written twice. docs/push.md has an example of each input.
///
/// Exit status: 0 every row is as asked for, 1 some rows are not, which the report names with
/// reasons, 2 failed or stopped.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Tables, documents or folders of items.
    #[arg(value_name = "ITEMS", required_unless_present = "status")]
    pub items: Vec<PathBuf>,
    /// The folder that keeps what was sent, for its owner only; made if it is missing. Sandbox and
    /// registry need a folder each.
    #[arg(long, value_name = "DIR", env = "ORCIDLAKE_STATE")]
    pub state: PathBuf,
    /// Check all rows and say what would be done; send and change nothing.
    #[arg(long, env = "ORCIDLAKE_DRY_RUN", value_parser = BoolishValueParser::new())]
    pub dry_run: bool,
    /// Print the state of every row that was pushed with this folder, and stop.
    #[arg(long)]
    pub status: bool,
    /// Delete the items of all rows, as far as this client has added them.
    #[arg(long, env = "ORCIDLAKE_DELETE", value_parser = BoolishValueParser::new())]
    delete: bool,
    /// Add again what people have removed from their records.
    #[arg(long, env = "ORCIDLAKE_ADD_REMOVED", value_parser = BoolishValueParser::new())]
    add_removed: bool,
    /// Send again what ORCID has refused, even if the row has not changed.
    #[arg(long, env = "ORCIDLAKE_RETRY_REFUSED", value_parser = BoolishValueParser::new())]
    retry_refused: bool,
    /// The file for the report, a CSV table with a line for each row; if not given, or -, standard
    /// output.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_REPORT")]
    pub report: Option<PathBuf>,
    /// A table of tokens with the columns orcid, token, scopes, and if wanted email; only its owner
    /// may be able to read it (mode 0600).
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_TOKENS")]
    pub tokens: Option<PathBuf>,
    /// The key file of the portal, if the folder of --state is the one of `orcidlake connect serve` and
    /// tokens come from there. If not given, systemd's credential connect-keys.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_KEY_FILE")]
    pub key_file: Option<PathBuf>,
    /// A release of ROR: organizations without an id get the ROR id of the organisation whose name
    /// and place are exactly theirs.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_ROR_RELEASE")]
    pub ror_release: Option<PathBuf>,
    /// The client id in whose name items are written, such as APP-ABCDEFGHIJKLMNOP.
    #[arg(long, value_name = "ID", env = "ORCIDLAKE_CLIENT_ID", value_parser = parse_client_id)]
    client_id: Option<String>,
    /// Use ORCID's sandbox.
    #[arg(long, env = "ORCIDLAKE_SANDBOX", value_parser = BoolishValueParser::new())]
    sandbox: bool,
    /// Use another server; /v3.0 is added if the URL has no path. Without this and --sandbox, items are
    /// written to the server of the portal whose state is given, or else to ORCID's registry.
    #[arg(long, value_name = "URL", env = "ORCIDLAKE_API_URL")]
    api_url: Option<String>,
    /// Append a line for each request to this file.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_LOG_FILE")]
    pub log_file: Option<PathBuf>,
    #[command(flatten)]
    pace: PaceArgs,
}

/// How fast, and how patient.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "How fast")]
struct PaceArgs {
    /// Requests a second, at most 24, which is what ORCID allows a member.
    #[arg(long, value_name = "N", default_value_t = HIGHEST_RATE, env = "ORCIDLAKE_PUSH_RATE", value_parser = parse_rate)]
    rate: f64,
    /// People whose rows are sent at one time.
    #[arg(long, value_name = "N", default_value_t = 8, env = "ORCIDLAKE_WORKERS", value_parser = clap::value_parser!(u16).range(1..=64))]
    workers: u16,
    /// Tries of one request before its row is left to the next run.
    #[arg(long, value_name = "N", default_value_t = 6, env = "ORCIDLAKE_TRIES", value_parser = clap::value_parser!(u32).range(1..=100))]
    tries: u32,
    /// Milliseconds before the second try; the wait doubles with each.
    #[arg(long, value_name = "MS", default_value_t = 1_000, env = "ORCIDLAKE_RETRY_WAIT")]
    retry_wait: u64,
    /// Seconds for which a server may be down before the run ends.
    #[arg(long, value_name = "SECONDS", default_value_t = 900, env = "ORCIDLAKE_OUTAGE_TIMEOUT")]
    outage_timeout: u64,
    /// Milliseconds for which a request without an answer may still be under way at the server; then
    /// it is looked up whether the item was added.
    #[arg(long, value_name = "MS", default_value_t = 10_000, env = "ORCIDLAKE_SETTLE")]
    settle: u64,
    #[command(flatten)]
    wait: TimeoutArg,
    /// A mail address or URL for the user agent, so that ORCID can reach you.
    #[arg(long, value_name = "TEXT", env = "ORCIDLAKE_CONTACT")]
    contact: Option<String>,
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| (0.001..=HIGHEST_RATE).contains(rate));
    rate.ok_or_else(|| format!("\"{text}\" is not a number of requests a second up to {HIGHEST_RATE}"))
}

impl Args {
    /// Where items are written: at the server that the portal works with, if people's permissions come
    /// from its state, and no other is named.
    pub fn host(&self) -> Result<Host, Failure> {
        let is_named = self.sandbox || self.api_url.is_some() || self.tokens.is_some();
        let host = match StateFolder::is_at(&self.state) && !is_named {
            true => member_host(StateFolder::open(&self.state, None)?.issuer()),
            false => Host::new(&Choice {
                sandbox: self.sandbox,
                member: true,
                api_url: self.api_url.clone(),
                token_url: None,
            })?,
        };
        if host.sends_secrets_in_the_clear() {
            tell!("warning: tokens travel unencrypted to {}", host.api);
        }
        Ok(host)
    }

    /// What the library is asked to do.
    pub fn settings(&self, host: &Host) -> Result<Settings, Failure> {
        let client_id = self.client_id.clone().ok_or_else(|| {
            let hint =
                "give --client-id, the one that the tokens were given to: only its own items are changed";
            Failure::new("it is not said in whose name items are written", hint)
        })?;
        let mut settings = Settings::new(self.state.clone(), host.api.clone(), client_id);
        settings.options =
            Options { delete: self.delete, add_removed: self.add_removed, retry_refused: self.retry_refused };
        settings.rate = self.pace.rate;
        settings.threads = usize::from(self.pace.workers);
        settings.retry_policy = RetryPolicy {
            tries: self.pace.tries,
            first_wait: Duration::from_millis(self.pace.retry_wait),
            outage_timeout: Duration::from_secs(self.pace.outage_timeout),
        };
        settings.settle = Duration::from_millis(self.pace.settle);
        Ok(settings)
    }

    pub fn timeout(&self) -> Duration {
        self.pace.wait.duration()
    }

    pub fn contact(&self) -> Option<&str> {
        self.pace.contact.as_deref()
    }
}
