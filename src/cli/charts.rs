//! Charts as inline SVG: bars by year, and bars in the rows of a table. The numbers of each chart
//! stand beside it or in a table below it, so that nobody needs the picture.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::numbers::grouped;
use super::page::{details, escaped, table};

/// The widths of a chart of years, for screens and for telephones, with the class of each.
const WIDTHS: [(f64, &str); 2] = [(720.0, "wide"), (340.0, "narrow")];
/// Its height, and the room for its scales.
const HEIGHT: f64 = 260.0;
/// The room that a year's number takes.
const YEAR_WIDTH: f64 = 40.0;
const LEFT: f64 = 48.0;
/// The room for the half of the last year's number.
const RIGHT: f64 = 14.0;
const BOTTOM: f64 = 24.0;
const TOP: f64 = 8.0;
/// Years that a chart shows, the last ones; earlier years stand in its table.
const MOST_YEARS: i32 = 40;

/// What is stacked in a chart, with the number of its colour, from 1 to 6.
pub type Series<'c> = (&'c str, usize);

/// Numbers by year.
pub struct ByYear<'c> {
    /// What is counted, for those who do not see the chart.
    pub label: &'c str,
    pub series: &'c [Series<'c>],
    /// A number for each of the series.
    pub years: &'c BTreeMap<i32, Vec<u64>>,
    /// What has no year.
    pub undated: u64,
}

/// A row of a table with a bar.
pub struct Bar {
    pub name: String,
    /// Where the name leads.
    pub link: Option<String>,
    /// Parts of the bar, with the number of the colour of each.
    pub parts: Vec<(u64, usize)>,
    /// What stands behind the bar, as text.
    pub numbers: Vec<String>,
}

impl Bar {
    /// A row whose bar has one part.
    pub fn of(name: impl Into<String>, count: u64, number: String) -> Self {
        Self { name: name.into(), link: None, parts: vec![(count, 1)], numbers: vec![number] }
    }
}

/// What the lengths of bars mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// The numbers: the longest bar is that of the largest row.
    Numbers,
    /// Shares: each bar is as long as the others.
    Shares,
}

/// A chart of years with the numbers below it; nothing if there are no years.
pub fn by_year(chart: &ByYear<'_>) -> String {
    let (Some((first, _)), Some((last, _))) = (chart.years.first_key_value(), chart.years.last_key_value())
    else {
        return String::new();
    };
    let none = vec![0; chart.series.len()];
    let shown: Vec<(i32, &[u64])> = ((*first).max(last - MOST_YEARS + 1)..=*last)
        .map(|year| (year, chart.years.get(&year).unwrap_or(&none).as_slice()))
        .collect();
    let mut html = legend(chart.series);
    WIDTHS.iter().for_each(|(width, class)| html.push_str(&svg(chart, &shown, *width, class)));
    if chart.undated > 0 {
        let _ = writeln!(html, "<p>{} without a date are not shown.</p>", grouped(chart.undated));
    }
    let columns: Vec<&str> = ["Year"].into_iter().chain(chart.series.iter().map(|(name, _)| *name)).collect();
    let rows = chart.years.iter().map(|(year, numbers)| {
        [year.to_string()].into_iter().chain(numbers.iter().map(|number| grouped(*number))).collect()
    });
    html + &details("The numbers", &table(chart.label, &columns, rows))
}

