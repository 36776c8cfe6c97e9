//! Reads tasks and results that were written as lines of JSON, and says what is wrong with a line
//! that is neither.

use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

use super::line_fault::LineFault;
use super::task::{PartResult, SignedTask, Task};

/// The kinds of tasks and of results.
const KINDS: [&str; 2] = ["index", "part"];
/// The field of all tasks and of the results of parts that names the version of orcidlake.
const VERSION: &str = "tool_version";
/// Fields that only results have: of a part, and of an index.
const OF_RESULTS: [&str; 2] = ["entry", "index"];

impl FromStr for Task {
    type Err = LineFault;

    fn from_str(text: &str) -> Result<Self, LineFault> {
        let value = value_of(text)?;
        match is_result(&value)? {
            true => Err(LineFault::IsResult),
            false => Self::try_from(read::<SignedTask>(value)?),
        }
    }
}

impl FromStr for PartResult {
    type Err = LineFault;

    fn from_str(text: &str) -> Result<Self, LineFault> {
        let value = value_of(text)?;
        if is_result(&value)? { read(value) } else { Err(LineFault::IsTask) }
    }
}

/// The only value of JSON in a text.
fn value_of(text: &str) -> Result<Value, LineFault> {
    if text.trim().is_empty() {
        return Err(LineFault::Empty);
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = values.next().ok_or(LineFault::Empty)?.map_err(|error| match error.classify() {
        Category::Eof => LineFault::CutOff,
        _ => LineFault::NotJson { character: character(text, error.line(), error.column()) },
    })?;
    if values.next().is_some() { Err(LineFault::Several) } else { Ok(value) }
}

/// The number in the text of a character that is given by its line and its byte.
fn character(text: &str, line: usize, column: usize) -> usize {
    let lines: Vec<&str> = text.split_inclusive('\n').take(line).collect();
    let (last, before) = lines.split_last().map_or(("", &[][..]), |(last, before)| (*last, before));
    let own = last.char_indices().take_while(|(place, _)| *place < column).count();
    before.iter().map(|line| line.chars().count()).sum::<usize>() + own
}

/// True for a result, false for a task.
fn is_result(value: &Value) -> Result<bool, LineFault> {
    match value["kind"].as_str() {
        Some(kind) if KINDS.contains(&kind) => Ok(OF_RESULTS.iter().any(|field| value.get(field).is_some())),
        _ => Err(LineFault::Other),
    }
}

/// A task or a result of this version of orcidlake.
fn read<T: DeserializeOwned>(value: Value) -> Result<T, LineFault> {
    match value.get(VERSION).and_then(Value::as_str) {
        Some(found) if found != env!("CARGO_PKG_VERSION") => {
            Err(LineFault::OtherVersion { found: found.to_owned() })
        }
        _ => serde_json::from_value(value).map_err(|_| LineFault::Incomplete),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::super::task::{IndexResult, IndexTask, PartTask};
    use super::*;
    use targz_seek::Fingerprint;

    fn fingerprint() -> Fingerprint {
        serde_json::from_value(json!({ "size_bytes": 7, "digest": "0a" })).unwrap()
    }

    fn tasks() -> [Task; 2] {
        let (archive, name) = ("/data/a.tar.gz".into(), "a.tar.gz".to_owned());
        let part = PartTask {
            archive,
            name: name.clone(),
            fingerprint: Some(fingerprint()),
            release: Some(2025),
            shard: Some("2/5".parse().unwrap()),
            tables: BTreeSet::from(["summaries/works".to_owned()]),
            only: None,
            salvage: false,
            write_index: false,
            replace: false,
        };
        let index = IndexTask { archive: "/data/a.tar.gz".into(), name, fingerprint: fingerprint() };
        [Task::Part(part), Task::Index(index)]
    }

    #[test]
    fn a_task_that_was_edited_is_refused_unless_only_its_path_was() {
        for task in tasks() {
            let text = json!(task).to_string();
            assert_eq!(text.parse(), Ok(task.clone()));
            let written: Value = serde_json::from_str(&text).unwrap();
            for (field, value) in written.as_object().unwrap() {
                let edited = match value {
                    Value::Bool(value) => json!(!value),
                    Value::Number(_) => json!(2024),
                    Value::Array(_) => json!(["summaries/works", "summaries/records"]),
                    Value::Object(_) => json!({ "size_bytes": 8, "digest": "0a" }),
                    _ if field == "shard" => json!("1/5"),
                    _ if field == "kind" => continue,
                    _ => json!("other"),
                };
                let mut other = written.clone();
                other[field] = edited;
                let expected = match field.as_str() {
                    "archive" => {
                        assert_eq!(
                            other.to_string().parse::<Task>().unwrap().archive().to_str(),
                            Some("other")
                        );
                        continue;
                    }
                    VERSION => LineFault::OtherVersion { found: "other".to_owned() },
                    _ => LineFault::Edited,
                };
                assert_eq!(other.to_string().parse::<Task>(), Err(expected), "{field}");
                assert!(field == VERSION || serde_json::from_value::<Task>(other).is_err(), "{field}");
                // Without the field. Options that are not set may be left out.
                let mut other = written.clone();
                other.as_object_mut().unwrap().remove(field);
                assert_eq!(other.to_string().parse::<Task>().is_err(), *value != json!(false), "{field}");
            }
        }
    }

    #[test]
    fn what_is_no_task_is_told_in_plain_words() {
        let [part, _] = tasks();
        let text = json!(part).to_string();
        let result = PartResult::Index(IndexResult {
            archive: "a".into(),
            index: "a.idx".into(),
            members: 1,
            stream_bytes: 2,
            repeats: false,
        });
        let result = json!(result).to_string();
        for (line, expected) in [
            ("", LineFault::Empty),
            (" \n", LineFault::Empty),
            ("{}", LineFault::Other),
            ("7", LineFault::Other),
            (r#"{"kind":"other"}"#, LineFault::Other),
            (r#"{"kind":7}"#, LineFault::Other),
            (r#"{"kind":"part"}"#, LineFault::Incomplete),
            (r#"{"kind":"part","archive":"a","fingerprint":7}"#, LineFault::Incomplete),
            (r#"{"kind":"part","tool_version":"0.0.1"}"#, LineFault::OtherVersion { found: "0.0.1".into() }),
            (&text[..text.len() / 2], LineFault::CutOff),
            ("no", LineFault::NotJson { character: 2 }),
            ("{\n\"ä\": x", LineFault::NotJson { character: 8 }),
            (&format!("{text}\n{text}"), LineFault::Several),
            (&format!("{text} and so on"), LineFault::Several),
            (&result, LineFault::IsResult),
        ] {
            assert_eq!(line.parse::<Task>(), Err(expected.clone()), "{line}");
            let told = expected.to_string();
            assert!(
                !["serde", "line 1 column", "expected", "EOF", "field"]
                    .iter()
                    .any(|word| told.contains(word))
            );
        }
        assert_eq!(text.parse::<PartResult>(), Err(LineFault::IsTask));
        assert!(result.parse::<PartResult>().is_ok());
        assert_eq!(r#"{"kind":"part","entry":7}"#.parse::<PartResult>(), Err(LineFault::Incomplete));
    }
}
