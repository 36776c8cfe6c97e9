//! Blanks out what stands in affiliations and is neither a name nor a place: e-mail addresses,
//! ORCID iDs, links, telephone numbers, marks of footnotes.

/// Words that announce what is left out, without the sign behind them.
const ANNOUNCEMENTS: [&str; 14] = [
    "email",
    "e-mail",
    "mail",
    "electronic",
    "correspondence",
    "corresponding",
    "orcid",
    "tel",
    "fax",
    "phone",
    "telephone",
    "http",
    "https",
    "#tab#",
];
/// Letters that stand behind the mark of a footnote, in the same word.
const MIN_MARKED_LETTERS: usize = 4;

/// Copies `text` into `cleaned`, byte for byte in the same place, with blanks for what is left out.
pub fn clean(text: &str, cleaned: &mut String) {
    cleaned.clear();
    cleaned.push_str(text);
    let mut from = 0;
    let mut before = 0..0;
    while let Some((start, end)) = next_word(text, from) {
        let word = &text[start..end];
        if is_address_of_mail(word, &text[before.clone()]) {
            blank(cleaned, before.start, end, true);
        } else if is_left_out(word) {
            blank(cleaned, start, end, true);
        } else if let Some(length) = mark(word) {
            blank(cleaned, start, start + length, false);
        }
        before = start..end;
        from = end;
    }
}

/// Where the next run of characters other than white space stands.
fn next_word(text: &str, from: usize) -> Option<(usize, usize)> {
    let start = from + text[from..].find(|character: char| !character.is_whitespace())?;
    let end = text[start..].find(char::is_whitespace).map_or(text.len(), |length| start + length);
    Some((start, end))
}

/// A word without the signs around it.
fn plain(word: &str) -> String {
    word.trim_matches(|sign: char| matches!(sign, ':' | '.' | ',' | ';' | '(' | ')' | '[' | ']'))
        .to_ascii_lowercase()
}

/// True for the second word of "Electronic address:".
fn is_address_of_mail(word: &str, before: &str) -> bool {
    word.ends_with(':')
        && plain(word) == "address"
        && matches!(plain(before).as_str(), "electronic" | "email" | "e-mail" | "mail")
}

/// True for an address, an iD, a link, and words that announce one.
fn is_left_out(word: &str) -> bool {
    let has_sign = word.bytes().any(|byte| matches!(byte, b'@' | b':' | b'/' | b'#' | b'-'));
    if word.len() < 3 || !has_sign {
        return false;
    }
    let bare = plain(word);
    let is_address = word.contains('@') && word.contains('.') && !word.starts_with('@');
    let is_link = bare.contains("://") || bare.starts_with("www.") || bare.contains("orcid.org/");
    let is_announcement = word.contains([':', '#']) && ANNOUNCEMENTS.contains(&bare.as_str());
    is_address || is_link || is_announcement || is_id(&bare)
}

/// True for an ORCID iD: four times four digits, the last may be an X.
fn is_id(word: &str) -> bool {
    word.len() == 19
        && word.bytes().enumerate().all(|(place, byte)| match place % 5 {
            4 => byte == b'-',
            _ => byte.is_ascii_digit() || place == 18 && byte == b'x',
        })
}

/// The bytes of the mark of a footnote before a word: `aDepartment`, `*Institute`.
fn mark(word: &str) -> Option<usize> {
    let mut letters = word.chars();
    let (first, second) = (letters.next()?, letters.next()?);
    let rest = letters.take_while(|letter| letter.is_lowercase()).count();
    let is_mark = first.is_ascii_lowercase() && second.is_uppercase() && rest >= MIN_MARKED_LETTERS;
    is_mark.then_some(1)
}

/// Puts blanks in place of a word, and a comma where the text goes on in another part.
fn blank(text: &mut String, start: usize, end: usize, parts: bool) {
    let mut blanks = " ".repeat(end - start);
    if parts {
        blanks.replace_range(0..1, ",");
    }
    text.replace_range(start..end, &blanks);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_name_nor_place_is_blanked_out() {
        for (text, expected) in [
            ("Koç University, Istanbul. Electronic address: a@b.tr.", "Koç University, Istanbul."),
            ("Newman University , Wichita, USA, a1@charter.net", "Newman University , Wichita, USA,"),
            ("Univ. of Kufa, Iraq. ORCID: 0000-0002-1825-0097", "Univ. of Kufa, Iraq."),
            ("aDepartment of Physics, bUniversity of Oslo", "Department of Physics,  University of Oslo"),
            ("Univ. of Kufa, Iraq; ORCID:.", "Univ. of Kufa, Iraq;"),
            ("https://orcid.org/0000-0002-1825-009X INSEE", "INSEE"),
            ("iGReD, eBay, mRNA", "iGReD, eBay, mRNA"),
            ("", ""),
        ] {
            let mut cleaned = String::new();
            clean(text, &mut cleaned);
            assert_eq!(cleaned.len(), text.len(), "{text}");
            let shown = cleaned.trim_matches([' ', ',']);
            assert_eq!(shown.trim_end_matches([' ', ',']), expected.trim_end_matches(','), "{text}");
        }
    }
}
