//! The files that pages load: a style sheet, a script of one page, and the iD icon.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

/// Seconds that browsers keep them.
const CACHE: &str = "public, max-age=300";

pub async fn style() -> impl IntoResponse {
    file("text/css; charset=utf-8", include_str!("static/style.css"))
}

pub async fn fragment_script() -> impl IntoResponse {
    file("text/javascript; charset=utf-8", include_str!("static/fragment.js"))
}

pub async fn icon() -> impl IntoResponse {
    file("image/svg+xml", include_str!("static/icon.svg"))
}

fn file(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, CACHE)], text)
}
