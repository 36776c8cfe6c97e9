//! The option of commands that print rows: whether limited ones are among them.

use clap::builder::BoolishValueParser;

use crate::dataset::Dataset;

/// What is shown of a dataset that holds limited data.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct LimitedArg {
    /// Include what people show only to trusted parties, from a dataset that holds limited data;
    /// without this, only what is public is read.
    #[arg(long, env = "ORCIDLAKE_INCLUDE_LIMITED", value_parser = BoolishValueParser::new())]
    pub include_limited: bool,
}

impl LimitedArg {
    /// What is read of a dataset.
    pub fn of(self, dataset: &Dataset) -> Option<Dataset> {
        (!self.include_limited).then(|| dataset.public_only())
    }
}
