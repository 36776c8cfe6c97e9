//! An answer on its way out: when, how fast, and where it breaks.
//!
//! The body plays a list of steps, so that each fault is a list of its own.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::Response;
use hyper::body::{Body, Frame};
use tokio::time::Sleep;

use super::answer::Answer;
use super::compress::is_gzip;
use super::wire::Line;

/// What the body does next.
#[derive(Clone, Debug)]
pub enum Step {
    Send(Bytes),
    Pause(Duration),
    /// Ends the connection in an orderly way, whatever is still owed.
    HangUp,
    /// Resets the connection.
    Reset,
    /// Sends the same for ever.
    Repeat(Bytes),
}

/// An answer with the way it goes out.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    /// Before the first byte.
    pub wait: Duration,
    /// Resets the connection in place of an answer.
    pub reset: bool,
    /// What is promised; chunks without a promise where there is none.
    pub length: Option<u64>,
    pub steps: Vec<Step>,
}

impl Reply {
    /// The answer at once and whole.
    pub fn whole(answer: Answer) -> Reply {
        Reply {
            status: answer.status,
            wait: Duration::ZERO,
            reset: false,
            // As proxies do, what is compressed comes in chunks.
            length: (!is_gzip(&answer)).then_some(answer.body.len() as u64),
            headers: answer.headers,
            steps: vec![Step::Send(answer.body)],
        }
    }

    /// As hyper takes it; `done` is told when the last step is played.
    pub fn into_response<D: FnOnce() + Unpin>(self, line: Arc<Line>, done: D) -> Response<Script<D>> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(*name, value);
        }
        if let Some(length) = self.length {
            response = response.header("content-length", length);
        }
        let mut steps = self.steps;
        steps.retain(|step| !matches!(step, Step::Send(bytes) if bytes.is_empty()));
        steps.reverse();
        let mut script = Script { steps, pause: None, line, done: Some(done) };
        script.note_end();
        response.body(script).expect("the server makes sound headers")
    }
}

/// A body that plays its steps, the last one first in the list.
pub struct Script<D: FnOnce() + Unpin> {
    steps: Vec<Step>,
    pause: Option<Pin<Box<Sleep>>>,
    line: Arc<Line>,
    done: Option<D>,
}

impl<D: FnOnce() + Unpin> Script<D> {
    fn note_end(&mut self) {
        if self.steps.is_empty()
            && let Some(done) = self.done.take()
        {
            done();
        }
    }
}

impl<D: FnOnce() + Unpin> Body for Script<D> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        loop {
            if let Some(pause) = &mut self.pause {
                match pause.as_mut().poll(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(()) => self.pause = None,
                }
            }
            let Some(step) = self.steps.pop() else { return Poll::Ready(None) };
            match step {
                Step::Send(bytes) => {
                    self.note_end();
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Step::Repeat(bytes) => {
                    self.steps.push(Step::Repeat(bytes.clone()));
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Step::Pause(length) => self.pause = Some(Box::pin(tokio::time::sleep(length))),
                Step::HangUp => return Poll::Ready(Some(Err(broken()))),
                Step::Reset => {
                    self.line.reset_at_end();
                    return Poll::Ready(Some(Err(broken())));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty() && self.pause.is_none()
    }
}

/// What makes hyper let a connection go.
pub fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the server plays a broken connection")
}
