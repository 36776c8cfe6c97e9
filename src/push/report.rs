//! The report: for each row of the input its state, what was done, and why.

use super::job::{Job, Ready, Step};
use super::row::{Row, Whose};
use super::run::{Did, Done};
use super::state::State;

/// A row of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    pub file: String,
    pub line: u64,
    pub orcid: String,
    pub section: String,
    pub id: String,
    pub state: State,
    /// What was done: `added`, `changed`, `deleted`, `found`; of a dry run what would be done.
    pub done: &'static str,
    pub put_code: Option<i64>,
    pub status: Option<u16>,
    pub code: Option<i32>,
    pub reason: String,
    /// What was added to the row, such as the ROR of its organization.
    pub notes: String,
}

impl ReportRow {
    /// The columns of the report.
    pub const COLUMNS: [&'static str; 12] = [
        "file",
        "line",
        "orcid",
        "section",
        "id",
        "state",
        "done",
        "put_code",
        "http_status",
        "error_code",
        "reason",
        "notes",
    ];

    /// The cells, in the order of the columns.
    pub fn cells(&self) -> [String; 12] {
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        [
            self.file.clone(),
            Some(self.line).filter(|line| *line > 0).map(|line| line.to_string()).unwrap_or_default(),
            self.orcid.clone(),
            self.section.clone(),
            self.id.clone(),
            self.state.name().to_owned(),
            self.done.to_owned(),
            number(self.put_code),
            number(self.status.map(i64::from)),
            number(self.code.map(i64::from)),
            self.reason.clone(),
            self.notes.clone(),
        ]
    }

    fn of_row(row: &Row) -> Self {
        Self {
            file: row.file.display().to_string(),
            line: row.at.line,
            orcid: match &row.whose {
                Whose::Orcid(orcid) => orcid.to_string(),
                Whose::Email(_) | Whose::Row => String::new(),
            },
            section: row.section.map(|section| section.element().to_owned()).unwrap_or_default(),
            id: row.id.clone().unwrap_or_default(),
            state: State::Waiting,
            done: "",
            put_code: None,
            status: None,
            code: None,
            reason: String::new(),
            notes: row.notes.join("; "),
        }
    }

    fn of_job(row: &Row, job: &Job) -> Self {
        let (orcid, section) = (job.key.orcid.to_string(), job.key.section.element().to_owned());
        Self { orcid, section, id: job.key.row.clone(), ..Self::of_row(row) }
    }

    fn with(self, done: Done) -> Self {
        Self {
            state: done.state,
            done: done.did.name(),
            put_code: done.put_code,
            status: done.status,
            code: done.code,
            reason: done.reason,
            ..self
        }
    }
}

/// The report of a run; rows that it did not come to are waiting.
pub fn report(rows: &[Row], ready: &[Ready], done: Vec<Option<Done>>) -> Vec<ReportRow> {
    rows.iter()
        .zip(ready)
        .zip(done)
        .map(|((row, ready), done)| match (ready, done) {
            (Ready::Not(state, reason), _) => {
                ReportRow::of_row(row).with(Done::new(*state, Did::Nothing, None, reason.as_str()))
            }
            (Ready::Job(job), Some(done)) => ReportRow::of_job(row, job).with(done),
            (Ready::Job(job), None) => {
                let reason = "the run ended before it; the next run sends it";
                let put_code = job.stored.as_ref().and_then(|stored| stored.put_code);
                ReportRow::of_job(row, job).with(Done::new(State::Waiting, Did::Nothing, put_code, reason))
            }
        })
        .collect()
}

/// What a run would do.
pub fn outlook(rows: &[Row], ready: &[Ready], may_write: impl Fn(&Job) -> bool) -> Vec<ReportRow> {
    let of_job = |row: &Row, job: &Job| {
        let put_code = job.stored.as_ref().and_then(|stored| stored.put_code).or(job.put_code);
        let waiting = |done: &'static str| ReportRow {
            state: State::Waiting,
            done,
            put_code,
            ..ReportRow::of_job(row, job)
        };
        match &job.step {
            Step::Nothing(state, reason) => {
                ReportRow::of_job(row, job).with(Done::new(*state, Did::Nothing, put_code, reason.as_str()))
            }
            _ if !may_write(job) => {
                let reason = format!("the person has not permitted {}: ask for it", job.key.section.scope());
                ReportRow::of_job(row, job).with(Done::new(
                    State::NoPermission,
                    Did::Nothing,
                    put_code,
                    reason,
                ))
            }
            Step::Add => waiting("would add"),
            Step::Change(_) | Step::Adopt(_) => waiting("would change"),
            Step::Delete(_) | Step::FindAndDelete => waiting("would delete"),
        }
    };
    rows.iter()
        .zip(ready)
        .map(|(row, ready)| match ready {
            Ready::Not(state, reason) => {
                ReportRow::of_row(row).with(Done::new(*state, Did::Nothing, None, reason.as_str()))
            }
            Ready::Job(job) => of_job(row, job),
        })
        .collect()
}
