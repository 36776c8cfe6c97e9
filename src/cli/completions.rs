//! `orcidlake completions`.

use clap_complete::Shell;

use super::Done;
use super::failure::Failure;

/// Print the completions for a shell.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell: bash, elvish, fish, powershell or zsh.
    shell: Shell,
}

pub fn run(args: Args) -> Result<Done, Failure> {
    clap_complete::generate(args.shell, &mut super::command(), "orcidlake", &mut std::io::stdout());
    Ok(Done::All)
}
