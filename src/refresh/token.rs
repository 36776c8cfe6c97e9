//! The token: obtained in two steps, kept in a file of mode 0600, used until it
//! expires.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::RefreshError;
use super::client::{Fault, UNTRUSTED, form_post};
use super::credentials::{Credentials, Secret};
use super::host::Host;
use super::proxy::proxy_for;
use super::time::SECOND;
use crate::record::Timestamp;

/// What a token must be good for.
const SCOPE: &str = "/read-public";
/// A token is renewed so long before it expires.
const MARGIN: Timestamp = 3_600 * SECOND;
const FILE_VERSION: u32 = 1;
/// How often the endpoint is asked where it fails for the moment.
const TRIES: u32 = 4;
/// The wait before the second try; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// A token with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub token_url: String,
    pub client_id: String,
    /// For renewal; absent where the user wants it kept elsewhere.
    pub client_secret: Option<Secret>,
    pub access_token: Secret,
    pub scope: String,
    pub obtained_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

/// The file in which tokens stand, one for each token endpoint and client.
#[derive(Debug, Clone)]
pub struct TokenFile {
    pub path: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Content {
    version: u32,
    tokens: Vec<Entry>,
}

// No Debug: its fields are secrets.
#[derive(Serialize, Deserialize)]
struct Entry {
    token_url: String,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    client_secret: Option<String>,
    access_token: String,
    scope: String,
    obtained_at: Timestamp,
    expires_at: Option<Timestamp>,
}

/// What the token endpoint says; other fields are of no use here.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    scope: String,
    expires_in: Option<i64>,
}

impl Token {
    /// Asks the host's token endpoint for a token of `credentials`.
    ///
    /// # Errors
    /// [`RefreshError`] where it gives none, or is not to be trusted.
    pub fn obtain(
        agent: &ureq::Agent,
        host: &Host,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<Self, RefreshError> {
        let form = [
            ("client_id", credentials.client_id.as_str()),
            ("client_secret", credentials.client_secret.reveal()),
            ("grant_type", "client_credentials"),
            ("scope", SCOPE),
        ];
        let fault = |what: String| RefreshError::NoToken { token_url: host.token_url.clone(), what };
        let proxy = proxy_for(&host.token_url)?;
        let (status, body) =
            post(agent, &host.token_url, proxy, &form).map_err(|error| match error.code {
                UNTRUSTED => RefreshError::Untrusted { url: host.token_url.clone(), what: error.what },
                _ => fault(error.what),
            })?;
        if status != 200 {
            return Err(fault(format!("status {status}{}", reason(&body))));
        }
        // The cause is not passed on: it may quote the answer, and with it the token.
        let granted: Granted =
            serde_json::from_slice(&body).map_err(|_| fault("the answer holds none".to_owned()))?;
        if !granted.scope.is_empty() && !granted.scope.contains(SCOPE) {
            return Err(fault(format!("it would not be good for {SCOPE}")));
        }
        Ok(Self {
            token_url: host.token_url.clone(),
            client_id: credentials.client_id.clone(),
            client_secret: Some(credentials.client_secret.clone()),
            access_token: Secret::new(granted.access_token),
            scope: SCOPE.to_owned(),
            obtained_at: now,
            expires_at: granted.expires_in.map(|seconds| now.saturating_add(seconds.saturating_mul(SECOND))),
        })
    }

    /// True where it can still be used.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires| now + MARGIN < expires)
    }

    /// What it was obtained with, if that is kept.
    pub fn credentials(&self) -> Option<Credentials> {
        let client_secret = self.client_secret.clone()?;
        Some(Credentials { client_id: self.client_id.clone(), client_secret })
    }
}

/// Posts the form, again where there is no answer or the server is in trouble.
fn post(
    agent: &ureq::Agent,
    url: &str,
    proxy: Option<ureq::Proxy>,
    form: &[(&str, &str)],
) -> Result<(u16, Vec<u8>), Fault> {
    let mut tried = 1;
    loop {
        let answer = form_post(agent, url, proxy.clone(), form);
        let passing = match &answer {
            Ok((status, _)) => *status >= 500 || *status == 429,
            Err(fault) => fault.code != UNTRUSTED,
        };
        if !passing || tried == TRIES {
            return answer;
        }
        std::thread::sleep(FIRST_WAIT * (1 << (tried - 1)));
        tried += 1;
    }
}

/// The error's name that OAuth prescribes; never the whole answer.
fn reason(body: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    match value["error"].as_str() {
        Some(name)
            if name.len() < 40 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') =>
        {
            format!(", {name}")
        }
        _ => String::new(),
    }
}

impl TokenFile {
    /// The file at `path`, or where the system keeps configuration.
    ///
    /// # Errors
    /// [`RefreshError::NoHome`] where neither is known.
    pub fn new(path: Option<PathBuf>) -> Result<Self, RefreshError> {
        let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let config = || folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
        let path = path.or_else(|| Some(config()?.join("orcidlake").join("token.json")));
        path.map(|path| Self { path }).ok_or(RefreshError::NoHome)
    }

