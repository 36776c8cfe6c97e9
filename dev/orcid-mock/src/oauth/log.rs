//! What came to the token endpoint, and whether a secret came anywhere else.

use crate::host::Host;

/// A request for a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenRequest {
    /// Seconds since 1970, by the server's clock.
    pub at: i64,
    pub host: Host,
    pub client_id: String,
    pub grant_type: String,
    pub code: Option<String>,
    pub refresh_token: Option<String>,
    pub redirect_uri: Option<String>,
    pub scope: Option<String>,
    /// All names in the form, in their order.
    pub names: Vec<String>,
    /// Whether the client authenticated by a header.
    pub by_header: bool,
    /// What the server answered, before any fault.
    pub status: u16,
}

/// All requests for tokens, and all secrets that came where they do not belong.
#[derive(Clone, Debug, Default)]
pub struct TokenLog {
    pub requests: Vec<TokenRequest>,
    pub leaks: Vec<String>,
}

impl TokenLog {
    /// How often a code was posted.
    pub fn posts_of(&self, code: &str) -> usize {
        self.requests.iter().filter(|request| request.code.as_deref() == Some(code)).count()
    }

    /// How often a grant type was asked for.
    pub fn of_type(&self, grant_type: &str) -> usize {
        self.requests.iter().filter(|request| request.grant_type == grant_type).count()
    }

    /// Whether any code was posted more than once.
    pub fn has_repeated_code(&self) -> bool {
        self.requests.iter().filter_map(|request| request.code.as_deref()).any(|code| self.posts_of(code) > 1)
    }
}
