//! Checks each value of an item against its schema, and brings it into ORCID's spelling: dates with
//! two digits, codes of countries, values of lists.

use orcid_xml::{IdFault, Orcid};
use ror_match::Country;

use super::fault::RowFault;
use super::lists::{
    CURRENCIES, GROUP_ID_PREFIXES, LANGUAGES, OTHER_SUBJECT_TYPES, WORK_TYPES, in_list, in_words,
};
use super::node::{Item, Node};
use super::schema::{Content, Field, Rule, fields};

/// Checks the values of an item, and what is missing.
pub fn check(item: &mut Item, faults: &mut Vec<RowFault>) {
    let at = item.at.clone();
    drop_empty(&mut item.children);
    add_addresses(&mut item.children);
    check_required(item.section.element(), &item.children, fields(item.section), &at, faults);
    check_nodes(&mut item.children, faults);
    if item.display_index.as_ref().is_some_and(|index| index.parse::<i64>().is_err()) {
        faults.push(RowFault::new(&at, "the display index is not a number"));
    }
}

/// Removes elements without content, so that an empty cell or tag counts as absent.
fn drop_empty(nodes: &mut Vec<Node>) {
    for node in nodes.iter_mut() {
        drop_empty(&mut node.children);
    }
    // The address of an organization is required, even if it is empty.
    nodes.retain(|node| !node.text.is_empty() || !node.children.is_empty() || node.field.name == "address");
}

/// Adds the address that the schema requires of an organization, even if nothing is in it.
fn add_addresses(nodes: &mut [Node]) {
    for node in nodes {
        let address = node.field.fields().iter().find(|field| field.name == "address");
        if let Some(field) = address
            && !node.children.iter().any(|child| child.field.name == field.name)
        {
            node.children.push(Node::new(field, node.at.clone()));
        }
        add_addresses(&mut node.children);
    }
}

fn check_required(
    parent: &str,
    nodes: &[Node],
    fields: &'static [Field],
    at: &super::fault::At,
    faults: &mut Vec<RowFault>,
) {
    for field in fields.iter().filter(|field| field.is_required && field.name != "address") {
        if !nodes.iter().any(|node| node.field.name == field.name) {
            faults.push(RowFault::new(at, format!("{} is missing: {parent} needs it", field.name)));
        }
    }
    for node in nodes.iter().filter(|node| !node.field.fields().is_empty()) {
        check_required(node.field.name, &node.children, node.field.fields(), &node.at, faults);
    }
}

fn check_nodes(nodes: &mut [Node], faults: &mut Vec<RowFault>) {
    for node in nodes {
        check_nodes(&mut node.children, faults);
        if let Content::Text(rule) = node.field.content {
            match corrected(rule, &node.text) {
                Ok(text) => node.text = text,
                Err(what) => faults.push(RowFault::new(&node.at, what)),
            }
            check_attribute(node, faults);
        }
    }
}

fn check_attribute(node: &mut Node, faults: &mut Vec<RowFault>) {
    let Some(name) = node.field.attribute else { return };
    let value = node.attribute.as_deref().unwrap_or_default();
    let known = match name {
        "currency-code" => in_words(value, CURRENCIES),
        _ => in_words(&value.replace('-', "_"), LANGUAGES),
    };
    match known {
        Some(known) => node.attribute = Some(known.to_owned()),
        None if value.is_empty() => {
            faults.push(RowFault::new(&node.at, format!("{} needs {name}", node.field.name)));
        }
        None => faults.push(RowFault::new(&node.at, format!("\"{value}\" is not a {name} that ORCID knows"))),
    }
}

/// A text as ORCID takes it.
fn corrected(rule: Rule, text: &str) -> Result<String, String> {
    let text = text.trim();
    if let Some(sign) = text.chars().find(|sign| is_forbidden(*sign)) {
        return Err(format!("it holds U+{:04X}, which XML forbids: remove it", u32::from(sign)));
    }
    let owned = |known: Option<&'static str>, what: String| known.map(str::to_owned).ok_or(what);
    match rule {
        Rule::Text(max) => at_most(text, max).map(|()| text.to_owned()),
        Rule::List(list) => owned(in_list(text, list), not_in(text, list)),
        Rule::SubjectType => {
            let known = in_list(text, WORK_TYPES).or_else(|| in_list(text, OTHER_SUBJECT_TYPES));
            owned(
                known,
                format!("\"{text}\" is not a type that ORCID knows, such as journal-article or grant"),
            )
        }
        Rule::Country => {
            let country = Country::of(text);
            match country.is_listed() {
                true => Ok(country.code().to_owned()),
                false => Err(format!("\"{text}\" is not a country: write its two letters, such as NZ")),
            }
        }
        Rule::Language => {
            let known = in_words(&text.replace('-', "_"), LANGUAGES);
            owned(known, format!("\"{text}\" is not a language that ORCID knows: write its code, such as en"))
        }
        Rule::Url(max) => url(text, max),
        Rule::Year => number(text, 1900, 2100, 4, "a year from 1900 to 2100"),
        Rule::Month => number(text, 1, 12, 2, "a month from 1 to 12"),
        Rule::Day => number(text, 1, 31, 2, "a day from 1 to 31"),
        Rule::Amount => amount(text),
        Rule::GroupId => group_id(text),
        Rule::Email => {
            let is_address =
                text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
            if is_address {
                at_most(text, 350).map(|()| text.to_owned())
            } else {
                Err(format!("\"{text}\" is not an e-mail address"))
            }
        }
        Rule::Orcid => orcid(text).map(|orcid| orcid.to_string()),
        Rule::OrcidUri => orcid(text).map(|orcid| match text.starts_with("https://") {
            true => text.to_owned(),
            false => format!("https://orcid.org/{orcid}"),
        }),
    }
}

