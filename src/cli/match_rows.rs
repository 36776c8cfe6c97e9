//! Matches the rows of a table, or texts, on all processors, and prints them in their order.

use std::path::Path;

use rayon::ThreadPool;
use rayon::prelude::*;

use super::Done;
use super::convert::Machine;
use super::failure::Failure;
use super::match_output::{Format, Output, Part, Row};
use super::numbers::counted;
use crate::matching::MatchRow;
use ror_match::{Country, Matcher, Mentions, Query, Scratch, Table};

/// Rows that are in memory at a time: each thread gets some hundred of them.
const ROWS_AT_ONCE: usize = 8_192;
/// Rows that a thread takes at a time at least.
const ROWS_PER_TASK: usize = 64;
/// Values that name no country and are told with their lines; the number of the others is told.
const SHOWN_COUNTRIES: usize = 50;
/// Lines that are told for each of them.
const SHOWN_LINES: usize = 5;

/// Where in a table name and place stand, or the text that has both.
pub struct Columns {
    name: usize,
    city: Option<usize>,
    country: Option<usize>,
    is_text: bool,
}

impl Columns {
    /// Columns of names and their places.
    pub fn of_names(
        table: &Table,
        name: &str,
        city: Option<&str>,
        country: Option<&str>,
    ) -> Result<Self, Failure> {
        let optional = |name: Option<&str>, usual: &str| match name {
            Some(name) => required(table, name).map(Some),
            None => Ok(table.column(usual)?),
        };
        Ok(Self {
            name: required(table, name)?,
            city: optional(city, "city")?,
            country: optional(country, "country")?,
            is_text: false,
        })
    }

    /// A column of full affiliations.
    pub fn of_text(table: &Table, column: &str) -> Result<Self, Failure> {
        Ok(Self { name: required(table, column)?, city: None, country: None, is_text: true })
    }

    fn query<'r>(&self, row: &'r [String]) -> Query<'r> {
        let cell = |place: Option<usize>| {
            place.and_then(|place| row.get(place)).map(String::as_str).filter(|cell| !cell.is_empty())
        };
        Query {
            name: cell(Some(self.name)).unwrap_or_default(),
            city: cell(self.city),
            country: cell(self.country),
        }
    }
}

/// The place of a column that a table must have; the error says which columns it has.
pub fn required(table: &Table, name: &str) -> Result<usize, Failure> {
    let path = table.path().display();
    let missing = || Failure::new(format!("{path} has no column that is named {name}"), &columns_of(table));
    table.column(name)?.ok_or_else(missing)
}

/// Which columns a table has, as a hint.
pub fn columns_of(table: &Table) -> String {
    match table.header().is_empty() {
        true => "it is empty; its first line must name the columns".to_owned(),
        false => format!("its columns are: {}", table.header().join(", ")),
    }
}

/// Matches many rows.
pub struct Bulk<'a> {
    matcher: &'a Matcher,
    /// Print all organisations of a text.
    all: bool,
    pool: ThreadPool,
}

