//! The options of `orcidlake refresh` for people who are connected by the portal.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;
use clap::builder::BoolishValueParser;

use super::connect_args::{StateArgs, member_host};
use super::connected_people::PortalPeople;
use super::failure::Failure;
use crate::refresh::{Connected, ConnectedPeople, RefreshError, Scope};
use orcid_api::Host;
use orcid_api::time::DAY;

/// Connected people.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Connected people")]
pub struct ConnectedArgs {
    /// Everybody who is connected by the portal with this state and permits /read-limited: each
    /// record is read from the Member API with the person's own token, public and limited items.
    /// Rows of people who are no longer connected are removed.
    #[arg(long, value_name = "STATE_DIR", env = "ORCIDLAKE_CONNECTED", group = "whose")]
    connected: Option<PathBuf>,
    /// The file of the keys that encrypt tokens. If not given, systemd's credential connect-keys.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// Mark the dataset as holding limited data, from now on; one that does not exist is made, with
    /// the tables of summaries, or of both kinds with --activities. A dataset without this mark is public, and refuses connected people.
    #[arg(long, env = "ORCIDLAKE_LIMITED", value_parser = BoolishValueParser::new(), requires = "connected")]
    limited: bool,
    /// Make the dataset of --limited, if it does not exist, with the tables of activities too: each item
    /// is then read in full, with one request for each item or for a hundred works.
    #[arg(long, env = "ORCIDLAKE_ACTIVITIES", value_parser = BoolishValueParser::new(), requires = "limited")]
    activities: bool,
    /// Who has changed: `connect` reads only those whom ORCID has reported to the portal by
    /// webhooks, and everybody in a sweep.
    #[arg(long, value_name = "SOURCE", env = "ORCIDLAKE_CHANGES_FROM", requires = "connected")]
    changes_from: Option<ChangesFrom>,
    /// Days between two sweeps, which read everybody because reports can be missed.
    #[arg(long, value_name = "DAYS", default_value_t = 7, env = "ORCIDLAKE_SWEEP_AFTER", value_parser = clap::value_parser!(u16).range(0..=365))]
    sweep_after: u16,
}

/// Who says whose records have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ChangesFrom {
    /// The webhooks of the portal.
    Connect,
}

/// What is known of connected people when a refresh begins.
pub struct FromPortal {
    pub scope: Scope,
    pub connected: Connected,
    /// The Member API of the server that gave the permissions.
    pub host: Host,
}

impl ConnectedArgs {
    /// True if connected people are the scope.
    pub fn is_given(&self) -> bool {
        self.connected.is_some()
    }

    /// True if the dataset is to hold limited data.
    pub fn is_for_limited(&self) -> bool {
        self.limited
    }

    /// Opens the portal's state; `None` if it is not asked for.
    pub fn open(&self) -> Result<Option<FromPortal>, Failure> {
        let Some(folder) = &self.connected else { return Ok(None) };
        let store = StateArgs::of(folder.clone(), self.key_file.clone()).open(None)?;
        let issuer = store.folder().issuer().clone();
        let host = member_host(&issuer);
        let people = PortalPeople(store);
        let orcids: BTreeSet<_> = people.orcids().map_err(RefreshError::State)?.into_iter().collect();
        let connected = Connected {
            people: Arc::new(people),
            marks_dataset: self.limited,
            reads_activities: self.activities,
            by_marks: self.changes_from.is_some(),
            sweep_after: i64::from(self.sweep_after) * DAY,
        };
        Ok(Some(FromPortal { scope: Scope::Connected(orcids.into_iter().collect()), connected, host }))
    }
}
