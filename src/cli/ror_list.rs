//! Lists of ROR ids that users give: one a line, with comments.

use std::path::Path;

use super::failure::Failure;
use super::lines::read_lines;
use super::people::parse_ror;
use ror_match::RorId;

/// What begins a comment, which goes to the end of the line.
const COMMENT: char = '#';
/// What may stand before an id.
const SCHEME: &str = "ror:";
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The ids of a file, each once, in the order of the file.
///
/// # Errors
/// [`Failure`] that names the line of a text that is no ROR id, or if there are no ids.
pub fn read_ror_list(path: &Path) -> Result<Vec<RorId>, Failure> {
    const HINT: &str = "give a text file with one ROR id in each line; what follows # is a comment";
    let mut ids = Vec::new();
    for line in read_lines(path, HINT)? {
        let fault =
            |why: &str| Failure::new(format!("{}, line {}: {why}", path.display(), line.number), HINT);
        let text = line.text.as_ref().map_err(|error| fault(&error.to_string()))?;
        if let Some(id) = id_of(text).map_err(|why| fault(&why))?
            && !ids.contains(&id)
        {
            ids.push(id);
        }
    }
    match ids.is_empty() {
        true => Err(Failure::new(format!("{} has no ROR ids", path.display()), HINT)),
        false => Ok(ids),
    }
}

/// The id of a line; none in a comment.
fn id_of(line: &str) -> Result<Option<RorId>, String> {
    let text = line.trim_start_matches(BYTE_ORDER_MARK).split(COMMENT).next().unwrap_or_default().trim();
    if text.is_empty() {
        return Ok(None);
    }
    let has_scheme = text.get(..SCHEME.len()).is_some_and(|head| head.eq_ignore_ascii_case(SCHEME));
    parse_ror(if has_scheme { &text[SCHEME.len()..] } else { text }).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_ids_in_all_forms_and_comments() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("members.txt");
        std::fs::write(
            &path,
            "\u{feff}# Members\r\n\nhttps://ror.org/04ttjf776 # RMIT\n  02NR0KA47\nror:02nr0ka47\nror.org/04ttjf776/\n",
        )
        .unwrap();

        let ids: Vec<String> = read_ror_list(&path).unwrap().iter().map(ToString::to_string).collect();

        assert_eq!(ids, ["https://ror.org/04ttjf776", "https://ror.org/02nr0ka47"]);
    }

    #[test]
    fn a_line_that_is_no_id_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("members.txt");
        for (text, told) in [
            ("# a\n\n04ttjf776\n04ttjf777\n", "line 4: the check digits"),
            ("University of A\n", "line 1: \"University of A\" is not a ROR id"),
            ("# nothing\n", "has no ROR ids"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = read_ror_list(&path).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
