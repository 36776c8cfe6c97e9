//! The portal as a program, which a test can kill and start again; with a local ORCID.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::sync::Mutex;

use orcid_mock::{Account, Client, ClientKind, Limits, LocalOrcid, World};

use super::portal::{CLIENT_ID, CLIENT_SECRET, SOMEBODY, Web};
use super::{orcidlake, run};

/// A running program and its ORCID; both stop when this goes.
pub struct PortalProgram {
    pub orcid: LocalOrcid,
    pub url: String,
    pub folder: tempfile::TempDir,
    child: Mutex<Option<Child>>,
}

impl PortalProgram {
    pub fn start() -> Self {
        let orcid = LocalOrcid::start(World::default(), Limits::none());
        orcid.add_person(Account::new(SOMEBODY, "Sofia", "Garcia"));
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}");
        let client = Client::new(ClientKind::Premium, CLIENT_ID, CLIENT_SECRET);
        orcid.oauth(|oauth| oauth.register(client.with_redirect_uri(&format!("{url}/callback/local"))));
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(path("secret"), CLIENT_SECRET).unwrap();
        let config = format!(
            "[connect]\nstate = '{}'\nkey-file = '{}'\nissuer = '{}'\npublic-url = '{url}'\n\
             institution = 'Example'\nclient-id = '{CLIENT_ID}'\nclient-secret-file = '{}'\n\
             [connect.serve]\nlisten = '127.0.0.1:{port}'\n",
            path("state"),
            path("keys"),
            orcid.base_url(),
            path("secret"),
        );
        std::fs::write(path("config.toml"), config).unwrap();
        let program = Self { orcid, url, folder, child: Mutex::default() };
        program.restart();
        program
    }

    fn config(&self) -> String {
        self.folder.path().join("config.toml").to_str().unwrap().to_owned()
    }

    /// Starts the program, which does not run, and waits until it listens.
    pub fn restart(&self) {
        let mut command = orcidlake(&["connect", "serve", "--config", &self.config(), "--json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (mut told, mut out) = (String::new(), BufReader::new(child.stdout.take().unwrap()));
        while !told.trim_end().ends_with('}') {
            assert!(out.read_line(&mut told).unwrap() > 0, "{told}");
        }
        *self.child.lock().unwrap() = Some(child);
    }

    /// Kills the program: it gets no chance to do anything more.
    pub fn kill(&self) {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// A browser in which an invited person has entered.
    pub fn entered(&self, local_id: &str) -> Web {
        let list = self.folder.path().join("staff.csv");
        std::fs::write(&list, format!("id,name\n{local_id},Person {local_id}\n")).unwrap();
        let invited = run(&["connect", "invite", list.to_str().unwrap(), "--config", &self.config()]);
        let links = String::from_utf8(invited.stdout).unwrap();
        let link = links.lines().nth(1).unwrap().split(',').nth(5).unwrap();
        let web = Web::new(&self.url);
        let csrf = web.get(link).csrf();
        assert_eq!(web.post(link, &[("csrf", &csrf)]).status, 303);
        web
    }
}

impl Drop for PortalProgram {
    fn drop(&mut self) {
        self.kill();
    }
}
