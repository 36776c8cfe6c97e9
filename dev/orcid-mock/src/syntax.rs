//! A query's text to tokens: what is quoted, escaped or in brackets.

use std::iter::Peekable;
use std::str::Chars;

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A name with the colon after it.
    Field(String),
    Word(String),
    Phrase(String),
    Range(Bound, Bound),
    Open,
    Close,
    And,
    Or,
    Not,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    pub text: String,
    pub inclusive: bool,
}

/// The tokens of a query.
pub struct Syntax<'q> {
    letters: Peekable<Chars<'q>>,
    ahead: Option<Token>,
}

impl<'q> Syntax<'q> {
    pub fn new(text: &'q str) -> Syntax<'q> {
        Syntax { letters: text.chars().peekable(), ahead: None }
    }

    pub fn peek(&mut self) -> Result<Option<Token>, String> {
        if self.ahead.is_none() {
            self.ahead = self.read()?;
        }
        Ok(self.ahead.clone())
    }

    pub fn next(&mut self) -> Result<Option<Token>, String> {
        match self.ahead.take() {
            Some(token) => Ok(Some(token)),
            None => self.read(),
        }
    }

    /// Passes over the token that was peeked at.
    pub fn skip(&mut self) {
        self.ahead = None;
    }

    fn read(&mut self) -> Result<Option<Token>, String> {
        self.skip_spaces();
        let Some(&letter) = self.letters.peek() else { return Ok(None) };
        let token = match letter {
            '(' => Token::Open,
            ')' => Token::Close,
            '"' => {
                self.letters.next();
                return Ok(Some(Token::Phrase(self.quoted()?)));
            }
            '[' | '{' => return self.range().map(Some),
            '-' | '!' => Token::Not,
            ']' | '}' | ':' | '+' | '^' | '~' | '/' => {
                return Err(format!("unexpected '{letter}'"));
            }
            _ => return self.word().map(Some),
        };
        self.letters.next();
        Ok(Some(token))
    }

    fn word(&mut self) -> Result<Token, String> {
        let mut word = String::new();
        while let Some(&letter) = self.letters.peek() {
            match letter {
                '\\' => {
                    self.letters.next();
                    word.push(self.letters.next().ok_or("nothing after a backslash")?);
                    continue;
                }
                // A date may stand without quotes nowhere but in a range.
                ':' => {
                    self.letters.next();
                    return Ok(Token::Field(word));
                }
                '(' | ')' | '[' | ']' | '{' | '}' | '"' | ' ' | '\t' | '\n' => break,
                letter => word.push(letter),
            }
            self.letters.next();
        }
        Ok(match word.as_str() {
            "AND" | "&&" => Token::And,
            "OR" | "||" => Token::Or,
            "NOT" => Token::Not,
            _ => Token::Word(word),
        })
    }

    fn quoted(&mut self) -> Result<String, String> {
        let mut text = String::new();
        loop {
            match self.letters.next().ok_or("a quotation is not closed")? {
                '"' => return Ok(text),
                '\\' => text.push(self.letters.next().ok_or("nothing after a backslash")?),
                letter => text.push(letter),
            }
        }
    }

    fn range(&mut self) -> Result<Token, String> {
        let low_inclusive = self.letters.next() == Some('[');
        let low = self.bound()?;
        if self.bound()? != "TO" {
            return Err("a range needs \" TO \"".to_owned());
        }
        let high = self.bound()?;
        self.skip_spaces();
        let high_inclusive = match self.letters.next() {
            Some(']') => true,
            Some('}') => false,
            _ => return Err("a range is not closed".to_owned()),
        };
        let low = Bound { text: low, inclusive: low_inclusive };
        Ok(Token::Range(low, Bound { text: high, inclusive: high_inclusive }))
    }

    fn bound(&mut self) -> Result<String, String> {
        self.skip_spaces();
        if self.letters.next_if_eq(&'"').is_some() {
            return self.quoted();
        }
        let mut text = String::new();
        while let Some(letter) =
            self.letters.next_if(|letter| !letter.is_whitespace() && !"]}".contains(*letter))
        {
            text.push(letter);
        }
        if text.is_empty() { Err("a range lacks a bound".to_owned()) } else { Ok(text) }
    }

    fn skip_spaces(&mut self) {
        while self.letters.next_if(|letter| letter.is_whitespace()).is_some() {}
    }
}
