//! What all pages have in common: one file that needs nothing else, its head and foot, and the parts
//! that are no charts. It knows nothing of what is counted.

use std::fmt::Write as _;

use super::numbers::grouped;

const STYLE: &str = include_str!("page.css");

/// A page up to its first heading; `title` is HTML.
pub fn begun(title: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
    )
}

/// The end of a page; `foot` is HTML and says where the numbers come from.
pub fn ended(foot: &str) -> String {
    format!("</main>\n<footer>\n{foot}\n</footer>\n</body>\n</html>\n")
}

/// Figures beside each other, each with its meaning.
pub fn tiles(tiles: &[(String, &str)]) -> String {
    let mut html = "<ul class=\"tiles\">\n".to_owned();
    for (number, meaning) in tiles {
        let _ = writeln!(html, "<li><b>{}</b> <span>{}</span></li>", escaped(number), escaped(meaning));
    }
    html + "</ul>\n"
}

/// A table in a region that scrolls by itself, if it is wider than the window. Cells are text; those
/// of the first column are headings of their rows.
pub fn table(label: &str, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let label = escaped(label);
    let mut html = format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"{label}\" tabindex=\"0\">\n<table>\n<thead><tr>"
    );
    for column in columns {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escaped(column));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        html.push_str("<tr>");
        for (place, cell) in row.iter().enumerate() {
            let cell = escaped(cell);
            let _ = match place {
                0 => write!(html, "<th scope=\"row\">{cell}</th>"),
                _ => write!(html, "<td>{cell}</td>"),
            };
        }
        html.push_str("</tr>\n");
    }
    html + "</tbody>\n</table>\n</div>\n"
}

/// What is shown when somebody asks for it; `inside` is HTML.
pub fn details(summary: &str, inside: &str) -> String {
    format!("<details><summary>{}</summary>\n{inside}</details>\n", escaped(summary))
}

/// A part of a page with its heading; `inside` is HTML.
pub fn section(id: &str, heading: &str, about: &str, inside: &str) -> String {
    let about = if about.is_empty() { String::new() } else { format!("<p>{}</p>\n", escaped(about)) };
    format!(
        "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>\n{about}{inside}</section>\n",
        escaped(heading)
    )
}

/// A part of a whole in percent.
pub fn share(part: u64, whole: u64) -> String {
    format!("{:.1} %", 100.0 * part as f64 / whole.max(1) as f64)
}

/// A number with its share of a whole.
pub fn with_share(part: u64, whole: u64) -> String {
    format!("{} · {}", grouped(part), share(part, whole))
}

/// The name of a table, a column or a kind, as words.
pub fn readable(name: &str) -> String {
    name.replace(['_', '-'], " ")
}

/// Text as part of HTML, also within the quotes of an attribute.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
