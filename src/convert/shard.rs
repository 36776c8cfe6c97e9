//! A part of an archive, such as 2/5, for one of several machines.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A larger number of parts is treated as a typing error.
pub(super) const MAX_SHARDS: u64 = 10_000;

/// The `number`th of `of` parts, from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    pub number: u64,
    pub of: u64,
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.number, self.of)
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.split_once('/').and_then(|(number, of)| {
            Some(Self { number: number.trim().parse().ok()?, of: of.trim().parse().ok()? })
        });
        numbers
            .filter(|shard| (1..=shard.of).contains(&shard.number) && shard.of <= MAX_SHARDS)
            .ok_or_else(|| format!("\"{text}\" is not a part such as 2/5"))
    }
}

#[cfg(test)]
mod tests {
    use super::Shard;

    #[test]
    fn a_part_is_one_of_some() {
        for (text, expected) in [
            ("1/1", Some((1, 1))),
            ("2/5", Some((2, 5))),
            ("0/5", None),
            ("6/5", None),
            ("2", None),
            ("a/b", None),
            ("1/99999", None),
        ] {
            let shard: Option<Shard> = text.parse().ok();
            assert_eq!(shard.map(|shard| (shard.number, shard.of)), expected, "{text}");
        }
    }
}
