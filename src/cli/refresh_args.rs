//! The options of `orcidlake refresh`, and the settings that they make.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::BoolishValueParser;

use super::Common;
use super::auth::{ClientArgs, HostArgs, TimeoutArg, USER_AGENT};
use super::convert::Machine;
use super::failure::Failure;
use super::refresh_connected::ConnectedArgs;
use super::refresh_slice::{SliceArgs, Ways, scope_of};
use crate::dataset::Dataset;
use crate::refresh::{Access, MaxRemovals, Organization, RefreshError, Registry, Scope, Settings, Strategy};
use crate::slice::Slice;
use crate::storage::StorageOptions;
use orcid_api::time::parse;
use orcid_api::{ClientOptions, Host, RetryPolicy};

/// Requests a second that can be asked for: one in a quarter of an hour, and more than any
/// server of ORCID's allows.
const LOWEST_RATE: f64 = 0.001;
const HIGHEST_RATE: f64 = 1_000.0;

/// Bring a dataset up to date through ORCID's API.
///
/// Reads the records of a scope that have changed since the dataset was made or last refreshed, and
/// replaces their rows in one step. It prints the plan first. A run that is stopped, or that has
/// used up the day's quota, continues with the same command.
///
/// Exit status: 0 up to date, or the quota is used up and there is more to do tomorrow; 1 up to
/// date except for records that could not be read; 2 failed or stopped.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The dataset.
    #[arg(value_name = "DIR")]
    pub dataset: PathBuf,
    /// Print the plan and stop; the run that follows reuses the results of its searches.
    #[arg(long, env = "ORCIDLAKE_PLAN", value_parser = BoolishValueParser::new())]
    pub plan: bool,
    /// Forget what an unfinished run of the scope has planned and read, and plan again. In a dataset
    /// with full items, also fetch the items that it lacks of every record that is read, even where
    /// the record has not changed; --strategy each reads every record of the scope.
    #[arg(long, env = "ORCIDLAKE_RESTART", value_parser = BoolishValueParser::new())]
    restart: bool,
    /// Print how far the refreshes of the dataset have come, and stop.
    #[arg(long)]
    pub status: bool,
    /// How many people a run may remove: a number, or a share of the scope such as 5%. If more
    /// would be removed, nothing is changed and all answers are kept. If not given: 5 % of the
    /// scope or nine people, whichever is more, but at most half of a scope of three people or
    /// more.
    #[arg(long, value_name = "N|P%", env = "ORCIDLAKE_MAX_REMOVALS", value_parser = MaxRemovals::parse)]
    max_removals: Option<MaxRemovals>,
    /// If more people would be removed than --max-removals allows, apply all other answers and keep
    /// the rows of these people; the next run requests them again.
    #[arg(long, env = "ORCIDLAKE_SKIP_REMOVALS", value_parser = BoolishValueParser::new())]
    skip_removals: bool,
    /// Keep old files for this many versions, for time travel in Delta Lake; reading *.parquet then
    /// gives old rows too.
    #[arg(long, value_name = "N", default_value_t = 0, env = "ORCIDLAKE_KEEP_VERSIONS")]
    keep_versions: u32,
    /// Append a line for each request to this file.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_LOG_FILE")]
    pub log_file: Option<PathBuf>,
    #[command(flatten)]
    pub machine: Machine,
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    connected: ConnectedArgs,
    #[command(flatten)]
    changes: ChangeArgs,
    #[command(flatten)]
    slice: SliceArgs,
    /// Read records from files in the place of the API: from ORCID's S3 for premium members (s3://),
    /// or from a folder or URL with the same files (a folder, s3://bucket/name, gs://…, az://…,
    /// https://…). Its last_modified.csv.tar tells what has changed. --storage-option sets
    /// credentials and the region.
    // No path for clap: s3:// is no URL otherwise, and the library says what is wrong with others.
    #[arg(
        long,
        value_name = "URL",
        env = "ORCIDLAKE_BUCKET",
        conflicts_with = "changes",
        help_heading = "From a bucket"
    )]
    bucket: Option<String>,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    client: ClientArgs,
    /// Send requests as an anonymous client, even if a token is stored.
    #[arg(long, env = "ORCIDLAKE_ANONYMOUS", value_parser = BoolishValueParser::new())]
    anonymous: bool,
    #[command(flatten)]
    pace: PaceArgs,
}

