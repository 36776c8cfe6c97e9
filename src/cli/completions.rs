//! `orcidlake completions`.

use clap_complete::Shell;

use super::Done;
use super::failure::Failure;
use super::output::print;

/// Print the completions for a shell.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell: bash, elvish, fish, powershell or zsh.
    shell: Shell,
}

pub fn run(args: Args, mut command: clap::Command) -> Result<Done, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "orcidlake", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Done::All)
}
