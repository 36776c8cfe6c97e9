//! The people who can sign in, and the browsers in which they did.

use std::collections::BTreeMap;

use orcid_xml::Timestamp;

use super::random::uuid;
use crate::newcomers::with_check_digit;
use crate::world::{Person, Standing, World, id};
use crate::{instants, plain, xml};

/// Made-up iDs begin here, beyond those of synthetic worlds.
const FIRST_MADE_UP: u64 = 900_080_000_000;

/// A person who can sign in. The record itself is in the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub orcid: String,
    pub given_names: String,
    pub family_name: String,
    /// The name under which they publish, if it is another one.
    pub credit_name: Option<String>,
    pub email: String,
    /// Whether everybody may see the name.
    pub shows_name: bool,
    /// Whether they sign in with a second factor.
    pub two_factor: bool,
}

impl Account {
    pub fn new(orcid: &str, given_names: &str, family_name: &str) -> Account {
        Account {
            orcid: orcid.to_owned(),
            given_names: given_names.to_owned(),
            family_name: family_name.to_owned(),
            credit_name: None,
            email: format!("{}@mailinator.com", given_names.to_lowercase().replace(' ', ".")),
            shows_name: true,
            two_factor: false,
        }
    }

    /// The name on pages and in tokens.
    pub fn name(&self) -> String {
        let both = || format!("{} {}", self.given_names, self.family_name).trim().to_owned();
        self.credit_name.clone().unwrap_or_else(both)
    }

    /// A few people who do not exist, unlike each other.
    pub fn made_up() -> Vec<Account> {
        let names = [("Sofia", "Garcia"), ("Jürgen", "Müller"), ("Akiko", "Tanaka"), ("Nnamdi", "O'Brien")];
        let mut accounts: Vec<Account> = vec![Account::new("0000-0002-1825-0097", "Josiah", "Carberry")];
        accounts.extend(
            names.iter().zip(FIRST_MADE_UP..).map(|((given, family), number)| {
                Account::new(with_check_digit(number).as_str(), given, family)
            }),
        );
        accounts[1].credit_name = Some("S. M. Garcia".to_owned());
        accounts[2].two_factor = true;
        accounts[3].shows_name = false;
        accounts
    }

    /// Puts a record with the name into the world, if there is none yet.
    pub fn enter(&self, world: &mut World) {
        if world.get(id(&self.orcid)).is_some() {
            return;
        }
        // Not later than what is there, so that a world of the past stays one.
        let modified = if world.clock() > 0 { world.clock() } else { instants::now() };
        let [given, family] = [&self.given_names, &self.family_name].map(|name| xml::escaped(name));
        let record = plain::record(&self.orcid, &given, modified, "");
        let family =
            format!("<personal-details:family-name>{family}</personal-details:family-name></person:name>");
        world.put(&self.orcid, record.replace("</person:name>", &family));
    }

    /// The account behind a record of the world.
    pub fn of(orcid: &str, person: &Person) -> Account {
        let facts = &person.facts;
        Account::new(orcid, &facts.given_names.join(" "), &facts.family_name.join(" "))
    }
}

/// Somebody is signed in, in one browser.
#[derive(Clone, Debug)]
pub struct Session {
    pub orcid: String,
    pub since: Timestamp,
    /// What the forms of our own pages carry, and those of others cannot.
    pub form_key: String,
}

/// The browsers in which somebody is signed in, by their cookie.
#[derive(Debug, Default)]
pub struct Sessions(BTreeMap<String, Session>);

impl Sessions {
    /// Signs somebody in; gives the value of the cookie.
    pub fn begin(&mut self, orcid: &str, now: Timestamp) -> String {
        let cookie = uuid();
        let session = Session { orcid: orcid.to_owned(), since: now, form_key: uuid() };
        self.0.insert(cookie.clone(), session);
        cookie
    }

    pub fn get(&self, cookie: &str) -> Option<&Session> {
        self.0.get(cookie)
    }

    pub fn end(&mut self, cookie: &str) {
        self.0.remove(cookie);
    }

    /// Signs everybody out.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// What ORCID says to the owner of a record that is closed; `None` if it is open.
pub fn closed(person: Option<&Person>) -> Option<&'static str> {
    match person?.standing {
        Standing::Deprecated(_) => Some("This ORCID record is deprecated."),
        Standing::Locked => Some("This ORCID record is locked."),
        Standing::Deactivated => Some("This ORCID record is deactivated."),
        Standing::Unclaimed => Some("This ORCID record has not been claimed."),
        Standing::Active | Standing::NotPublic => None,
    }
}
