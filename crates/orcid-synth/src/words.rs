//! Made-up words, names, titles and sentences in ten scripts.
//!
//! A lexicon is built once and read by all threads. Early words come more often
//! than late ones, so that the text compresses about as well as real text does.

use std::sync::OnceLock;

use super::random::{Random, Stream};
use super::syllables::Script;

/// So many words a lexicon has: more makes the dump less compressible.
const WORDS: usize = 4000;
const FREQUENT_WORDS: usize = 400;
const GIVEN_NAMES: usize = 1200;
const FAMILY_NAMES: usize = 3000;
/// So many words are typical of a topic.
const TOPIC_WORDS: usize = 40;

/// The lexicons of all scripts. Each is built when it is first asked for: few records need all ten.
#[derive(Default)]
pub struct Lexicons([OnceLock<Lexicon>; Script::ALL.len()]);

impl Lexicons {
    pub fn of(&self, script: Script) -> &Lexicon {
        self.0[script as usize].get_or_init(|| Lexicon::new(script))
    }
}

/// The words and names of one script.
pub struct Lexicon {
    pub script: Script,
    words: Vec<String>,
    given: Vec<String>,
    family: Vec<String>,
}

impl Lexicon {
    /// Builds the words of a script; the same ones for every dump.
    pub fn new(script: Script) -> Lexicon {
        let mut random = Random::new(0, Stream::Words, script as u64);
        let (fewest, most) = script.lengths();
        let word = |random: &mut Random, fewest, most| -> String {
            (0..random.between(fewest, most)).map(|_| *random.pick(script.syllables())).collect()
        };
        Lexicon {
            script,
            // The most frequent words are the short ones.
            words: (0..WORDS)
                .map(|rank| match rank {
                    0..40 => word(&mut random, 1, 1),
                    40..FREQUENT_WORDS => word(&mut random, fewest, fewest),
                    _ => word(&mut random, fewest, most),
                })
                .collect(),
            given: (0..GIVEN_NAMES).map(|_| capitalised(&word(&mut random, fewest.min(2), 2))).collect(),
            family: (0..FAMILY_NAMES)
                .map(|_| capitalised(&word(&mut random, fewest.min(2), most.min(3))))
                .collect(),
        }
    }

    pub fn word(&self, random: &mut Random) -> &str {
        &self.words[random.early(self.words.len())]
    }

    pub fn given_name(&self, random: &mut Random) -> &str {
        &self.given[random.early(self.given.len())]
    }

    pub fn family_name(&self, random: &mut Random) -> &str {
        &self.family[random.early(self.family.len())]
    }

    /// Some words in a row, the first with a capital letter.
    pub fn phrase(&self, random: &mut Random, words: i64) -> String {
        let mut phrase = String::with_capacity(words as usize * 8);
        for position in 0..words {
            if position > 0 {
                phrase.push_str(self.script.space());
            }
            phrase.push_str(self.word(random));
        }
        capitalised(&phrase)
    }

    /// A phrase of which most words belong to the topic.
    fn phrase_on(&self, random: &mut Random, topic: u64, words: i64) -> String {
        let mut phrase = String::with_capacity(words as usize * 8);
        for position in 0..words {
            if position > 0 {
                phrase.push_str(self.script.space());
            }
            let own = (topic * 1_009) as usize + random.early(TOPIC_WORDS);
            phrase.push_str(match random.below(100) {
                0..65 => &self.words[own % self.words.len()],
                _ => self.word(random),
            });
        }
        capitalised(&phrase)
    }

    /// The name of a journal, a department or a company: all capitals.
    pub fn proper_name(&self, random: &mut Random, words: i64) -> String {
        let words: Vec<String> = (0..words).map(|_| capitalised(self.word(random))).collect();
        words.join(self.script.space())
    }

    /// A word to name a place with. Frequent words are left out, so that few places have the same name.
    pub fn place(&self, random: &mut Random) -> &str {
        random.pick::<String>(&self.words[FREQUENT_WORDS..])
    }

    /// A title with the punctuation, and now and then the dirt, of real titles.
    /// Titles on one topic share most of their words.
    pub fn title(&self, random: &mut Random, topic: u64) -> String {
        let words = random.quantile(&[(0.0, 2.0), (0.5, 10.0), (0.95, 18.0), (1.0, 40.0)]) as i64;
        let mut title = self.phrase_on(random, topic, words);
        if random.chance(0.28) {
            let rest = random.between(2, 6);
            title.push_str(": ");
            title.push_str(&self.phrase_on(random, topic, rest));
        }
        if random.chance(0.12) {
            let dirt = random.weighted(&[
                (" & ", 30),
                (" <i>in</i> ", 12),
                (" < 0.05 > ", 6),
                (" 'x' ", 20),
                (" \"y\" ", 12),
                ("\t", 2),
                ("\n            ", 6),
                ("\r\n", 2),
                (" – ", 30),
                ("  ", 10),
                (" &amp; ", 4),
                (" α→β₂ 𝛼 ", 6),
            ]);
            title.push_str(dirt);
            title.push_str(self.word(random));
        }
        if random.chance(0.2) {
            title.push('.');
        }
        title
    }

    /// Some sentences.
    pub fn paragraph(&self, random: &mut Random, sentences: i64) -> String {
        let mut text = String::new();
        for position in 0..sentences {
            if position > 0 {
                text.push_str(if random.chance(0.06) { "\n\n" } else { " " });
            }
            let words = random.between(6, 22);
            text.push_str(&self.phrase(random, words));
            text.push('.');
        }
        text
    }
}

/// The text with a capital first letter, where the script has capitals.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_has_words_names_and_titles() {
        for script in Script::ALL {
            let lexicon = Lexicon::new(script);
            let mut random = Random::new(1, Stream::Records, 1);

            assert!(!lexicon.word(&mut random).is_empty());
            assert!(!lexicon.given_name(&mut random).is_empty());
            assert!(!lexicon.title(&mut random, 3).trim().is_empty());
        }
    }
}