impl<'a> Bulk<'a> {
    pub fn new(matcher: &'a Matcher, all: bool, machine: &Machine) -> Result<Self, Failure> {
        let threads = machine.options().threads;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|error| Failure::new(error.to_string(), "try again with --threads 1"))?;
        Ok(Self { matcher, all, pool })
    }

    /// Matches the rows of a table.
    pub fn table(&self, mut table: Table, columns: &Columns, format: Format) -> Result<Done, Failure> {
        let header = table.header().to_vec();
        let mut out = Output::new(&header, columns.is_text, format)?;
        let mut unknown = UnknownCountries::default();
        let path = table.path().to_owned();
        let doubled = out.doubled();
        if !doubled.is_empty() {
            let (path, names) = (path.display(), doubled.join(", "));
            tell!(
                "note: {path} has columns that the match adds too ({names}): those of the match are the last"
            );
        }
        loop {
            let mut rows = Vec::new();
            while rows.len() < ROWS_AT_ONCE
                && let Some(row) = table.row()?
            {
                let country = columns.query(&row.cells).country;
                let known = country.is_none_or(|country| unknown.is_known(row.line, country));
                rows.push((row.cells, known));
            }
            if rows.is_empty() {
                break;
            }
            self.print(&rows, &mut out, |(cells, known), scratch| {
                let mut query = columns.query(cells);
                if columns.is_text {
                    return self.parts(query.name, scratch);
                }
                query.country = query.country.filter(|_| *known);
                vec![Part::of(MatchRow::of(self.matcher, &self.matcher.find(&query, scratch)))]
            })?;
        }
        out.end()?;
        unknown.tell(&path);
        Ok(Done::All)
    }

    /// Matches texts.
    pub fn texts(
        &self,
        mut texts: impl Iterator<Item = Result<String, Failure>>,
        format: Format,
    ) -> Result<Done, Failure> {
        let header = ["text".to_owned()];
        let mut out = Output::new(&header, true, format)?;
        loop {
            let rows: Vec<(Vec<String>, bool)> = texts
                .by_ref()
                .take(ROWS_AT_ONCE)
                .map(|text| Ok((vec![text?], true)))
                .collect::<Result<_, Failure>>()?;
            if rows.is_empty() {
                break;
            }
            self.print(&rows, &mut out, |(cells, _), scratch| self.parts(&cells[0], scratch))?;
        }
        out.end()?;
        Ok(Done::All)
    }

    /// The organisations of a text, as rows of the result.
    fn parts(&self, text: &str, scratch: &mut Scratch) -> Vec<Part> {
        let Mentions { all, leading, candidates } = self.matcher.find_in_text(text, scratch);
        let shown = all.iter().enumerate().filter(|(number, _)| self.all || leading == Some(*number));
        let parts: Vec<Part> = shown
            .map(|(_, mention)| {
                let answer = mention.answer();
                Part::in_text(MatchRow::of(self.matcher, &answer), text, mention.span.clone())
            })
            .collect();
        if !parts.is_empty() {
            return parts;
        }
        let answer = ror_match::Answer { found: None, candidates };
        vec![Part::of(MatchRow::of(self.matcher, &answer))]
    }

    /// Matches rows on all processors, then prints them.
    fn print(
        &self,
        rows: &[(Vec<String>, bool)],
        out: &mut Output<'_>,
        find: impl Fn(&(Vec<String>, bool), &mut Scratch) -> Vec<Part> + Sync,
    ) -> Result<(), Failure> {
        let find = |scratch: &mut Scratch, row: &(Vec<String>, bool)| find(row, scratch);
        let found: Vec<Vec<Part>> = self.pool.install(|| {
            rows.par_iter().with_min_len(ROWS_PER_TASK).map_init(Scratch::default, find).collect()
        });
        for ((cells, _), parts) in rows.iter().zip(&found) {
            parts.iter().try_for_each(|part| out.row(&Row { cells, part }))?;
        }
        Ok(())
    }
}

/// Cells for countries that name none, of a table that is matched.
#[derive(Default)]
struct UnknownCountries {
    count: u64,
    /// Each of them, with the number of its rows and the first lines.
    values: Vec<(String, u64, Vec<String>)>,
    /// Values beyond those that are kept.
    more: bool,
}

impl UnknownCountries {
    /// True for a country; notes the line of any other text.
    fn is_known(&mut self, line: u64, country: &str) -> bool {
        let is_known = Country::of(country).is_listed();
        if !is_known && !country.trim().is_empty() {
            self.count += 1;
            self.note(line, country.trim());
        }
        is_known
    }

    fn note(&mut self, line: u64, country: &str) {
        if let Some((_, rows, lines)) = self.values.iter_mut().find(|(known, ..)| known == country) {
            *rows += 1;
            if lines.len() < SHOWN_LINES {
                lines.push(line.to_string());
            }
        } else if self.values.len() < SHOWN_COUNTRIES {
            self.values.push((country.to_owned(), 1, vec![line.to_string()]));
        } else {
            self.more = true;
        }
    }

    fn tell(&self, path: &Path) {
        if self.count == 0 {
            return;
        }
        let shown = self.values.iter().map(|(value, rows, lines)| {
            let more = if *rows > lines.len() as u64 { ", …" } else { "" };
            let word = if lines.len() == 1 { "line" } else { "lines" };
            format!("{word} {}{more} \"{value}\"", lines.join(", "))
        });
        tell!(
            "note: {}: matched without a country, because the cell is not a country: {}: {}{}",
            path.display(),
            counted(self.count, "row"),
            shown.collect::<Vec<_>>().join(", "),
            if self.more { ", …" } else { "" }
        );
    }
}
