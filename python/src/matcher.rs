//! Names to organisations of ROR.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::{Array, StringArray};
use arrow::datatypes::{DataType, Field, Fields, Schema};
use pyo3::prelude::*;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use serde_json::json;

use crate::arrow_data::Rows;
use crate::errors::{Raise, bad_value};
use crate::import::texts;
use crate::settings::Settings;
use crate::waiting::{interruptible, nothing};
use orcidlake::dataset::MatchInputs;
use orcidlake::matching::{self, MatchRow, open_input_file};
use orcidlake::storage::{InputFiles, shown};
use ror_match::{Address, Crosswalk, Overrides, Preset, Query, Release, RorError, Scratch};

/// The share of the memory that keys may have; the release has its own.
const KEYS_SHARE: usize = 4;
/// Names that a thread matches at a time.
const NAMES_AT_ONCE: usize = 64;

/// Finds organisations by name and place.
#[pyclass(frozen, module = "orcidlake._native")]
pub struct Matcher(ror_match::Matcher);

#[pymethods]
impl Matcher {
    #[new]
    fn new(
        py: Python<'_>,
        release: PathBuf,
        preset: &str,
        overrides: Option<PathBuf>,
        settings: Settings,
    ) -> PyResult<Self> {
        let (preset, files) = (preset_of(preset)?, settings.files());
        let read = |_: &_| matcher_of(&files, &release, preset, overrides.as_deref());
        interruptible(py, nothing, read)?.map(Self)
    }

    #[getter]
    fn release(&self) -> &str {
        &self.0.index.release.name
    }

    #[getter]
    fn preset(&self) -> &str {
        self.0.preset.name()
    }

    /// How many organisations the release has.
    fn organizations(&self) -> usize {
        self.0.index.release.organizations.len()
    }

    /// The organisation of each name, or the candidates. Without cities and countries, a name may
    /// be a text with its place in it.
    fn find(
        &self,
        py: Python<'_>,
        names: &Bound<'_, PyAny>,
        cities: Option<&Bound<'_, PyAny>>,
        countries: Option<&Bound<'_, PyAny>>,
        settings: Settings,
    ) -> PyResult<Rows> {
        let names = texts(names)?;
        let (cities, countries) = (cities.map(texts).transpose()?, countries.map(texts).transpose()?);
        for (what, column) in [("cities", &cities), ("countries", &countries)] {
            if column.as_ref().is_some_and(|column| column.len() != names.len()) {
                return Err(bad_value(format!("there are not as many {what} as names")));
            }
        }
        let threads = settings.options()?.threads;
        let asked = Asked { names, cities, countries };
        let rows = interruptible(py, nothing, |stop| self.rows(&asked, threads, stop))??;
        Rows::of(schema(), &rows).map_err(|error| bad_value(error.to_string()))
    }
}

/// What is asked for: columns of one length.
struct Asked {
    names: StringArray,
    cities: Option<StringArray>,
    countries: Option<StringArray>,
}

impl Matcher {
    fn rows(&self, asked: &Asked, threads: usize, stop: &AtomicBool) -> PyResult<Vec<MatchRow>> {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|error| bad_value(error.to_string()))?;
        let find = |scratch: &mut Scratch, row: usize| {
            let stopped = stop.load(Ordering::Relaxed);
            let query = Query { name: asked.name(row), city: None, country: None };
            let answer = match (&asked.cities, &asked.countries) {
                _ if stopped => return MatchRow::default(),
                (None, None) => self.0.find(&Address::of(query.name, &self.0.index).query(), scratch),
                (cities, countries) => {
                    let query = Query { city: cell(cities, row), country: cell(countries, row), ..query };
                    self.0.find(&query, scratch)
                }
            };
            MatchRow::of(&self.0, &answer)
        };
        let rows = (0..asked.names.len()).into_par_iter().with_min_len(NAMES_AT_ONCE);
        Ok(pool.install(|| rows.map_init(Scratch::default, find).collect()))
    }
}

