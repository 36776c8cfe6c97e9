//! What a portal does at the authorization server, for the tests of it.

use crate::client::{Client, Given};
use orcid_mock::{Account, Limits, LocalOrcid, Switches, World, pair};
use serde_json::Value;

pub const CLIENT: &str = "APP-TEST000000000001";
pub const SECRET: &str = "0f1e2d3c-0000-4000-8000-00000000test";
pub const PERSON: &str = "0000-0002-1825-0097";
pub const REDIRECT: &str = "https://p.example/cb";
pub const SCOPES: &str = "openid /read-limited /activities/update /person/update";

/// A server with a client of a premium member and one person, and a portal.
pub struct Portal {
    pub server: LocalOrcid,
    pub client: Client,
}

impl Portal {
    pub fn start() -> Portal {
        let server = LocalOrcid::start(World::default(), Limits::none());
        server.add_person(Account::new(PERSON, "Josiah", "Carberry"));
        let kind = orcid_mock::ClientKind::Premium;
        let client = orcid_mock::Client::new(kind, CLIENT, SECRET).with_redirect_uri(REDIRECT);
        server.oauth(|oauth| oauth.register(client));
        Portal { server, client: Client::new() }
    }

    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        self.server.oauth(|oauth| change(&mut oauth.switches));
    }

    /// A link to `/oauth/authorize`, with more pairs at its end.
    pub fn link(&self, scope: &str, more: &[(&str, &str)]) -> String {
        let mut pairs = vec![
            ("client_id", CLIENT),
            ("response_type", "code"),
            ("scope", scope),
            ("redirect_uri", REDIRECT),
            ("state", "st-1"),
            ("nonce", "n-1"),
        ];
        pairs.extend(more);
        self.link_of(&pairs)
    }

    /// A link with these pairs alone.
    pub fn link_of(&self, pairs: &[(&str, &str)]) -> String {
        let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let pairs: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        format!("{}/oauth/authorize?{}", self.server.base_url(), pairs.join("&"))
    }

    /// A code that the person has granted.
    pub fn code(&self, scope: &str) -> String {
        let address = self.server.browser().grant(&self.link(scope, &[]), PERSON);
        pair(&address, "code").unwrap_or_else(|| panic!("no code: {address}"))
    }

    /// Posts a form to the token endpoint, with the client's id and secret.
    pub fn token(&self, form: &[(&str, &str)]) -> Given {
        let mut whole = vec![("client_id", CLIENT), ("client_secret", SECRET)];
        whole.extend(form);
        self.client.post(&self.server.token_url(), &whole)
    }

    pub fn exchange(&self, code: &str) -> Given {
        self.token(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)])
    }

    pub fn refresh(&self, refresh_token: &str, more: &[(&str, &str)]) -> Given {
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        form.extend(more);
        self.token(&form)
    }

    /// Tokens for what the person has granted.
    pub fn granted(&self, scope: &str) -> Value {
        let given = self.exchange(&self.code(scope));
        assert_eq!(given.status, 200, "{}", given.text());
        given.json()
    }

    /// 200 with `text` where a member's token works, as userinfo says.
    pub fn userinfo(&self, access_token: &str) -> Given {
        let bearer = format!("Bearer {access_token}");
        let url = format!("{}/oauth/userinfo", self.server.base_url());
        self.client.get_as(&url, &[("authorization", &bearer)]).expect("the server answers")
    }

    /// Whether an access token with `openid` still works.
    pub fn is_live(&self, access_token: &Value) -> bool {
        self.userinfo(access_token.as_str().expect("a token is a text")).status == 200
    }

    pub fn revoke(&self, token: &str) -> Given {
        let url = format!("{}/oauth/revoke", self.server.base_url());
        self.client.post(&url, &[("client_id", CLIENT), ("client_secret", SECRET), ("token", token)])
    }
}
