//! Folds text: decodes entities, lowers letters, removes accents of Latin letters. Other scripts
//! are unchanged.

use unicode_normalization::UnicodeNormalization;

/// Bytes of a character reference of HTML at most.
const MAX_REFERENCE_BYTES: usize = 12;

/// What is read in place of `&`.
const AND: &str = " and ";

/// Appends `text` in lower case, without entities and without marks on Latin
/// letters.
pub fn fold(text: &str, folded: &mut String) {
    if text.is_ascii() && !text.contains('&') {
        folded.push_str(text);
        folded.make_ascii_lowercase();
        return;
    }
    // Some systems encode what is encoded already.
    let decoded = text.contains('&').then(|| decode(&decode(text)));
    let mut rest = decoded.as_deref().unwrap_or(text);
    while !rest.is_empty() {
        let (plain, others) = rest.split_at(rest.bytes().take_while(u8::is_ascii).count());
        for (number, piece) in plain.split('&').enumerate() {
            folded.push_str(if number > 0 { AND } else { "" });
            folded.push_str(piece);
        }
        let (others, next) = others.split_at(others.bytes().take_while(|byte| !byte.is_ascii()).count());
        for character in others.nfkd() {
            fold_character(character, folded);
        }
        rest = next;
    }
    folded.make_ascii_lowercase();
}

/// Does the same, and appends for each byte of the result where in `text` its character begins;
/// nothing if the bytes stand in the same places.
pub fn fold_with_origins(text: &str, folded: &mut String, origins: &mut Vec<u32>) {
    if text.is_ascii() && !text.contains('&') {
        folded.push_str(text);
        folded.make_ascii_lowercase();
        return;
    }
    let mut place = 0;
    while let Some(first) = text[place..].chars().next() {
        let (character, length) = decoded(&text[place..]).unwrap_or((first, first.len_utf8()));
        if character.is_ascii() {
            fold_character(character, folded);
        } else {
            std::iter::once(character).nfkd().for_each(|part| fold_character(part, folded));
        }
        origins.resize(folded.len(), place as u32);
        place += length;
    }
    folded.make_ascii_lowercase();
}

/// Appends a character that has been taken apart.
fn fold_character(character: char, folded: &mut String) {
    for character in character.to_lowercase() {
        match character {
            '&' => folded.push_str(AND),
            '\0'..='\x7F' => folded.push(character),
            // Marks that have not found a letter to stand on.
            '\u{300}'..='\u{36F}' => {}
            '’' | '‘' | 'ʼ' | '´' => folded.push('\''),
            '\u{A0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' if character.is_alphabetic() => {
                folded.push_str(deunicode::deunicode_char(character).unwrap_or_default());
            }
            'ς' => folded.push('σ'),
            _ => folded.push(character),
        }
    }
}

/// The character that a reference at the beginning of `text` stands for, and the bytes of the
/// reference; `&amp;uuml;` is read as some systems mean it.
fn decoded(text: &str) -> Option<(char, usize)> {
    let (character, length) = one_reference(text)?;
    let again = (character == '&').then(|| one_reference_after(&text[length..])).flatten();
    Some(again.map_or((character, length), |(inner, more)| (inner, length + more)))
}

fn one_reference(text: &str) -> Option<(char, usize)> {
    let (character, length) = one_reference_after(text.strip_prefix('&')?)?;
    Some((character, length + 1))
}

/// The reference that goes on behind its `&`.
fn one_reference_after(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(MAX_REFERENCE_BYTES).position(|byte| byte == b';')?;
    Some((reference(&text[..end])?, end + 1))
}

/// Replaces character references of HTML; of named ones those that matter here.
fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        decoded.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.bytes().take(MAX_REFERENCE_BYTES).position(|byte| byte == b';');
        match end.and_then(|end| Some((end, reference(&rest[1..end])?))) {
            Some((end, character)) => {
                decoded.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded + rest
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let number = match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
            None => number.parse(),
        };
        return char::from_u32(number.ok()?);
    }
    match name {
        "amp" => Some('&'),
        "quot" | "lt" | "gt" => Some('"'),
        "apos" | "rsquo" | "lsquo" => Some('\''),
        "nbsp" => Some(' '),
        "ndash" | "mdash" => Some('–'),
        "szlig" => Some('ß'),
        // The mark would be taken away anyhow: &eacute;
        _ => {
            let letter = name.chars().next().filter(char::is_ascii_alphabetic)?;
            let marks = ["acute", "grave", "circ", "uml", "tilde", "cedil", "ring", "slash", "caron"];
            marks.contains(&&name[1..]).then_some(letter)
        }
    }
}
