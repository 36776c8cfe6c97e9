//! `orcidlake connect revoke`.

use serde_json::json;

use super::connect_args::{IssuerArgs, OauthArgs, StateArgs, now};
use super::connect_settings::PermissionArgs;
use super::failure::Failure;
use super::numbers::counted;
use super::output::print_json;
use super::{Common, Done};
use crate::connect::{Connect, ConnectError, LinkState, Narrowed, Settings, checked_scope};

/// Who did something, as the history says it.
const BY_COMMAND: &str = "by command";

/// Take permissions back: erase them here and revoke them at ORCID, or keep fewer of them.
///
/// Without people: revoke what waits since ORCID could not be reached.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The local ids of the people.
    #[arg(value_name = "PERSON")]
    people: Vec<String>,
    /// Keep these permissions, which must be among those that were given, and give the others up.
    #[arg(long, value_name = "SCOPES", requires = "people")]
    keep: Option<String>,
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    issuer: IssuerArgs,
    #[command(flatten)]
    client: OauthArgs,
    #[command(flatten)]
    permissions: PermissionArgs,
}

pub fn run(args: &Args, common: &Common) -> Result<Done, Failure> {
    let issuer = args.issuer.issuer()?;
    let keep = args.keep.as_deref().map(checked_scope).transpose()?;
    let client = args.client.client(&issuer)?;
    let store = args.state.open(Some(&issuer))?;
    // Nothing here shows pages.
    let settings = Settings {
        public_url: String::new(),
        institution: String::new(),
        help: None,
        scope: String::new(),
        must_sign_in: false,
        keeps_orcid: true,
        webhooks: false,
        sign_on: None,
    };
    let connect = Connect { store, client, settings: args.permissions.add_to(settings)? };
    let mut people = Vec::new();
    for local_id in &args.people {
        let person = connect.store.person_by_local_id(local_id)?;
        people.push(person.ok_or_else(|| ConnectError::NoPerson { local_id: local_id.clone() })?);
    }
    let (mut changed, mut lost) = (0, 0);
    for person in people {
        match &keep {
            None => changed += connect.disconnect(person.id, BY_COMMAND, now())?.len(),
            Some(scope) => {
                let links = connect.store.links(person.id)?;
                for link in links.iter().filter(|link| link.state == LinkState::Connected) {
                    match connect.narrow(&link.orcid, scope, now())? {
                        Narrowed::Done => changed += 1,
                        Narrowed::NotConnected => {}
                        Narrowed::Lost => {
                            lost += 1;
                            tell!(
                                "{}: the server has ended the new permission together with the old one; the person must connect again",
                                person.details.local_id
                            );
                        }
                    }
                }
            }
        }
    }
    let revoked = connect.run_revocations(now())?;
    let waiting = connect.store.pending_revocations()?.len();
    if common.json {
        print_json(
            &json!({ "changed": changed, "lost": lost, "revoked": revoked.done, "waiting": waiting }),
        )?;
    } else if !common.quiet {
        tell!(
            "{} changed, {} revoked at ORCID",
            counted(changed as u64, "connection"),
            counted(revoked.done as u64, "token")
        );
        if waiting > 0 {
            tell!(
                "{} could not be revoked yet; the portal, or this command, tries again",
                counted(waiting as u64, "token")
            );
        }
    }
    Ok(if waiting + lost > 0 { Done::WithProblems } else { Done::All })
}
