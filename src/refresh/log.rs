//! A log file of every request, for operators of unattended runs and for ORCID's support; other
//! crates do not write to it.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use super::error::RefreshError;

/// The crates whose events are logged.
const LOGGED: [&str; 2] = ["orcidlake", "orcid_api"];
/// The mode of a new log file.
#[cfg(unix)]
const MODE: u32 = 0o600;

/// A log that is being written.
#[derive(Debug, Clone)]
pub struct Log {
    file: Arc<File>,
    /// Why a line could not be written, the first time.
    fault: Arc<Mutex<Option<String>>>,
}

/// Appends to the log at `path` from now on. Only the owner can read a new log file, because the
/// queries in it may contain names and mail addresses.
///
/// # Errors
/// [`RefreshError::Io`] if it cannot be opened.
pub fn log_to(path: &Path) -> Result<Log, RefreshError> {
    let fault = |source| RefreshError::Io { act: "write", path: path.to_owned(), source };
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, MODE);
    let file = options.create(true).append(true).open(path).map_err(fault)?;
    let log = Log { file: Arc::new(file), fault: Arc::default() };
    let own = filter_fn(|event| LOGGED.iter().any(|name| event.target().starts_with(name)));
    let writer = log.clone();
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_target(false)
        .with_writer(move || writer.clone());
    // If there is a log already, it continues.
    let _ = tracing_subscriber::registry().with(lines.with_filter(own)).try_init();
    Ok(log)
}

impl Log {
    /// Why lines could not be written; `None` if all were written.
    pub fn fault(&self) -> Option<String> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// If lines cannot be written, this is reported once, at the end, and not at each request.
impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Err(error) = (&*self.file).write_all(line) {
            let mut fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
            fault.get_or_insert_with(|| error.to_string());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