impl Asked {
    fn name(&self, row: usize) -> &str {
        if self.names.is_null(row) { "" } else { self.names.value(row) }
    }
}

fn cell(column: &Option<StringArray>, row: usize) -> Option<&str> {
    column.as_ref().filter(|column| column.is_valid(row)).map(|column| column.value(row))
}

/// Matches a dataset to ROR; gives the counts as JSON.
#[pyfunction]
#[allow(clippy::too_many_arguments, reason = "each is one of the Python function")]
pub fn match_dataset(
    py: Python<'_>,
    dataset: PathBuf,
    release: PathBuf,
    preset: &str,
    overrides: Option<PathBuf>,
    crosswalk: Option<PathBuf>,
    anew: bool,
    settings: Settings,
) -> PyResult<String> {
    let (preset, options, files) = (preset_of(preset)?, settings.options()?, settings.files());
    let store = settings.store(&dataset)?;
    let options =
        matching::Options { threads: options.threads, memory_bytes: options.memory_bytes / KEYS_SHARE, anew };
    let run = |stop: &AtomicBool| {
        let input = |path: &Path| open_input_file(path, open(&files, path)?).map_err(Raise::raise);
        let file = |path: &Option<PathBuf>| path.as_deref().map(input).transpose();
        let inputs =
            MatchInputs { ror: input(&release)?, overrides: file(&overrides)?, crosswalk: file(&crosswalk)? };
        let matcher = matcher_of(&files, &release, preset, overrides.as_deref())?;
        let mut ids = Crosswalk::new(&matcher.index.release);
        if let Some(table) = &crosswalk {
            let added = ids.add_table_file(&shown(table), open(&files, table)?, &matcher.index.release);
            added.map_err(Raise::raise)?;
        }
        let summary = matching::match_dataset_in(store.as_ref(), &matcher, ids, Some(inputs), options, stop);
        let mut summary = json!(summary.map_err(Raise::raise)?);
        summary["ror_release"] = json!(matcher.index.release.name);
        summary["preset"] = json!(preset.name());
        Ok(summary.to_string())
    };
    interruptible(py, nothing, run)?
}

fn preset_of(name: &str) -> PyResult<Preset> {
    let preset = Preset::ALL.into_iter().find(|preset| preset.name() == name);
    let known = || Preset::ALL.map(Preset::name).join(", ");
    preset.ok_or_else(|| bad_value(format!("{name:?} is no preset; the presets are {}", known())))
}

fn matcher_of(
    files: &InputFiles,
    release: &Path,
    preset: Preset,
    overrides: Option<&Path>,
) -> PyResult<ror_match::Matcher> {
    let release = Release::read_file(&shown(release), open(files, release)?).map_err(Raise::raise)?;
    let mut matcher = ror_match::Matcher::new(release, preset);
    if let Some(path) = overrides {
        let (release, lexicon) = (&matcher.index.release, &matcher.index.lexicon);
        let read = Overrides::read_file(&shown(path), open(files, path)?, release, lexicon);
        matcher.overrides = read.map_err(Raise::raise)?;
    }
    Ok(matcher)
}

fn open(files: &InputFiles, path: &Path) -> PyResult<File> {
    files.open(path).map_err(|source| RorError::Read { path: shown(path), source }.raise())
}

/// The columns of a [`MatchRow`].
fn schema() -> Schema {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let score = |name: &str| Field::new(name, DataType::Float64, true);
    let candidate = Fields::from(vec![text("ror_id"), text("name"), score("score")]);
    let candidates = Field::new("item", DataType::Struct(candidate.clone()), true);
    Schema::new(vec![
        text("ror_id"),
        text("ror_name"),
        text("tier"),
        text("relation"),
        score("score"),
        score("margin"),
        text("matched_name"),
        text("matched_name_type"),
        text("country_verdict"),
        text("city_verdict"),
        text("ror_status"),
        text("successor_of"),
        Field::new("runner_up", DataType::Struct(candidate), true),
        Field::new("candidates", DataType::List(candidates.into()), true),
    ])
}
