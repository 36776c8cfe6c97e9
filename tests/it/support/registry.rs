//! A registry in memory behind `MemberClient`: items of people with their sources, duplicates, and
//! faults on demand. It carries out a request, loses its answer, or ends the program in between.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::time::Duration;

use orcid_api::member::{Call, MemberClient, MemberReply, Section, Tree};
use orcid_api::{Clock, Fault, Reply, Secret};
use orcid_xml::{Orcid, Timestamp};
use orcidlake::push::{PermissionError, Permissions};

pub const CLIENT: &str = "APP-AAAAAAAAAAAAAAAA";
pub const OTHER_CLIENT: &str = "APP-BBBBBBBBBBBBBBBB";

/// What goes wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It is answered so, and not carried out.
    Status(u16, Option<i32>),
    /// The server hears nothing of it.
    LostBefore,
    /// It is carried out, and its answer is lost.
    LostAfter,
    /// The program ends before the request goes, or after it was carried out.
    KillBefore,
    KillAfter,
    /// The token is no longer accepted.
    InvalidToken,
    /// A page of some server in between.
    Html(u16),
}

#[derive(Debug, Clone)]
pub struct Item {
    pub orcid: Orcid,
    pub section: Section,
    pub put_code: i64,
    pub client: String,
    pub xml: String,
}

#[derive(Debug, Default)]
struct State {
    items: Vec<Item>,
    last_put_code: i64,
    /// Each request: method and path.
    log: Vec<String>,
    /// By the number of the request, from 1.
    troubles: HashMap<usize, Trouble>,
    /// For each request whose method and path contain a text.
    always: Vec<(String, Trouble)>,
}

#[derive(Debug, Default)]
pub struct Registry(Mutex<State>);

impl Registry {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub fn trouble(&self, request: usize, trouble: Trouble) {
        self.state().troubles.insert(request, trouble);
    }

    pub fn always(&self, part: &str, trouble: Trouble) {
        self.state().always.push((part.to_owned(), trouble));
    }

    pub fn forget_troubles(&self) {
        let mut state = self.state();
        state.troubles.clear();
        state.always.clear();
    }

    pub fn items(&self) -> Vec<Item> {
        self.state().items.clone()
    }

    pub fn log(&self) -> Vec<String> {
        self.state().log.clone()
    }

    /// Requests that write, since so many requests.
    pub fn writes(&self) -> Vec<String> {
        self.log().into_iter().filter(|line| !line.starts_with("GET")).collect()
    }

    pub fn remove_all(&self) {
        self.state().items.clear();
    }

    /// An item that somebody else, or this client before, has added.
    pub fn put(&self, orcid: &str, section: Section, client: &str, xml: &str) -> i64 {
        let mut state = self.state();
        state.last_put_code += 1;
        let put_code = state.last_put_code;
        let orcid = Orcid::new(orcid).unwrap();
        let xml = xml.to_owned();
        state.items.push(Item { orcid, section, put_code, client: client.to_owned(), xml });
        put_code
    }
}

fn answer(status: u16, body: String) -> MemberReply {
    let content_type = if body.starts_with('{') { "application/json" } else { "application/vnd.orcid+xml" };
    let reply =
        Reply { status, content_type: content_type.to_owned(), body: body.into_bytes(), ..Reply::default() };
    MemberReply { reply, location: None }
}

fn error_xml(status: u16, code: i32, message: &str) -> String {
    format!(
        "<error:error xmlns:error=\"e\"><error:response-code>{status}</error:response-code><error:developer-message>{message}</error:developer-message><error:error-code>{code}</error:error-code></error:error>"
    )
}

fn error(status: u16, code: i32, message: &str) -> MemberReply {
    answer(status, error_xml(status, code, message))
}

