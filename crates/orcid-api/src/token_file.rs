//! The file of mode 0600 in which tokens are kept.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ApiError;
use super::credentials::Secret;
use super::token::Token;
use super::token_folder::{self, FolderAccess};
use orcid_xml::Timestamp;

const FILE_VERSION: u32 = 1;

/// The file in which tokens stand, one for each token endpoint and client.
#[derive(Debug, Clone)]
pub struct TokenFile {
    /// Where it lies.
    pub path: PathBuf,
    /// It lies in our own folder, where nobody has named another.
    is_in_own_folder: bool,
}

#[derive(Serialize, Deserialize)]
struct Content {
    version: u32,
    tokens: Vec<Entry>,
}

/// Read before all else: another version may have other fields.
#[derive(Deserialize)]
struct Version {
    version: u32,
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

impl TokenFile {
    /// The file at `path`, or `token.json` in the folder of `program` where the system keeps
    /// configuration.
    ///
    /// # Errors
    /// [`ApiError::NoHome`] where neither is known.
    pub fn new(path: Option<PathBuf>, program: &str) -> Result<Self, ApiError> {
        let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let config = || folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
        let own = config().map(|config| config.join(program));
        let is_own = |path: &Path| path.parent().is_some_and(|folder| Some(folder) == own.as_deref());
        let path = path.or_else(|| Some(own.as_ref()?.join("token.json")));
        let path = path.ok_or(ApiError::NoHome)?;
        Ok(Self { is_in_own_folder: is_own(&path), path })
    }

    /// The folder that it lies in.
    pub fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// Takes its folder from all but its owner where it is ours; tells what others can do in it.
    pub fn keep_folder_private(&self) -> FolderAccess {
        token_folder::keep_private(self.folder(), self.is_in_own_folder)
    }

    /// The token for an endpoint, of one client or of whichever came last.
    ///
    /// # Errors
    /// [`ApiError`] where the file is there but cannot be read.
    pub fn find(&self, token_url: &str, client_id: Option<&str>) -> Result<Option<Token>, ApiError> {
        let fits = |entry: &Entry| {
            entry.token_url == token_url && client_id.is_none_or(|client_id| client_id == entry.client_id)
        };
        Ok(self.read()?.into_iter().rfind(fits).map(Token::from))
    }

    /// Keeps a token in the place of an older one.
    ///
    /// # Errors
    /// [`ApiError`] where the file cannot be written.
    pub fn put(&self, token: &Token) -> Result<(), ApiError> {
        let mut entries = self.read()?;
        entries.retain(|entry| entry.token_url != token.token_url || entry.client_id != token.client_id);
        entries.push(Entry::from(token));
        self.write(entries)
    }

    /// Removes the tokens for an endpoint, of one client or of all; gives their number.
    ///
    /// # Errors
    /// [`ApiError`] where the file cannot be read or written.
    pub fn forget(&self, token_url: &str, client_id: Option<&str>) -> Result<usize, ApiError> {
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

    /// Takes the file from all but its owner; true where others could use it until now.
    ///
    /// # Errors
    /// [`ApiError`] where its mode cannot be changed.
    pub fn keep_private(&self) -> Result<bool, ApiError> {
        match keep_private(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            done => done.map_err(self.io("take the access of others from")),
        }
    }

    fn read(&self) -> Result<Vec<Entry>, ApiError> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.io("read")(error)),
        };
        self.keep_private()?;
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
        let fault = |what: &str| ApiError::TokenFile { path: self.path.clone(), what: what.to_owned() };
        // What serde says of a value may quote it, and with it a token: only the place is told.
        let place = |error: serde_json::Error| fault(&format!("line {} is not as expected", error.line()));
        let Version { version } = serde_json::from_slice(text).map_err(place)?;
        if version != FILE_VERSION {
            return Err(fault(&format!("it is of version {version}, this program reads {FILE_VERSION}")));
        }
        let content: Content = serde_json::from_slice(text).map_err(place)?;
        let mut entries = content.tokens;
        for entry in &mut entries {
            let word = |text: &str| Secret::of(text).map(|secret| secret.reveal().to_owned());
            let unusable = || fault("it holds a token or secret that is not one word");
            entry.access_token = word(&entry.access_token).ok_or_else(unusable)?;
            if let Some(secret) = &mut entry.client_secret {
                *secret = word(secret).ok_or_else(unusable)?;
            }
        }
        Ok(entries)
    }

    /// Writes a new file beside the old one and puts it in its place.
    fn write(&self, tokens: Vec<Entry>) -> Result<(), ApiError> {
        let content = Content { version: FILE_VERSION, tokens };
        let text = serde_json::to_vec_pretty(&content).expect("strings and numbers can be written as JSON");
        token_folder::make_private(self.folder()).map_err(self.io("make the folder of"))?;
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

    fn io(&self, act: &'static str) -> impl FnOnce(std::io::Error) -> ApiError + use<> {
        let path = self.path.clone();
        move |source| ApiError::Io { act, path, source }
    }
}

