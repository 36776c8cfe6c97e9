//! What all pages have in common. They need no JavaScript, and refuse to be framed.

use crate::answer::Answer;
use crate::xml;

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem;color:#222}\
    h1{font-size:1.3rem}input,button{font:inherit;padding:.4rem .7rem;margin:.2rem 0}\
    input:not([type]),input[type=email]{display:block;width:100%;box-sizing:border-box}\
    button{border:1px solid #085c77;border-radius:4px;background:#fff;color:#085c77;cursor:pointer}\
    button.main{background:#085c77;color:#fff}ul.people{list-style:none;padding:0}\
    ul.people button{width:100%;text-align:left}small{color:#555}";

/// A page of ORCID's.
pub fn page(status: u16, title: &str, content: &str) -> Answer {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head>\n<body>\
         <p><small>A local ORCID for tests. Nobody here exists.</small></p>\n<h1>{title}</h1>\n{content}\n\
         </body></html>\n"
    );
    Answer::new(status, "text/html;charset=UTF-8", html)
        .with("x-frame-options", "DENY")
        .with("content-security-policy", "frame-ancestors 'none'")
        .with("cache-control", "no-store")
}

/// A text as it stands in HTML.
pub fn html(text: &str) -> String {
    xml::escaped(text).replace('"', "&quot;").replace('\'', "&#39;")
}

/// A field of a form that is not seen.
pub fn hidden(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", html(value))
}

/// ORCID's own error page, from which no way leads back to the client.
pub fn error(status: u16, code: &str, why: &str) -> Answer {
    let content = format!("<p id=\"error\" data-error=\"{}\">{}</p>", html(code), html(why));
    page(status, "Something is wrong with this request", &content)
}
