//! A web server on a port of its own that serves files by ranges, and misbehaves as a test wants.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A connection that nobody uses any more is closed then.
const IDLE: Duration = Duration::from_secs(60);

/// One request as the server got it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its number, from 0 on.
    pub number: usize,
    /// `GET` or another.
    pub method: String,
    /// Path and query.
    pub path: String,
    pub range: Option<Range<u64>>,
    pub if_match: Option<String>,
}

/// What the server sends.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Closes the connection after so many bytes of the body.
    pub cut_after: Option<usize>,
    /// Sends so many bytes of the body and then nothing more, until the client goes.
    pub stall_after: Option<usize>,
    /// The length of the body is not said; its end is the end of the connection.
    pub without_length: bool,
    /// The head comes a byte at a time.
    pub is_slow: bool,
    /// The body comes in pieces of 64 KiB, with this time before each.
    pub pause: Option<Duration>,
}

/// The server; it stops when this goes.
pub struct Web {
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    is_over: Arc<AtomicBool>,
    sent_bytes: Arc<AtomicU64>,
}

/// Bytes of a body that are sent at a time.
const PIECE_BYTES: usize = 64 << 10;

impl Web {
    /// Answers each request by what `reply` gives for it.
    pub fn start(reply: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (asked, is_over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (reply, number) = (Arc::new(reply), Arc::new(AtomicUsize::new(0)));
        let (notes, over) = (asked.clone(), is_over.clone());
        let sent_bytes = Arc::new(AtomicU64::new(0));
        let sent = sent_bytes.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (reply, notes, number) = (reply.clone(), notes.clone(), number.clone());
                let sent = sent.clone();
                std::thread::spawn(move || serve(stream, &*reply, &notes, &number, &sent));
            }
        });
        Self { port, asked, is_over, sent_bytes }
    }

    /// A server that has these bytes at every path but those of indexes.
    pub fn of(bytes: Vec<u8>) -> Self {
        Self::start(move |asked| match asked.path.contains(".idx") {
            true => Reply::status(404),
            false => file(asked, &bytes, "\"one\""),
        })
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// The bytes of all bodies so far, as far as clients took them.
    pub fn sent_bytes(&self) -> u64 {
        self.sent_bytes.load(Ordering::Relaxed)
    }

    /// All requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the listener.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }
}

/// What a good server answers: the range of the file, if it is still the one that is meant.
pub fn file(asked: &Asked, bytes: &[u8], e_tag: &str) -> Reply {
    if asked.if_match.as_deref().is_some_and(|wanted| wanted != e_tag) {
        return Reply::status(412);
    }
    let tagged = |status| Reply::status(status).with("ETag", e_tag);
    let size = bytes.len() as u64;
    let Some(range) = &asked.range else {
        return Reply { body: bytes.to_vec(), ..tagged(200) };
    };
    let end = range.end.min(size);
    if range.start >= end {
        return tagged(416).with("Content-Range", &format!("bytes */{size}"));
    }
    let body = bytes[range.start as usize..end as usize].to_vec();
    let reply = tagged(206).with("Content-Range", &format!("bytes {}-{}/{size}", range.start, end - 1));
    Reply { body, ..reply }
}

fn serve(
    stream: TcpStream,
    reply: &(dyn Fn(&Asked) -> Reply + Send + Sync),
    notes: &Mutex<Vec<Asked>>,
    number: &AtomicUsize,
    sent_bytes: &AtomicU64,
) {
    let _ = stream.set_read_timeout(Some(IDLE));
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(mut asked) = read(&mut reader) {
        asked.number = number.fetch_add(1, Ordering::Relaxed);
        notes.lock().unwrap().push(asked.clone());
        if send(&stream, &reply(&asked), sent_bytes).is_none() {
            let _ = stream.shutdown(Shutdown::Both);
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let header =
        |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    // A range that counts from the end, as readers of datasets ask for, is none here.
    let range = header("range").and_then(|range| {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        Some(first.parse().ok()?..last.parse::<u64>().ok()? + 1)
    });
    let if_match = header("if-match");
    let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).ok()?;
    Some(Asked { number: 0, method, path, range, if_match })
}

/// Sends a reply; `None` where the connection is not to be used any more.
fn send(mut stream: &TcpStream, reply: &Reply, sent_bytes: &AtomicU64) -> Option<()> {
    let mut head = format!("HTTP/1.1 {} Told\r\n", reply.status);
    let has_length = reply.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    if !reply.without_length && !has_length {
        head += &format!("Content-Length: {}\r\n", reply.body.len());
    }
    if reply.without_length {
        head += "Connection: close\r\n";
    }
    reply.headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
    head += "\r\n";
    if reply.is_slow {
        for byte in head.bytes() {
            stream.write_all(&[byte]).ok()?;
            std::thread::sleep(Duration::from_millis(1));
        }
    } else {
        stream.write_all(head.as_bytes()).ok()?;
    }
    let sent = [reply.cut_after, reply.stall_after].into_iter().flatten().min();
    let length = sent.unwrap_or(usize::MAX).min(reply.body.len());
    for piece in reply.body[..length].chunks(PIECE_BYTES) {
        reply.pause.into_iter().for_each(std::thread::sleep);
        stream.write_all(piece).ok()?;
        sent_bytes.fetch_add(piece.len() as u64, Ordering::Relaxed);
    }
    if reply.stall_after.is_some() {
        // Until the client closes the connection.
        let _ = stream.read(&mut [0]);
        return None;
    }
    (length == reply.body.len() && reply.cut_after.is_none() && !reply.without_length).then_some(())
}
