//! How far a download has come: one line for all files on a terminal, a plain line now and then
//! elsewhere, nothing with `--quiet`.

use std::cell::RefCell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::numbers::{bytes, counted, duration};
use crate::download::{Fetched, Observer, ReleaseFile};

/// Time between plain lines.
const PLAIN_EVERY: Duration = Duration::from_secs(30);

/// Shows progress on standard error.
pub struct DownloadProgress {
    state: RefCell<State>,
    bar: Option<ProgressBar>,
    is_quiet: bool,
}

struct State {
    total_bytes: u64,
    /// Of files that are finished.
    finished_bytes: u64,
    /// Of the current file, when this run began with it.
    kept_bytes: u64,
    /// What this run has downloaded, for the rate.
    new_bytes: u64,
    begun: Instant,
    told: Instant,
    files: usize,
    finished_files: usize,
}

impl DownloadProgress {
    pub fn new(files: &[&ReleaseFile], is_quiet: bool) -> Self {
        let total_bytes = files.iter().map(|file| file.size_bytes).sum();
        let bar = (!is_quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(Some(total_bytes), ProgressDrawTarget::stderr());
            // The text is cut where the terminal is narrow.
            bar.with_style(
                ProgressStyle::with_template("{wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar()),
            )
        });
        let now = Instant::now();
        let state = State {
            total_bytes,
            finished_bytes: 0,
            kept_bytes: 0,
            new_bytes: 0,
            begun: now,
            told: now,
            files: files.len(),
            finished_files: 0,
        };
        Self { state: RefCell::new(state), bar, is_quiet }
    }

    /// Takes the line away.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Writes something while the line is away.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    fn say(&self, text: &str) {
        if !self.is_quiet {
            self.aside(|| tell!("{text}"));
        }
    }

    /// Shows a line on a terminal; elsewhere only now and then.
    fn show(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(text.to_owned());
            return;
        }
        let mut state = self.state.borrow_mut();
        if state.told.elapsed() >= PLAIN_EVERY && !self.is_quiet {
            state.told = Instant::now();
            tell!("{text}");
        }
    }
}

impl State {
    /// `41 %, 1 h 05 min left, 34.0 MB/s, file 3 of 12`.
    fn text(&self, file_bytes: u64) -> String {
        let done = self.finished_bytes + file_bytes;
        let new = self.new_bytes + file_bytes.saturating_sub(self.kept_bytes);
        let seconds = self.begun.elapsed().as_secs_f64().max(0.001);
        let rate = new as f64 / seconds;
        let share = 100.0 * done as f64 / self.total_bytes.max(1) as f64;
        let left = if rate > 0.0 {
            let left = self.total_bytes.saturating_sub(done) as f64 / rate;
            format!("{} left, ", duration(Duration::from_secs_f64(left.min(1e9))))
        } else {
            String::new()
        };
        let (number, files) = (self.finished_files + 1, self.files);
        format!("{share:.0} %, {left}{}/s, file {number} of {files}", bytes(rate as u64))
    }
}

impl Observer for DownloadProgress {
    fn begun(&self, file: &ReleaseFile, there: u64) {
        if there > 0 {
            let (there, size) = (bytes(there), bytes(file.size_bytes));
            self.say(&format!("{}: continues with {there} of {size}", file.name));
        }
        self.state.borrow_mut().kept_bytes = there;
    }

    fn progressed(&self, _file: &ReleaseFile, there: u64) {
        let text = self.state.borrow().text(there);
        self.show(&text);
    }

    fn checking(&self, file: &ReleaseFile, read: u64) {
        let share = 100.0 * read as f64 / file.size_bytes.max(1) as f64;
        self.show(&format!("checking {share:.0} % of {}", file.name));
    }

    fn restarted(&self, file: &ReleaseFile) {
        self.say(&format!("{}: the bytes are not those of the release; it is downloaded again", file.name));
    }

    fn ended(&self, file: &ReleaseFile, how: Fetched) {
        let text = {
            let mut state = self.state.borrow_mut();
            state.finished_bytes += file.size_bytes;
            state.finished_files += 1;
            let new = match how {
                Fetched::Already => 0,
                Fetched::Downloaded => file.size_bytes.saturating_sub(state.kept_bytes),
            };
            state.new_bytes += new;
            state.kept_bytes = 0;
            let checked = if file.md5.is_some() { "size and MD5 are right" } else { "its size is right" };
            let left = state.files - state.finished_files;
            let rest =
                if left > 0 { format!("; {} left", counted(left as u64, "file")) } else { String::new() };
            match how {
                Fetched::Already => format!("{}: is there, {checked}{rest}", file.name),
                Fetched::Downloaded => {
                    format!("{}: {}, {checked}{rest}", file.name, bytes(file.size_bytes))
                }
            }
        };
        self.say(&text);
    }
}