/// Whose records. A dataset of some people needs none of these: who joins its selection is added, and
/// who leaves it leaves.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Whose records (one of)")]
#[group(multiple = true)]
struct ScopeArgs {
    /// The iDs in this file, one on each line; - is standard input.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_IDS", group = "whose")]
    ids: Option<PathBuf>,
    /// Everybody found by this query of ORCID's search, in the syntax of Solr.
    #[arg(long, value_name = "SOLR", env = "ORCIDLAKE_QUERY", group = "whose")]
    query: Option<String>,
    /// Everybody who lists the organization with this ROR id.
    #[arg(long, value_name = "ID", env = "ORCIDLAKE_ROR", group = "whose")]
    ror: Option<String>,
    /// Everybody who lists the organization with this GRID id.
    #[arg(long, value_name = "ID", env = "ORCIDLAKE_GRID", group = "whose")]
    grid: Option<String>,
    /// Everybody who lists the organization with this Ringgold id.
    #[arg(long, value_name = "ID", env = "ORCIDLAKE_RINGGOLD", group = "whose")]
    ringgold: Option<String>,
    /// Everybody whose record the dataset has.
    #[arg(long, env = "ORCIDLAKE_ALL_IN_DATASET", value_parser = BoolishValueParser::new(), group = "whose")]
    all_in_dataset: bool,
    /// Only records that the dataset has: add nobody.
    #[arg(long, env = "ORCIDLAKE_KNOWN_ONLY", value_parser = BoolishValueParser::new())]
    known_only: bool,
}

/// How changes are found.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "What has changed")]
struct ChangeArgs {
    /// Look for changes since this time (2025-10-01 or 2025-10-01T00:00:00Z, UTC). If not given:
    /// since the scope's last refresh, or for a first refresh since 15 days before the newest
    /// change in the dump.
    #[arg(long, value_name = "TIME", env = "ORCIDLAKE_SINCE", value_parser = parse_since)]
    since: Option<i64>,
    /// Take changes from ORCID's last_modified.csv: plain, with gzip, or in a tar archive.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_CHANGES")]
    changes: Option<PathBuf>,
    /// How to find changed records; if not given, the strategy with the fewest requests.
    #[arg(long, value_name = "STRATEGY", env = "ORCIDLAKE_STRATEGY")]
    strategy: Option<StrategyArg>,
    /// Do not look for people who have left the registry; saves searches for large lists of iDs.
    #[arg(long, env = "ORCIDLAKE_CHANGES_ONLY", value_parser = BoolishValueParser::new())]
    changes_only: bool,
}

/// The strategies that can be chosen.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum StrategyArg {
    /// Read every record of the scope.
    Each,
    /// Search by a hundred iDs at a time.
    Batches,
    /// Search all changes of the registry.
    Windows,
}

