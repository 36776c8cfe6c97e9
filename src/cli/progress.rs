//! How far a run has come: a line for each archive on a terminal, a plain line
//! now and then elsewhere, nothing with `--quiet`.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::numbers::{bytes, counted, duration};
use crate::convert::{Observer, Outcome};
use crate::report::Report;
use crate::storage::{self, Place, shown};
use targz_seek::Meter;

/// Time between plain lines.
const PLAIN_EVERY: Duration = Duration::from_secs(30);
/// Time between looks at a bar.
const TICK: Duration = Duration::from_millis(200);
/// Time without data from a stream after which that is told.
const STALL: Duration = Duration::from_secs(2);
/// Lines a second that a terminal gets.
const DRAWS_PER_SECOND: u8 = 5;

/// Shows progress on standard error.
pub struct Progress {
    kind: Kind,
    lines: Arc<Lines>,
}

type Lines = Mutex<HashMap<PathBuf, Line>>;

enum Kind {
    Quiet,
    Plain,
    Bars(MultiProgress),
}

struct Line {
    begun: Instant,
    told: Instant,
    size_bytes: Option<u64>,
    meter: Meter,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub fn new(quiet: bool) -> Self {
        let kind = if quiet {
            Kind::Quiet
        } else if std::io::stderr().is_terminal() {
            Kind::Bars(MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND)))
        } else {
            Kind::Plain
        };
        Self { kind, lines: Arc::default() }
    }

    /// Prints a line above the bars.
    pub fn say(&self, text: &str) {
        match &self.kind {
            Kind::Bars(bars) => bars.suspend(|| tell!("{text}")),
            Kind::Quiet | Kind::Plain => tell!("{text}"),
        }
    }

    /// Takes an archive's line away.
    pub fn clear(&self, archive: &Path) {
        if let Some(Line { bar: Some(bar), .. }) = self.lines().remove(archive) {
            bar.finish_and_clear();
        }
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<PathBuf, Line>> {
        locked(&self.lines)
    }

    /// Says when a stream gives no data for a while, as long as its line is there.
    fn tell_stalls(&self, archive: &Path, meter: Meter) {
        let (lines, archive) = (Arc::downgrade(&self.lines), archive.to_owned());
        let bars = if let Kind::Bars(bars) = &self.kind { Some(bars.clone()) } else { None };
        std::thread::spawn(move || {
            let (mut waits_since, mut is_told) = (None, false);
            while lines.upgrade().is_some_and(|lines| locked(&lines).contains_key(&archive)) {
                if !meter.is_waiting() {
                    (waits_since, is_told) = (None, false);
                } else if waits_since.get_or_insert_with(Instant::now).elapsed() >= STALL && !is_told {
                    is_told = true;
                    let told = waiting_text(&archive);
                    bars.as_ref().map_or_else(|| tell!("{told}"), |bars| bars.suspend(|| tell!("{told}")));
                }
                std::thread::sleep(TICK);
            }
        });
    }
}

impl Observer for Progress {
    fn begun(&self, archive: &Path, size_bytes: Option<u64>, meter: &Meter) {
        let bar = match &self.kind {
            Kind::Bars(bars) => Some(bars.add(new_bar(archive, size_bytes))),
            Kind::Quiet | Kind::Plain => None,
        };
        let now = Instant::now();
        let line = Line { begun: now, told: now, size_bytes, meter: meter.clone(), bar };
        self.lines().insert(archive.to_owned(), line);
        if (size_bytes.is_none() || Place::is_remote(archive)) && !matches!(self.kind, Kind::Quiet) {
            self.tell_stalls(archive, meter.clone());
        }
    }

    fn progressed(&self, archive: &Path, report: &Report) {
        let mut lines = self.lines();
        let Some(line) = lines.get_mut(archive) else { return };
        if let Some(bar) = &line.bar {
            bar.set_position(line.meter.read_bytes());
            bar.set_message(line.rates(report));
        } else if matches!(self.kind, Kind::Plain) && line.told.elapsed() >= PLAIN_EVERY {
            line.told = Instant::now();
            tell!("{}: {}{}", file_name(archive), line.share(), line.rates(report));
        }
    }

    fn ended(&self, archive: &Path, outcome: &Outcome) {
        let line = self.lines().remove(archive);
        if let Some(bar) = line.as_ref().and_then(|line| line.bar.as_ref()) {
            bar.finish_and_clear();
        }
        if matches!(self.kind, Kind::Quiet) {
            return;
        }
        match outcome {
            Outcome::Kept(_) if line.is_none() => {
                self.say(&format!("{}: finished by an earlier run", file_name(archive)));
            }
            Outcome::Done(entry) | Outcome::Kept(entry) => {
                let time = line.map_or(Duration::ZERO, |line| line.begun.elapsed());
                let rate = rate(entry.report.members.xml_bytes, time);
                let members = counted(entry.report.members.members, "member");
                self.say(&format!("{}: {members} in {} ({rate} of XML)", file_name(archive), duration(time)));
            }
            Outcome::Skipped => self.say(&format!("{}: already in the dataset", file_name(archive))),
            // The command prints why, with all that is to be said.
            Outcome::Failed(_) => {}
        }
    }
}

impl Line {
    /// `43 %, 2 min 04 s left, `, where the size is known.
    fn share(&self) -> String {
        let read = self.meter.read_bytes();
        match self.size_bytes {
            Some(size) if size > 0 && read > 0 => {
                let share = read as f64 / size as f64;
                let left = self.begun.elapsed().mul_f64((1.0 / share - 1.0).max(0.0));
                format!("{:.0} %, {} left, ", share * 100.0, duration(left))
            }
            _ => String::new(),
        }
    }

    fn rates(&self, report: &Report) -> String {
        let members = &report.members;
        let (rate, found) = (rate(members.xml_bytes, self.begun.elapsed()), members.members);
        format!("{rate} of XML, {}", counted(found, "member"))
    }
}

fn new_bar(archive: &Path, size_bytes: Option<u64>) -> ProgressBar {
    let (bar, template) = match size_bytes {
        Some(size) => (ProgressBar::new(size), "{prefix} {bar:24} {percent:>3} % {msg}, {eta} left"),
        None => (ProgressBar::new_spinner(), "{prefix} {spinner} {msg}"),
    };
    // The templates are our own, so that they are well formed.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = bar.with_style(style.progress_chars("=> ")).with_prefix(file_name(archive));
    bar.enable_steady_tick(TICK);
    bar
}

fn locked(lines: &Lines) -> MutexGuard<'_, HashMap<PathBuf, Line>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

fn waiting_text(archive: &Path) -> String {
    if archive != Path::new("-") {
        return format!("{}: waiting for data", shown(archive).display());
    }
    let hint = if std::io::stdin().is_terminal() {
        ", which is a terminal; Ctrl-C stops, a path reads a file"
    } else {
        ""
    };
    format!("waiting for data on standard input{hint}")
}

fn rate(size_bytes: u64, time: Duration) -> String {
    let seconds = time.as_secs_f64().max(0.001);
    format!("{}/s", bytes((size_bytes as f64 / seconds) as u64))
}

fn file_name(path: &Path) -> String {
    storage::file_name(path).into_owned()
}
