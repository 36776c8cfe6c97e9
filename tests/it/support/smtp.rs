//! A mail server of tests: it speaks SMTP, and does what a test wants at a certain point.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The name of the password that the server accepts, for the user `portal`.
pub const MAIL_PASSWORD: &str = "mail-password";

/// What the server does otherwise than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    None,
    /// It answers the command that begins with this word so.
    Answer(&'static str, &'static str),
    /// It answers the mail itself so.
    AfterMail(&'static str),
    /// It closes the connection when this command comes.
    CloseAt(&'static str),
    /// It takes the mail and closes the connection without an answer.
    CloseAfterMail,
    /// It closes the connection after the greeting.
    CloseAtOnce,
    /// It offers no encryption.
    NoStartTls,
}

/// Says what trouble to make for an address.
type MakeTrouble = Box<dyn FnMut(&str) -> Trouble + Send>;

/// A mail that was taken: to whom, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub to: String,
    pub text: String,
}

#[derive(Default)]
struct State {
    taken: Vec<Taken>,
    /// Commands of all connections, without what was sent as a password.
    commands: Vec<String>,
    connections: usize,
}

/// A mail server on this machine. It runs until the test program ends.
pub struct MailServer {
    pub port: u16,
    state: Arc<Mutex<State>>,
    trouble: Arc<Mutex<MakeTrouble>>,
    /// The certificate that a client must trust.
    pub certificate: PathBuf,
}

trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

impl MailServer {
    /// A server that makes trouble as `trouble` says for the address that a mail goes to; before an
    /// address is known, for an empty one.
    pub fn start(folder: &Path, trouble: impl FnMut(&str) -> Trouble + Send + 'static) -> Self {
        let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = folder.join("mail-certificate.pem");
        std::fs::write(&certificate, signed.cert.pem()).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.unwrap().with_no_client_auth();
        let config = Arc::new(config.with_single_cert(vec![signed.cert.der().clone()], key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::<Mutex<State>>::default();
        let trouble: Arc<Mutex<MakeTrouble>> = Arc::new(Mutex::new(Box::new(trouble)));
        let (shared, asked) = (state.clone(), trouble.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (state, trouble, config) = (shared.clone(), asked.clone(), config.clone());
                state.lock().unwrap().connections += 1;
                std::thread::spawn(move || {
                    let ask = |to: &str| (trouble.lock().unwrap())(to);
                    // A client that goes away ends the conversation.
                    let _ = converse(stream, &config, &state, ask);
                });
            }
        });
        Self { port, state, trouble, certificate }
    }

    /// Changes the trouble that it makes.
    pub fn set(&self, trouble: impl FnMut(&str) -> Trouble + Send + 'static) {
        *self.trouble.lock().unwrap() = Box::new(trouble);
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.state.lock().unwrap().taken.clone()
    }

    /// To whom mails went, sorted.
    pub fn recipients(&self) -> Vec<String> {
        let mut to: Vec<String> = self.taken().into_iter().map(|mail| mail.to).collect();
        to.sort();
        to
    }

    pub fn commands(&self) -> Vec<String> {
        self.state.lock().unwrap().commands.clone()
    }

    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }
}

fn converse(
    stream: TcpStream,
    config: &Arc<ServerConfig>,
    state: &Mutex<State>,
    mut trouble: impl FnMut(&str) -> Trouble,
) -> std::io::Result<()> {
    let mut stream: BufReader<Box<dyn Stream>> = BufReader::new(Box::new(stream.try_clone()?));
    let (mut is_secure, mut to) = (false, String::new());
    say(&mut stream, "220 localhost ESMTP")?;
    if trouble("") == Trouble::CloseAtOnce {
        return Ok(());
    }
    loop {
        let Some(line) = line(&mut stream)? else { return Ok(()) };
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let shown = if word == "AUTH" { "AUTH".to_owned() } else { line.clone() };
        state.lock().unwrap().commands.push(shown);
        if word == "RCPT" {
            to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        }
        let now = trouble(&to);
        match now {
            Trouble::Answer(at, answer) if at == word => {
                say(&mut stream, answer)?;
                continue;
            }
            Trouble::CloseAt(at) if at == word => return Ok(()),
            _ => {}
        }
        match word.as_str() {
            "EHLO" => {
                let offers = !is_secure && now != Trouble::NoStartTls;
                let extension = if offers { "250 STARTTLS" } else { "250 AUTH PLAIN LOGIN" };
                say(&mut stream, &format!("250-localhost\r\n{extension}"))?;
            }
            "STARTTLS" => {
                say(&mut stream, "220 go on")?;
                let secure = ServerConnection::new(config.clone()).map_err(std::io::Error::other)?;
                stream = BufReader::new(Box::new(StreamOwned::new(secure, stream.into_inner())));
                is_secure = true;
            }
            "AUTH" => {
                let given = line.split(' ').nth(2).unwrap_or_default().to_owned();
                let right = base64(format!("\0portal\0{MAIL_PASSWORD}").as_bytes());
                let answer = if given == right { "235 welcome" } else { "535 wrong user or password" };
                say(&mut stream, answer)?;
            }
            "DATA" => {
                say(&mut stream, "354 go on")?;
                let mut text = String::new();
                while let Some(next) = self::line(&mut stream)?.filter(|next| next != ".") {
                    text += &format!("{next}\n");
                }
                if let Trouble::AfterMail(answer) = now {
                    say(&mut stream, answer)?;
                    continue;
                }
                state.lock().unwrap().taken.push(Taken { to: to.clone(), text });
                if now == Trouble::CloseAfterMail {
                    return Ok(());
                }
                say(&mut stream, "250 taken")?;
            }
            "QUIT" => return say(&mut stream, "221 bye"),
            _ => say(&mut stream, "250 ok")?,
        }
    }
}

fn say(stream: &mut BufReader<Box<dyn Stream>>, text: &str) -> std::io::Result<()> {
    stream.get_mut().write_all(format!("{text}\r\n").as_bytes())?;
    stream.get_mut().flush()
}

fn line(stream: &mut BufReader<Box<dyn Stream>>) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    let bytes = stream.read_line(&mut line)?;
    Ok((bytes > 0).then(|| line.trim_end().to_owned()))
}

/// The standard Base64 of some bytes.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| {
        let number =
            three.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        let sign = move |place: usize| match place <= three.len() {
            true => SIGNS[(number >> (18 - 6 * place) & 63) as usize] as char,
            false => '=',
        };
        [sign(0), sign(1), sign(2), sign(3)]
    };
    bytes.chunks(3).flat_map(group).collect()
}