/// How fast.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "How fast (ORCID's documented limits if not given)")]
struct PaceArgs {
    /// Requests a second: 12, for members 24, to a bucket any number.
    #[arg(long, value_name = "N", env = "ORCIDLAKE_RATE", value_parser = parse_rate)]
    rate: Option<f64>,
    /// Requests in any one second after a rest: 40.
    #[arg(long, value_name = "N", env = "ORCIDLAKE_BURST", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    burst: Option<u32>,
    /// Requests in flight at one time: 8, for members 16, to a bucket 32.
    #[arg(long, value_name = "N", env = "ORCIDLAKE_IN_FLIGHT", value_parser = clap::value_parser!(u16).range(1..=256))]
    in_flight: Option<u16>,
    /// Requests in a UTC day: 25000, with a token 100000, for members and to a bucket none (0).
    #[arg(long, value_name = "N", env = "ORCIDLAKE_QUOTA")]
    quota: Option<u64>,
    /// Tries of one request before it is given up.
    #[arg(long, value_name = "N", default_value_t = 6, env = "ORCIDLAKE_TRIES", value_parser = clap::value_parser!(u32).range(1..=100))]
    tries: u32,
    /// Milliseconds before the second try; the wait doubles with each.
    #[arg(long, value_name = "MS", default_value_t = 1_000, env = "ORCIDLAKE_RETRY_WAIT")]
    retry_wait: u64,
    /// Seconds for which a server may be down before the run ends.
    #[arg(long, value_name = "SECONDS", default_value_t = 900, env = "ORCIDLAKE_OUTAGE_TIMEOUT")]
    outage_timeout: u64,
    #[command(flatten)]
    wait: TimeoutArg,
    /// A mail address or URL for the user agent, so that ORCID can reach you.
    #[arg(long, value_name = "TEXT", env = "ORCIDLAKE_CONTACT")]
    contact: Option<String>,
}

fn parse_since(text: &str) -> Result<i64, String> {
    parse(text).ok_or_else(|| format!("\"{text}\" is not a time such as 2025-10-01 or 2025-10-01T00:00:00Z"))
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| (LOWEST_RATE..=HIGHEST_RATE).contains(rate));
    rate.ok_or_else(|| {
        format!("\"{text}\" is not a number of requests a second from {LOWEST_RATE} to {HIGHEST_RATE}")
    })
}

impl ChangeArgs {
    fn strategy(&self) -> Option<Strategy> {
        self.strategy.map(|strategy| match strategy {
            StrategyArg::Each => Strategy::Each,
            StrategyArg::Batches => Strategy::Batches,
            StrategyArg::Windows => Strategy::Windows,
        })
    }
}

impl ScopeArgs {
    /// The scope that the options name; `None` if they name none.
    fn scope(&self) -> Result<Option<Scope>, Failure> {
        let organization = |registry, id: &str| -> Result<Scope, Failure> {
            Ok(Scope::Organization(Organization::new(registry, id)?))
        };
        let scope = match self {
            Self { ids: Some(path), .. } => Ok(Scope::read_ids(path)?),
            Self { query: Some(query), .. } if query.trim().is_empty() => {
                Err(RefreshError::EmptyScope { what: "--query".to_owned() }.into())
            }
            Self { query: Some(query), .. } => Ok(Scope::Query(query.clone())),
            Self { ror: Some(id), .. } => organization(Registry::Ror, id),
            Self { grid: Some(id), .. } => organization(Registry::Grid, id),
            Self { ringgold: Some(id), .. } => organization(Registry::Ringgold, id),
            Self { all_in_dataset: true, .. } => Ok(Scope::All),
            _ => return Ok(None),
        };
        scope.map(Some)
    }
}

impl Args {
    /// What the library is asked to do.
    ///
    /// # Errors
    /// [`Failure`] where options do not go together, or name files that cannot be read.
    pub fn settings(&self, common: &Common) -> Result<(Settings, Access), Failure> {
        let is_stdin = |path: &Option<PathBuf>| path.as_deref().is_some_and(|path| path == Path::new("-"));
        if is_stdin(&self.scope.ids) && is_stdin(&self.client.client_secret_file) {
            return Err(Failure::new(
                "standard input cannot hold both iDs and a secret",
                "give one of --ids and --client-secret-file as a file",
            ));
        }
        self.refuse_beside_connected()?;
        let from_portal = self.connected.open()?;
        let access = self.access(from_portal.as_ref().map(|portal| &portal.host), common.storage())?;
        let (scope, connected) = match from_portal {
            Some(portal) => (Some(portal.scope), Some(portal.connected)),
            None => (self.scope.scope()?, None),
        };
        let (scope, slice) = self.scope_and_slice(scope, common)?;
        let settings = Settings {
            slice,
            connected,
            since: self.changes.since,
            changes: self.changes.changes.clone(),
            known_only: self.scope.known_only,
            changes_only: self.changes.changes_only,
            strategy: self.changes.strategy(),
            rate: self.pace.rate,
            burst: self.pace.burst,
            in_flight: self.pace.in_flight.map(usize::from),
            quota: self.pace.quota,
            retry_policy: RetryPolicy {
                tries: self.pace.tries,
                first_wait: Duration::from_millis(self.pace.retry_wait),
                outage_timeout: Duration::from_secs(self.pace.outage_timeout),
            },
            max_removals: self.max_removals.unwrap_or_default(),
            skip_removals: self.skip_removals,
            keep_versions: self.keep_versions,
            restart: self.restart,
            plan_only: self.plan,
            options: self.machine.options(),
            ..Settings::new(scope)
        };
        Ok((settings, access))
    }

