//! A portal of tests: with a local ORCID, a state folder of its own, and browsers without scripts.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use orcid_api::oauth::{Issuer, OauthClient};
use orcid_api::{Clock, Credentials, Secret, SystemClock};
use orcid_mock::{Account, Client, ClientKind, Limits, LocalOrcid, World};
use orcidlake::connect::{
    Connect, KeyRing, NewPerson, Portal, Settings, StateFolder, Store, checked_scope, digest, random_word,
    serve,
};

pub const CLIENT_ID: &str = "APP-TEST000000000001";
pub const CLIENT_SECRET: &str = "5ec2e75e-7e57-4000-8000-0a0a0a0a0a0a";
pub const SOMEBODY: &str = "0000-0002-1825-0097";
pub const SOMEBODY_ELSE: &str = "0000-0002-1694-233X";
pub const SCOPES: &str = "openid /read-limited /activities/update /person/update";
pub const PASSWORD: &str = "administrators-password";
const SECOND: i64 = 1_000_000;

/// A running portal and its ORCID; both stop when this goes.
pub struct TestPortal {
    pub orcid: LocalOrcid,
    pub url: String,
    pub folder: tempfile::TempDir,
    clock: Arc<AtomicI64>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The time of the machine, moved by the test.
struct MovedClock(SystemClock, Arc<AtomicI64>);

impl Clock for MovedClock {
    fn now(&self) -> Duration {
        self.0.now()
    }

    fn wall(&self) -> i64 {
        self.0.wall() + self.1.load(Ordering::Relaxed) * SECOND
    }

    fn sleep(&self, time: Duration) {
        self.0.sleep(time);
    }
}

impl TestPortal {
    pub fn start() -> Self {
        Self::start_with(|_| ())
    }

    /// A portal with other settings.
    pub fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let orcid = LocalOrcid::start(World::default(), Limits::none());
        orcid.add_person(Account::new(SOMEBODY, "Sofia", "Garcia"));
        orcid.add_person(Account::new(SOMEBODY_ELSE, "Jürgen", "Müller"));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut settings = Settings {
            public_url: url.clone(),
            institution: "Example University".to_owned(),
            help: Some("orcid@example.org".to_owned()),
            scope: checked_scope(SCOPES).unwrap(),
            must_sign_in: false,
            keeps_orcid: true,
            webhooks: false,
            sign_on: None,
        };
        change(&mut settings);
        let client = Client::new(ClientKind::Premium, CLIENT_ID, CLIENT_SECRET);
        orcid.oauth(|oauth| oauth.register(client.with_redirect_uri(&format!("{url}/callback/local"))));
        let folder = tempfile::tempdir().unwrap();
        let issuer = Issuer::at(&orcid.base_url()).unwrap();
        let state = StateFolder::open_or_create(&folder.path().join("state"), &issuer).unwrap();
        let ring = KeyRing::create(&folder.path().join("keys")).unwrap();
        let store = Store::open(state, ring).unwrap();
        let connect = Connect { store, client: oauth_client(&orcid), settings };
        let clock = Arc::new(AtomicI64::new(0));
        let moved = MovedClock(SystemClock::default(), clock.clone());
        let portal = Arc::new(Portal::new(connect, Some(Secret::new(PASSWORD)), Box::new(moved)).unwrap());
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || serve(&portal, listener, &stopped).unwrap());
        Self { orcid, url, folder, clock, stop, thread: Some(thread) }
    }

    /// Moves the portal's clock.
    pub fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    pub fn now(&self) -> i64 {
        SystemClock::default().wall() + self.clock.load(Ordering::Relaxed) * SECOND
    }

    /// The portal's state, beside the portal.
    pub fn store(&self) -> Store {
        let state = StateFolder::open(&self.state(), None).unwrap();
        Store::open(state, KeyRing::open(&self.keys()).unwrap()).unwrap()
    }

    /// What a command beside the portal would do it with.
    pub fn connect(&self) -> Connect {
        let settings = Settings {
            public_url: self.url.clone(),
            institution: "Example University".to_owned(),
            help: None,
            scope: checked_scope(SCOPES).unwrap(),
            must_sign_in: false,
            keeps_orcid: true,
            webhooks: false,
            sign_on: None,
        };
        Connect { store: self.store(), client: oauth_client(&self.orcid), settings }
    }

    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// Adds a person; gives the path of an invitation.
    pub fn invite(&self, local_id: &str) -> String {
        let store = self.store();
        let details = NewPerson {
            local_id: local_id.to_owned(),
            name: format!("Person {local_id}"),
            given_names: "Sofia".to_owned(),
            family_names: "Garcia".to_owned(),
            email: format!("{local_id}+x@example.org"),
            ..NewPerson::default()
        };
        let person = store.put_person(&details, self.now()).unwrap();
        let word = random_word().unwrap();
        store.invite(person, &digest(&word), self.now() + 3_600 * SECOND, self.now()).unwrap();
        format!("/invitation/{word}")
    }

    /// A browser in which an invited person has entered.
    pub fn entered(&self, local_id: &str) -> Web {
        let path = self.invite(local_id);
        let web = Web::new(&self.url);
        let page = web.get(&path);
        assert_eq!(page.status, 200, "{}", page.text);
        assert_eq!(web.post(&path, &[("csrf", &page.csrf())]).status, 303);
        web
    }

    /// Goes the whole way with an iD, up to the page at its end.
    pub fn connected(&self, web: &Web, orcid: &str) -> Page {
        let address = web.press_connect(&[]);
        web.follow(&self.orcid.browser().grant(&address, orcid))
    }

    /// Revokes what waits; the portal may be doing the same beside its pages.
    pub fn settled(&self) {
        let (connect, begun) = (self.connect(), std::time::Instant::now());
        while !connect.store.pending_revocations().unwrap().is_empty() {
            connect.run_revocations(self.now()).unwrap();
            assert!(begun.elapsed() < Duration::from_secs(20), "tokens are not revoked");
            std::thread::yield_now();
        }
    }

    /// The state of a person, as the list of people says it.
    pub fn state_of(&self, local_id: &str) -> (String, Option<String>) {
        let people = self.store().people().unwrap();
        let person = people.iter().find(|person| person.local_id == local_id).unwrap();
        (person.state.name().to_owned(), person.orcid.clone())
    }

    /// The events of a person, the oldest first.
    pub fn events(&self, local_id: &str) -> Vec<String> {
        let store = self.store();
        let person = store.person_by_local_id(local_id).unwrap().unwrap();
        let mut events: Vec<String> =
            store.history(Some(person.id), 100).unwrap().into_iter().map(|row| row.event).collect();
        events.reverse();
        events
    }
}

