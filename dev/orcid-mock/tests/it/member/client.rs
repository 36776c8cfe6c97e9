//! A member's program, a registry with two people, and the documents that it sends.

use std::time::Duration;

use orcid_mock::{Client, ClientKind, Limits, LocalOrcid, World, plain};
use serde_json::Value;

pub const OWN: &str = "APP-TEST000000000001";
pub const OTHER: &str = "APP-TEST000000000002";
pub const PERSON: &str = "0000-0002-1825-0097";
pub const SOMEBODY: &str = "0000-0001-5109-3700";
pub const XML: &str = "application/vnd.orcid+xml";
pub const JSON: &str = "application/vnd.orcid+json";
/// What a person grants who agrees to everything.
pub const ALL: [&str; 4] = ["openid", "/read-limited", "/activities/update", "/person/update"];

/// A registry with two people and two premium clients.
pub fn start() -> LocalOrcid {
    let mut world = World::default();
    for orcid in [PERSON, SOMEBODY] {
        world.put(orcid, plain::record(orcid, "Sofia", 1_700_000_000_000_000, ""));
    }
    let server = LocalOrcid::start(world, Limits::none());
    server.oauth(|oauth| {
        for (id, name) in [(OWN, "Example University"), (OTHER, "Other Library")] {
            oauth.grants.clients.register(Client::new(ClientKind::Premium, id, "secret").named(name));
        }
    });
    server
}

/// The program, with a token.
pub struct Member {
    http: ureq::Agent,
    base: String,
    pub token: String,
}

/// What it was told.
pub struct Said {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub text: String,
}

impl Member {
    /// With a token of a client for a person.
    pub fn of(server: &LocalOrcid, client: &str, orcid: &str, scopes: &[&str]) -> Member {
        let token = server.oauth(|oauth| oauth.grants.issue_for_test(client, Some(orcid), scopes));
        Member::with(server, &token)
    }

    /// With a token of a client for itself.
    pub fn alone(server: &LocalOrcid, client: &str, scopes: &[&str]) -> Member {
        let token = server.oauth(|oauth| oauth.grants.issue_for_test(client, None, scopes));
        Member::with(server, &token)
    }

    pub fn with(server: &LocalOrcid, token: &str) -> Member {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .build();
        Member { http: config.into(), base: server.base_url(), token: token.to_owned() }
    }

    pub fn get(&self, path: &str) -> Said {
        self.send("GET", path, &[("accept", XML)], "").expect("answered")
    }

    pub fn post(&self, path: &str, body: &str) -> Said {
        self.send("POST", path, &[("accept", XML), ("content-type", XML)], body).expect("answered")
    }

    pub fn put(&self, path: &str, body: &str) -> Said {
        self.send("PUT", path, &[("accept", XML), ("content-type", XML)], body).expect("answered")
    }

    pub fn delete(&self, path: &str) -> Said {
        self.send("DELETE", path, &[("accept", XML)], "").expect("answered")
    }

    /// Posts what must be taken, and gives the put code.
    pub fn created(&self, path: &str, body: &str) -> i64 {
        let said = self.post(path, body);
        assert_eq!(said.status, 201, "{path}: {}", said.text);
        said.put_code()
    }

    /// A path that begins with `/` stands below the server, others below the person's API.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Said, ureq::Error> {
        let url = if path.starts_with('/') {
            format!("{}{path}", self.base)
        } else {
            format!("{}/v3.0/{PERSON}/{path}", self.base)
        };
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = match body {
            "" => self.http.run(request.body(()).expect("a request"))?,
            _ => self.http.run(request.body(body.to_owned()).expect("a request"))?,
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.body_mut().with_config().limit(16 << 20).read_to_string()?;
        Ok(Said { status, headers, text })
    }
}

impl Said {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("readable"))
    }

    /// The last step of its `Location`.
    pub fn put_code(&self) -> i64 {
        let last = self.header("location").rsplit('/').next().unwrap_or_default();
        last.parse().expect("a put code")
    }

    /// Status and ORCID's own number, from XML or JSON; 0 where there is none.
    pub fn error(&self) -> (u16, u32) {
        let number = match serde_json::from_str::<Value>(&self.text) {
            Ok(json) => json["error-code"].as_u64().unwrap_or(0) as u32,
            Err(_) => between(&self.text, "<error:error-code>", "<").parse().unwrap_or(0),
        };
        (self.status, number)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The put codes of a list.
    pub fn put_codes(&self) -> Vec<i64> {
        let pieces = self.text.split("put-code=\"").skip(1);
        let mut codes: Vec<i64> =
            pieces.map(|rest| between(rest, "", "\"").parse().expect("a number")).collect();
        codes.sort_unstable();
        codes
    }
}

/// What stands between two texts.
pub fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text.split_once(before).map_or("", |(_, rest)| rest);
    rest.split_once(after).map_or("", |(inner, _)| inner)
}

const NAMES: &str = "xmlns:common=\"http://www.orcid.org/ns/common\"";

/// An item's document of a section, with attributes.
pub fn document(section: &str, attributes: &str, content: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{section}:{section} {attributes} {NAMES} \
         xmlns:{section}=\"http://www.orcid.org/ns/{section}\">{content}</{section}:{section}>"
    )
}

pub fn organization(city: &str, identifier: &str) -> String {
    format!(
        "<common:organization><common:name>Example University</common:name><common:address>{city}\
         </common:address>{identifier}</common:organization>"
    )
}

pub const PLACE: &str = "<common:city>Wellington</common:city><common:country>NZ</common:country>";
pub const ROR: &str = "<common:disambiguated-organization>\
    <common:disambiguated-organization-identifier>https://ror.org/04fa4r544</common:disambiguated-organization-identifier>\
    <common:disambiguation-source>ROR</common:disambiguation-source></common:disambiguated-organization>";

pub fn employment(role: &str) -> String {
    affiliation("employment", "", role, "")
}

/// An affiliation with attributes, and whatever follows the organization.
pub fn affiliation(section: &str, attributes: &str, role: &str, more: &str) -> String {
    let content = format!("<common:role-title>{role}</common:role-title>{}{more}", organization(PLACE, ROR));
    document(section, attributes, &content)
}

pub fn external_ids(kind: &str, value: &str, relationship: &str) -> String {
    format!(
        "<common:external-ids><common:external-id><common:external-id-type>{kind}</common:external-id-type>\
         <common:external-id-value>{value}</common:external-id-value>\
         <common:external-id-relationship>{relationship}</common:external-id-relationship>\
         </common:external-id></common:external-ids>"
    )
}

pub fn work(attributes: &str, title: &str, ids: &str) -> String {
    document(
        "work",
        attributes,
        &format!(
            "<work:title><common:title>{title}</common:title></work:title><work:type>journal-article</work:type>{ids}"
        ),
    )
}

/// A work with a DOI of its own.
pub fn article(doi: &str) -> String {
    work("", "On birds", &external_ids("doi", doi, "self"))
}

pub fn keyword(text: &str) -> String {
    document("keyword", "", &format!("<keyword:content>{text}</keyword:content>"))
}
