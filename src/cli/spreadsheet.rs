//! CSV for spreadsheets: they take text that begins like a formula for one, and other
//! encodings than UTF-8 for granted unless a byte order mark says otherwise.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::failure::Failure;

/// What tells a spreadsheet that a file is UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";
/// How formulas begin, and what spreadsheets pass over before one; in their wide forms too.
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A text as a spreadsheet shows it: with a single quote before what it would calculate.
pub fn shown(text: &str) -> Cow<'_, str> {
    // Spreadsheets pass over blanks before a formula.
    let begin = text.trim_start_matches(|sign: char| sign.is_whitespace() || orcid_xml::takes_no_room(sign));
    let begins_like_formula = text.starts_with(FORMULA_STARTS) || begin.starts_with(FORMULA_STARTS);
    if begins_like_formula && !is_negative_number(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// True for a minus and digits, with a point or a comma among them: a number as it is.
fn is_negative_number(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('-') else { return false };
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The cells of a row: texts as they are shown, and numbers as they are.
pub fn cells<'n>(names: impl Iterator<Item = &'n str>, row: &Map<String, Value>) -> Vec<String> {
    let cell = |name| match &row[name] {
        Value::Null => String::new(),
        Value::String(text) => shown(text).into_owned(),
        number => number.to_string(),
    };
    names.map(cell).collect()
}

/// Refuses `--excel` for anything but CSV.
///
/// # Errors
/// [`Failure`] where the answer is not CSV.
pub fn check(excel: bool, is_csv: bool) -> Result<(), Failure> {
    if excel && !is_csv {
        return Err(Failure::new("--excel works with CSV only", "leave --excel, --json or --format out"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_formula_is_shown_as_text() {
        for (text, expected) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+49 1", "'+49 1"),
            (" =1+1", "' =1+1"),
            ("\u{a0}\u{200b}@SUM(1)", "'\u{a0}\u{200b}@SUM(1)"),
            (" Ada = Augusta", " Ada = Augusta"),
            ("-2+3", "'-2+3"),
            ("-5", "-5"),
            ("-0.25", "-0.25"),
            ("-1,5", "-1,5"),
            ("-", "'-"),
            ("-5.", "'-5."),
            ("+5", "'+5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("＝1", "'＝1"),
            ("a=1", "a=1"),
            ("'=1", "'=1"),
            ("", ""),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
        let row = serde_json::json!({ "name": "=1", "score": -0.5, "none": null });

        assert_eq!(
            cells(["score", "name", "none"].into_iter(), row.as_object().unwrap()),
            ["-0.5", "'=1", ""]
        );
    }
}
