//! The server: a thread with its own runtime, on a port of its own.
//!
//! One request passes here from top to bottom: it is noted, let in or refused,
//! answered from the world, spoiled where a fault is due, and sent.

use std::future::poll_fn;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Instant;

use hyper::body::{Body as _, Incoming};
use hyper::header::HeaderMap;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::answer::Answer;
use super::api::{self, Asked};
use super::compress::gzip;
use super::control;
use super::faults::{Fault, Faults};
use super::host::Host;
use super::instants;
use super::limits::{Gate, Limits};
use super::log::{Log, Request};
use super::member::{MemberApi, MemberLimits};
use super::members::{base, call, held};
use super::oauth::{self, Oauth};
use super::reply::{Reply, Script, broken};
use super::state::{Compression, Shared, State, locked};
use super::token::{Caller, invalid_token};
use super::webhooks::Webhooks;
use super::wire::{Line, Wire};
use super::world::{Standing, World, id};

/// A hundred works in one request are the most that anybody sends.
const MAX_BODY_BYTES: usize = 4 << 20;

/// A running server; it stops when this goes.
pub struct Running {
    pub address: SocketAddr,
    pub shared: Shared,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts it on a port of 127.0.0.1; 0 takes any that is free.
    pub fn start(world: World, limits: Limits, port: u16) -> io::Result<Running> {
        let listener = StdListener::bind(("127.0.0.1", port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let of_members =
            if limits.per_second.is_some() { MemberLimits::orcid() } else { MemberLimits::none() };
        let shared = Arc::new(Mutex::new(State {
            member: MemberApi::new(&world, of_members),
            world,
            gate: Gate::new(limits),
            webhooks: Webhooks::default(),
            oauth: Oauth::new(&format!("http://{address}")),
            faults: Faults::default(),
            log: Log::default(),
            compression: Compression::Sometimes,
            behind: 0,
        }));
        let (stop, stopped) = oneshot::channel();
        let state = shared.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("the runtime takes a listener");
                tokio::spawn(accept(listener, state));
                // An error means that the other end is gone, which says the same.
                let _ = stopped.await;
            });
            runtime.shutdown_background();
        });
        Ok(Running { address, shared, stop: Some(stop), thread: Some(thread) })
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.shared)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, shared: Shared) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        tokio::spawn(serve(stream, shared.clone()));
    }
}

async fn serve(stream: TcpStream, shared: Shared) {
    let _ = stream.set_nodelay(true);
    let line = Arc::new(Line::default());
    let wire = TokioIo::new(Wire::new(stream, line.clone()));
    let service = service_fn(move |request| handle(shared.clone(), line.clone(), request));
    // What breaks a connection is the client's doing, or ours on purpose.
    let _ = http1::Builder::new().serve_connection(wire, service).await;
}

/// Tells the log when a request is over, however it ends.
struct Ticket {
    shared: Shared,
    number: u64,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        locked(&self.shared).log.leave();
    }
}

type Done = Box<dyn FnOnce() + Send>;

async fn handle(
    shared: Shared,
    line: Arc<Line>,
    request: hyper::Request<Incoming>,
) -> Result<Response<Script<Done>>, io::Error> {
    let at = Instant::now();
    let (head, body) = request.into_parts();
    let (host, path) = Host::of(head.uri.path(), header(&head.headers, "host"));
    let path = path.to_owned();
    if let Some(answer) = control::answer(&shared, &path, head.uri.query().unwrap_or_default()) {
        return Ok(Reply::whole(answer).into_response(line, Box::new(|| ())));
    }
    let posted = read(body).await;
    let base = base(&head);
    let call = call(&head, host, &path, &posted, &base, at);
    let fault = locked(&shared).write_fault(&call);
    tokio::time::sleep(held(fault.as_ref())).await;
    let (reply, ticket) = {
        let mut state = locked(&shared);
        let arrival = arrival(at, &head, &path, host);
        let target = arrival.target();
        let (number, before) = state.log.arrive(arrival);
        let arrived = Arrived { number, before, at, host, path: &path, head: &head, posted: &posted };
        oauth::note_leaks(&mut state.oauth, &arrived.for_oauth(), &named(&head.headers));
        let of_member = state.member_reply((number, before), &call, &target, fault.as_ref());
        let mut reply = of_member.unwrap_or_else(|| state.reply(&arrived, &target));
        let date = instants::http_date(instants::now() - state.behind);
        reply.headers.push(("date", date));
        (reply, Ticket { shared: shared.clone(), number })
    };
    tokio::time::sleep(reply.wait).await;
    if reply.reset {
        line.reset_at_end();
        return Err(broken());
    }
    let status = reply.status;
    note(&ticket, |request| request.status = Some(status));
    let done: Done = Box::new(move || note(&ticket, |request| request.complete = true));
    Ok(reply.into_response(line, done))
}

fn note(ticket: &Ticket, change: impl FnOnce(&mut Request)) {
    if let Some(request) = locked(&ticket.shared).log.request(ticket.number) {
        change(request);
    }
}

