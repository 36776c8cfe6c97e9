//! What can go wrong between a client and the registry, and when it does.

use std::time::Duration;

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::answer::Answer;
use super::compress::{gzip, is_gzip};
use super::instants;
use super::reply::{Reply, Step};

/// Long enough for what was sent to leave the machine before the line breaks.
const FLUSH: Duration = Duration::from_millis(30);
/// One piece of an endless body.
const ENDLESS_PIECE: usize = 64 << 10;

/// As Cloudflare asks, also before `/oauth/token`.
const CAPTCHA: &str = "<!DOCTYPE html><html lang=\"en-US\"><head><title>Just a moment...</title></head>\
    <body><h1>orcid.org</h1><p>Verify you are human by completing the action below.</p></body></html>";

/// What goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The answer comes late.
    Late(Duration),
    /// The body comes in so many pieces, with a pause before each.
    Slow { pieces: usize, pause: Duration },
    /// The connection is reset before the answer.
    ResetBefore,
    /// The connection is reset within the body.
    ResetWithin,
    /// The connection ends within the body, which was promised longer.
    CutOff,
    /// The page of a proxy, with status 200.
    HtmlPage,
    /// The page of a proxy, with status 502.
    BadGateway,
    /// The page of a proxy that asks whether the client is a human.
    Captcha { status: u16 },
    /// 307 to another address, which takes the same body.
    RedirectTo(String),
    /// Status 200 and nothing more.
    Empty,
    /// Half of the XML, though the HTTP is whole.
    HalfXml,
    /// The answer for another record.
    OtherRecord,
    /// 404/9016, as if it had never been.
    NotFound,
    /// 500/9008.
    ServerError,
    /// 503 from the proxy.
    Unavailable(RetryAfter),
    /// 429.
    TooMany(RetryAfter),
    /// A body that never ends.
    Endless,
    /// A gzip body with a wrong byte.
    DamagedGzip,
    /// 401, as for a token that is not known.
    Refused,
    /// This answer, whatever the true one.
    Says { status: u16, body: String },
    /// A search's page that counts one result more than there are.
    OneTooMany,
}

/// When to come back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RetryAfter {
    Unsaid,
    Seconds(u64),
    /// So many seconds from now, as a date.
    Date(u64),
}

/// Which requests a fault befalls. Requests for tokens only if they are named
/// by their number or path.
#[derive(Clone, Debug)]
pub enum When {
    Always,
    /// By number in the server's log, from 1.
    Request(u64),
    /// Those whose path holds this, such as an iD or `/search`.
    Path(String),
    /// A share of all, by path and visit: the same request meets the same fate
    /// in whatever order others come.
    Share {
        share: f64,
        seed: u64,
    },
}

/// A fault with its time.
#[derive(Clone, Debug)]
struct Rule {
    when: When,
    fault: Fault,
    /// So often still.
    times: u64,
}

/// All that is to go wrong; the first rule that fits counts.
#[derive(Debug, Default)]
pub struct Faults(Vec<Rule>);

impl Fault {
    /// One of each, with harmless sizes.
    pub fn all() -> Vec<Fault> {
        let short = Duration::from_millis(150);
        vec![
            Fault::Late(short),
            Fault::Slow { pieces: 5, pause: short / 5 },
            Fault::ResetBefore,
            Fault::ResetWithin,
            Fault::CutOff,
            Fault::HtmlPage,
            Fault::BadGateway,
            Fault::Empty,
            Fault::HalfXml,
            Fault::OtherRecord,
            Fault::ServerError,
            Fault::Unavailable(RetryAfter::Unsaid),
            Fault::Unavailable(RetryAfter::Seconds(1)),
            Fault::Unavailable(RetryAfter::Date(1)),
            Fault::TooMany(RetryAfter::Seconds(1)),
            Fault::Endless,
            Fault::DamagedGzip,
        ]
    }

