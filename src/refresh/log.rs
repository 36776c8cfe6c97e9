//! A log of every request in a file, for the one who runs this unattended and
//! for ORCID's support; other programs' crates do not write into it.

use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use super::RefreshError;

/// Appends to the log at `path` from now on.
///
/// # Errors
/// [`RefreshError::Io`] where it cannot be written.
pub fn log_to(path: &Path) -> Result<(), RefreshError> {
    let fault = |source| RefreshError::Io { act: "write", path: path.to_owned(), source };
    let file = File::options().create(true).append(true).open(path).map_err(fault)?;
    let own = filter_fn(|event| event.target().starts_with(env!("CARGO_PKG_NAME")));
    let lines =
        tracing_subscriber::fmt::layer().with_ansi(false).with_target(false).with_writer(Mutex::new(file));
    // Where a log has been begun already, it goes on.
    let _ = tracing_subscriber::registry().with(lines.with_filter(own)).try_init();
    Ok(())
}