/// The document of an item with its put code and source, under another name if wanted.
fn with_source(item: &Item, name: &str) -> String {
    let element = item.section.element();
    let body = item.xml.split_once("?>").map_or(item.xml.as_str(), |(_, rest)| rest).trim();
    let (head, rest) = body.split_once('>').unwrap();
    let head = head.split(" put-code=").next().unwrap();
    let head = head.replacen(&format!("<{element}:{element}"), &format!("<{element}:{name}"), 1);
    let rest = rest.replace(&format!("</{element}:{element}>"), &format!("</{element}:{name}>"));
    format!(
        "{head} put-code=\"{}\" visibility=\"limited\"><common:source><common:source-client-id><common:path>{}</common:path></common:source-client-id></common:source>{rest}",
        item.put_code, item.client
    )
}

/// The own external ids of a document.
fn self_ids(xml: &str) -> Vec<String> {
    let tree = Tree::parse(xml).unwrap();
    let ids = tree
        .all("external-id")
        .into_iter()
        .filter(|id| id.text_at(&["external-id-relationship"]) == Some("self"));
    ids.map(|id| {
        let text = |name| id.text_at(&[name]).unwrap_or_default().to_lowercase();
        format!("{}:{}", text("external-id-type"), text("external-id-value").replace("https://doi.org/", ""))
    })
    .collect()
}

impl State {
    fn add(&mut self, orcid: Orcid, section: Section, xml: &str) -> Result<i64, (u16, i32, String)> {
        let tree = Tree::parse(xml).map_err(|error| (400, 9001, error.to_string()))?;
        assert!(tree.attribute("put-code").is_none(), "9024: {xml}");
        let ids = self_ids(xml);
        let same = self.items.iter().find(|item| {
            item.orcid == orcid
                && item.section == section
                && item.client == CLIENT
                && self_ids(&item.xml).iter().any(|id| ids.contains(id))
        });
        if let Some(same) = same {
            return Err((
                409,
                9021,
                format!("409 Conflict: please see element with put-code {}.", same.put_code),
            ));
        }
        self.last_put_code += 1;
        let put_code = self.last_put_code;
        self.items.push(Item { orcid, section, put_code, client: CLIENT.to_owned(), xml: xml.to_owned() });
        Ok(put_code)
    }

    fn place(&self, orcid: Orcid, section: Section, put_code: i64) -> Option<usize> {
        self.items
            .iter()
            .position(|item| item.orcid == orcid && item.section == section && item.put_code == put_code)
    }

    fn carry_out(&mut self, orcid: Orcid, call: &Call<'_>) -> MemberReply {
        let not_found = || error(404, 9016, "404 Not Found");
        match *call {
            Call::List(section) => {
                let own = self.items.iter().filter(|item| item.orcid == orcid && item.section == section);
                let items: String = own.map(|item| with_source(item, &section.listed_as())).collect();
                let list = if section == Section::Address { "addresses" } else { section.list() };
                answer(200, format!("<a:{list} xmlns:a=\"a\" xmlns:common=\"c\">{items}</a:{list}>"))
            }
            Call::Read(section, put_code) => match self.place(orcid, section, put_code) {
                Some(place) => answer(200, with_source(&self.items[place], section.element())),
                None => not_found(),
            },
            Call::Add(section, xml) => match self.add(orcid, section, xml) {
                Ok(put_code) => MemberReply {
                    location: Some(format!("http://elsewhere/v3.0/{orcid}/{}/{put_code}", section.path())),
                    ..answer(201, String::new())
                },
                Err((status, code, message)) => error(status, code, &message),
            },
            Call::AddWorks(bulk) => {
                let works: Vec<&str> =
                    bulk.split_inclusive("</work:work>").filter(|part| part.contains("<work:work")).collect();
                assert!(works.len() <= 100, "9006");
                let entries: String = works
                    .iter()
                    .map(|work| {
                        let begin = work.find("<work:work").unwrap();
                        match self.add(orcid, Section::Work, &work[begin..]) {
                            Ok(put_code) => format!("<work:work xmlns:work=\"w\" put-code=\"{put_code}\"/>"),
                            Err((status, code, message)) => error_xml(status, code, &message),
                        }
                    })
                    .collect();
                answer(200, format!("<bulk:bulk xmlns:bulk=\"b\">{entries}</bulk:bulk>"))
            }
            Call::Change(section, put_code, xml) => {
                let own = Tree::parse(xml).unwrap().attribute("put-code").map(str::to_owned);
                assert_eq!(own, Some(put_code.to_string()), "9019");
                match self.place(orcid, section, put_code) {
                    Some(place) if self.items[place].client != CLIENT => error(403, 9010, "403 Forbidden"),
                    Some(place) => {
                        self.items[place].xml = xml.to_owned();
                        answer(200, xml.to_owned())
                    }
                    None => not_found(),
                }
            }
            Call::Delete(section, put_code) => match self.place(orcid, section, put_code) {
                Some(place) => {
                    self.items.remove(place);
                    answer(204, String::new())
                }
                None => not_found(),
            },
        }
    }
}

