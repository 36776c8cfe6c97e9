//! The keys that secrets are encrypted with, in a file outside the database.
//!
//! The file has one key a line, `ID DIGITS`; the last one encrypts, the others still decrypt. It
//! is read again when it has changed, so that a running portal follows a rotation. What is
//! encrypted is bound to its place by additional data: a token that somebody copies into another
//! row of the database cannot be decrypted there.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

use super::words::{from_hex, hex, random_bytes};
use crate::connect::error::ConnectError;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
/// Bytes of a key file that are read; a key takes seventy.
const MAX_FILE_BYTES: u64 = 64 << 10;
/// Whoever is neither the owner nor of the group may not read the file, and nobody but the owner
/// may write it. The group may read: so systemd hands credentials over.
#[cfg(unix)]
const FORBIDDEN_MODE: u32 = 0o027;

/// A secret under encryption, and the key that it needs.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The id of the key.
    pub key_id: String,
    /// The nonce, and behind it the encrypted secret with its tag.
    pub bytes: Vec<u8>,
}

/// The keys of a file.
pub struct KeyRing {
    path: PathBuf,
    loaded: Mutex<Loaded>,
}

struct Loaded {
    stamp: Stamp,
    keys: Vec<(String, [u8; KEY_BYTES])>,
}

/// What tells one state of the file from the next.
type Stamp = Option<(SystemTime, u64)>;

impl KeyRing {
    /// Reads a key file.
    ///
    /// # Errors
    /// [`ConnectError`] where it is not there, others may read it, or it holds no key.
    pub fn open(path: &Path) -> Result<Self, ConnectError> {
        let loaded = load(path)?;
        Ok(Self { path: path.to_owned(), loaded: Mutex::new(loaded) })
    }

    /// Makes a key file with a new key; only its owner can read it.
    ///
    /// # Errors
    /// [`ConnectError`] where the file is there already or cannot be written.
    pub fn create(path: &Path) -> Result<Self, ConnectError> {
        let key = hex(&random_bytes::<KEY_BYTES>()?);
        write_new(path, &format!("k1 {key}\n"))?;
        Self::open(path)
    }

    /// Encrypts with the newest key.
    ///
    /// # Errors
    /// [`ConnectError`] where the file has changed and cannot be read.
    pub fn seal(&self, secret: &[u8], place: &str) -> Result<Sealed, ConnectError> {
        let (key_id, key) = self.with_keys(|keys| keys.last().cloned())?.ok_or_else(|| no_key(&self.path))?;
        let nonce = random_bytes::<NONCE_BYTES>()?;
        let payload = Payload { msg: secret, aad: place.as_bytes() };
        let cipher = XChaCha20Poly1305::new(&Key::from(key));
        let encrypted = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| unreadable(&key_id))?;
        Ok(Sealed { key_id, bytes: [&nonce[..], &encrypted].concat() })
    }

    /// Decrypts what was encrypted for the same place.
    ///
    /// # Errors
    /// [`ConnectError::Unreadable`] where its key is not in the file, or it was changed or moved.
    pub fn unseal(&self, sealed: &Sealed, place: &str) -> Result<Vec<u8>, ConnectError> {
        let found = |keys: &[(String, [u8; KEY_BYTES])]| {
            keys.iter().find(|(id, _)| *id == sealed.key_id).map(|(_, key)| *key)
        };
        let key = self.with_keys(found)?.ok_or_else(|| unreadable(&sealed.key_id))?;
        let (nonce, encrypted) =
            sealed.bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(|| unreadable(&sealed.key_id))?;
        let payload = Payload { msg: encrypted, aad: place.as_bytes() };
        let cipher = XChaCha20Poly1305::new(&Key::from(key));
        cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| unreadable(&sealed.key_id))
    }

    /// The ids of the keys, the newest last.
    ///
    /// # Errors
    /// As [`KeyRing::seal`].
    pub fn ids(&self) -> Result<Vec<String>, ConnectError> {
        self.with_keys(|keys| keys.iter().map(|(id, _)| id.clone()).collect())
    }

    /// Adds a new key, which encrypts from now on; gives its id.
    ///
    /// # Errors
    /// [`ConnectError`] where the file cannot be written.
    pub fn add_key(&self) -> Result<String, ConnectError> {
        let mut keys = self.with_keys(<[_]>::to_vec)?;
        let number = |id: &str| id.strip_prefix('k').and_then(|number| number.parse::<u64>().ok());
        let id = format!("k{}", keys.iter().filter_map(|(id, _)| number(id)).max().unwrap_or(0) + 1);
        keys.push((id.clone(), random_bytes()?));
        self.replace(&keys)?;
        Ok(id)
    }

    /// Removes all keys but the newest and those of these ids; gives the ids of those that went.
    ///
    /// # Errors
    /// [`ConnectError`] where the file cannot be written.
    pub fn keep_only(&self, ids: &BTreeSet<String>) -> Result<Vec<String>, ConnectError> {
        let keys = self.with_keys(<[_]>::to_vec)?;
        let newest = keys.last().map(|(id, _)| id.clone());
        let (kept, gone): (Vec<_>, Vec<_>) =
            keys.into_iter().partition(|(id, _)| ids.contains(id) || Some(id) == newest.as_ref());
        if !gone.is_empty() {
            self.replace(&kept)?;
        }
        Ok(gone.into_iter().map(|(id, _)| id).collect())
    }

    fn replace(&self, keys: &[(String, [u8; KEY_BYTES])]) -> Result<(), ConnectError> {
        let text: String = keys.iter().map(|(id, key)| format!("{id} {}\n", hex(key))).collect();
        let fault = ConnectError::io("replace", &self.path);
        let beside = self.path.with_extension("new");
        let _ = fs::remove_file(&beside);
        write_new(&beside, &text)?;
        fs::rename(&beside, &self.path).map_err(fault)?;
        *self.loaded.lock().unwrap_or_else(PoisonError::into_inner) = load(&self.path)?;
        Ok(())
    }

    fn with_keys<T>(&self, act: impl FnOnce(&[(String, [u8; KEY_BYTES])]) -> T) -> Result<T, ConnectError> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if loaded.stamp != stamp(&self.path) {
            *loaded = load(&self.path)?;
        }
        Ok(act(&loaded.keys))
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "KeyRing({})", self.path.display())
    }
}

