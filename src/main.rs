//! The program: `orcidlake --help`.

use std::process::ExitCode;

/// Parsers make what encoders free, in other threads; docs/performance.md has the figures.
#[cfg(all(feature = "jemalloc", not(target_env = "msvc")))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    orcidlake::cli::main()
}