    pub fn name(&self) -> &'static str {
        match self {
            Fault::Late(_) => "late",
            Fault::Slow { .. } => "slow",
            Fault::ResetBefore => "reset-before",
            Fault::ResetWithin => "reset-within",
            Fault::CutOff => "cut-off",
            Fault::HtmlPage => "html-page",
            Fault::BadGateway => "bad-gateway",
            Fault::Captcha { .. } => "captcha",
            Fault::RedirectTo(_) => "redirect",
            Fault::Empty => "empty",
            Fault::HalfXml => "half-xml",
            Fault::OtherRecord => "other-record",
            Fault::NotFound => "not-found",
            Fault::ServerError => "server-error",
            Fault::Unavailable(_) => "unavailable",
            Fault::TooMany(_) => "too-many",
            Fault::Endless => "endless",
            Fault::DamagedGzip => "damaged-gzip",
            Fault::Refused => "refused",
            Fault::Says { .. } => "says",
            Fault::OneTooMany => "one-too-many",
        }
    }

    /// Whether the client gets the true answer all the same.
    pub fn is_harmless(&self) -> bool {
        matches!(self, Fault::Late(_) | Fault::Slow { .. })
    }

    /// Whether a proxy gives the answer, so that the request never comes to ORCID itself.
    pub fn is_of_a_proxy(&self) -> bool {
        matches!(
            self,
            Fault::HtmlPage
                | Fault::Captcha { .. }
                | Fault::RedirectTo(_)
                | Fault::BadGateway
                | Fault::Unavailable(_)
                | Fault::TooMany(_)
        )
    }

    /// Whether it befalls the body before it is compressed.
    pub fn needs_plain_body(&self) -> bool {
        matches!(self, Fault::Empty | Fault::HalfXml | Fault::Endless | Fault::OneTooMany)
    }

    /// The true answer, or for [`Fault::OtherRecord`] another one's, as it goes out.
    pub fn play(&self, answer: Answer) -> Reply {
        match self {
            Fault::Late(wait) => Reply { wait: *wait, ..Reply::whole(answer) },
            Fault::Slow { pieces, pause } => slow(answer, *pieces, *pause),
            Fault::ResetBefore => Reply { reset: true, ..Reply::whole(answer) },
            Fault::ResetWithin => broken(answer, Step::Reset),
            Fault::CutOff => broken(answer, Step::HangUp),
            Fault::HtmlPage => Reply::whole(Answer::page(200, "Please wait")),
            Fault::BadGateway => Reply::whole(Answer::page(502, "Bad Gateway")),
            Fault::Captcha { status } => {
                Reply::whole(Answer::new(*status, "text/html; charset=UTF-8", CAPTCHA))
            }
            Fault::RedirectTo(address) => {
                Reply::whole(Answer::page(307, "Temporary Redirect").with("location", address.as_str()))
            }
            Fault::Empty => Reply::whole(Answer { status: 200, body: Bytes::new(), ..answer }),
            Fault::HalfXml => Reply::whole(half(answer)),
            Fault::OtherRecord => Reply::whole(answer),
            Fault::NotFound => Reply::whole(Answer::not_found("it is hidden by a fault")),
            Fault::ServerError => Reply::whole(Answer::error(
                500,
                9008,
                "500 Internal Server Error: Something went wrong in ORCID.",
                "Something went wrong in ORCID.",
            )),
            Fault::Unavailable(after) => {
                Reply::whole(after.on(Answer::page(503, "Service Temporarily Unavailable")))
            }
            Fault::TooMany(after) => {
                Reply::whole(after.on(Answer::new(429, "text/plain;charset=UTF-8", "Too Many Requests.")))
            }
            Fault::Endless => endless(answer),
            Fault::DamagedGzip => Reply::whole(damaged(answer)),
            Fault::Refused => {
                Reply::whole(Answer::json(401, &serde_json::json!({ "error": "invalid_token" })))
            }
            Fault::Says { status, body } => {
                Reply::whole(Answer { status: *status, ..Answer::xml(body.clone()) })
            }
            Fault::OneTooMany => Reply::whole(one_too_many(answer)),
        }
    }
}

impl RetryAfter {
    fn on(self, answer: Answer) -> Answer {
        match self {
            RetryAfter::Unsaid => answer,
            RetryAfter::Seconds(seconds) => answer.with("retry-after", seconds.to_string()),
            RetryAfter::Date(seconds) => {
                // The date has no fractions; one that is past would not make anyone wait.
                let at = instants::now() + (seconds as i64 + 1) * instants::SECOND - 1;
                answer.with("retry-after", instants::http_date(at))
            }
        }
    }
}

fn slow(answer: Answer, pieces: usize, pause: Duration) -> Reply {
    let size = answer.body.len().div_ceil(pieces.max(1)).max(1);
    let mut steps = Vec::new();
    for first in (0..answer.body.len()).step_by(size) {
        let last = (first + size).min(answer.body.len());
        steps.extend([Step::Pause(pause), Step::Send(answer.body.slice(first..last))]);
    }
    Reply { steps, ..Reply::whole(answer) }
}

fn broken(answer: Answer, how: Step) -> Reply {
    let half = answer.body.slice(..answer.body.len() / 2);
    let mut reply = Reply::whole(answer);
    // Even what has no body is promised to have one.
    reply.length = reply.length.map(|length| length + 1);
    reply.steps = vec![Step::Send(half), Step::Pause(FLUSH), how];
    reply
}

fn half(answer: Answer) -> Answer {
    let body = answer.body.slice(..answer.body.len() / 2);
    Answer { body, ..answer }
}

fn one_too_many(answer: Answer) -> Answer {
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    let Some((before, after)) = body.split_once("num-found=\"") else { return answer };
    let (found, rest) = after.split_once('"').expect("an attribute ends");
    let found: u64 = found.parse().expect("a number of results");
    Answer { body: format!("{before}num-found=\"{}\"{rest}", found + 1).into(), ..answer }
}

fn endless(answer: Answer) -> Reply {
    let start = Step::Send(answer.body.slice(..answer.body.len() / 2));
    let more = Step::Repeat(Bytes::from(vec![b' '; ENDLESS_PIECE]));
    Reply { length: None, steps: vec![start, more], ..Reply::whole(answer) }
}

fn damaged(answer: Answer) -> Answer {
    let answer = if is_gzip(&answer) { answer } else { gzip(answer) };
    let mut body = answer.body.to_vec();
    let middle = body.len() / 2;
    body[middle] ^= 0x55;
    // The check sum, so that it is wrong even where the middle still inflates.
    let sum = body.len() - 6;
    body[sum] ^= 0x55;
    Answer { body: body.into(), ..answer }
}

impl Faults {
    pub fn add(&mut self, when: When, fault: Fault, times: u64) {
        self.0.push(Rule { when, fault, times });
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// What befalls a request; `visits` counts those with the same target.
    pub fn choose(&mut self, number: u64, target: &str, visits: u64) -> Option<Fault> {
        let api = target.starts_with("/v3.0/");
        let rule = self.0.iter_mut().find(|rule| {
            rule.times > 0
                && match &rule.when {
                    When::Always => api,
                    When::Request(wanted) => *wanted == number,
                    When::Path(part) => target.contains(part.as_str()),
                    When::Share { share, seed } => {
                        let drawn = xxh3_64_with_seed(format!("{target}#{visits}").as_bytes(), *seed);
                        api && (drawn >> 11) as f64 / (1u64 << 53) as f64 <= *share
                    }
                }
        })?;
        rule.times -= 1;
        Some(rule.fault.clone())
    }
}