fn no_key(path: &Path) -> ConnectError {
    ConnectError::Key { path: path.to_owned(), what: "it holds no key" }
}

fn unreadable(key_id: &str) -> ConnectError {
    ConnectError::Unreadable { key_id: key_id.to_owned() }
}

fn stamp(path: &Path) -> Stamp {
    let state = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&state);
    #[cfg(not(unix))]
    let number = state.len();
    Some((state.modified().ok()?, number))
}

fn load(path: &Path) -> Result<Loaded, ConnectError> {
    let fault = |what| ConnectError::Key { path: path.to_owned(), what };
    let stamp = stamp(path);
    let state = match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(ConnectError::NoKey { path: path.to_owned() });
        }
        state => state.map_err(ConnectError::io("read", path))?,
    };
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&state.permissions()) & FORBIDDEN_MODE != 0 {
        return Err(fault("other users may read or change it"));
    }
    if state.len() > MAX_FILE_BYTES {
        return Err(fault("it is far too long"));
    }
    let text = fs::read_to_string(path).map_err(ConnectError::io("read", path))?;
    let mut keys: Vec<(String, [u8; KEY_BYTES])> = Vec::new();
    let lines = text.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (id, digits) = line.split_once(' ').ok_or_else(|| fault("a line is not an id and a key"))?;
        let key = from_hex(digits.trim()).ok_or_else(|| fault("a key is not 64 hexadecimal digits"))?;
        if keys.iter().any(|(other, _)| other == id) {
            return Err(fault("two keys have the same id"));
        }
        keys.push((id.to_owned(), key));
    }
    if keys.is_empty() { Err(no_key(path)) } else { Ok(Loaded { stamp, keys }) }
}

fn write_new(path: &Path, text: &str) -> Result<(), ConnectError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(ConnectError::io("write", path))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(ConnectError::io("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_decrypted_only_at_its_place_and_with_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let ring = KeyRing::create(&folder.path().join("keys")).unwrap();
        let other = KeyRing::create(&folder.path().join("other")).unwrap();

        let sealed = ring.seal(b"hush", "APP-1|0000|access|1").unwrap();

        assert!(!sealed.bytes.windows(4).any(|bytes| bytes == b"hush"));
        assert_eq!(ring.unseal(&sealed, "APP-1|0000|access|1").unwrap(), b"hush");
        assert!(ring.unseal(&sealed, "APP-1|0000|access|2").is_err());
        assert!(other.unseal(&sealed, "APP-1|0000|access|1").is_err());
        let mut changed = sealed.clone();
        *changed.bytes.last_mut().unwrap() ^= 1;
        assert!(ring.unseal(&changed, "APP-1|0000|access|1").is_err());
        changed.bytes.truncate(5);
        assert!(ring.unseal(&changed, "APP-1|0000|access|1").is_err());
    }

    #[test]
    fn a_rotation_is_followed_by_others_who_have_the_file_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let (ring, running) = (KeyRing::create(&path).unwrap(), KeyRing::open(&path).unwrap());
        let before = running.seal(b"hush", "p").unwrap();

        let id = ring.add_key().unwrap();
        let after = running.seal(b"hush", "p").unwrap();

        assert_eq!((before.key_id.as_str(), after.key_id.as_str()), ("k1", id.as_str()));
        assert_eq!(running.unseal(&before, "p").unwrap(), b"hush");
        assert_eq!(ring.keep_only(&BTreeSet::new()).unwrap(), ["k1"]);
        assert!(running.unseal(&before, "p").is_err() && running.unseal(&after, "p").is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_or_that_holds_no_key_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let key = hex(&[7; 32]);
        for (text, mode, is_good) in [
            (format!("k1 {key}\n"), 0o600, true),
            (format!("# comment\n\nk1 {key}\n"), 0o440, true),
            (format!("k1 {key}\n"), 0o644, false),
            (format!("k1 {key}\n"), 0o620, false),
            (format!("k1 {key}\nk1 {key}\n"), 0o600, false),
            ("k1 hush\n".to_owned(), 0o600, false),
            (key.clone(), 0o600, false),
            (String::new(), 0o600, false),
        ] {
            fs::write(&path, &text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();

            let ring = KeyRing::open(&path);

            assert_eq!(ring.is_ok(), is_good, "{mode:o} {text}");
            assert!(ring.err().is_none_or(|error| !error.to_string().contains("hush")));
        }
        assert!(KeyRing::create(&path).is_err(), "a key that is there is not replaced");
    }
}
