//! Standard output, and bars on standard error for what takes its time.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::failure::Failure;

/// What standard output is for in this run.
static PRINTS_JSON: AtomicBool = AtomicBool::new(false);
/// Whether anything went there that is more than a line of many.
static IS_BEGUN: AtomicBool = AtomicBool::new(false);

/// Notes that every outcome is to be told as JSON, a failure too.
pub fn want_json(as_json: bool) {
    PRINTS_JSON.store(as_json, Ordering::Relaxed);
}

/// Notes that a result goes to standard output, which a failure must not follow.
pub fn begun() {
    IS_BEGUN.store(true, Ordering::Relaxed);
}

/// True where a failure is to be told as JSON: it is asked for, and no result stands
/// on standard output.
pub fn lacks_json() -> bool {
    PRINTS_JSON.load(Ordering::Relaxed) && !IS_BEGUN.load(Ordering::Relaxed)
}

/// Prints text for programs to read.
///
/// # Errors
/// [`Failure`] where nobody reads it any more, or the disk is full.
pub fn print(text: &str) -> Result<(), Failure> {
    begun();
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Prints a JSON value.
///
/// # Errors
/// As [`print`].
pub fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    print(&format!("{value:#}\n"))
}

/// A bar of `count` steps; it shows on a terminal only.
pub fn bar(count: u64, what: &'static str, quiet: bool) -> ProgressBar {
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let style = ProgressStyle::with_template("{prefix} {bar:24} {pos} of {len}, {eta} left");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
    ProgressBar::with_draw_target(Some(count), target).with_style(style).with_prefix(what)
}