impl MemberClient for Registry {
    fn send(&self, orcid: Orcid, token: &Secret, call: &Call<'_>) -> Result<MemberReply, Fault> {
        assert_eq!(token.reveal(), format!("token-of-{orcid}"), "the token of another person");
        let mut state = self.state();
        let line = format!("{} {}", call.method(), call.path(orcid));
        state.log.push(line.clone());
        let number = state.log.len();
        let always =
            state.always.iter().find(|(part, _)| line.contains(part)).map(|(_, trouble)| trouble.clone());
        let lost = || Fault { code: "timeout", what: "timeout: global".to_owned() };
        match state.troubles.remove(&number).or(always) {
            None => Ok(state.carry_out(orcid, call)),
            Some(Trouble::Status(status, Some(code))) => Ok(error(status, code, "no")),
            Some(Trouble::Status(status, None)) => Ok(answer(status, String::new())),
            Some(Trouble::LostBefore) => Err(lost()),
            Some(Trouble::LostAfter) => {
                state.carry_out(orcid, call);
                Err(lost())
            }
            Some(Trouble::KillBefore) => panic!("killed"),
            Some(Trouble::KillAfter) => {
                state.carry_out(orcid, call);
                panic!("killed")
            }
            Some(Trouble::InvalidToken) => {
                let body = format!(
                    r#"{{"error":"invalid_token","error_description":"Invalid access token: {}"}}"#,
                    token.reveal()
                );
                Ok(answer(401, body))
            }
            Some(Trouble::Html(status)) => {
                let mut reply = answer(status, "<html>captcha</html>".to_owned());
                reply.reply.content_type = "text/html".to_owned();
                Ok(reply)
            }
        }
    }
}

/// Everybody has permitted everything, but for those who are listed here.
#[derive(Debug, Default)]
pub struct Everybody {
    pub without: Vec<String>,
    pub lost: Mutex<Vec<String>>,
    pub emails: BTreeMap<String, String>,
}

impl Permissions for Everybody {
    fn token(&self, orcid: &str, _: &str) -> Result<Option<Secret>, PermissionError> {
        let has = !self.without.iter().any(|other| other == orcid);
        Ok(has.then(|| Secret::new(format!("token-of-{orcid}"))))
    }

    fn lost(&self, orcid: &str) -> Result<(), PermissionError> {
        self.lost.lock().unwrap().push(orcid.to_owned());
        Ok(())
    }

    fn orcid_of(&self, email: &str) -> Result<Option<String>, PermissionError> {
        Ok(self.emails.get(email).cloned())
    }
}

/// A clock that goes on when somebody sleeps.
#[derive(Debug, Default)]
pub struct TestClock(Mutex<Duration>);

impl Clock for TestClock {
    fn now(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn wall(&self) -> Timestamp {
        // Some time in 2026, so that it is later than what an earlier run has noted.
        1_790_000_000_000_000 + self.now().as_micros() as Timestamp
    }

    fn sleep(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}
