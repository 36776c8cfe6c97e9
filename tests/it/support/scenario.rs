//! A command on trial: each of its calls to the disk is broken in every way, and the dataset must be
//! the old one or the new one.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::damage::rounds;
use super::shim::shim_in;
use orcid_mock::LocalOrcid;
use orcidlake::dataset::{Dataset, verify};

/// Trials of one command, where not all are asked for; `ROUNDS` multiplies them.
const TRIALS: usize = 9;
/// The folder of archives that wait to replace the dataset.
const WAITING: &str = ".orcid.orcidlake-replace";
/// The folder of parts that wait for their commit.
const PARTS: &str = ".orcid.orcidlake-parts";
/// How one call is broken.
const WAYS: [&str; 4] = ["kill", "error", "full", "torn"];

/// A command under trial.
pub struct Scenario {
    /// Holds all else.
    _folder: tempfile::TempDir,
    /// The library that breaks a call.
    shim: PathBuf,
    /// The only place where calls are broken.
    root: PathBuf,
    /// What is copied to the dataset's place before each trial; nothing if not there.
    old: PathBuf,
    /// The parts that wait before each trial; none if not there.
    parts: PathBuf,
    arguments: Vec<String>,
    /// Two names cannot be exchanged in one step.
    no_exchange: bool,
    /// The rows are compared, as the manifest tells the time, or what came before.
    by_rows: bool,
    states: Vec<State>,
    _server: Option<LocalOrcid>,
}

/// What a dataset is.
#[derive(Clone, PartialEq)]
enum State {
    Absent,
    /// By its manifest, to which `verify` holds every file.
    Manifest(String),
    Rows(crate::support::tables::Tables),
}

impl Scenario {
    /// Of the command `arguments`, after those of each of `before` have made the old state.
    /// `{}` stands for the folder of the inputs, `{out}` for the dataset.
    pub fn new(
        inputs: impl FnOnce(&Path) -> Option<LocalOrcid>,
        before: &[&[&str]],
        arguments: &[&str],
    ) -> Self {
        let folder = crate::support::folder();
        let at = folder.path().canonicalize().unwrap();
        let (root, old, shim) = (at.join("trial"), at.join("old"), shim_in(&at));
        let server = inputs(&at);
        let url = server.as_ref().map(LocalOrcid::base_url).unwrap_or_default();
        let fill = |arguments: &[&str]| -> Vec<String> {
            let out = root.join("orcid");
            let out = out.to_str().unwrap();
            let fill = |text: &&str| {
                text.replace("{out}", out).replace("{url}", &url).replace("{}", at.to_str().unwrap())
            };
            arguments.iter().map(fill).collect()
        };
        let scenario = Self {
            shim,
            old,
            parts: at.join("parts"),
            arguments: fill(arguments),
            no_exchange: false,
            by_rows: server.is_some() || arguments[0] == "match",
            states: Vec::new(),
            _server: server,
            root: root.clone(),
            _folder: folder,
        };
        if !root.exists() {
            fs::create_dir(&root).unwrap();
        }
        if root.join(PARTS).exists() {
            fs::rename(root.join(PARTS), &scenario.parts).unwrap();
        }
        for arguments in before {
            scenario.finish(&fill(arguments));
        }
        if scenario.dataset().exists() {
            copy(&scenario.dataset(), &scenario.old);
        }
        scenario
    }

    pub fn without_exchange(self) -> Self {
        Self { no_exchange: true, ..self }
    }

    fn dataset(&self) -> PathBuf {
        self.root.join("orcid")
    }

    /// Runs the program to its good end.
    fn finish(&self, arguments: &[String]) {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", messages(&output));
    }

