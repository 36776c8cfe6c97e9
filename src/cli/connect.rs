//! `orcidlake connect`: its commands.

use clap::Subcommand;

use super::failure::Failure;
use super::{Common, Done};
use super::{
    connect_export, connect_invite, connect_revoke, connect_rotate_key, connect_serve, connect_status,
    connect_webhooks,
};

/// Connect people of an institution with their ORCID iDs, and keep their permissions.
///
/// People sign in at ORCID, so that it is certain whose iD is whose. `connect invite` makes links
/// for them, `connect serve` is the portal that the links lead to, and `connect export` writes what
/// they have connected into a dataset. See docs/connect.md.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Box<connect_serve::Args>),
    Invite(Box<connect_invite::Args>),
    Status(connect_status::Args),
    Export(connect_export::Args),
    Revoke(Box<connect_revoke::Args>),
    RotateKey(connect_rotate_key::Args),
    Webhooks(connect_webhooks::Args),
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    match args.command {
        Command::Serve(args) => connect_serve::run(&args, common),
        Command::Invite(args) => connect_invite::run(*args, common),
        Command::Status(args) => connect_status::run(args, common),
        Command::Export(args) => connect_export::run(args, common),
        Command::Revoke(args) => connect_revoke::run(&args, common),
        Command::RotateKey(args) => connect_rotate_key::run(&args, common),
        Command::Webhooks(args) => connect_webhooks::run(args, common),
    }
}