/// The iD that a text is or names.
pub fn orcid(text: &str) -> Result<Orcid, String> {
    Orcid::read(text).map_err(|fault| match fault {
        IdFault::WrongCheckDigit(_) => {
            format!("\"{text}\" is mistyped: its last character does not fit the others")
        }
        _ => format!("\"{text}\" is not an iD such as 0000-0002-1825-0097"),
    })
}

/// Characters that no XML document may hold.
fn is_forbidden(sign: char) -> bool {
    (sign < ' ' && !matches!(sign, '\t' | '\n' | '\r')) || matches!(sign, '\u{fffe}' | '\u{ffff}')
}

fn at_most(text: &str, max: usize) -> Result<(), String> {
    match text.chars().count() {
        length if length > max => {
            Err(format!("it has {length} characters; at most {max} are accepted: shorten it"))
        }
        _ => Ok(()),
    }
}

fn not_in(text: &str, list: &[&'static str]) -> String {
    format!("\"{text}\" is none of: {}", list.join(", "))
}

fn number(text: &str, from: i32, to: i32, digits: usize, expected: &str) -> Result<String, String> {
    let found = text.parse().ok().filter(|number| (from..=to).contains(number) && text.len() <= digits);
    found
        .map(|number: i32| format!("{number:0digits$}"))
        .ok_or_else(|| format!("\"{text}\" is not {expected}"))
}

fn url(text: &str, max: usize) -> Result<String, String> {
    at_most(text, max)?;
    let known = url::Url::parse(text)
        .ok()
        .filter(|url| !text.contains(char::is_whitespace) && !url.scheme().is_empty());
    let known = known.filter(|url| !matches!(url.scheme(), "http" | "https") || url.host_str().is_some());
    match known {
        Some(_) => Ok(text.to_owned()),
        None => Err(format!("\"{text}\" is not an address on the web, such as https://example.org/a")),
    }
}

fn amount(text: &str) -> Result<String, String> {
    let plain: String = text.chars().filter(|sign| !matches!(sign, ',' | ' ' | '\u{a0}' | '\'')).collect();
    let is_number = plain.parse::<f64>().is_ok_and(|number| number.is_finite() && number >= 0.0);
    // A comma before two digits at the end is a decimal comma to some, and groups thousands to others.
    let is_doubtful = text.rsplit_once(',').is_some_and(|(_, rest)| rest.len() != 3 && !rest.contains('.'));
    if is_number && !is_doubtful && !plain.contains(['e', 'E']) {
        Ok(plain)
    } else {
        Err(format!("\"{text}\" is not an amount: write digits with a decimal point, such as 12500.50"))
    }
}

fn group_id(text: &str) -> Result<String, String> {
    let rest = GROUP_ID_PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix));
    let fits = |sign: char| sign.is_ascii_alphanumeric() || "^._~:/?#[]@!$&'()*+,;=-".contains(sign);
    match rest {
        Some(rest) if rest.len() >= 2 && rest.chars().all(fits) => {
            at_most(text, 1_000).map(|()| text.to_owned())
        }
        _ => Err(format!(
            "\"{text}\" is not the id of a group of reviews: it begins with one of {}, such as issn:0953-1513",
            GROUP_ID_PREFIXES.join(" ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_into_orcids_spelling_or_are_faults() {
        for (rule, text, expected) in [
            (Rule::Month, "2", Some("02")),
            (Rule::Month, "13", None),
            (Rule::Year, "2021", Some("2021")),
            (Rule::Year, "21", None),
            (Rule::Year, "1899", None),
            (Rule::Day, "32", None),
            (Rule::Country, "New Zealand", Some("NZ")),
            (Rule::Country, "nz", Some("NZ")),
            (Rule::Country, "XX", None),
            (Rule::Language, "pt", Some("pt")),
            (Rule::Language, "zh-CN", Some("zh_CN")),
            (Rule::Language, "english", None),
            (Rule::Url(2_000), "https://a.org/x?y", Some("https://a.org/x?y")),
            (Rule::Url(2_000), "www.a.org", None),
            (Rule::Url(2_000), "https://a b", None),
            (Rule::Url(10), "https://a.org/x", None),
            (Rule::Amount, "1,234,567.50", Some("1234567.50")),
            (Rule::Amount, "12,5", None),
            (Rule::Amount, "-5", None),
            (Rule::Amount, "1e5", None),
            (Rule::GroupId, "issn:0953-1513", Some("issn:0953-1513")),
            (Rule::GroupId, "isbn:1", None),
            (Rule::Email, "a@b.org", Some("a@b.org")),
            (Rule::Email, "a.b.org", None),
            (Rule::Orcid, "https://orcid.org/0000-0002-1825-0097", Some("0000-0002-1825-0097")),
            (Rule::Orcid, "0000-0002-1825-0098", None),
            (Rule::Text(3), "ääää", None),
            (Rule::Text(9), "a\u{1}", None),
        ] {
            assert_eq!(corrected(rule, text).ok().as_deref(), expected, "{rule:?} {text}");
        }
    }
}