    /// The scope of the run, and the people of the dataset, if they were selected: these are the scope if
    /// no other is named.
    fn scope_and_slice(
        &self,
        scope: Option<Scope>,
        common: &Common,
    ) -> Result<(Scope, Option<Arc<Slice>>), Failure> {
        if !Dataset::is_at(&self.dataset) {
            return Ok((scope.ok_or(RefreshError::NoScope)?, None));
        }
        let dataset = Dataset::open(&self.dataset)?;
        let slice = self.slice.slice(&dataset, scope.as_ref(), common)?;
        let scope = match (scope, &slice) {
            (Some(scope), _) => scope,
            (None, None) => return Err(RefreshError::NoScope.into()),
            (None, Some(slice)) => {
                let ways = Ways {
                    has_bucket: self.bucket.is_some(),
                    has_changes: self.changes.changes.is_some(),
                    strategy: self.changes.strategy(),
                    known_only: self.scope.known_only,
                };
                scope_of(slice, &dataset, &ways, common)?
            }
        };
        Ok((scope, slice))
    }

    /// True if the run begins with a new dataset, for limited data alone.
    pub fn makes_dataset(&self) -> bool {
        self.connected.is_for_limited() && !self.dataset.exists()
    }

    /// Tokens of people are good at the Member API of their server alone.
    fn refuse_beside_connected(&self) -> Result<(), Failure> {
        let others =
            self.changes.changes.is_some() || self.changes.strategy.is_some() || self.host.names_server();
        let others = others || self.bucket.is_some();
        if self.connected.is_given() && others {
            return Err(Failure::new(
                "--connected reads the server that the state belongs to, with the people's own tokens",
                "leave out --bucket, --changes, --strategy, --api-url and --token-url",
            ));
        }
        Ok(())
    }

    /// Who answers the requests: a bucket with these options, or the API, at the host of the portal if
    /// people's own tokens are used; reads the secret.
    fn access(&self, connected: Option<&Host>, storage: StorageOptions) -> Result<Access, Failure> {
        if let Some(place) = &self.bucket {
            return Ok(Access::Bucket { place: place.into(), options: storage });
        }
        let anonymous = self.anonymous || connected.is_some();
        let token_file = if anonymous { None } else { Some(self.client.token_file()?) };
        let credentials = if anonymous { None } else { self.client.credentials()? };
        let host = connected.map_or_else(|| self.host.host(), |host| Ok(host.clone()))?;
        let mut options = ClientOptions::new(host, USER_AGENT);
        options.credentials = credentials;
        options.token_file = token_file;
        options.contact.clone_from(&self.pace.contact);
        options.timeout = self.pace.wait.duration();
        let client_id = self.client.client_id.clone().filter(|_| !anonymous);
        Ok(Access::Http { options: Box::new(options), client_id })
    }

    /// The files that a run reads and that a log must not overwrite.
    pub fn inputs(&self) -> Vec<&Path> {
        [&self.scope.ids, &self.changes.changes].into_iter().flatten().map(PathBuf::as_path).collect()
    }
}
