//! Numbers as people read and write them.

use std::time::Duration;

const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count with its noun, as `1 member` or `1,234 members`.
pub fn counted(number: u64, noun: &str) -> String {
    let plural = match number {
        1 => "",
        _ if noun.ends_with("ch") => "es",
        _ => "s",
    };
    format!("{} {noun}{plural}", grouped(number))
}

/// Bytes with a decimal unit, as `46.3 GB`.
pub fn bytes(number: u64) -> String {
    let mut value = number as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit < UNITS.len() - 1 {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{number} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A time as `3 h 05 min`, `5 min 07 s` or `4.2 s`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// Reads `512MB`, `2 GiB` or a plain number of bytes.
pub fn parse_bytes(text: &str) -> Result<usize, String> {
    let text = text.trim();
    let split =
        text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (number, unit) = (&text[..split], text[split..].trim().to_ascii_lowercase());
    let factor: f64 = match unit.as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "kib" => 1024.0,
        "m" | "mb" => 1e6,
        "mib" => 1_048_576.0,
        "g" | "gb" => 1e9,
        "gib" => 1_073_741_824.0,
        "t" | "tb" => 1e12,
        "tib" => 1_099_511_627_776.0,
        _ => return Err(format!("\"{text}\" is not a size such as 512MB or 2GiB")),
    };
    let number: f64 =
        number.parse().map_err(|_| format!("\"{text}\" is not a size such as 512MB or 2GiB"))?;
    Ok((number * factor) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(26_078_951), "26,078,951");
        assert_eq!([counted(1, "search"), counted(1_000, "search")], ["1 search", "1,000 searches"]);
        assert_eq!((bytes(999), bytes(46_328_319_190)), ("999 B".to_owned(), "46.3 GB".to_owned()));
        assert_eq!(duration(Duration::from_secs(11_105)), "3 h 05 min");
        assert_eq!((parse_bytes("2GiB"), parse_bytes("1.5 MB")), (Ok(2_147_483_648), Ok(1_500_000)));
        assert!(parse_bytes("much").is_err());
    }
}
