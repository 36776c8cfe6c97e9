//! Queries as Solr's language has them, as far as this server plays it: fields,
//! phrases, ranges, `AND`, `OR`, `NOT`, parentheses, `*:*`.
//!
//! What it does not understand is an error, never an empty answer.

use orcid_xml::Orcid;

use super::facts::Facts;
use super::syntax::{Syntax, Token};
use super::{instants, syntax};

/// A query that has been understood.
#[derive(Debug, PartialEq)]
pub enum Query {
    Everything,
    And(Vec<Query>),
    Or(Vec<Query>),
    Not(Box<Query>),
    Instant(Field, Range<i64>),
    /// An identifier, compared as it stands.
    Exact(Field, Pattern),
    /// Words, compared without their case.
    Words(Field, Pattern),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Field {
    LastModified,
    Submitted,
    Orcid,
    Ror,
    Grid,
    Ringgold,
    FundRef,
    OrganizationName,
    GivenNames,
    FamilyName,
    Keyword,
}

/// Bounds with whether they are in.
#[derive(Clone, Debug, PartialEq)]
pub struct Range<T> {
    pub low: Option<(T, bool)>,
    pub high: Option<(T, bool)>,
}

#[derive(Debug, PartialEq)]
pub enum Pattern {
    Any,
    Is(String),
    Begins(String),
    Range(Range<String>),
}

impl Field {
    fn new(name: &str) -> Option<Field> {
        Some(match name {
            "profile-last-modified-date" => Field::LastModified,
            "profile-submission-date" => Field::Submitted,
            "orcid" => Field::Orcid,
            "ror-org-id" => Field::Ror,
            "grid-org-id" => Field::Grid,
            "ringgold-org-id" => Field::Ringgold,
            "fundref-org-id" => Field::FundRef,
            "affiliation-org-name" => Field::OrganizationName,
            "given-names" => Field::GivenNames,
            "family-name" => Field::FamilyName,
            "keyword" => Field::Keyword,
            _ => return None,
        })
    }
}

impl Query {
    /// Reads a query; `now` is what `NOW` means.
    pub fn parse(text: &str, now: i64) -> Result<Query, String> {
        let mut parser = Parser { syntax: Syntax::new(text), now };
        let query = parser.either(None)?;
        match parser.syntax.next()? {
            None => Ok(query),
            Some(token) => Err(format!("unexpected {token:?} in \"{text}\"")),
        }
    }

    /// Whether a record is found by it.
    pub fn finds(&self, orcid: Orcid, facts: &Facts) -> bool {
        match self {
            Query::Everything => true,
            Query::And(parts) => parts.iter().all(|part| part.finds(orcid, facts)),
            Query::Or(parts) => parts.iter().any(|part| part.finds(orcid, facts)),
            Query::Not(part) => !part.finds(orcid, facts),
            Query::Instant(field, range) => {
                let moment = if *field == Field::Submitted { facts.submitted } else { facts.last_modified };
                // The index holds milliseconds.
                moment.is_some_and(|moment| range.holds(&(moment / 1000 * 1000)))
            }
            Query::Exact(Field::Orcid, pattern) => pattern.fits(orcid.as_str()),
            Query::Exact(field, pattern) => {
                facts.texts(*field).iter().any(|identifier| pattern.fits(identifier))
            }
            Query::Words(field, pattern) => facts.texts(*field).iter().any(|text| pattern.occurs_in(text)),
        }
    }
}

impl<T: PartialOrd> Range<T> {
    fn holds(&self, value: &T) -> bool {
        let above = |(low, inclusive): &(T, bool)| value > low || (*inclusive && value == low);
        let below = |(high, inclusive): &(T, bool)| value < high || (*inclusive && value == high);
        self.low.as_ref().is_none_or(above) && self.high.as_ref().is_none_or(below)
    }
}

impl Pattern {
    fn fits(&self, value: &str) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::Is(wanted) => value == wanted,
            Pattern::Begins(prefix) => value.starts_with(prefix.as_str()),
            Pattern::Range(range) => range.holds(&value.to_owned()),
        }
    }

    /// Whether the words stand in the text side by side.
    fn occurs_in(&self, text: &str) -> bool {
        let words = words(text);
        match self {
            Pattern::Any => true,
            Pattern::Is(phrase) => {
                let phrase = self::words(phrase);
                !phrase.is_empty() && words.windows(phrase.len()).any(|window| window == phrase)
            }
            Pattern::Begins(prefix) => words.iter().any(|word| word.starts_with(&prefix.to_lowercase())),
            Pattern::Range(range) => words.iter().any(|word| range.holds(word)),
        }
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

impl Facts {
    fn texts(&self, field: Field) -> &[String] {
        match field {
            Field::Ror => &self.ror,
            Field::Grid => &self.grid,
            Field::Ringgold => &self.ringgold,
            Field::FundRef => &self.fundref,
            Field::OrganizationName => &self.organizations,
            Field::GivenNames => &self.given_names,
            Field::FamilyName => &self.family_name,
            Field::Keyword => &self.keywords,
            Field::LastModified | Field::Submitted | Field::Orcid => &[],
        }
    }
}

struct Parser<'q> {
    syntax: Syntax<'q>,
    now: i64,
}

