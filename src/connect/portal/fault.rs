//! What ends a request without its page. The page about it is made outside, in the reader's
//! language; it never says why.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::connect::error::ConnectError;

/// Why there is no page.
#[derive(Debug)]
pub enum Fault {
    /// The request is not allowed: its form is not from our pages, or its header not from the proxy.
    Refused,
    /// There is no such page.
    NotFound,
    /// Our own fault; the text is for the log.
    Broken(String),
}

/// The mark of a response that becomes a page about a fault.
#[derive(Debug, Clone, Copy)]
pub struct FaultPage {
    pub title: &'static str,
    pub text: &'static str,
}

impl Fault {
    fn page(&self) -> (StatusCode, FaultPage) {
        match self {
            Self::Refused => {
                (StatusCode::FORBIDDEN, FaultPage { title: "refused_title", text: "refused_request" })
            }
            Self::NotFound => {
                (StatusCode::NOT_FOUND, FaultPage { title: "not_found_title", text: "not_found_intro" })
            }
            Self::Broken(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, FaultPage { title: "error_title", text: "error_intro" })
            }
        }
    }
}

impl From<ConnectError> for Fault {
    fn from(error: ConnectError) -> Self {
        let mut what = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(next) = cause {
            what += &format!(": {next}");
            cause = next.source();
        }
        Self::Broken(what)
    }
}

impl From<tower_sessions::session::Error> for Fault {
    fn from(error: tower_sessions::session::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        if let Self::Broken(what) = &self {
            tracing::error!(what, "a request failed");
        }
        let (status, page) = self.page();
        let mut response = status.into_response();
        response.extensions_mut().insert(page);
        response
    }
}
