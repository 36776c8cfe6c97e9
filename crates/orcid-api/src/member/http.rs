//! The Member API by HTTP: connections kept alive, proxies from the environment, no redirects
//! followed. No message and no log line holds a token.

use std::time::Duration;

use ureq::{Agent, Proxy};

use crate::agent::{agent, fault, logged, read};
use crate::client::Fault;
use crate::credentials::Secret;
use crate::error::ApiError;
use crate::host::Host;
use crate::proxy::proxy_for;
use orcid_xml::Orcid;

use super::call::{Call, MemberClient, MemberReply};

/// The form of documents, both ways.
const DOCUMENT: &str = "application/vnd.orcid+xml";

/// Asks the Member API by HTTP. Its `Debug` form shows no secret: tokens come with each request.
#[derive(Debug)]
pub struct MemberHttp {
    agent: Agent,
    proxy: Option<Proxy>,
    api: String,
}

impl MemberHttp {
    /// A client of `host` in the name of a program, such as `orcidlake/0.1.0`; `contact` is a mail
    /// address or URL under which its user can be reached.
    ///
    /// # Errors
    /// [`ApiError::Proxy`] if the environment names a proxy that is none.
    pub fn new(
        host: &Host,
        program: &str,
        contact: Option<&str>,
        timeout: Duration,
    ) -> Result<Self, ApiError> {
        let proxy = proxy_for(&host.api)?;
        Ok(Self { agent: agent(program, contact, timeout), proxy, api: host.api.clone() })
    }

    fn call(&self, path: &str, token: &Secret, call: &Call<'_>) -> Result<MemberReply, Fault> {
        let url = format!("{}{path}", self.api);
        let bearer = format!("Bearer {}", token.reveal());
        let with_body = |request: ureq::RequestBuilder<ureq::typestate::WithBody>| {
            let request = request.header("accept", DOCUMENT).header("authorization", &bearer);
            let request = request.config().proxy(self.proxy.clone()).build();
            request.header("content-type", DOCUMENT).send(call.body().unwrap_or_default())
        };
        let bare = |request: ureq::RequestBuilder<ureq::typestate::WithoutBody>| {
            let request = request.header("accept", DOCUMENT).header("authorization", &bearer);
            request.config().proxy(self.proxy.clone()).build().call()
        };
        let response = match call {
            Call::List(_) | Call::Read(..) => bare(self.agent.get(url)),
            Call::Delete(..) => bare(self.agent.delete(url)),
            Call::Add(..) | Call::AddWorks(_) => with_body(self.agent.post(url)),
            Call::Change(..) => with_body(self.agent.put(url)),
        };
        let response = response.map_err(fault)?;
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        let location = location.map(str::to_owned);
        Ok(MemberReply { reply: read(response)?, location })
    }
}

impl MemberClient for MemberHttp {
    fn send(&self, orcid: Orcid, token: &Secret, call: &Call<'_>) -> Result<MemberReply, Fault> {
        let path = call.path(orcid);
        logged(call.method(), &path, || self.call(&path, token, call))
    }
}
