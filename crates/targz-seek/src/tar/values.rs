//! The values of pax records.

/// A number in decimal digits.
pub fn decimal(text: &[u8]) -> Option<u64> {
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| is_number)?.parse().ok()
}

/// The text of a record, up to a NUL as GNU tar takes it; an empty value takes back what was
/// said before.
pub fn text(value: &[u8]) -> Option<String> {
    let value = value.split(|&byte| byte == 0).next().unwrap_or(value);
    Some(String::from_utf8_lossy(value).into_owned()).filter(|text| !text.is_empty())
}
