//! What the commands that match share: the release of ROR, the preset, and how a match
//! is shown.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::Common;
use super::failure::Failure;
use super::numbers::counted;
use crate::dataset::{InputFile, MatchInputs, Organizations};
use crate::matching::{MatchRow, open_input_file};
use crate::slice::Inputs;
use crate::storage::{InputFiles, Place, shown};
use ror_match::{Crosswalk, Matcher, Overrides, Preset, Release, RorError};

/// The options that say how to match.
#[derive(Debug, Clone, clap::Args)]
pub struct Ror {
    /// The release of ROR: the published zip, its JSON, or the JSON compressed with gzip. If not
    /// given, a dataset is matched with the files of its last matching.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_ROR_RELEASE")]
    ror_release: Option<PathBuf>,
    /// How much evidence a match needs; balanced if not given.
    #[arg(long, value_enum, env = "ORCIDLAKE_PRESET")]
    preset: Option<PresetArg>,
    /// A CSV table of names and their organisations, with the columns name, country and ror; it
    /// takes precedence over all other rules. A name without an id in it is never matched.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_OVERRIDES")]
    overrides: Option<PathBuf>,
}

/// [`Preset`], as the command line has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PresetArg {
    /// Only names that are the same apart from spelling.
    Strict,
    /// Similar names too, if one is clearly the most similar.
    Balanced,
    /// All names that are more likely right than wrong.
    Recall,
}

impl PresetArg {
    fn preset(self) -> Preset {
        match self {
            Self::Strict => Preset::Strict,
            Self::Balanced => Preset::Balanced,
            Self::Recall => Preset::Recall,
        }
    }
}

/// The files and the preset of a matching.
#[derive(Debug, Clone)]
pub struct Sources {
    pub ror: PathBuf,
    overrides: Option<PathBuf>,
    crosswalk: Option<PathBuf>,
    preset: Preset,
    files: Arc<InputFiles>,
}

impl Sources {
    /// What the options say; where they name no release, what a dataset was
    /// matched with before says the rest.
    pub fn of(
        options: &Ror,
        crosswalk: Option<&PathBuf>,
        before: Option<&Organizations>,
        common: &Common,
    ) -> Result<Self, Failure> {
        let preset = options.preset.map(PresetArg::preset);
        let (overrides, crosswalk) = (options.overrides.clone(), crosswalk.cloned());
        if let Some(ror) = options.ror_release.clone() {
            let (preset, files) = (preset.unwrap_or(Preset::Balanced), input_files(common));
            return Ok(Self { ror, overrides, crosswalk, preset, files });
        }
        let before = before.and_then(|before| Self::before(before, common)).ok_or_else(|| {
            Failure::new(
                "there is no release of ROR to match with",
                "give --ror-release FILE; releases are at https://doi.org/10.5281/zenodo.6347574",
            )
        })?;
        Ok(Self {
            ror: before.ror,
            overrides: overrides.or(before.overrides),
            crosswalk: crosswalk.or(before.crosswalk),
            preset: preset.unwrap_or(before.preset),
            files: before.files,
        })
    }

    /// What a dataset was matched with, if it says so.
    pub fn before(before: &Organizations, common: &Common) -> Option<Self> {
        let inputs = before.inputs.as_ref()?;
        let path = |file: &Option<InputFile>| file.as_ref().map(|file| PathBuf::from(&file.path));
        Some(Self {
            ror: PathBuf::from(&inputs.ror.path),
            overrides: path(&inputs.overrides),
            crosswalk: path(&inputs.crosswalk),
            preset: Preset::ALL.into_iter().find(|preset| preset.name() == before.preset)?,
            files: input_files(common),
        })
    }

    /// The preset.
    pub fn preset(&self) -> Preset {
        self.preset
    }

    /// Names the files in the inputs of a selection of people.
    pub fn name_in(&self, inputs: &mut Inputs) {
        inputs.ror_release = Some(self.ror.clone());
        inputs.overrides.clone_from(&self.overrides);
        inputs.crosswalk.clone_from(&self.crosswalk);
    }

    /// The files as they are now.
    pub fn inputs(&self) -> Result<MatchInputs, Failure> {
        let one = |path: &Path| Ok::<_, Failure>(open_input_file(path, self.file(path)?)?);
        let file = |path: &Option<PathBuf>| path.as_deref().map(one).transpose();
        Ok(MatchInputs {
            ror: one(&self.ror)?,
            overrides: file(&self.overrides)?,
            crosswalk: file(&self.crosswalk)?,
        })
    }

    /// True if the release is missing; one that lies elsewhere shows it when it is fetched.
    pub fn lacks_release(&self) -> bool {
        !Place::is_remote(&self.ror) && !self.ror.is_file()
    }

    fn file(&self, path: &Path) -> Result<File, RorError> {
        self.files.open(path).map_err(|source| RorError::Read { path: shown(path), source })
    }

    /// Reads the release and prepares the search.
    pub fn matcher(&self, common: &Common) -> Result<Matcher, Failure> {
        let release = Release::read_file(&shown(&self.ror), self.file(&self.ror)?)?;
        if !common.quiet {
            let count = counted(release.organizations.len() as u64, "organisation");
            tell!("{}: {count}", release.name);
        }
        let mut matcher = Matcher::new(release, self.preset);
        if let Some(path) = &self.overrides {
            let (release, lexicon) = (&matcher.index.release, &matcher.index.lexicon);
            matcher.overrides = Overrides::read_file(&shown(path), self.file(path)?, release, lexicon)?;
        }
        Ok(matcher)
    }

    /// What ids mean, by the release and by the user's table.
    pub fn crosswalk(&self, release: &Release) -> Result<Crosswalk, Failure> {
        let mut crosswalk = Crosswalk::new(release);
        if let Some(table) = &self.crosswalk {
            crosswalk.add_table_file(&shown(table), self.file(table)?, release)?;
        }
        Ok(crosswalk)
    }
}

/// The files of a command's options.
fn input_files(common: &Common) -> Arc<InputFiles> {
    Arc::new(InputFiles::new(common.storage()))
}

/// A match with its evidence; without a match, the candidates.
pub fn shown_match(row: &MatchRow) -> Value {
    match row.ror_id {
        Some(_) => json!(row),
        None => json!({ "ror_id": null, "candidates": row.candidates }),
    }
}