/// What the colours mean; nothing if there is one only.
pub fn legend(series: &[Series<'_>]) -> String {
    if series.len() < 2 {
        return String::new();
    }
    let mut html = "<ul class=\"legend\">\n".to_owned();
    for (name, color) in series {
        let _ = writeln!(html, "<li><i style=\"background:var(--s{color})\"></i>{}</li>", escaped(name));
    }
    html + "</ul>\n"
}

/// A table with a bar in each row; `columns` are the names of the first column and of the numbers.
pub fn bars(label: &str, columns: &[&str], scale: Scale, rows: &[Bar]) -> String {
    let sum = |bar: &Bar| bar.parts.iter().map(|(count, _)| count).sum::<u64>();
    let most = rows.iter().map(sum).max().unwrap_or(0);
    let whole = |bar: &Bar| if scale == Scale::Shares { sum(bar) } else { most };
    let mut html = format!("<table class=\"bars\">\n<caption>{}</caption>\n<thead><tr>", escaped(label));
    for (place, column) in columns.iter().enumerate() {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escaped(column));
        if place == 0 {
            html.push_str("<td aria-hidden=\"true\"></td>");
        }
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for bar in rows {
        let name = match &bar.link {
            Some(link) => format!("<a href=\"{}\">{}</a>", escaped(link), escaped(&bar.name)),
            None => escaped(&bar.name),
        };
        let _ = write!(
            html,
            "<tr><th scope=\"row\">{name}</th><td aria-hidden=\"true\">{}</td>",
            strip(bar, whole(bar).max(1))
        );
        for number in &bar.numbers {
            let _ = write!(html, "<td>{}</td>", escaped(number));
        }
        html.push_str("</tr>\n");
    }
    html + "</tbody>\n</table>\n"
}

/// The bar of a row.
fn strip(bar: &Bar, whole: u64) -> String {
    let mut svg = "<svg class=\"strip\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\">".to_owned();
    let mut left = 0.0;
    for (count, color) in bar.parts.iter().filter(|(count, _)| *count > 0) {
        let width = 100.0 * *count as f64 / whole as f64;
        let _ = write!(
            svg,
            "<rect x=\"{left:.2}\" width=\"{width:.2}\" height=\"10\" fill=\"var(--s{color})\"/>"
        );
        left += width;
    }
    svg + "</svg>"
}

/// Bars by year, the series on top of each other.
fn svg(chart: &ByYear<'_>, years: &[(i32, &[u64])], chart_width: f64, class: &str) -> String {
    let most = years.iter().map(|(_, numbers)| numbers.iter().sum::<u64>()).max().unwrap_or(0);
    let step = step(most);
    let lines = most.div_ceil(step).max(1);
    let height = HEIGHT - TOP - BOTTOM;
    let y = |value: f64| TOP + height * (1.0 - value / (lines * step) as f64);
    let room = (chart_width - LEFT - RIGHT) / years.len() as f64;
    let width = (room * 0.7).min(48.0);
    let mut svg = format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {chart_width} {HEIGHT}\" role=\"img\" aria-label=\"{}\">\n",
        escaped(chart.label)
    );
    for line in 0..=lines {
        let (value, place) = (line * step, y((line * step) as f64));
        let _ =
            writeln!(svg, "<line x1=\"{LEFT}\" x2=\"{chart_width}\" y1=\"{place:.1}\" y2=\"{place:.1}\"/>");
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            place + 4.0,
            short(value)
        );
    }
    let every = (YEAR_WIDTH / room).ceil() as usize;
    for (place, (year, numbers)) in years.iter().enumerate() {
        let x = LEFT + room * (place as f64 + 0.5);
        let mut below = 0.0;
        for ((name, color), number) in chart.series.iter().zip(*numbers).filter(|(_, number)| **number > 0) {
            let (top, bottom) = (y(below + *number as f64), y(below));
            // A gap of one between neighbours, where there is room.
            let gap = if bottom - top > 3.0 { 1.0 } else { 0.0 };
            let _ = writeln!(
                svg,
                "<rect x=\"{:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"var(--s{color})\"><title>{year}, {}: {}</title></rect>",
                x - width / 2.0,
                bottom - top - gap,
                escaped(name),
                grouped(*number)
            );
            below += *number as f64;
        }
        // From the last year back, which matters most.
        if (years.len() - 1 - place).is_multiple_of(every) {
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{year}</text>",
                HEIGHT - 6.0
            );
        }
    }
    svg + "</svg>\n"
}

/// A number of a scale, as short as it is round.
fn short(value: u64) -> String {
    match value {
        0..10_000 => grouped(value),
        10_000..1_000_000 if value.is_multiple_of(1_000) => format!("{} k", value / 1_000),
        _ if value.is_multiple_of(1_000_000) => format!("{} M", grouped(value / 1_000_000)),
        1_000_000.. if value.is_multiple_of(100_000) => format!("{:.1} M", value as f64 / 1e6),
        _ => grouped(value),
    }
}

/// A round number that divides a scale into four or so.
fn step(most: u64) -> u64 {
    let rough = (most / 4).max(1);
    let power = 10u64.pow(rough.ilog10());
    [1, 2, 5, 10].into_iter().map(|factor| factor * power).find(|step| *step >= rough).unwrap_or(10 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_have_round_steps() {
        for (most, expected) in
            [(0, 1), (3, 1), (10, 2), (100, 50), (170, 50), (999, 500), (4_000_000, 1_000_000)]
        {
            assert_eq!(step(most), expected, "{most}");
        }
        let shown =
            [(500, "500"), (5_000, "5,000"), (50_000, "50 k"), (1_500_000, "1.5 M"), (20_000_000, "20 M")];
        for (value, expected) in shown {
            assert_eq!(short(value), expected);
        }
    }

    #[test]
    fn every_number_of_a_chart_stands_in_its_table() {
        let years = BTreeMap::from([(1066, vec![7, 0]), (2023, vec![1234, 5]), (2025, vec![0, 9])]);
        let series = [("First", 1), ("Second <b>", 2)];

        let html = by_year(&ByYear { label: "A & B", series: &series, years: &years, undated: 3 });

        for number in ["1066", "1,234", "<td>9</td>", "3 without a date"] {
            assert!(html.contains(number), "{number}: {html}");
        }
        // The year between has no bar, but a place; a year long ago has none of both.
        assert!(html.contains(">2024</text>") && !html.contains(">1066</text>"), "{html}");
        assert!(!html.contains("<b>") && html.contains("aria-label=\"A &amp; B\""));
        assert_eq!(by_year(&ByYear { years: &BTreeMap::new(), label: "", series: &[], undated: 0 }), "");
    }

    #[test]
    fn bars_are_as_long_as_their_numbers() {
        let bar = |name: &str, count| Bar::of(name, count, grouped(count));
        let rows = [bar("works", 400), bar("fundings", 100)];
        let html = bars("Items", &["Kind", "Items"], Scale::Numbers, &rows);

        assert!(html.contains("width=\"100.00\"") && html.contains("width=\"25.00\""), "{html}");
        assert!(html.contains("<th scope=\"row\">fundings</th>"), "{html}");
        let shares = bars("Items", &["Kind", "Items"], Scale::Shares, &rows);
        assert_eq!(shares.matches("width=\"100.00\"").count(), 2, "{shares}");
    }
}