    fn command(&self, arguments: &[String]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orcidlake"));
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs the program with one call broken.
    fn run_broken(&self, number: usize, way: &str) -> Output {
        let mut command = self.command(&self.arguments);
        command.env("LD_PRELOAD", &self.shim).env("FAULT_ROOT", &self.root);
        command.env("FAULT_AT", number.to_string()).env("FAULT_HOW", way);
        command.env("FAULT_COUNT", self.root.with_file_name("count"));
        if self.no_exchange {
            command.env("FAULT_NO_EXCHANGE", "1");
        }
        command.output().unwrap()
    }

    /// Puts the old state in the dataset's place, and nothing beside it.
    fn reset(&self) {
        fs::remove_dir_all(&self.root).unwrap();
        fs::create_dir(&self.root).unwrap();
        if self.old.exists() {
            copy(&self.old, &self.dataset());
        }
        if self.parts.exists() {
            copy(&self.parts, &self.root.join(PARTS));
        }
    }

    /// The state of the dataset, or what is wrong with it.
    fn state(&self) -> Result<State, String> {
        let root = self.dataset();
        if !root.exists() && !self.no_exchange {
            return Ok(State::Absent);
        }
        let dataset = match Dataset::open(&root) {
            Ok(dataset) => dataset,
            Err(error) if root.exists() => return Err(error.to_string()),
            Err(_) => return Ok(State::Absent),
        };
        let problems = verify(&dataset, &|_| {}).map_err(|error| error.to_string())?;
        if let Some(problem) = problems.first() {
            return Err(format!("{}: {}", problem.path.display(), problem.what));
        }
        if self.by_rows {
            let mut rows = crate::support::tables::all_rows(&root);
            rows.retain(|_, rows| !rows.is_empty());
            return Ok(State::Rows(rows));
        }
        Ok(State::Manifest(fs::read_to_string(root.join("orcidlake.json")).unwrap()))
    }

    /// The calls of one run, which ends well; notes the states before and after it.
    fn count(&mut self) -> usize {
        self.reset();
        let before = self.state().unwrap();
        let output = self.run_broken(usize::MAX >> 1, "kill");
        assert!(output.status.success(), "{}", messages(&output));
        let after = self.state().unwrap();
        assert!(before != after, "the command changes the dataset");
        self.states = vec![before, after];
        let count = fs::read_to_string(self.root.with_file_name("count")).unwrap();
        count.trim().parse().unwrap()
    }

    /// One trial: what is wrong after it, if anything is.
    fn fault(&self, number: usize, way: &str) -> Option<String> {
        self.reset();
        let output = self.run_broken(number, way);
        let told = |what: &str| {
            Some(format!("{way} at {number}: {what}\n  {}", messages(&output).trim().replace('\n', "\n  ")))
        };
        match self.state() {
            Err(problem) => return told(&problem),
            Ok(state) if !self.states.contains(&state) => return told("neither old nor new"),
            Ok(state) if output.status.success() && state != self.states[1] => {
                return told("said to be done, but old");
            }
            Ok(_) => {}
        }
        if output.status.code() == Some(101) {
            return told("it panicked");
        }
        if way == "full" && !self.beside().is_empty() {
            return told(&format!("it left {:?}", self.beside()));
        }
        let next = self.command(&self.arguments).output().unwrap();
        if !next.status.success() {
            return told(&format!("the next run failed: {}", messages(&next)));
        }
        match self.state() {
            Err(problem) => return told(&format!("after the next run: {problem}")),
            Ok(state) if state != self.states[1] => return told("the next run did not finish it"),
            Ok(_) => {}
        }
        if self.root.join(WAITING).exists() || self.root.join(PARTS).exists() {
            return told("the next run left archives or parts that wait");
        }
        if self.dataset().join(".orcidlake-taken").exists() {
            return told("the next run left the note of parts that were taken");
        }
        let beside = self.beside();
        if beside.is_empty() { None } else { told(&format!("the next run left {beside:?}")) }
    }

    /// What lies beside the dataset, but for archives that wait to replace it, and parts.
    fn beside(&self) -> Vec<OsString> {
        let beside = fs::read_dir(&self.root).unwrap().map(|entry| entry.unwrap().file_name());
        beside.filter(|name| name != "orcid" && name != WAITING && name != PARTS).collect()
    }

    /// Breaks calls, evenly spread or all.
    pub fn stands(mut self, name: &str) {
        let calls = self.count();
        let all: Vec<(usize, &str)> =
            (0..calls).flat_map(|number| WAYS.iter().map(move |way| (number, *way))).collect();
        let trials = match std::env::var("ORCIDLAKE_FAULTS").ok().as_deref() {
            Some("all") => all.len(),
            Some(number) => number.parse().expect("ORCIDLAKE_FAULTS is all or a number"),
            None => rounds(TRIALS),
        };
        let trials = trials.min(all.len());
        let chosen = (0..trials).map(|trial| all[trial * all.len() / trials]);
        let faults: Vec<String> = chosen.filter_map(|(number, way)| self.fault(number, way)).collect();
        println!("{name}: {calls} calls, {trials} trials, {} wrong", faults.len());
        assert!(faults.is_empty(), "{name}: {} of {trials}:\n{}", faults.len(), faults.join("\n"));
    }
}

fn messages(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => fs::copy(entry.path(), &target).map(drop).unwrap(),
        }
    }
}
