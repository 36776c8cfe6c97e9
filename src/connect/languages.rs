//! The languages of pages and mails: one file of texts each.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The texts of a language, by their keys.
pub type Texts = BTreeMap<String, String>;

/// A language.
#[derive(Debug)]
pub struct Language {
    /// Its code, which is also ORCID's for its own pages.
    pub code: &'static str,
    pub texts: Texts,
}

const FILES: [(&str, &str); 4] = [
    ("en", include_str!("texts/en.toml")),
    ("de", include_str!("texts/de.toml")),
    ("es", include_str!("texts/es.toml")),
    ("pt", include_str!("texts/pt.toml")),
];

/// All languages; the first is used where nobody asks for another.
pub static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let read = |(code, file): &(&'static str, &str)| {
        let texts = toml::from_str(file).expect("the files of texts are tables of texts, as a test has seen");
        Language { code, texts }
    };
    FILES.iter().map(read).collect()
});

impl Language {
    /// The language of a code, such as `de` or `de-AT`.
    pub fn find(code: &str) -> Option<&'static Self> {
        let code = code.split(['-', '_']).next().unwrap_or_default();
        LANGUAGES.iter().find(|language| language.code.eq_ignore_ascii_case(code))
    }

    /// The language that is used where nobody asks for another.
    pub fn first() -> &'static Self {
        &LANGUAGES[0]
    }

    /// The best language for a header `Accept-Language`.
    pub fn accepted(header: &str) -> Option<&'static Self> {
        let weighed = header.split(',').filter_map(|part| {
            let (code, rest) = part.split_once(';').unwrap_or((part, ""));
            let weight = rest
                .trim()
                .strip_prefix("q=")
                .map_or(Some(1.0), |weight| weight.trim().parse::<f32>().ok())?;
            Some((Self::find(code.trim())?, weight)).filter(|(_, weight)| *weight > 0.0)
        });
        // Of several with the same weight, the one that is named first.
        weighed
            .fold(None, |best: Option<(&Self, f32)>, next| match best {
                Some(best) if best.1 >= next.1 => Some(best),
                _ => Some(next),
            })
            .map(|(language, _)| language)
    }

    /// A text with its words in braces replaced.
    pub fn text(&self, key: &str, words: &[(&str, &str)]) -> String {
        let text = self.texts.get(key).map_or("", String::as_str);
        filled(text, words)
    }
}

/// A text with its words in braces replaced, in one pass: what a word brings is not looked at.
pub fn filled(text: &str, words: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let word = after.split_once('}').and_then(|(name, behind)| {
            words.iter().find(|(word, _)| *word == name).map(|(_, value)| (*value, behind))
        });
        rest = match word {
            Some((value, behind)) => {
                filled.push_str(value);
                behind
            }
            None => {
                filled.push('{');
                after
            }
        };
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut words: Vec<&str> =
            text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(word, _)| word).collect();
        words.sort_unstable();
        words
    }

    #[test]
    fn all_languages_have_the_same_texts_with_the_same_words() {
        let first = &Language::first().texts;
        assert!(first.len() > 100);
        for language in LANGUAGES.iter() {
            let keys: Vec<_> = language.texts.keys().collect();
            assert_eq!(keys, first.keys().collect::<Vec<_>>(), "{}", language.code);
            for (key, text) in &language.texts {
                assert_eq!(words(text), words(&first[key]), "{} {key}", language.code);
                assert!(!text.trim().is_empty(), "{} {key}", language.code);
            }
        }
    }

    #[test]
    fn the_browser_chooses_among_the_languages_that_are_there() {
        for (header, expected) in [
            ("de", Some("de")),
            ("pt-BR,pt;q=0.9,en;q=0.8", Some("pt")),
            ("fr, es;q=0.5, en;q=0.9", Some("en")),
            ("fr;q=1, ja", None),
            ("de;q=0, en", Some("en")),
            ("de;q=x", None),
            ("ES_es", Some("es")),
            ("", None),
        ] {
            assert_eq!(Language::accepted(header).map(|language| language.code), expected, "{header}");
        }
    }

    #[test]
    fn words_in_braces_are_replaced_once() {
        assert_eq!(filled("{a} and {b} {c} {", &[("a", "{b}"), ("b", "2")]), "{b} and 2 {c} {");
    }
}
