//! `orcidlake connect rotate-key`.

use serde_json::json;

use super::connect_args::StateArgs;
use super::failure::Failure;
use super::numbers::counted;
use super::output::print_json;
use super::{Common, Done};

/// Add a new key to the key file, and encrypt all secrets with it.
///
/// A portal that is running follows, if it reads the same file. One that has its keys from a
/// credential of systemd must be restarted; the old keys stay in the file until then, and
/// --forget-old removes those that no secret needs.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    state: StateArgs,
    /// Add no key, but remove those that no secret needs any more.
    #[arg(long)]
    forget_old: bool,
}

pub fn run(args: &Args, common: &Common) -> Result<Done, Failure> {
    let store = args.state.open(None)?;
    let added = if args.forget_old { None } else { Some(store.ring().add_key()?) };
    // What a portal has encrypted with an old key meanwhile gets the newest one too.
    let resealed = store.reseal()?;
    let removed = if args.forget_old { store.ring().keep_only(&store.keys_in_use()?)? } else { Vec::new() };
    if common.json {
        print_json(
            &json!({ "added": added, "removed": removed, "secrets": resealed, "keys": store.ring().ids()? }),
        )?;
    } else if !common.quiet {
        if let Some(added) = added {
            tell!("added the key {added}");
        }
        tell!("{} encrypted with the newest key", counted(resealed as u64, "secret"));
        if !removed.is_empty() {
            tell!("removed {}", removed.join(", "));
        }
    }
    Ok(Done::All)
}