impl Drop for TestPortal {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the portal has panicked");
        }
    }
}

fn oauth_client(orcid: &LocalOrcid) -> OauthClient {
    let issuer = Issuer::at(&orcid.base_url()).unwrap();
    let credentials =
        Credentials { client_id: CLIENT_ID.to_owned(), client_secret: Secret::new(CLIENT_SECRET) };
    OauthClient::new(issuer, credentials, "test/1", None, Duration::from_secs(10)).unwrap()
}

/// A browser with one cookie, which follows redirects only where a test says so.
pub struct Web {
    agent: ureq::Agent,
    url: String,
    cookie: Mutex<Option<String>>,
    headers: Vec<(String, String)>,
}

/// What a browser shows.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub location: Option<String>,
    pub set_cookie: Option<String>,
    pub headers: ureq::http::HeaderMap,
    pub text: String,
}

impl Page {
    /// The word of the page's forms.
    pub fn csrf(&self) -> String {
        let (_, rest) = self.text.split_once(r#"name="csrf" value=""#).expect("the page has a form");
        rest.split('"').next().unwrap().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Web {
    pub fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder().max_redirects(0).max_redirects_will_error(false);
        let agent = ureq::Agent::new_with_config(config.http_status_as_error(false).proxy(None).build());
        Self { agent, url: url.to_owned(), cookie: Mutex::default(), headers: Vec::new() }
    }

    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap().clone()
    }

    pub fn set_cookie(&self, cookie: &str) {
        *self.cookie.lock().unwrap() = Some(cookie.to_owned());
    }

    pub fn get(&self, path: &str) -> Page {
        self.try_get(path).expect("the portal answers")
    }

    /// A page, if an answer comes.
    pub fn try_get(&self, path: &str) -> Option<Page> {
        let mut request = self.agent.get(self.address(path));
        for (name, value) in self.all_headers() {
            request = request.header(name, value);
        }
        Some(self.page(request.call().ok()?))
    }

    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        let mut request = self.agent.post(self.address(path));
        for (name, value) in self.all_headers() {
            request = request.header(name, value);
        }
        self.page(request.send_form(form.iter().copied()).unwrap())
    }

    /// Presses the button of the first page; gives the address at ORCID.
    pub fn press_connect(&self, more: &[(&str, &str)]) -> String {
        let csrf = self.get("/").csrf();
        let page = self.post("/connect", &[&[("csrf", csrf.as_str())], more].concat());
        assert_eq!(page.status, 302, "{}", page.text);
        page.location.unwrap()
    }

    /// Goes where ORCID sends the browser, and on to the clean address.
    pub fn follow(&self, callback: &str) -> Page {
        let page = self.get(callback);
        match page.location.as_deref() {
            Some(next) => self.get(next),
            None => page,
        }
    }

    fn address(&self, path: &str) -> String {
        if path.starts_with('/') { format!("{}{path}", self.url) } else { path.to_owned() }
    }

    fn all_headers(&self) -> Vec<(String, String)> {
        let cookie = self.cookie().map(|cookie| ("cookie".to_owned(), cookie));
        self.headers.iter().cloned().chain(cookie).collect()
    }

    fn page(&self, mut response: ureq::http::Response<ureq::Body>) -> Page {
        let header = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let (location, set_cookie) = (header("location"), header("set-cookie"));
        if let Some(cookie) = set_cookie.as_deref().and_then(|cookie| cookie.split(';').next()) {
            self.set_cookie(cookie);
        }
        Page {
            status: response.status().as_u16(),
            location,
            set_cookie,
            headers: response.headers().clone(),
            text: response.body_mut().read_to_string().unwrap(),
        }
    }
}

/// A parameter of an address.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(address).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