/// The body of a request, as far as the largest goes.
async fn read(mut body: Incoming) -> String {
    let mut bytes = Vec::new();
    while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        bytes.extend_from_slice(frame.data_ref().map_or(&[], |data| data.as_ref()));
        if bytes.len() > MAX_BODY_BYTES {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// All headers that are text.
fn named(headers: &HeaderMap) -> Vec<(&str, &str)> {
    let text = headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    text.collect()
}

fn arrival(at: Instant, head: &hyper::http::request::Parts, path: &str, host: Host) -> Request {
    Request {
        number: 0,
        at,
        method: head.method.to_string(),
        path: path.to_owned(),
        host,
        query: head.uri.query().unwrap_or_default().to_owned(),
        user_agent: header(&head.headers, "user-agent").unwrap_or_default().to_owned(),
        authorized: head.headers.contains_key("authorization"),
        status: None,
        fault: None,
        complete: false,
        sound: true,
    }
}

/// A request that has come whole.
struct Arrived<'r> {
    number: u64,
    /// How many came before with the same target.
    before: u64,
    at: Instant,
    host: Host,
    /// Without what names the host.
    path: &'r str,
    head: &'r hyper::http::request::Parts,
    posted: &'r str,
}

impl Arrived<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        header(&self.head.headers, name)
    }

    fn query(&self) -> &str {
        self.head.uri.query().unwrap_or_default()
    }

    fn for_oauth(&self) -> oauth::Asked<'_> {
        oauth::Asked {
            method: &self.head.method,
            path: self.path,
            query: self.query(),
            host: self.host,
            authorization: self.header("authorization"),
            cookies: self.header("cookie").unwrap_or_default(),
            posted: self.posted,
        }
    }
}

impl State {
    fn reply(&mut self, arrived: &Arrived<'_>, target: &str) -> Reply {
        let path = arrived.path;
        let caller = Caller::of(&self.oauth.grants, arrived.header("authorization"));
        if path.starts_with("/v3.0/") {
            let address = arrived.header("x-forwarded-for").unwrap_or("127.0.0.1");
            if let Some(refusal) = self.gate.refuse(&caller, address, arrived.at) {
                return Reply::whole(refusal);
            }
        }
        let fault = self.faults.choose(arrived.number, target, arrived.before);
        if let (Some(fault), Some(request)) = (&fault, self.log.request(arrived.number)) {
            request.fault = Some(fault.name());
            request.sound = fault.is_harmless();
        }
        if let Some(fault) = fault.as_ref().filter(|fault| fault.is_of_a_proxy()) {
            return fault.play(Answer::page(502, "Bad Gateway"));
        }
        let other = (fault == Some(Fault::OtherRecord)).then(|| self.other_path(path)).flatten();
        let answer = self.answer(other.as_deref().unwrap_or(path), arrived, &caller);
        let takes_gzip = arrived.header("accept-encoding").is_some_and(|types| types.contains("gzip"));
        let spoils_content = fault.as_ref().is_some_and(Fault::needs_plain_body);
        let answer =
            if takes_gzip && !spoils_content && self.compresses(path) { gzip(answer) } else { answer };
        match fault {
            Some(fault) => fault.play(answer),
            None => Reply::whole(answer),
        }
    }

    fn answer(&mut self, path: &str, arrived: &Arrived<'_>, caller: &Caller) -> Answer {
        if let Some(answer) = oauth::answer(&mut self.oauth, &mut self.world, &arrived.for_oauth()) {
            return answer;
        }
        if arrived.head.method != Method::GET {
            return Answer::page(405, "Method Not Allowed");
        }
        let Some(below) = path.strip_prefix("/v3.0/") else { return Answer::page(404, "Not Found") };
        if let Caller::Stranger(token) = caller {
            return invalid_token(token);
        }
        let base = format!("http://{}", arrived.header("host").unwrap_or("127.0.0.1"));
        let asked = Asked {
            path: below,
            query: arrived.query(),
            accept: arrived.header("accept").unwrap_or_default(),
            base: &base,
            anonymous: *caller == Caller::Anonymous,
        };
        api::answer(&self.world, &asked)
    }

    fn compresses(&self, path: &str) -> bool {
        match self.compression {
            Compression::Never => false,
            Compression::Sometimes => xxhash_rust::xxh3::xxh3_64(path.as_bytes()).is_multiple_of(2),
            Compression::Always => true,
        }
    }

    /// The same path for another record, if there is any.
    fn other_path(&self, path: &str) -> Option<String> {
        let own = path.split('/').nth(2).filter(|part| orcid_xml::Orcid::new(part).is_some())?;
        let mut shown = self.world.people().filter(|(_, person)| person.standing == Standing::Active);
        let (other, _) = shown.find(|(orcid, _)| *orcid != id(own))?;
        Some(path.replacen(own, other.as_str(), 1))
    }
}