impl Parser<'_> {
    /// Parts of which one must hold; two that stand side by side are such, too.
    /// `field` is the field before the parentheses that this stands in.
    fn either(&mut self, field: Option<Field>) -> Result<Query, String> {
        let mut parts = vec![self.all(field)?];
        loop {
            match self.syntax.peek()? {
                None | Some(Token::Close) => break,
                Some(Token::Or) => self.syntax.skip(),
                Some(_) => {}
            }
            parts.push(self.all(field)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Query::Or(parts) })
    }

    fn all(&mut self, field: Option<Field>) -> Result<Query, String> {
        let mut parts = vec![self.one(field)?];
        while self.syntax.peek()? == Some(Token::And) {
            self.syntax.skip();
            parts.push(self.one(field)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Query::And(parts) })
    }

    fn one(&mut self, field: Option<Field>) -> Result<Query, String> {
        match self.syntax.next()?.ok_or("the query ends too early")? {
            Token::Not => Ok(Query::Not(Box::new(self.one(field)?))),
            Token::Open => self.closed(field),
            Token::Field(name) if name == "*" => match self.syntax.next()? {
                Some(Token::Word(word)) if word == "*" => Ok(Query::Everything),
                _ => Err("after \"*:\" only \"*\" may stand".to_owned()),
            },
            Token::Field(name) => {
                let field = Field::new(&name).ok_or_else(|| format!("undefined field {name}"))?;
                if self.syntax.peek()? == Some(Token::Open) {
                    self.syntax.skip();
                    return self.closed(Some(field));
                }
                let token = self.syntax.next()?.ok_or_else(|| format!("nothing after {name}:"))?;
                self.value(field, token)
            }
            token => match field {
                Some(field) => self.value(field, token),
                None => Err(format!("{token:?} without a field, which this server does not play")),
            },
        }
    }

    fn closed(&mut self, field: Option<Field>) -> Result<Query, String> {
        let query = self.either(field)?;
        match self.syntax.next()? {
            Some(Token::Close) => Ok(query),
            _ => Err("a parenthesis is not closed".to_owned()),
        }
    }

    fn value(&mut self, field: Field, token: Token) -> Result<Query, String> {
        if matches!(field, Field::LastModified | Field::Submitted) {
            return Ok(Query::Instant(field, self.instants(token)?));
        }
        let pattern = match token {
            Token::Phrase(phrase) => Pattern::Is(phrase),
            Token::Word(word) if word == "*" => Pattern::Any,
            Token::Word(word) => match word.strip_suffix('*') {
                Some(prefix) => Pattern::Begins(prefix.to_owned()),
                None => Pattern::Is(word),
            },
            Token::Range(low, high) => Pattern::Range(Range { low: bound(low), high: bound(high) }),
            token => return Err(format!("{token:?} is not a value")),
        };
        let exact =
            matches!(field, Field::Orcid | Field::Ror | Field::Grid | Field::Ringgold | Field::FundRef);
        Ok(if exact { Query::Exact(field, pattern) } else { Query::Words(field, pattern) })
    }

    fn instants(&self, token: Token) -> Result<Range<i64>, String> {
        let instant = |bound: Option<(String, bool)>| match bound {
            Some((text, inclusive)) => Ok::<_, String>(Some((self.instant(&text)?, inclusive))),
            None => Ok(None),
        };
        match token {
            Token::Range(low, high) => Ok(Range { low: instant(bound(low))?, high: instant(bound(high))? }),
            Token::Word(word) if word == "*" => Ok(Range { low: None, high: None }),
            Token::Word(text) | Token::Phrase(text) => {
                let at = Some((self.instant(&text)?, true));
                Ok(Range { low: at, high: at })
            }
            token => Err(format!("{token:?} is not an instant")),
        }
    }

    /// An instant, or `NOW` with days and the like added or taken off.
    fn instant(&self, text: &str) -> Result<i64, String> {
        let invalid = || format!("Invalid Date String:'{text}'");
        let Some(shift) = text.strip_prefix("NOW") else {
            return instants::parse(text).ok_or_else(invalid);
        };
        if shift.is_empty() {
            return Ok(self.now);
        }
        let digits = shift.trim_start_matches(['+', '-']);
        let unit = digits.trim_start_matches(|digit: char| digit.is_ascii_digit());
        let count: i64 = digits[..digits.len() - unit.len()].parse().map_err(|_| invalid())?;
        let length = match unit.trim_end_matches('S') {
            "DAY" => instants::DAY,
            "HOUR" => 3600 * instants::SECOND,
            "MINUTE" => 60 * instants::SECOND,
            "SECOND" => instants::SECOND,
            _ => return Err(invalid()),
        };
        Ok(if shift.starts_with('-') { self.now - count * length } else { self.now + count * length })
    }
}

/// A bound of a range; none where it is `*`.
fn bound(bound: syntax::Bound) -> Option<(String, bool)> {
    (bound.text != "*").then_some((bound.text, bound.inclusive))
}
