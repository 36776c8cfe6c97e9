//! How far a run has come: a line for each archive on a terminal, and one for all of them, a plain
//! line now and then elsewhere, nothing with `--quiet`.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::numbers::{bytes, counted, duration};
use super::progress_whole::{Whole, left};
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
    whole: Mutex<Whole>,
}

type Lines = Mutex<HashMap<PathBuf, Line>>;

enum Kind {
    Quiet,
    Plain,
    Bars(MultiProgress),
}

struct Line {
    name: String,
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
        Self { kind, lines: Arc::default(), whole: Mutex::new(Whole::of(&[])) }
    }

    /// Says which archives will be read, so that the progress of all can be told.
    pub fn expect(&self, archives: &[PathBuf]) {
        let mut whole = Whole::of(archives);
        if let Kind::Bars(bars) = &self.kind
            && whole.is_several()
        {
            whole.bar = Some(bars.add(new_bar()));
        }
        *self.whole() = whole;
    }

    /// Takes the line of all archives away.
    pub fn end(&self) {
        if let Some(bar) = self.whole().bar.take() {
            bar.finish_and_clear();
        }
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

    fn whole(&self) -> MutexGuard<'_, Whole> {
        locked(&self.whole)
    }

    /// Tells how far all archives are, where there are several.
    fn tell_whole(&self, lines: &HashMap<PathBuf, Line>) {
        let mut whole = self.whole();
        if !whole.is_several() {
            return;
        }
        let text = whole.text(lines.values().map(|line| line.meter.read_bytes()).sum());
        if let Some(bar) = &whole.bar {
            bar.set_message(text);
        } else if matches!(self.kind, Kind::Plain) && whole.told.elapsed() >= PLAIN_EVERY {
            whole.told = Instant::now();
            tell!("{text}");
        }
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
            // Above the line for all.
            Kind::Bars(bars) => Some(match &self.whole().bar {
                Some(whole) => bars.insert_before(whole, new_bar()),
                None => bars.add(new_bar()),
            }),
            Kind::Quiet | Kind::Plain => None,
        };
        let now = Instant::now();
        let name = self.whole().short_name(archive);
        let line = Line { name, begun: now, told: now, size_bytes, meter: meter.clone(), bar };
        self.lines().insert(archive.to_owned(), line);
        if (size_bytes.is_none() || Place::is_remote(archive)) && !matches!(self.kind, Kind::Quiet) {
            self.tell_stalls(archive, meter.clone());
        }
    }

    fn progressed(&self, archive: &Path, report: &Report) {
        let mut lines = self.lines();
        let Some(line) = lines.get_mut(archive) else { return };
        if let Some(bar) = &line.bar {
            bar.set_message(format!("{}{}, {}", line.share(), line.name, line.rates(report)));
        } else if matches!(self.kind, Kind::Plain) && line.told.elapsed() >= PLAIN_EVERY {
            line.told = Instant::now();
            tell!("{}: {}{}", file_name(archive), line.share(), line.rates(report));
        }
        self.tell_whole(&lines);
    }

    fn ended(&self, archive: &Path, outcome: &Outcome) {
        let line = self.lines().remove(archive);
        if let Some(bar) = line.as_ref().and_then(|line| line.bar.as_ref()) {
            bar.finish_and_clear();
        }
        let is_read = line.is_some() && !matches!(outcome, Outcome::Skipped);
        self.whole().ended(archive, is_read);
        self.tell_whole(&self.lines());
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
        match self.size_bytes {
            Some(size) => left(self.meter.read_bytes(), size, self.begun.elapsed()),
            None => String::new(),
        }
    }

    fn rates(&self, report: &Report) -> String {
        let members = &report.members;
        let (rate, found) = (rate(members.xml_bytes, self.begun.elapsed()), members.members);
        format!("{rate} of XML, {}", counted(found, "member"))
    }
}

/// A line of text, cut where the terminal is narrow.
fn new_bar() -> ProgressBar {
    // The template is our own, so that it is well formed.
    let style = ProgressStyle::with_template("{wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new_spinner().with_style(style);
    bar.enable_steady_tick(TICK);
    bar
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
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
