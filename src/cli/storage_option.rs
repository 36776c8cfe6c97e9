//! `--storage-option`: options of object stores and web servers, whose values are never shown.

use std::ffi::OsStr;
use std::fmt;

use clap::builder::{StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command};

/// Options as one argument or one variable has them.
#[derive(Clone)]
pub struct StorageOption(Vec<(String, String)>);

/// Reads `KEY=VALUE`, or several with commas or line ends between them.
#[derive(Clone)]
pub struct StorageOptionParser;

impl StorageOption {
    /// Keys and values.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// A comma divides options only where a key follows it: values may hold commas.
    fn parse(text: &str) -> Option<Self> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let mut is_first = true;
            for piece in line.split(',') {
                match piece.split_once('=').filter(|(key, _)| is_key(key.trim())) {
                    Some((key, value)) => pairs.push((key.trim().to_owned(), value.to_owned())),
                    None if is_first => return None,
                    None => {
                        let (_, last) = pairs.last_mut()?;
                        last.push(',');
                        last.push_str(piece);
                    }
                }
                is_first = false;
            }
        }
        Some(Self(pairs))
    }
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_')
}

impl fmt::Debug for StorageOption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.pairs().map(|(key, _)| key)).finish()
    }
}

impl TypedValueParser for StorageOptionParser {
    type Value = StorageOption;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<StorageOption, clap::Error> {
        // An error of clap would show the value.
        let text = StringValueParser::new().parse_ref(command, argument, value).ok();
        text.and_then(|text| StorageOption::parse(&text)).ok_or_else(|| {
            let text = "an option of --storage-option is not KEY=VALUE, such as aws_region=eu-central-1\n";
            clap::Error::raw(ErrorKind::ValueValidation, text).with_cmd(command)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_may_hold_several_options_and_values_may_hold_commas() {
        for (text, expected) in [
            ("a=b", Some(vec![("a", "b")])),
            ("a=b=c==", Some(vec![("a", "b=c==")])),
            ("a=b,c=d", Some(vec![("a", "b"), ("c", "d")])),
            ("a=b,c", Some(vec![("a", "b,c")])),
            ("a=1\n b=2\n\n", Some(vec![("a", "1"), ("b", "2")])),
            ("a=", Some(vec![("a", "")])),
            ("", Some(vec![])),
            ("a", None),
            ("=b", None),
            ("a b=c", None),
            (",a=b", None),
        ] {
            let found = StorageOption::parse(text);

            assert_eq!(found.as_ref().map(|found| found.pairs().collect::<Vec<_>>()), expected, "{text}");
            assert!(!format!("{found:?}").contains("=="));
        }
    }

    #[test]
    fn neither_help_nor_errors_nor_debug_show_a_value() {
        let wrong = ["orcidlake", "--storage-option", "hush hush", "verify", "o"];
        let refused = crate::cli::command().try_get_matches_from(wrong).unwrap_err();
        let table = "storage-option = ['aws_secret_access_key=hush']".parse().unwrap();
        let command = crate::cli::config::with_defaults(crate::cli::command(), &table).unwrap();
        let help = command.clone().try_get_matches_from(["orcidlake", "convert", "--help"]).unwrap_err();
        let matches = command.try_get_matches_from(["orcidlake", "verify", "o"]).unwrap();
        let common = <crate::cli::Common as clap::FromArgMatches>::from_arg_matches(&matches).unwrap();

        for shown in [refused.to_string(), help.to_string(), format!("{common:?}")] {
            assert!(shown.contains("storage") && !shown.contains("hush"), "{shown}");
        }
        assert_eq!(common.storage(), [("aws_secret_access_key", "hush")].into_iter().collect());
    }
}