    /// The token for an endpoint, of one client or of whichever came last.
    ///
    /// # Errors
    /// [`RefreshError`] where the file is there but cannot be read.
    pub fn find(&self, token_url: &str, client_id: Option<&str>) -> Result<Option<Token>, RefreshError> {
        let fits = |entry: &Entry| {
            entry.token_url == token_url && client_id.is_none_or(|client_id| client_id == entry.client_id)
        };
        Ok(self.read()?.into_iter().rfind(fits).map(Token::from))
    }

    /// Keeps a token in the place of an older one.
    ///
    /// # Errors
    /// [`RefreshError`] where the file cannot be written.
    pub fn put(&self, token: &Token) -> Result<(), RefreshError> {
        let mut entries = self.read()?;
        entries.retain(|entry| entry.token_url != token.token_url || entry.client_id != token.client_id);
        entries.push(Entry::from(token));
        self.write(entries)
    }

    /// Removes the tokens for an endpoint, of one client or of all; gives their number.
    ///
    /// # Errors
    /// [`RefreshError`] where the file cannot be read or written.
    pub fn forget(&self, token_url: &str, client_id: Option<&str>) -> Result<usize, RefreshError> {
        let mut entries = self.read()?;
        let before = entries.len();
        entries.retain(|entry| {
            entry.token_url != token_url || client_id.is_some_and(|client_id| client_id != entry.client_id)
        });
        let gone = before - entries.len();
        match (gone, entries.is_empty()) {
            (0, _) => {}
            (_, true) => fs::remove_file(&self.path).map_err(self.io("remove"))?,
            (_, false) => self.write(entries)?,
        }
        Ok(gone)
    }

    fn read(&self) -> Result<Vec<Entry>, RefreshError> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.io("read")(error)),
        };
        let content: Result<Content, _> = serde_json::from_slice(&text);
        match content {
            Ok(content) => Ok(content.tokens),
            Err(source) => Err(RefreshError::TokenFile { path: self.path.clone(), source }),
        }
    }

    /// Writes a new file beside the old one and puts it in its place.
    fn write(&self, tokens: Vec<Entry>) -> Result<(), RefreshError> {
        let content = Content { version: FILE_VERSION, tokens };
        let text = serde_json::to_vec_pretty(&content).expect("strings and numbers can be written as JSON");
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(self.io("make the folder of"))?;
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let aside = self.path.with_file_name(format!(".{name}.{}", std::process::id()));
        let write = || -> std::io::Result<()> {
            let mut file = private(&aside)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&aside, &self.path)
        };
        write().map_err(|error| {
            let _ = fs::remove_file(&aside);
            self.io("write")(error)
        })
    }

    fn io(&self, act: &'static str) -> impl FnOnce(std::io::Error) -> RefreshError + use<> {
        let path = self.path.clone();
        move |source| RefreshError::Io { act, path, source }
    }
}

/// A new file that nobody else can read from its first moment on.
fn private(path: &Path) -> std::io::Result<fs::File> {
    let _ = fs::remove_file(path);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

impl From<Entry> for Token {
    fn from(entry: Entry) -> Self {
        Self {
            token_url: entry.token_url,
            client_id: entry.client_id,
            client_secret: entry.client_secret.map(Secret::new),
            access_token: Secret::new(entry.access_token),
            scope: entry.scope,
            obtained_at: entry.obtained_at,
            expires_at: entry.expires_at,
        }
    }
}

impl From<&Token> for Entry {
    fn from(token: &Token) -> Self {
        Self {
            token_url: token.token_url.clone(),
            client_id: token.client_id.clone(),
            client_secret: token.client_secret.as_ref().map(|secret| secret.reveal().to_owned()),
            access_token: token.access_token.reveal().to_owned(),
            scope: token.scope.clone(),
            obtained_at: token.obtained_at,
            expires_at: token.expires_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(token_url: &str, client_id: &str) -> Token {
        Token {
            token_url: token_url.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: Some(Secret::new("s")),
            access_token: Secret::new(format!("token of {client_id}")),
            scope: SCOPE.to_owned(),
            obtained_at: 0,
            expires_at: Some(10 * MARGIN),
        }
    }

    #[test]
    fn a_token_is_kept_for_each_endpoint_and_client() {
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::new(Some(folder.path().join("new/token.json"))).unwrap();
        assert_eq!(file.find("a", None).unwrap(), None);

        for (token_url, client_id) in [("a", "1"), ("a", "2"), ("b", "1"), ("a", "1")] {
            file.put(&token(token_url, client_id)).unwrap();
        }

        assert_eq!(file.find("a", Some("2")).unwrap(), Some(token("a", "2")));
        assert_eq!(file.find("a", None).unwrap(), Some(token("a", "1")));
        assert_eq!((file.forget("a", Some("3")).unwrap(), file.forget("a", Some("2")).unwrap()), (0, 1));
        assert_eq!((file.forget("a", None).unwrap(), file.forget("a", None).unwrap()), (1, 0));
        assert_eq!(file.forget("b", None).unwrap(), 1);
        assert!(!file.path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::new(Some(folder.path().join("token.json"))).unwrap();
        fs::write(&file.path, r#"{"version":1,"tokens":[]}"#).unwrap();

        file.put(&token("a", "1")).unwrap();

        assert_eq!(fs::metadata(&file.path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_token_is_renewed_before_it_expires() {
        let token = token("a", "1");

        assert!(token.is_good(8 * MARGIN) && !token.is_good(9 * MARGIN));
    }
}
