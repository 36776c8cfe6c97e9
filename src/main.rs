//! The program: `orcidlake --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    orcidlake::cli::main()
}