#[cfg(unix)]
fn keep_private(path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    let state = fs::metadata(path)?;
    let open = state.is_file() && state.permissions().mode() & 0o077 != 0;
    if open {
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(open)
}

#[cfg(not(unix))]
fn keep_private(_: &Path) -> std::io::Result<bool> {
    Ok(false)
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
    use super::super::token::SCOPE;
    use super::*;

    fn token(token_url: &str, client_id: &str) -> Token {
        Token {
            token_url: token_url.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: Some(Secret::new("s")),
            access_token: Secret::new(format!("token-of-{client_id}")),
            scope: SCOPE.to_owned(),
            obtained_at: 0,
            expires_at: Some(36_000_000_000),
        }
    }

    #[test]
    fn a_token_is_kept_for_each_endpoint_and_client() {
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::new(Some(folder.path().join("new/token.json")), "orcidlake").unwrap();
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
        let file = TokenFile::new(Some(folder.path().join("token.json")), "orcidlake").unwrap();
        fs::write(&file.path, r#"{"version":1,"tokens":[]}"#).unwrap();

        file.put(&token("a", "1")).unwrap();

        assert_eq!(fs::metadata(&file.path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_mended_and_its_folder_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::new(Some(folder.path().join("new/token.json")), "orcidlake").unwrap();
        file.put(&token("a", "1")).unwrap();
        assert_eq!(mode(file.path.parent().unwrap()), 0o700);
        for open in [0o644, 0o640, 0o602] {
            fs::set_permissions(&file.path, fs::Permissions::from_mode(open)).unwrap();

            assert!(file.find("a", None).unwrap().is_some());

            assert_eq!(mode(&file.path), 0o600, "{open:o}");
        }
    }

    #[test]
    fn a_file_of_another_version_or_with_a_broken_token_is_refused_unshown() {
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::new(Some(folder.path().join("token.json")), "orcidlake").unwrap();
        let text = |version: u32, token: &str| {
            format!(
                r#"{{"version":{version},"tokens":[{{"token_url":"a","client_id":"1","access_token":"{token}","scope":"","obtained_at":0,"expires_at":null}}]}}"#
            )
        };
        for (content, expected) in [
            (format!("\u{feff}{}", text(1, r"hush\n")), Ok("hush")),
            (text(2, "hush"), Err("version 2")),
            (text(1, r"hu\nsh"), Err("not one word")),
            (r#"{"version":1,"tokens":"hush"}"#.to_owned(), Err("line 1")),
        ] {
            fs::write(&file.path, content).unwrap();

            let found = file.find("a", None);

            match (found, expected) {
                (Ok(found), Ok(token)) => assert_eq!(found.unwrap().access_token.reveal(), token),
                (Err(error), Err(what)) => {
                    let said = error.to_string();
                    assert!(said.contains(what) && !said.contains("hu"), "{said}");
                }
                (found, _) => panic!("{found:?}"),
            }
        }
    }
}
